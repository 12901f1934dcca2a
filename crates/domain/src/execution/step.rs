//! Steps as a runner reports them. The runner decides what happens to them (semantics 1.3); this only keeps it.

use crate::{StepConclusion, StepStatus, Timestamp};
use serde::{Deserialize, Serialize};

/// The newest report on one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// 1 is "Set up job"; gaps are normal (contract 7).
    pub number: u32,
    /// Name that people see.
    pub name: String,
    /// Where it stands.
    #[serde(flatten)]
    pub state: StepState,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum StepState {
    /// Its turn has not come.
    Pending,
    /// It runs.
    InProgress {
        /// Since when.
        started_at: Timestamp,
    },
    /// It ended, or was passed over.
    Completed {
        /// How.
        conclusion: StepConclusion,
        /// When it began; absent when it was passed over.
        started_at: Option<Timestamp>,
        /// When it ended.
        completed_at: Option<Timestamp>,
    },
}

impl Step {
    /// The word for where it stands.
    pub fn status(&self) -> StepStatus {
        match self.state {
            StepState::Pending => StepStatus::Pending,
            StepState::InProgress { .. } => StepStatus::InProgress,
            StepState::Completed { .. } => StepStatus::Completed,
        }
    }

    /// How it ended, if it did.
    pub fn conclusion(&self) -> Option<StepConclusion> {
        match self.state {
            StepState::Pending | StepState::InProgress { .. } => None,
            StepState::Completed { conclusion, .. } => Some(conclusion),
        }
    }

    /// When it began, if it did.
    pub fn started_at(&self) -> Option<Timestamp> {
        match self.state {
            StepState::Pending => None,
            StepState::InProgress { started_at } => Some(started_at),
            StepState::Completed { started_at, .. } => started_at,
        }
    }

    /// When it ended, if it did.
    pub fn completed_at(&self) -> Option<Timestamp> {
        match self.state {
            StepState::Pending | StepState::InProgress { .. } => None,
            StepState::Completed { completed_at, .. } => completed_at,
        }
    }
}

/// Puts the reported steps in the place of those with their numbers, in order of number.
pub(super) fn merge(steps: &mut Vec<Step>, reported: &[Step]) {
    for step in reported {
        match steps.binary_search_by_key(&step.number, |known| known.number) {
            Ok(place) => steps[place] = step.clone(),
            Err(place) => steps.insert(place, step.clone()),
        }
    }
}

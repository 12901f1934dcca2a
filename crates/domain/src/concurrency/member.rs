//! Who is in a concurrency group, what it asked for when it came, and what a group tells it.

use super::GroupName;
use crate::{JobId, RunId, event::EndReason, run::NodePath};
use runyard_workflow::model::Queue;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that enters a concurrency group as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Member {
    /// An attempt of a run (semantics R2.55, R2.57).
    Run {
        /// Of this run.
        run: RunId,
        /// Its number.
        attempt: u32,
    },
    /// A job, or one leg of a matrix (semantics R2.56).
    Job {
        /// Of this run.
        run: RunId,
        /// Its id, of one attempt only.
        job: JobId,
    },
    /// The jobs of a called workflow (semantics R2.70).
    Call {
        /// Of this run.
        run: RunId,
        /// The number of the attempt.
        attempt: u32,
        /// The caller.
        node: NodePath,
        /// Which leg of the caller, if that has a matrix.
        leg: Option<u32>,
        /// Which of the groups that it enters one after the other, from 0.
        gate: usize,
    },
}

impl Member {
    /// The run that it is, or is part of.
    pub fn run(&self) -> RunId {
        match self {
            Self::Run { run, .. } | Self::Job { run, .. } | Self::Call { run, .. } => *run,
        }
    }

    /// The job that it is, if it is one.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Job { job, .. } => Some(*job),
            Self::Run { .. } | Self::Call { .. } => None,
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run { run, .. } => write!(f, "run {run}"),
            Self::Job { run, job } => write!(f, "job {job} of run {run}"),
            Self::Call { run, node, .. } => write!(f, "job {node} of run {run}"),
        }
    }
}

/// `concurrency` as it was evaluated for one member (semantics R2.50 to R2.56).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    /// The group that it enters.
    pub group: GroupName,
    /// It ends what runs in the group (semantics R2.54). Never with [`Queue::Max`] (semantics R2.53).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancel_in_progress: bool,
    /// How it waits.
    #[serde(default = "single", skip_serializing_if = "is_single")]
    pub queue: Queue,
}

fn single() -> Queue {
    Queue::Single
}

fn is_single(queue: &Queue) -> bool {
    *queue == Queue::Single
}

/// What one run's command wants of a member of another run: kept with the command, applied by a command of its own
/// (architecture 4, rule 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// To whom.
    pub to: Member,
    /// The group that it is about.
    pub group: GroupName,
    /// What.
    pub notice: Notice,
}

/// What a group tells a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", content = "reason", rename_all = "snake_case")]
pub enum Notice {
    /// The slot is its own now (semantics R2.58).
    Granted,
    /// It shall end (semantics R2.52, R2.54).
    Cancelled(EndReason),
}

//! Why a job that has not ended is where it is: one case for each thing that can hold it. Bodies only; what is known is
//! gathered by the engine.

use crate::wire::seconds;
use runyard_domain::{
    Execution, Timestamp,
    execution::ExecutionState,
    run::{Attempt, Job, JobState, PlannedJob},
};
use runyard_engine::Insight;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// A reason, with the sentence for people.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Why")]
pub(super) struct WhyBody {
    #[serde(flatten)]
    why: Why,
    sentence: String,
}

/// What a job waits for, or why it goes on. A new gate is one more case here, and one more in [`Reasons::of`].
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
#[schemars(rename = "Reason")]
pub(super) enum Why {
    /// Jobs that it needs have not ended (semantics R2.5).
    Needs { needs: Vec<String> },
    /// As many legs of its matrix run as may at once (semantics R2.44).
    MaxParallel { at_once: Option<u32> },
    /// Another has the slot of its concurrency group; `waits_in_line` says who and how many are before it (semantics R2.50).
    Concurrency { group: String },
    /// No runner that takes jobs has its labels, and is in the group that it names (semantics R2.77, R2.78).
    NoRunner {
        labels: Vec<String>,
        group: Option<String>,
        since: Option<String>,
    },
    /// Runners that have its labels are busy, or away.
    Queued {
        labels: Vec<String>,
        runners: usize,
        since: Option<String>,
    },
    /// A runner was offered it and has not started it.
    Offered { runner: String, since: String },
    /// Its runner was told to stop and has not (semantics R3.3).
    Cancelling {
        since: String,
        ended_at: Option<String>,
    },
    /// The run was cancelled, and its condition still holds (semantics R3.1).
    GoesOn { condition: String, since: String },
}

impl Why {
    fn sentence(&self) -> String {
        match self {
            Self::Needs { needs } => format!("It waits for {}.", needs.join(", ")),
            Self::MaxParallel {
                at_once: Some(most),
            } => {
                format!("{most} legs of its matrix run, and no more may at once.")
            }
            Self::MaxParallel { at_once: None } => "It was planned and is not offered yet.".into(),
            Self::Concurrency { group } => {
                format!("It waits for the slot of the concurrency group {group}.")
            }
            Self::NoRunner { labels, group, .. } => {
                let group = group.as_deref();
                format!(
                    "No runner{} that takes jobs has the labels {}.",
                    group
                        .map(|group| format!(" of the group {group}"))
                        .unwrap_or_default(),
                    labels.join(", ")
                )
            }
            Self::Queued {
                labels, runners, ..
            } => format!(
                "It waits for one of {runners} runners with the labels {}.",
                labels.join(", ")
            ),
            Self::Offered { runner, .. } => {
                format!("The runner {runner} was offered it and has not started it.")
            }
            Self::Cancelling {
                ended_at: Some(end),
                ..
            } => format!("Its runner was told to stop; it is ended at {end} at the latest."),
            Self::Cancelling { ended_at: None, .. } => "Its runner was told to stop.".into(),
            Self::GoesOn { condition, .. } => format!(
                "The run was cancelled, but its condition {condition} still holds; a force-cancel ends it."
            ),
        }
    }
}

/// What reasons are made from.
pub(super) struct Reasons<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) insight: &'a Insight,
    /// How long an offer stands.
    pub(super) offer: Duration,
}

impl Reasons<'_> {
    /// Why a job is where it is; nothing of one that ended, or that runs undisturbed.
    pub(super) fn of(&self, job: &Job, waits_for: &[String]) -> Vec<WhyBody> {
        let reasons = match job {
            Job::Called(_) => Vec::new(),
            Job::Blocked(_) => vec![Why::Needs {
                needs: waits_for.to_vec(),
            }],
            Job::Planned(job) => self.of_planned(job),
        };
        let body = |why: Why| WhyBody {
            sentence: why.sentence(),
            why,
        };
        reasons.into_iter().map(body).collect()
    }

    fn of_planned(&self, job: &PlannedJob) -> Vec<Why> {
        let holds = match &job.state {
            JobState::Held => Some(Why::MaxParallel {
                at_once: job.leg.as_ref().and_then(|leg| leg.max_parallel),
            }),
            JobState::Pending => job.concurrency.as_ref().map(|wish| Why::Concurrency {
                group: wish.group.to_string(),
            }),
            JobState::Queued => Some(self.of_queued(job)),
            JobState::InProgress {
                cancel_requested_at: Some(since),
                ..
            } => {
                let execution = self.insight.executions.get(&job.id);
                return vec![Why::Cancelling {
                    since: seconds(*since),
                    ended_at: execution.and_then(deadline).map(seconds),
                }];
            }
            JobState::InProgress {
                cancel_requested_at: None,
                ..
            } => None,
            JobState::Completed { .. } => return Vec::new(),
        };
        let condition = self.insight.conditions.get(&job.node);
        let goes_on = self
            .attempt
            .cancelled_at
            .zip(condition)
            .map(|(since, text)| Why::GoesOn {
                condition: text.clone(),
                since: seconds(since),
            });
        holds.into_iter().chain(goes_on).collect()
    }

    fn of_queued(&self, job: &PlannedJob) -> Why {
        let offered = self.insight.executions.get(&job.id);
        if let Some((execution, until)) = offered.and_then(offer_of) {
            return Why::Offered {
                runner: execution.runner.name.clone(),
                since: seconds(until.minus(self.offer)),
            };
        }
        let labels = job.labels.clone();
        let since = self.insight.queued_since.get(&job.id).copied().map(seconds);
        match self.insight.runners_for(job) {
            0 => Why::NoRunner {
                labels,
                group: job.runner_group.clone(),
                since,
            },
            runners => Why::Queued {
                labels,
                runners,
                since,
            },
        }
    }
}

fn offer_of(execution: &Execution) -> Option<(&Execution, Timestamp)> {
    match execution.state {
        ExecutionState::Offered { until } => Some((execution, until)),
        ExecutionState::Running { .. }
        | ExecutionState::Cancelling { .. }
        | ExecutionState::Ended { .. } => None,
    }
}

fn deadline(execution: &Execution) -> Option<Timestamp> {
    match execution.state {
        ExecutionState::Cancelling { deadline, .. } => Some(deadline),
        ExecutionState::Offered { .. }
        | ExecutionState::Running { .. }
        | ExecutionState::Ended { .. } => None,
    }
}

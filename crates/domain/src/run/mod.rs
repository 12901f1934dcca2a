//! The run: what never changes about it, and its newest attempt with its jobs.
//!
//! The verbs are in the files beside this one, one file each; only `apply` changes state.

mod apply;
mod attempt;
mod call_slots;
mod callee;
mod cancel;
mod cause;
mod chosen;
mod definition;
mod delete;
mod expire;
mod finish;
mod identity;
mod intake;
mod mend;
mod moment;
mod node;
mod outlook;
mod outputs;
mod plan;
mod rerun;
mod results;
mod settle;
mod sight;
mod slots;
mod start;
mod values;

pub use attempt::{
    Attempt, AttemptState, BlockedJob, Call, CallGate, CalledWorkflow, Job, JobState, PlannedJob,
    Ran,
};
pub use cancel::JobCancelled;
pub use cause::{Cause, Fork, HeadRepository};
pub use definition::{Definition, file_of, find, fits, permissions_of, reads_contexts, single};
pub use delete::DELETE_LIVE_DAYS;
pub use identity::{CommitFacts, NewRun, Person, ReferencedWorkflow, RunIdentity};
pub use intake::{BURST_WINDOW, Crowd, Intake};
pub use mend::{Membership, Overdue};
pub use moment::{RunMoment, moments};
pub use node::{InvalidNodePath, Leg, NodePath};
pub use outputs::{OUTPUT_UNITS_PER_JOB, OUTPUT_UNITS_PER_RUN, Outputs, output_units};
pub use plan::{Contexts, Planning};
pub use rerun::{NewRunIds, RERUN_DAYS_MAX, RERUNS_MAX, Rerun, RerunOf};
pub use results::suite_conclusion;
pub use sight::JobContexts;

use crate::{Event, JobId, Refusal, RunId, RunStatus, Timestamp};
pub use apply::ReplayError;

/// Jobs that one attempt may have at most, legs and the jobs of called workflows included.
pub const JOBS_PER_ATTEMPT_MAX: usize = 1_024;
/// Errors of a broken file that are kept (semantics R6.90).
pub const DIAGNOSTICS_MAX: usize = 10;

/// A run with its newest attempt: the aggregate that commands change.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    identity: RunIdentity,
    attempt: Attempt,
    /// Number of the newest event, from 1.
    seq: u64,
    updated_at: Timestamp,
    /// Recorded by the running command, not yet taken by its caller.
    events: Vec<Event>,
}

impl Run {
    /// The run as a store keeps it. `seq` is the number of its newest event.
    pub fn restore(
        identity: RunIdentity,
        attempt: Attempt,
        seq: u64,
        updated_at: Timestamp,
    ) -> Self {
        Self {
            identity,
            attempt,
            seq,
            updated_at,
            events: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> RunId {
        self.identity.id
    }

    /// What never changes about it.
    pub fn identity(&self) -> &RunIdentity {
        &self.identity
    }

    /// The newest attempt.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Number of the newest event, from 1.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When it last changed.
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// Where its newest attempt stands (semantics R1.15).
    pub fn status(&self) -> RunStatus {
        self.attempt.status()
    }

    /// Whether its newest attempt ended.
    pub fn is_completed(&self) -> bool {
        self.status() == RunStatus::Completed
    }

    /// The planned job with this id in the newest attempt.
    ///
    /// # Errors
    /// [`Refusal::UnknownJob`] when there is none.
    pub fn job(&self, job: JobId) -> Result<&PlannedJob, Refusal> {
        self.attempt
            .planned()
            .find(|planned| planned.id == job)
            .ok_or(Refusal::UnknownJob { job })
    }

    /// What the last command recorded, once. A command returns the same; this is for callers of several commands.
    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Records what a command decided and all that follows from it; nothing of it when something is refused.
    fn decide(
        &mut self,
        decided: Vec<Event>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let mut tried = self.clone();
        let groups = planning.groups.clone();
        for event in decided {
            tried.record(event);
        }
        if let Err(refusal) = tried.settle(planning) {
            *planning.groups = groups;
            return Err(refusal);
        }
        *self = tried;
        Ok(self.take_events())
    }

    fn record(&mut self, event: Event) {
        self.apply(&event);
        self.events.push(event);
    }
}

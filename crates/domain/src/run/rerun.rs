//! Re-running: everything as a new attempt of the same run, or as a new run linked to it.

use super::{AttemptState, Planning, Run, RunIdentity};
use crate::{CheckSuiteId, Conclusion, Event, Refusal, RunId, Timestamp, UserId};
use std::time::Duration;

/// Days after its creation in which a run can be re-run (semantics R4.8).
pub const RERUN_DAYS_MAX: u32 = 30;
/// How often one run can be re-run (semantics R4.8).
pub const RERUNS_MAX: u32 = 50;

/// What a new run gets of its own when it is made from another (semantics R4.15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRunIds {
    /// Its id.
    pub run: RunId,
    /// Its check suite.
    pub check_suite: CheckSuiteId,
    /// Unlike any other, so that de-duplication does not swallow it: `rerun:<original>:<uuid>`.
    pub trigger_key: String,
}

impl Run {
    /// Begins a new attempt with every job (semantics R4.1, "all").
    ///
    /// # Errors
    /// [`Refusal::RunNotCompleted`], [`Refusal::NeverPlanned`], [`Refusal::RerunTooLate`] and
    /// [`Refusal::TooManyReruns`] as semantics R4.8 says.
    pub fn rerun_all(&mut self, by: UserId, planning: Planning<'_>) -> Result<Vec<Event>, Refusal> {
        self.require_rerunnable(planning.now)?;
        let requested = Event::AttemptRequested {
            attempt: self.attempt.number + 1,
            by,
            at: planning.now,
        };
        let mut tried = self.clone();
        tried.record(requested);
        let mut events = tried.take_events();
        events.extend(tried.plan(planning)?);
        *self = tried;
        Ok(events)
    }

    /// What a new run from this one is made of: same commit, same file, `parent` set (semantics R4.15).
    /// Its `number` and `index` are the store's to give.
    ///
    /// # Errors
    /// [`Refusal::RunNotCompleted`] while the newest attempt is live.
    pub fn rerun_as_new(
        &self,
        ids: NewRunIds,
        by: UserId,
        now: Timestamp,
    ) -> Result<RunIdentity, Refusal> {
        self.require_completed()?;
        let NewRunIds {
            run,
            check_suite,
            trigger_key,
        } = ids;
        let parent = Some(self.id());
        let mut identity = self.identity.clone();
        identity.id = run;
        identity.check_suite = check_suite;
        identity.trigger_key = trigger_key;
        identity.parent = parent;
        identity.actor = by;
        identity.created_at = now;
        Ok(identity)
    }

    fn require_completed(&self) -> Result<(), Refusal> {
        match self.attempt.state {
            AttemptState::Completed { .. } => Ok(()),
            AttemptState::Requested | AttemptState::Pending | AttemptState::Live => {
                Err(Refusal::RunNotCompleted {
                    status: self.status(),
                })
            }
        }
    }

    fn require_rerunnable(&self, now: Timestamp) -> Result<(), Refusal> {
        self.require_completed()?;
        if self.attempt.conclusion() == Some(Conclusion::StartupFailure) {
            return Err(Refusal::NeverPlanned);
        }
        let window = Duration::from_secs(u64::from(RERUN_DAYS_MAX) * 24 * 60 * 60);
        if self.identity.created_at.plus(window) < now {
            return Err(Refusal::RerunTooLate {
                days: RERUN_DAYS_MAX,
            });
        }
        if self.attempt.number > RERUNS_MAX {
            return Err(Refusal::TooManyReruns { reruns: RERUNS_MAX });
        }
        Ok(())
    }
}

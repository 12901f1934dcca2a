//! Re-running: everything, what failed, or one job as a new attempt of the same run; or all as a new run linked to it.

use super::{AttemptState, Planning, ReferencedWorkflow, Run, RunIdentity, chosen::Chosen};
use crate::{
    CheckSuiteId, Conclusion, Event, JobId, Refusal, RunId, Timestamp, UserId,
    concurrency::{Concurrency, Entered},
    event::EndReason,
};
use runyard_workflow::Diagnostic;
use std::time::Duration;

/// Days after its creation in which a run can be re-run (semantics R4.8).
pub const RERUN_DAYS_MAX: u32 = 30;
/// How often one run can be re-run (semantics R4.8).
pub const RERUNS_MAX: u32 = 50;

/// Which jobs run again (semantics 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RerunOf {
    /// Every job.
    All,
    /// Jobs that failed or were cancelled, and all that depend on them.
    Failed,
    /// This job, one leg if it is one, and all that depend on it.
    Job(JobId),
}

/// A wish to run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// Which jobs.
    pub of: RerunOf,
    /// Who wishes it: `triggering_actor` of the new attempt (semantics R4.1).
    pub by: UserId,
    /// The jobs of the new attempt write debug lines (semantics R4.10).
    pub debug: bool,
    /// The called files, where they are not those of the first attempt.
    pub referenced: Option<Vec<ReferencedWorkflow>>,
}

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
    /// Begins a new attempt (semantics R4.1). Jobs that are not run again are carried into it as they ended (R4.4).
    ///
    /// # Errors
    /// [`Refusal::RunNotCompleted`], [`Refusal::NeverPlanned`], [`Refusal::RerunTooLate`] and
    /// [`Refusal::TooManyReruns`] as semantics R4.8 says; [`Refusal::NothingFailed`] (R4.9); [`Refusal::UnknownJob`]
    /// when the newest attempt has no such job.
    pub fn rerun(
        &mut self,
        rerun: Rerun,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_rerunnable(planning.now)?;
        let chosen = match rerun.of {
            RerunOf::All => return self.rerun_all(rerun, planning),
            RerunOf::Failed => Chosen::failed(&self.attempt).ok_or(Refusal::NothingFailed)?,
            RerunOf::Job(job) => Chosen::one(&self.attempt, self.job(job)?),
        };
        let concurrency = match self.concurrency(&planning) {
            Ok(concurrency) => concurrency,
            Err(problem) => {
                let diagnostics = vec![self.bad_concurrency(problem, &planning)];
                return self.rerun_broken(rerun, diagnostics, planning.now);
            }
        };
        let kept = planning.groups.clone();
        let mut tried = self.clone();
        tried.record(self.next_attempt(rerun, planning.now));
        let mut events = tried.take_events();
        let decided = tried.enter_again(&chosen, concurrency, &mut planning)?;
        match tried.decide(decided, &mut planning) {
            Ok(planned) => events.extend(planned),
            Err(refusal) => {
                *planning.groups = kept;
                return Err(refusal);
            }
        }
        *self = tried;
        Ok(events)
    }

    /// Lays out what a re-run chose; it goes on when the attempt has the slot of its concurrency group, which it enters as
    /// a new arrival (semantics R2.57).
    fn enter_again(
        &self,
        chosen: &Chosen<'_>,
        concurrency: Option<Concurrency>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(concurrency) = concurrency else {
            return chosen.laid_out(None, planning);
        };
        let (group, at) = (concurrency.group.clone(), planning.now);
        match planning.groups.arrive(self.member(), &concurrency)? {
            Entered::Running => chosen.laid_out(Some(group), planning),
            Entered::Pending => {
                let mut events = chosen.laid_out(Some(group.clone()), planning)?;
                events.push(Event::RunPending { group, at });
                Ok(events)
            }
            Entered::Full => {
                self.cancelled_before_start(None, Some(EndReason::GroupFull { group }), planning)
            }
        }
    }

    fn rerun_all(&mut self, rerun: Rerun, planning: Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let mut tried = self.clone();
        tried.record(self.next_attempt(rerun, planning.now));
        let mut events = tried.take_events();
        events.extend(tried.plan(planning)?);
        *self = tried;
        Ok(events)
    }

    /// Begins a new attempt that cannot be planned, because what the run calls is not as it was: it ends at once.
    ///
    /// # Errors
    /// As [`Run::rerun`].
    pub fn rerun_broken(
        &mut self,
        rerun: Rerun,
        diagnostics: Vec<Diagnostic>,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_rerunnable(now)?;
        let mut tried = self.clone();
        tried.record(self.next_attempt(rerun, now));
        let mut events = tried.take_events();
        events.extend(tried.fail_startup(diagnostics, now)?);
        *self = tried;
        Ok(events)
    }

    fn next_attempt(&self, rerun: Rerun, at: Timestamp) -> Event {
        Event::AttemptRequested {
            attempt: self.attempt.number + 1,
            by: rerun.by,
            debug: rerun.debug,
            referenced: rerun.referenced,
            at,
        }
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

    pub(super) fn require_completed(&self) -> Result<(), Refusal> {
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
        // A later attempt can fail so when what it calls changed; the run was planned all the same.
        if self.attempt.number == 1 && self.attempt.conclusion() == Some(Conclusion::StartupFailure)
        {
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

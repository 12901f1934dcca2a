//! What a run and its concurrency groups have to do with each other: who enters, who leaves, what is heard of others.

use super::{AttemptState, JobState, PlannedJob, Planning, Run};
use crate::{
    Conclusion, Event, JobId, Refusal,
    concurrency::{Entered, GroupName, Groups, Member, Message, Notice},
    event::EndReason,
};

impl Run {
    /// Applies what another run's command left for this one. A message that is of no use any more changes nothing.
    ///
    /// # Errors
    /// As the commands that plan jobs.
    pub fn hear(
        &mut self,
        message: &Message,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        if message.to.run() != self.id() {
            return Err(Refusal::WrongLoad);
        }
        let decided = self.heard(message, &mut planning)?;
        self.decide(decided, &mut planning)
    }

    pub(super) fn heard(
        &self,
        message: &Message,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        match &message.to {
            Member::Run { attempt, .. } if *attempt == self.attempt.number => {
                self.heard_as_run(message, planning)
            }
            // Of an attempt that is history.
            Member::Run { .. } => Ok(Vec::new()),
            Member::Job { job, .. } => Ok(self.heard_as_job(*job, message, planning)),
            Member::Call {
                attempt, node, leg, ..
            } if *attempt == self.attempt.number => {
                self.heard_as_call((node, *leg), message, planning)
            }
            Member::Call { .. } => Ok(Vec::new()),
        }
    }

    fn heard_as_run(
        &self,
        message: &Message,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        match &message.notice {
            Notice::Granted if self.attempt.state != AttemptState::Pending => Ok(Vec::new()),
            Notice::Granted if self.attempt.jobs.is_empty() => {
                Ok(vec![self.laid_out(self.attempt.group.clone(), planning)])
            }
            Notice::Granted => Ok(vec![Event::RunEntered { at: planning.now }]),
            Notice::Cancelled(reason) => self.cancelling(None, Some(reason.clone()), planning),
        }
    }

    fn heard_as_job(&self, job: JobId, message: &Message, planning: &Planning<'_>) -> Vec<Event> {
        let at = planning.now;
        let Ok(job) = self.job(job) else {
            return Vec::new();
        };
        match &message.notice {
            Notice::Granted if job.state == JobState::Pending => {
                vec![Event::JobQueued { job: job.id, at }]
            }
            Notice::Granted => Vec::new(),
            Notice::Cancelled(reason) => {
                let stopped = super::cancel::stop(job, None, Some(reason.clone()), at);
                stopped.into_iter().collect()
            }
        }
    }

    /// Lets these jobs enter their groups; those without one are queued (semantics R2.31, R2.52, R2.53).
    pub(super) fn enter_groups(
        &self,
        jobs: Vec<&PlannedJob>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let wanted = jobs.iter().filter_map(|job| self.wanted_by(job));
        planning.groups.require(wanted)?;
        let entered = jobs.into_iter().map(|job| self.enter_group(job, planning));
        entered.collect()
    }

    fn enter_group(&self, job: &PlannedJob, planning: &mut Planning<'_>) -> Result<Event, Refusal> {
        let (at, id) = (planning.now, job.id);
        let entered = match (self.wanted_by(job), job.member(self.id())) {
            (Some(_), Some((member, wish))) => planning.groups.arrive(member, wish)?,
            (None, _) | (_, None) => Entered::Running,
        };
        Ok(match entered {
            Entered::Running => Event::JobQueued { job: id, at },
            Entered::Pending => Event::JobPending { job: id, at },
            Entered::Full => Event::JobCompleted {
                job: id,
                conclusion: Conclusion::Cancelled,
                reason: job.concurrency.as_ref().map(|wish| EndReason::GroupFull {
                    group: wish.group.clone(),
                }),
                at,
            },
        })
    }

    /// The group that a job must enter: none when its run has that slot already (semantics R2.70).
    pub(super) fn wanted_by<'j>(&self, job: &'j PlannedJob) -> Option<&'j GroupName> {
        let group = &job.concurrency.as_ref()?.group;
        (!self.has_slot(group, &job.node)).then_some(group)
    }

    /// Takes what has ended by the recorded events, from `seen` on, out of its groups (semantics R2.58).
    pub(super) fn free_slots(&self, seen: &mut usize, groups: &mut Groups) -> Result<(), Refusal> {
        let ended: Vec<(GroupName, Member)> = self.events[*seen..]
            .iter()
            .flat_map(|event| self.left_by(event))
            .collect();
        groups.require(ended.iter().map(|(group, _)| group))?;
        for (group, member) in &ended {
            groups.leave(group, member)?;
        }
        *seen = self.events.len();
        Ok(())
    }

    /// Who leaves which group by an event.
    fn left_by(&self, event: &Event) -> Vec<(GroupName, Member)> {
        match event {
            Event::RunCompleted { .. } => {
                let group = self.attempt.group.clone();
                let left = group.map(|group| (group, self.member()));
                left.into_iter().collect()
            }
            Event::JobCompleted { job, .. } => {
                let Ok(job) = self.job(*job) else {
                    return Vec::new();
                };
                let own = job.member(self.id()).and_then(|(member, _)| {
                    let group = self.wanted_by(job)?.clone();
                    Some((group, member))
                });
                own.into_iter().chain(self.calls_ended_by(job)).collect()
            }
            Event::RunRequested { .. }
            | Event::StartupFailed { .. }
            | Event::RunPending { .. }
            | Event::AttemptPlanned { .. }
            | Event::JobPlanned { .. }
            | Event::WorkflowCalled { .. }
            | Event::CallPending { .. }
            | Event::CallEntered { .. }
            | Event::RunEntered { .. }
            | Event::RunForceCancelRequested { .. }
            | Event::JobCarried { .. }
            | Event::LogsDeleted { .. }
            | Event::RunDeleted { .. }
            | Event::JobPending { .. }
            | Event::JobQueued { .. }
            | Event::JobStarted { .. }
            | Event::JobCancelRequested { .. }
            | Event::RunCancelRequested { .. }
            | Event::AttemptRequested { .. } => Vec::new(),
        }
    }
}

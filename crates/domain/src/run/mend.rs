//! What should have followed by itself and did not, because something failed that never should: found, and done late.
//! Nothing is decided here that a run without faults would not have decided long before.

use super::{AttemptState, CallGate, Job, JobState, NodePath, Planning, Run};
use crate::{
    Conclusion, Event, Refusal,
    concurrency::{Concurrency, Entered, GroupName, Groups, Member, Message, Notice},
};
use runyard_workflow::model::Queue;

/// That, by its run's own word, somebody is in a concurrency group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: GroupName,
    /// Who.
    pub member: Member,
    /// It has the slot; otherwise it waits for it.
    pub has_slot: bool,
}

/// What should have followed long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overdue {
    /// All jobs ended, so the run has (semantics R1.16).
    End(Conclusion),
    /// All that this job needs is complete, and nobody decided it (semantics R2.5).
    Plan(NodePath),
}

impl Run {
    /// Who of the run is in which concurrency group, or should be.
    pub fn memberships(&self) -> Vec<Membership> {
        let own = self.own_membership().into_iter();
        let of_jobs = self
            .attempt
            .planned()
            .filter_map(|job| {
                let has_slot = match job.state {
                    JobState::Pending => false,
                    JobState::Queued | JobState::InProgress { .. } => true,
                    JobState::Held | JobState::Completed { .. } => return None,
                };
                let group = self.wanted_by(job)?.clone();
                let (member, _) = job.member(self.id())?;
                Some(Membership {
                    group,
                    member,
                    has_slot,
                })
            })
            .filter(|_| self.attempt.state == AttemptState::Live);
        own.chain(of_jobs)
            .chain(self.memberships_of_calls())
            .collect()
    }

    fn own_membership(&self) -> Option<Membership> {
        let has_slot = match self.attempt.state {
            AttemptState::Pending => false,
            AttemptState::Live => true,
            AttemptState::Requested | AttemptState::Completed { .. } => return None,
        };
        Some(Membership {
            group: self.attempt.group.clone()?,
            member: self.member(),
            has_slot,
        })
    }

    fn memberships_of_calls(&self) -> Vec<Membership> {
        if self.attempt.state != AttemptState::Live {
            return Vec::new();
        }
        let mut all = Vec::new();
        for (node, call) in self.attempt.calls() {
            if call.concurrency.is_empty() || self.attempt.is_call_complete(node, call) {
                continue;
            }
            let (had, waits) = match call.gate {
                CallGate::Open => (call.concurrency.len(), false),
                CallGate::Before(gate) => (gate, false),
                CallGate::Pending(gate) => (gate, true),
            };
            for gate in 0..had + usize::from(waits) {
                if let Some(wish) = self.entered_at(node, call, gate) {
                    all.push(Membership {
                        group: wish.group.clone(),
                        member: self.call_member(node, call, gate),
                        has_slot: gate < had,
                    });
                }
            }
        }
        all
    }

    /// What should have followed by itself, if anything should.
    pub fn overdue(&self) -> Option<Overdue> {
        match self.attempt.state {
            AttemptState::Live => {}
            AttemptState::Pending if !self.attempt.jobs.is_empty() => {
                return self.attempt.conclusion_of_all_jobs().map(Overdue::End);
            }
            AttemptState::Requested | AttemptState::Pending | AttemptState::Completed { .. } => {
                return None;
            }
        }
        if let Some(conclusion) = self.attempt.conclusion_of_all_jobs() {
            return Some(Overdue::End(conclusion));
        }
        let mut jobs = self.attempt.jobs.iter();
        jobs.find_map(|job| match job {
            Job::Blocked(blocked)
                if self.attempt.are_complete(&blocked.needs)
                    && !self.attempt.is_held_by_call(&blocked.node) =>
            {
                Some(Overdue::Plan(blocked.node.clone()))
            }
            Job::Blocked(_) | Job::Planned(_) | Job::Called(_) => None,
        })
    }

    /// Takes the slots again that the run goes on with, where nobody else has them.
    ///
    /// # Errors
    /// [`Refusal::GroupsNotLoaded`].
    pub fn retake_slots(&self, groups: &mut Groups) -> Result<(), Refusal> {
        let all = self.memberships();
        groups.require(all.iter().map(|one| &one.group))?;
        for one in all.iter().filter(|one| one.has_slot) {
            if groups.is_free(&one.group) {
                groups.arrive(one.member.clone(), &in_line(&one.group))?;
            }
        }
        Ok(())
    }

    /// Does what should have followed by itself: plans and ends what is due, stands in line again where somebody waits
    /// without a place, and goes on where the slot is free or was given. Nothing happens when nothing is due.
    ///
    /// # Errors
    /// As the commands that plan jobs.
    pub fn catch_up(&mut self, mut planning: Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let kept = planning.groups.clone();
        let done = self
            .granted_again(&mut planning)
            .and_then(|decided| self.decide(decided, &mut planning));
        if done.is_err() {
            *planning.groups = kept;
        }
        done
    }

    fn granted_again(&self, planning: &mut Planning<'_>) -> Result<Vec<Event>, Refusal> {
        self.retake_slots(planning.groups)?;
        let mut events = Vec::new();
        for one in self.memberships().into_iter().filter(|one| !one.has_slot) {
            match planning
                .groups
                .arrive(one.member.clone(), &in_line(&one.group))?
            {
                Entered::Running => {
                    let granted = Message {
                        to: one.member,
                        group: one.group,
                        notice: Notice::Granted,
                    };
                    events.extend(self.heard(&granted, planning)?);
                }
                Entered::Pending | Entered::Full => {}
            }
        }
        Ok(events)
    }
}

/// Ends nobody: whoever was forgotten stands behind all others.
fn in_line(group: &GroupName) -> Concurrency {
    Concurrency {
        group: group.clone(),
        cancel_in_progress: false,
        queue: Queue::Max,
    }
}

//! Concurrency groups of called workflows: their jobs wait together until the call has its slots (semantics R2.70).

use super::{Attempt, Call, CallGate, Job, NodePath, PlannedJob, Planning, Run, outlook::Outlook};
use crate::{
    Conclusion, Event, Refusal,
    concurrency::{Concurrency, Entered, GroupName, Member, Message, Notice},
    event::EndReason,
};

impl Attempt {
    /// Whether the call that brought in this node has not all of its slots yet.
    pub(super) fn is_held_by_call(&self, node: &NodePath) -> bool {
        let caller = node.caller();
        let call = caller.and_then(|(caller, leg)| self.call(&caller, leg));
        call.is_some_and(|call| !call.gate.is_open())
    }

    /// The calls that brought in this node, the nearest first.
    fn calls_above(&self, node: &NodePath) -> Vec<(NodePath, &Call)> {
        let mut above = Vec::new();
        let mut next = node.caller();
        while let Some((caller, leg)) = next {
            next = caller.caller();
            if let Some(call) = self.call(&caller, leg) {
                above.push((caller, call));
            }
        }
        above
    }

    pub(super) fn is_call_complete(&self, node: &NodePath, call: &Call) -> bool {
        let own = |job: &&Job| job.node().is_of_call(node, call.leg_index());
        self.jobs.iter().filter(own).all(|job| match job {
            Job::Blocked(_) => false,
            Job::Planned(job) => job.state.conclusion().is_some(),
            Job::Called(_) => true,
        })
    }
}

impl Run {
    /// Whether the run, or a call that `node` is below of, has the slot of this group: then it counts as held already
    /// (semantics R2.70).
    pub(super) fn has_slot(&self, group: &GroupName, node: &NodePath) -> bool {
        let of_run = self.attempt.group.as_ref();
        if of_run.is_some_and(|own| own.is_same(group)) {
            return true;
        }
        if node.caller().is_none() {
            return false;
        }
        let above = self.attempt.calls_above(node);
        let mut of_calls = above.iter().flat_map(|(_, call)| &call.concurrency);
        of_calls.any(|own| own.group.is_same(group))
    }

    /// Calls ask for their slots, and those that a cancelled run does not want any more end.
    pub(super) fn pass_call_gates(
        &self,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let closed = self.attempt.calls().filter(|(node, call)| {
            !call.gate.is_open() && !self.attempt.is_call_complete(node, call)
        });
        let closed: Vec<(&NodePath, &Call)> = closed.collect();
        let wanted = closed
            .iter()
            .filter_map(|(node, call)| self.wanted_by_call(node, call));
        planning.groups.require(wanted.map(|wish| &wish.group))?;
        let mut events = Vec::new();
        for (node, call) in closed {
            if self.attempt.cancelled_at.is_some() && !self.caller_still_holds(node, planning)? {
                events.extend(self.end_call((node, call.leg_index()), None, planning)?);
            } else if let CallGate::Before(gate) = call.gate {
                events.extend(self.ask_for_slot((node, call, gate), planning)?);
            }
        }
        Ok(events)
    }

    fn caller_still_holds(
        &self,
        node: &NodePath,
        planning: &Planning<'_>,
    ) -> Result<bool, Refusal> {
        let outlook = Outlook::of(&self.attempt, node, planning)?;
        Ok(outlook.condition().unwrap_or(false))
    }

    fn ask_for_slot(
        &self,
        (node, call, gate): (&NodePath, &Call, usize),
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let (leg, at) = (call.leg_index(), planning.now);
        let entered = match self.wanted_by_call(node, call) {
            Some(wish) => {
                let member = self.call_member(node, call, gate);
                planning.groups.arrive(member, wish)?
            }
            None => Entered::Running,
        };
        let node = node.clone();
        match entered {
            Entered::Running => Ok(vec![Event::CallEntered { node, leg, at }]),
            Entered::Pending => Ok(vec![Event::CallPending { node, leg, at }]),
            Entered::Full => {
                let wish = call.concurrency.get(gate);
                let reason = wish.map(|wish| EndReason::GroupFull {
                    group: wish.group.clone(),
                });
                self.end_call((&node, leg), reason, planning)
            }
        }
    }

    pub(super) fn call_member(&self, node: &NodePath, call: &Call, gate: usize) -> Member {
        call.member((self.id(), self.attempt.number), node, gate)
    }

    /// The group that a call asks for next, unless that slot counts as its own already.
    fn wanted_by_call<'c>(&self, node: &NodePath, call: &'c Call) -> Option<&'c Concurrency> {
        self.entered_at(node, call, call.gate.next()?)
    }

    /// The group with this number, if the call enters it: not when the run, a call above or the call itself has that
    /// slot already.
    pub(super) fn entered_at<'c>(
        &self,
        node: &NodePath,
        call: &'c Call,
        gate: usize,
    ) -> Option<&'c Concurrency> {
        let wish = call.concurrency.get(gate)?;
        let mut before = call.concurrency.iter().take(gate);
        let again = before.any(|own| own.group.is_same(&wish.group));
        (!again && !self.has_slot(&wish.group, node)).then_some(wish)
    }

    pub(super) fn heard_as_call(
        &self,
        (node, leg): (&NodePath, Option<u32>),
        message: &Message,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(call) = self.attempt.call(node, leg) else {
            return Ok(Vec::new());
        };
        match &message.notice {
            Notice::Granted if matches!(call.gate, CallGate::Pending(_)) => {
                let (node, at) = (node.clone(), planning.now);
                Ok(vec![Event::CallEntered { node, leg, at }])
            }
            Notice::Granted => Ok(Vec::new()),
            Notice::Cancelled(reason) => self.end_call((node, leg), Some(reason.clone()), planning),
        }
    }

    /// Ends the jobs of a call that no runner has, and tells those to stop that run.
    fn end_call(
        &self,
        (caller, leg): (&NodePath, Option<u32>),
        reason: Option<EndReason>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        let jobs = self.attempt.jobs.iter();
        for job in jobs.filter(|job| job.node().is_of_call(caller, leg)) {
            match job {
                Job::Blocked(blocked) => {
                    let whole = Outlook::of(&self.attempt, &blocked.node, planning)?.whole();
                    let reason = reason.clone().or(Some(EndReason::NotReached));
                    events.extend(whole.ended(Conclusion::Cancelled, reason, planning)?);
                }
                Job::Planned(job) => {
                    let at = planning.now;
                    events.extend(super::cancel::stop(job, None, reason.clone(), at));
                }
                Job::Called(_) => {}
            }
        }
        Ok(events)
    }

    /// The groups that calls leave because this job was the last of theirs.
    pub(super) fn calls_ended_by(&self, job: &PlannedJob) -> Vec<(GroupName, Member)> {
        if job.node.caller().is_none() {
            return Vec::new();
        }
        let mut left = Vec::new();
        for (node, call) in self.attempt.calls_above(&job.node) {
            if call.concurrency.is_empty() || !self.attempt.is_call_complete(&node, call) {
                continue;
            }
            for gate in 0..call.concurrency.len() {
                if let Some(wish) = self.entered_at(&node, call, gate) {
                    left.push((wish.group.clone(), self.call_member(&node, call, gate)));
                }
            }
        }
        left
    }
}

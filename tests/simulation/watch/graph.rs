//! What the events of a run say of its graph, judged by rules that are written here once more and by nothing of the
//! server: who may be planned when, what each condition says, and how a run ends.

use super::{Fault, hold};
use crate::flow::{Condition, Flows, JobPlan, Sight, Verdict};
use runyard_domain::{
    Conclusion, Event, JobId, Timestamp,
    event::{EndReason, GraphNode},
    run::{NodePath, RunIdentity},
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a run's jobs are described.
pub(crate) struct Place<'a> {
    flows: &'a Flows,
    root: usize,
    is_push: bool,
}

impl<'a> Place<'a> {
    pub(crate) fn of(flows: &'a Flows, identity: &RunIdentity) -> Self {
        let name = identity.path.rsplit('/').next();
        let root = flows.0.iter().position(|flow| Some(&*flow.name) == name);
        Self {
            flows,
            root: root.expect("runs are of generated files"),
            is_push: identity.event == "push",
        }
    }

    pub(super) fn job(&self, node: &NodePath) -> &'a JobPlan {
        let found = self.flows.find(self.root, node.keys());
        found.expect("nodes are of generated jobs").1
    }
}

/// The newest attempt's graph.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: BTreeMap<NodePath, Node>,
    cancelled: bool,
    /// A job was cancelled since the run was (semantics R1.16, row 2).
    any_cancelled_with_it: bool,
    /// Everything was ended by force.
    forced: bool,
    /// It waits for the slot of its concurrency group: a cancel ends it at once (semantics R3.7).
    waiting: bool,
    /// How every job ended that ran in this run, in any attempt.
    ends: BTreeMap<JobId, Conclusion>,
    /// What was decided in the attempt before.
    before: BTreeMap<NodePath, Option<Verdict>>,
    /// The newest events lay out an attempt that begins again.
    laying_out: bool,
    /// When the run was cancelled, while the newest events are those of that.
    cancelling: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Node {
    needs: Vec<NodePath>,
    decided: Option<Verdict>,
    legs: BTreeMap<JobId, Leg>,
    /// Jobs of a called workflow stand for it.
    calls: Option<usize>,
}

#[derive(Debug)]
struct Leg {
    absorbs_failure: bool,
    fail_fast: bool,
    end: Option<Conclusion>,
}

impl Leg {
    fn effective(&self) -> Option<Conclusion> {
        match self.end {
            Some(Conclusion::Failure) if self.absorbs_failure => Some(Conclusion::Success),
            end => end,
        }
    }
}

impl Graph {
    /// Follows the new events.
    pub(crate) fn follow(&mut self, place: &Place<'_>, events: &[Event]) -> Result<(), Fault> {
        for (at, event) in events.iter().enumerate() {
            self.follow_one(place, event, events.get(at + 1))?;
        }
        Ok(())
    }

    fn follow_one(
        &mut self,
        place: &Place<'_>,
        event: &Event,
        next: Option<&Event>,
    ) -> Result<(), Fault> {
        let of_cancel = matches!(
            event,
            Event::JobCompleted { .. } | Event::JobCancelRequested { .. }
        );
        let same = |at: &Timestamp| of_cancel && *at == event.at();
        self.cancelling = self.cancelling.filter(same);
        self.laying_out &= matches!(
            event,
            Event::AttemptPlanned { .. }
                | Event::WorkflowCalled { .. }
                | Event::JobPlanned { .. }
                | Event::JobCarried { .. }
        );
        match event {
            Event::AttemptRequested { .. } => {
                let nodes = std::mem::take(&mut self.nodes).into_iter();
                *self = Self {
                    ends: std::mem::take(&mut self.ends),
                    before: nodes.map(|(path, node)| (path, node.decided)).collect(),
                    laying_out: true,
                    ..Self::default()
                };
            }
            Event::JobCarried {
                job,
                from,
                node,
                continue_on_error,
                conclusion,
                ..
            } => {
                let ended = self.ends.get(from);
                hold!(
                    ended == Some(conclusion),
                    "r4_4: what is not run again is carried as it ended",
                    "job {job} is carried as {conclusion} from job {from}, which ended as {ended:?}"
                );
                let decided = self.before.get(node).copied().flatten();
                let leg = Leg {
                    absorbs_failure: *continue_on_error,
                    fail_fast: false,
                    end: Some(*conclusion),
                };
                let node = self.node(node);
                node.decided = decided;
                node.legs.insert(*job, leg);
            }
            Event::RunForceCancelRequested { .. } => (self.cancelled, self.forced) = (true, true),
            Event::AttemptPlanned { jobs, .. } => {
                self.waiting = false;
                self.add(jobs);
            }
            Event::RunPending { .. } => self.waiting = true,
            Event::RunEntered { .. } => self.waiting = false,
            Event::WorkflowCalled {
                node, calls, jobs, ..
            } => {
                self.decide(place, node, Verdict::Holds)?;
                self.node(node).calls = Some(calls.len());
                self.add(jobs);
            }
            Event::JobPlanned {
                job,
                node,
                leg,
                continue_on_error,
                ..
            } => {
                if self.node(node).decided.is_none() {
                    self.decide(place, node, verdict_of(*job, next))?;
                }
                let leg = Leg {
                    absorbs_failure: *continue_on_error,
                    fail_fast: leg.as_ref().is_some_and(|leg| leg.fail_fast),
                    end: None,
                };
                self.node(node).legs.insert(*job, leg);
            }
            Event::JobCompleted {
                job,
                conclusion,
                reason,
                ..
            } => self.end(place, *job, *conclusion, reason.as_ref())?,
            Event::RunCancelRequested { at, .. } => {
                (self.cancelled, self.cancelling) = (true, Some(*at));
            }
            Event::RunCompleted { conclusion, .. } => self.complete(place, *conclusion)?,
            Event::RunRequested { .. }
            | Event::CallPending { .. }
            | Event::CallEntered { .. }
            | Event::JobPending { .. }
            | Event::LogsDeleted { .. }
            | Event::RunDeleted { .. }
            | Event::StartupFailed { .. }
            | Event::JobQueued { .. }
            | Event::JobStarted { .. }
            | Event::JobCancelRequested { .. } => {}
        }
        Ok(())
    }

    fn add(&mut self, jobs: &[GraphNode]) {
        for job in jobs {
            let node = self.node(&job.node);
            node.needs.clone_from(&job.needs);
        }
    }

    fn node(&mut self, node: &NodePath) -> &mut Node {
        self.nodes.entry(node.clone()).or_default()
    }

    /// A job is decided once all that it needs is complete, and as its condition says (semantics R2.5, R2.10 to R2.16).
    fn decide(
        &mut self,
        place: &Place<'_>,
        node: &NodePath,
        decided: Verdict,
    ) -> Result<(), Fault> {
        if self.is_not_asked(node, decided) {
            self.node(node).decided = Some(decided);
            return Ok(());
        }
        for need in self.nodes.get(node).into_iter().flat_map(|it| &it.needs) {
            hold!(
                self.is_complete(need),
                "r2_5: a job is decided when its needs are complete",
                "{node} was decided before {need} had ended"
            );
        }
        let expected = self.verdict(place, node, self.cancelled);
        hold!(
            expected == decided,
            "r2_10 to r2_16: a job runs when its condition says so",
            "{node}, if {:?}, {:?}: {decided:?} instead of {expected:?}",
            place.job(node).condition,
            self.sight(place, node, self.cancelled)
        );
        self.node(node).decided = Some(decided);
        Ok(())
    }

    /// Whether its condition is not asked: it was not reached, or runs again as it was planned (semantics R4.5).
    fn is_not_asked(&self, node: &NodePath, decided: Verdict) -> bool {
        let before = self.before.get(node).copied().flatten();
        match decided {
            Verdict::NotReached => self.forced || self.waiting,
            Verdict::Holds => self.laying_out && before == Some(Verdict::Holds),
            Verdict::DoesNotHold | Verdict::CannotBeEvaluated => false,
        }
    }

    /// What the condition of a node says.
    pub(super) fn verdict(&self, place: &Place<'_>, node: &NodePath, cancelled: bool) -> Verdict {
        let condition: Condition = place.job(node).condition;
        condition.verdict(&self.sight(place, node, cancelled))
    }

    fn sight(&self, place: &Place<'_>, node: &NodePath, cancelled: bool) -> Sight {
        let ancestors = self.ancestors(node);
        let ends: Vec<_> = ancestors.iter().map(|node| self.result(node)).collect();
        let first = self.nodes.get(node).and_then(|node| node.needs.first());
        Sight {
            cancelled,
            all_succeeded: ends.iter().all(|end| *end == Some(Conclusion::Success)),
            any_failed: ends.contains(&Some(Conclusion::Failure)),
            first_need: first
                .and_then(|need| self.result(need))
                .map(Conclusion::name),
            is_push: place.is_push,
        }
    }

    fn ancestors(&self, node: &NodePath) -> BTreeSet<NodePath> {
        let mut found = BTreeSet::new();
        let mut open = vec![node.clone()];
        while let Some(next) = open.pop() {
            for need in self.nodes.get(&next).into_iter().flat_map(|it| &it.needs) {
                if found.insert(need.clone()) {
                    open.push(need.clone());
                }
            }
        }
        found
    }

    /// The node and all that it brought in.
    fn parts(&self, node: &NodePath) -> impl Iterator<Item = &Node> {
        let parts = self.nodes.iter();
        let parts = parts.filter(move |(path, _)| *path == node || path.is_below(node));
        parts.map(|(_, node)| node)
    }

    pub(super) fn is_complete(&self, node: &NodePath) -> bool {
        let mut parts = self.parts(node);
        parts.all(|part| part.decided.is_some() && part.legs.values().all(|leg| leg.end.is_some()))
    }

    /// Semantics R1.21, R1.22.
    fn result(&self, node: &NodePath) -> Option<Conclusion> {
        let legs = self.parts(node).flat_map(|part| part.legs.values());
        taken_together(legs.filter_map(Leg::effective).collect())
    }

    fn end(
        &mut self,
        place: &Place<'_>,
        job: JobId,
        conclusion: Conclusion,
        reason: Option<&EndReason>,
    ) -> Result<(), Fault> {
        let of_job = self.nodes.iter().find(|(_, it)| it.legs.contains_key(&job));
        let Some(node) = of_job.map(|(path, _)| path.clone()) else {
            return Err(Fault::new("only planned jobs end", format!("job {job}")));
        };
        if self.cancelling.is_some() && !self.waiting && conclusion == Conclusion::Cancelled {
            hold!(
                self.verdict(place, &node, true) != Verdict::Holds,
                "r3_2: a job whose condition holds survives a cancel",
                "job {job} ({node}) was cancelled with the run"
            );
        }
        if reason == Some(&EndReason::FailFast) {
            let mut legs = self.nodes[&node].legs.values();
            hold!(
                legs.any(|leg| leg.fail_fast && leg.effective() == Some(Conclusion::Failure)),
                "r2_45: fail-fast follows a failure",
                "job {job} ({node}) ended by it, and no leg of it had failed"
            );
        }
        self.any_cancelled_with_it |= self.cancelled && conclusion == Conclusion::Cancelled;
        let legs = &mut self.node(&node).legs;
        let leg = legs.get_mut(&job).expect("it was just found");
        hold!(
            leg.end.is_none(),
            "no conclusion changes",
            "job {job} ended as {:?} and then as {conclusion}",
            leg.end
        );
        leg.end = Some(conclusion);
        self.ends.insert(job, conclusion);
        Ok(())
    }

    /// Semantics R1.16.
    fn complete(&self, place: &Place<'_>, conclusion: Conclusion) -> Result<(), Fault> {
        for (path, node) in &self.nodes {
            hold!(
                self.is_complete(path),
                "r1_16: a run ends with its last job",
                "it ended as {conclusion} while {path} had not"
            );
            look_at_legs(place, path, node)?;
        }
        let legs = self.nodes.values().flat_map(|node| node.legs.values());
        let ends: Vec<_> = legs.filter_map(Leg::effective).collect();
        let expected = match self.any_cancelled_with_it || (self.cancelled && ends.is_empty()) {
            true => Some(Conclusion::Cancelled),
            false => taken_together(ends.clone()),
        };
        hold!(
            expected == Some(conclusion),
            "r1_16: a run ends as its jobs did",
            "it ended as {conclusion} instead of {expected:?}: {ends:?}"
        );
        Ok(())
    }
}

/// A job has as many legs as its matrix has rows, and a called workflow was called as often (semantics 2.5).
fn look_at_legs(place: &Place<'_>, path: &NodePath, node: &Node) -> Result<(), Fault> {
    if node.decided != Some(Verdict::Holds) {
        return Ok(());
    }
    let job = place.job(path);
    let wanted = job.matrix.map_or(1, |matrix| matrix.legs);
    let found = match job.calls {
        Some(_) => node.calls.unwrap_or_default(),
        None => node.legs.len(),
    };
    hold!(
        found == wanted,
        "a job has as many legs as its matrix has rows",
        "{path} has {found} instead of {wanted}"
    );
    Ok(())
}

/// What a planned job's next event says of its condition.
fn verdict_of(job: JobId, next: Option<&Event>) -> Verdict {
    let Some(Event::JobCompleted {
        job: ended,
        conclusion,
        reason,
        ..
    }) = next
    else {
        return Verdict::Holds;
    };
    match (conclusion, reason) {
        _ if *ended != job => Verdict::Holds,
        (Conclusion::Skipped, None) => Verdict::DoesNotHold,
        (Conclusion::Failure, Some(EndReason::NotEvaluated { .. })) => Verdict::CannotBeEvaluated,
        (Conclusion::Cancelled, Some(EndReason::NotReached)) => Verdict::NotReached,
        _ => Verdict::Holds,
    }
}

/// Rows 3 to 7 of semantics R1.16.
fn taken_together(ends: Vec<Conclusion>) -> Option<Conclusion> {
    let order = [
        Conclusion::Failure,
        Conclusion::TimedOut,
        Conclusion::Cancelled,
    ];
    let worst = order.into_iter().find(|wanted| ends.contains(wanted));
    if ends.is_empty() {
        return None;
    }
    let all_skipped = ends.iter().all(|end| *end == Conclusion::Skipped);
    let otherwise = match all_skipped {
        true => Conclusion::Skipped,
        false => Conclusion::Success,
    };
    Some(worst.unwrap_or(otherwise))
}

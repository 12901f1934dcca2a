//! How jobs, legs and called workflows count together: for the jobs that need them, and for the run. Questions only.

use super::{Attempt, Job, NodePath};
use crate::{Conclusion, JobStatus};
use std::collections::{BTreeMap, BTreeSet};

impl Attempt {
    /// Whether every leg, and every job of a called workflow, of these nodes ended (semantics R2.5).
    pub(super) fn are_complete(&self, nodes: &[NodePath]) -> bool {
        let unfinished = |job: &&Job| match job {
            Job::Blocked(_) => true,
            Job::Planned(planned) => planned.state.conclusion().is_none(),
            Job::Called(_) => false,
        };
        let mut open = self.jobs.iter().filter(unfinished).map(Job::node);
        !open.any(|open| nodes.iter().any(|node| open == node || open.is_below(node)))
    }

    /// The word for where a job stands; a caller is in progress until the jobs that it brought in have ended.
    pub fn status_of(&self, job: &Job) -> JobStatus {
        match job {
            Job::Blocked(_) => JobStatus::Blocked,
            Job::Planned(job) => job.state.status(),
            Job::Called(job) if self.are_complete(std::slice::from_ref(&job.node)) => {
                JobStatus::Completed
            }
            Job::Called(job) if job.calls.iter().all(|call| !call.gate.is_open()) => {
                JobStatus::Pending
            }
            Job::Called(_) => JobStatus::InProgress,
        }
    }

    /// How a job ended, if it did; a caller as the jobs that it brought in, taken together.
    pub fn conclusion_of(&self, job: &Job) -> Option<Conclusion> {
        match job {
            Job::Blocked(_) => None,
            Job::Planned(job) => job.state.conclusion(),
            Job::Called(called) => match self.status_of(job) {
                JobStatus::Completed => self.result(&called.node),
                JobStatus::Blocked
                | JobStatus::Pending
                | JobStatus::Queued
                | JobStatus::InProgress => None,
            },
        }
    }

    /// How a complete node counts for those that need it: its legs or the jobs of the workflow that it calls, taken
    /// together (semantics R1.21, R1.22). Nothing when it has no jobs.
    pub fn result(&self, node: &NodePath) -> Option<Conclusion> {
        let parts = self
            .planned()
            .filter(|job| job.node == *node || job.node.is_below(node));
        let ends: Vec<Conclusion> = parts.filter_map(super::PlannedJob::effective).collect();
        (!ends.is_empty()).then(|| worst(&ends))
    }

    /// Everything that a node needs, directly or through others, in the same file.
    pub(super) fn ancestors(&self, node: &NodePath) -> BTreeSet<NodePath> {
        let direct = self.jobs.iter().find(|job| job.node() == node);
        if direct.is_none_or(|job| job.needs().is_empty()) {
            return BTreeSet::new();
        }
        let needs: BTreeMap<&NodePath, &[NodePath]> = self
            .jobs
            .iter()
            .map(|job| (job.node(), job.needs()))
            .collect();
        let needs_of = |node: &NodePath| needs.get(node).copied().unwrap_or_default();
        let mut found = BTreeSet::new();
        let mut open: Vec<&NodePath> = needs_of(node).iter().collect();
        while let Some(next) = open.pop() {
            if found.insert(next.clone()) {
                open.extend(needs_of(next));
            }
        }
        found
    }

    /// The conclusion when no job is unfinished (semantics R1.16, rows 2 to 7).
    pub(super) fn conclusion_of_all_jobs(&self) -> Option<Conclusion> {
        let is_blocked = |job: &Job| matches!(job, Job::Blocked(_));
        if self.jobs.iter().any(is_blocked) {
            return None;
        }
        let ends: Option<Vec<Conclusion>> =
            self.planned().map(super::PlannedJob::effective).collect();
        let ends = ends?;
        Some(if self.cancelled_with_run {
            Conclusion::Cancelled
        } else {
            worst(&ends)
        })
    }
}

/// How a check suite ends whose check runs came from somewhere else and ended so (semantics R1.18): the first of these
/// words that any of them ended with. Nothing while it has none.
pub fn suite_conclusion(checks: &[Conclusion]) -> Option<Conclusion> {
    const WORST_FIRST: [Conclusion; 9] = [
        Conclusion::Failure,
        Conclusion::StartupFailure,
        Conclusion::TimedOut,
        Conclusion::Cancelled,
        Conclusion::ActionRequired,
        Conclusion::Stale,
        Conclusion::Success,
        Conclusion::Neutral,
        Conclusion::Skipped,
    ];
    WORST_FIRST.into_iter().find(|word| checks.contains(word))
}

/// Rows 3 to 7 of semantics R1.16 over effective results.
fn worst(ends: &[Conclusion]) -> Conclusion {
    let any = |wanted: Conclusion| ends.contains(&wanted);
    if any(Conclusion::Failure) {
        Conclusion::Failure
    } else if any(Conclusion::TimedOut) {
        Conclusion::TimedOut
    } else if any(Conclusion::Cancelled) {
        Conclusion::Cancelled
    } else if ends.iter().all(|end| *end == Conclusion::Skipped) {
        Conclusion::Skipped
    } else {
        Conclusion::Success
    }
}

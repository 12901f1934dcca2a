//! What must not be left undone between two commands: nothing ready stays unplanned, and nothing stopped goes on.

use super::{
    Fault,
    graph::{Graph, Place},
    hold,
};
use crate::flow::Verdict;
use runyard_domain::{
    Conclusion, Run,
    run::{Attempt, AttemptState, Job, JobState, NodePath, PlannedJob},
};
use std::collections::BTreeMap;

pub(super) fn look_at_settled(graph: &Graph, place: &Place<'_>, run: &Run) -> Result<(), Fault> {
    let attempt = run.attempt();
    let id = run.id();
    if let AttemptState::Live = attempt.state {
        hold!(
            attempt.planned().any(is_unfinished),
            "a live run has something to wait for",
            "run {id}: {attempt:?}"
        );
    }
    if attempt.state == AttemptState::Live {
        look_at_blocked(graph, run)?;
        look_at_matrices(attempt)?;
    }
    for job in attempt.planned().filter(|job| is_unfinished(job)) {
        hold!(
            attempt.conclusion().is_none(),
            "r1_16: a run ends with its last job",
            "run {id} has ended and job {} is {:?}",
            job.id,
            job.state
        );
        look_at_cancelled(graph, place, attempt, job)?;
    }
    Ok(())
}

fn is_unfinished(job: &PlannedJob) -> bool {
    job.state.conclusion().is_none()
}

fn is_told_to_stop(job: &PlannedJob) -> bool {
    match job.state {
        JobState::InProgress {
            cancel_requested_at,
            ..
        } => cancel_requested_at.is_some(),
        JobState::Held | JobState::Pending | JobState::Queued | JobState::Completed { .. } => false,
    }
}

/// Semantics R2.5.
fn look_at_blocked(graph: &Graph, run: &Run) -> Result<(), Fault> {
    for job in &run.attempt().jobs {
        if let Job::Blocked(blocked) = job {
            hold!(
                blocked.needs.iter().any(|need| !graph.is_complete(need)),
                "r2_5: a job is decided when its needs are complete",
                "run {}: {} is blocked and all its needs are complete",
                run.id(),
                blocked.node
            );
        }
    }
    Ok(())
}

/// Semantics R3.1: a cancel forgets no job.
fn look_at_cancelled(
    graph: &Graph,
    place: &Place<'_>,
    attempt: &Attempt,
    job: &PlannedJob,
) -> Result<(), Fault> {
    let goes_on = attempt.cancelled_at.is_none()
        || is_told_to_stop(job)
        || graph.verdict(place, &job.node, true) == Verdict::Holds;
    hold!(
        goes_on,
        "r3_1: a cancel stops every job whose condition does not hold",
        "job {} ({}) is {:?} in a run that was cancelled",
        job.id,
        job.node,
        job.state
    );
    Ok(())
}

/// Semantics R2.44 and R2.45.
fn look_at_matrices(attempt: &Attempt) -> Result<(), Fault> {
    let mut nodes: BTreeMap<&NodePath, Vec<&PlannedJob>> = BTreeMap::new();
    for job in attempt.planned() {
        nodes.entry(&job.node).or_default().push(job);
    }
    for (node, legs) in nodes {
        let is_past = |job: &&&PlannedJob| {
            matches!(
                job.state,
                JobState::Pending | JobState::Queued | JobState::InProgress { .. }
            )
        };
        let past = legs.iter().filter(is_past).count();
        let leg = legs.iter().find_map(|job| job.leg.as_ref());
        let most = leg.and_then(|leg| leg.max_parallel);
        let most = most.map_or(usize::MAX, |most| most as usize);
        hold!(
            past <= most,
            "r2_44: max-parallel",
            "{past} legs of {node} run beside each other, {most} may"
        );
        let held = legs.iter().any(|job| job.state == JobState::Held);
        hold!(
            !held || past == most,
            "r2_44: the next leg begins when one ends",
            "a leg of {node} is held, and {past} of {most} run"
        );
        let failed = |job: &&PlannedJob| {
            job.carried_from.is_none()
                && job.leg.as_ref().is_some_and(|leg| leg.fail_fast)
                && job.effective() == Some(Conclusion::Failure)
        };
        let goes_on = |job: &&PlannedJob| is_unfinished(job) && !is_told_to_stop(job);
        hold!(
            !legs.iter().any(failed) || !legs.iter().any(goes_on),
            "r2_45: fail-fast stops the other legs",
            "a leg of {node} failed, and another goes on"
        );
    }
    Ok(())
}

//! Where pending runs and jobs stand in the lines of their concurrency groups, and behind whom (semantics 2.8).

use crate::error::ApiError;
use runyard_domain::{
    Run,
    concurrency::{ConcurrencyGroup, GroupName, Member, Place},
    run::{AttemptState, CallGate, Job, JobState},
};
use runyard_store::Store;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The place of one that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PlaceInLine")]
pub(super) struct LineBody {
    group: String,
    /// From 1, which is next; 0 when the slot is its own already, and it will go on in a moment.
    position: usize,
    /// Who has the slot; null with position 0.
    behind: Option<MemberBody>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MemberOfGroup")]
pub(super) struct MemberBody {
    run_id: i64,
    /// Null when the whole run, or a call of it, has the slot.
    job_id: Option<i64>,
}

/// The lines in which parts of one run wait.
pub(super) struct Lines<'r> {
    run: &'r Run,
    groups: BTreeMap<String, ConcurrencyGroup>,
}

/// Reads the groups in which something of the run waits.
pub(super) async fn lines<'r>(store: &dyn Store, run: &'r Run) -> Result<Lines<'r>, ApiError> {
    let mut groups = BTreeMap::new();
    for (name, _) in waiting(run) {
        let key = name.key();
        if groups.contains_key(&key) {
            continue;
        }
        let repository = run.identity().repository;
        if let Some(group) = store.group(repository, &name).await? {
            groups.insert(key, group);
        }
    }
    Ok(Lines { run, groups })
}

/// Everything of the run that waits, with its group.
fn waiting(run: &Run) -> Vec<(GroupName, Member)> {
    let jobs = run.attempt().jobs.iter();
    let of_jobs = jobs.flat_map(|job| waiting_of(run, job));
    waiting_run(run).into_iter().chain(of_jobs).collect()
}

fn waiting_run(run: &Run) -> Option<(GroupName, Member)> {
    let attempt = run.attempt();
    let group = attempt.group.clone()?;
    (attempt.state == AttemptState::Pending).then(|| (group, run.member()))
}

fn waiting_of(run: &Run, job: &Job) -> Vec<(GroupName, Member)> {
    match job {
        Job::Blocked(_) => Vec::new(),
        Job::Planned(job) if job.state == JobState::Pending => {
            let member = job.member(run.id());
            let waits = member.map(|(member, wish)| (wish.group.clone(), member));
            waits.into_iter().collect()
        }
        Job::Planned(_) => Vec::new(),
        Job::Called(called) => {
            let calls = called.calls.iter().filter_map(|call| {
                let CallGate::Pending(gate) = call.gate else {
                    return None;
                };
                let group = call.concurrency.get(gate)?.group.clone();
                let of = (run.id(), run.attempt().number);
                Some((group, call.member(of, &called.node, gate)))
            });
            calls.collect()
        }
    }
}

impl Lines<'_> {
    /// Where the run itself waits, if it does.
    pub(super) fn of_run(&self) -> Option<LineBody> {
        waiting_run(self.run).map(|waits| self.body(&waits))
    }

    /// Where a job, or the calls of a caller, wait.
    pub(super) fn of_job(&self, job: &Job) -> Vec<LineBody> {
        let waits = waiting_of(self.run, job);
        waits.iter().map(|waits| self.body(waits)).collect()
    }

    fn body(&self, (name, member): &(GroupName, Member)) -> LineBody {
        let group = self.groups.get(&name.key());
        let place = group.and_then(|group| group.place_of(member));
        let (position, behind) = match place {
            Some(Place::Pending { position, behind }) => (position, Some(behind)),
            // Since the run was read it may have left.
            Some(Place::Running) | None => (0, None),
        };
        LineBody {
            group: name.to_string(),
            position,
            behind: behind.map(|member| MemberBody {
                run_id: member.run().get(),
                job_id: member.job().map(runyard_domain::JobId::get),
            }),
        }
    }
}

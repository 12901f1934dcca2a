//! Concurrency groups: one holder at most, and none that has ended (semantics R2.51, R2.58).

use super::{Fault, Watcher, hold, run::unreadable};
use crate::{flow::GROUPS, world::World};
use runyard_domain::{
    Run, RunId,
    concurrency::{GroupName, Member},
    run::{AttemptState, JobState},
};
use std::collections::BTreeMap;

/// What of a run goes on within a concurrency group: the group in lower case, and who.
pub(super) fn holders(run: &Run) -> Vec<(String, String)> {
    let attempt = run.attempt();
    if attempt.state != AttemptState::Live {
        return Vec::new();
    }
    let own = attempt.group.as_ref().map(key);
    let mut holders = Vec::new();
    for job in attempt.planned() {
        let goes_on = matches!(job.state, JobState::Queued | JobState::InProgress { .. });
        let group = job.concurrency.as_ref().map(|wish| key(&wish.group));
        // What its run holds already is its own as well (semantics R2.70).
        if let Some(group) = group.filter(|group| goes_on && own.as_ref() != Some(group)) {
            holders.push((group, format!("job {} of run {}", job.id, run.id())));
        }
    }
    holders.extend(own.map(|own| (own, format!("run {}", run.id()))));
    holders
}

fn key(name: &GroupName) -> String {
    name.as_str().to_lowercase()
}

impl Watcher {
    pub(super) async fn look_at_groups(&mut self, world: &World) -> Result<(), Fault> {
        let mut held: BTreeMap<&str, &str> = BTreeMap::new();
        for (group, who) in self.runs.values().flat_map(|run| &run.holds) {
            let other = held.insert(group, who);
            hold!(
                other.is_none(),
                "r2_51: a concurrency group has one holder",
                "{group} is held by {} and by {who}",
                other.unwrap_or_default()
            );
        }
        for name in GROUPS {
            let name = GroupName::new(name).expect("it is a name");
            let store = world.store.real();
            let group = store.group(world.repository.id, &name).await;
            let group = group.map_err(unreadable)?;
            let Some(running) = group.as_ref().and_then(|group| group.running()) else {
                continue;
            };
            let run = store.aggregate(running.run()).await.map_err(unreadable)?;
            hold!(
                run.as_ref().is_some_and(|run| is_there(run, running)),
                "r2_58: a slot is released when its holder ends",
                "{running} has ended and holds {}",
                name.as_str()
            );
            self.reached.insert("group taken".to_owned());
            let waits = group.is_some_and(|group| !group.pending().is_empty());
            self.reached
                .extend(waits.then(|| "group waited for".to_owned()));
        }
        Ok(())
    }

    /// The groups of a run that is gone are nobody's.
    pub(super) fn release(&mut self, run: RunId) {
        if let Some(watched) = self.runs.get_mut(&run) {
            watched.holds.clear();
        }
    }
}

/// Whether a member has not ended.
fn is_there(run: &Run, member: &Member) -> bool {
    match member {
        Member::Run { attempt, .. } | Member::Call { attempt, .. } => {
            run.attempt().number == *attempt && !run.is_completed()
        }
        Member::Job { job, .. } => run
            .job(*job)
            .is_ok_and(|job| job.state.conclusion().is_none()),
    }
}

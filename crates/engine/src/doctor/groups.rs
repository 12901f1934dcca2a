//! Looks at concurrency groups: who is in them, and who is by the word of their runs. A run and its groups change
//! together, so where the two still disagree when both are read again, something is wrong.

use super::{Finding, ROWS_PER_PAGE, Visit};
use crate::EngineError;
use runyard_domain::{
    RepositoryId, Run, RunId,
    concurrency::{ConcurrencyGroup, Member},
    run::Membership,
};
use runyard_store::{KeptGroup, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// A group: whose, and the key of its name.
type GroupKey = (RepositoryId, String);

/// Who is in which group, by the word of the runs.
#[derive(Debug, Default)]
pub(crate) struct Line {
    members: BTreeMap<GroupKey, Vec<Membership>>,
    /// Runs that cannot be read, or not be believed: what they are in is not known.
    pub(super) unknown: Vec<RunId>,
}

impl Line {
    pub(super) fn add(&mut self, run: &Run) {
        for one in run.memberships() {
            let key = (run.identity().repository, one.group.key());
            self.members.entry(key).or_default().push(one);
        }
    }

    fn of(&self, key: &GroupKey) -> &[Membership] {
        self.members.get(key).map_or(&[], Vec::as_slice)
    }
}

impl Visit<'_> {
    /// Looks at all groups that somebody is in, or should be.
    pub(super) async fn look_at_groups(&mut self, line: Line) -> Result<(), EngineError> {
        let mut seen: BTreeSet<GroupKey> = BTreeSet::new();
        let mut after = None;
        loop {
            let page = self.engine.store.groups(after, ROWS_PER_PAGE).await?;
            let Some(last) = page.last() else {
                break;
            };
            after = Some((last.repository, last.key.clone()));
            for kept in page {
                let key = (kept.repository, kept.key.clone());
                self.look_at_group(kept, line.of(&key), &line).await?;
                seen.insert(key);
            }
        }
        for (key, members) in &line.members {
            if !seen.contains(key) {
                self.look_at_members(key, members).await?;
            }
        }
        Ok(())
    }

    async fn look_at_group(
        &mut self,
        kept: KeptGroup,
        members: &[Membership],
        line: &Line,
    ) -> Result<(), EngineError> {
        let key = (kept.repository, kept.key);
        let group = match kept.group {
            Ok(group) => group,
            Err(error) => {
                let (repository, key) = key;
                let finding = Finding::UnreadableGroup {
                    repository,
                    key,
                    problem: error.to_string(),
                    members: members.to_vec(),
                };
                self.deal_with(finding).await?;
                return Ok(());
            }
        };
        let inside = group.running().into_iter().chain(group.pending());
        for member in inside.cloned().collect::<Vec<_>>() {
            if line.unknown.contains(&member.run()) {
                continue;
            }
            if !members.iter().any(|one| one.member == member) {
                self.look_at_stranger(&key, &member).await?;
            }
        }
        self.look_at_members(&key, members).await
    }

    /// Somebody who is in a group, but not by the word of its run.
    async fn look_at_stranger(
        &mut self,
        key: &GroupKey,
        member: &Member,
    ) -> Result<(), EngineError> {
        let by_run = self.memberships_of(member.run()).await?;
        let Some(by_run) = by_run else {
            return Ok(());
        };
        let Some(group) = self.group_again(key).await? else {
            return Ok(());
        };
        let is_inside = group.place_of(member).is_some();
        if is_inside && !by_run.iter().any(|one| one.member == *member) {
            self.deal_with(Finding::MemberGone {
                repository: key.0,
                has_slot: group.running() == Some(member),
                group: group.name,
                member: member.clone(),
            })
            .await?;
        }
        Ok(())
    }

    /// Those who are in a group by the word of their runs.
    async fn look_at_members(
        &mut self,
        key: &GroupKey,
        members: &[Membership],
    ) -> Result<(), EngineError> {
        // Who goes on first: a free slot is theirs.
        let (going, waiting): (Vec<_>, Vec<_>) = members.iter().partition(|one| one.has_slot);
        for one in going.into_iter().chain(waiting) {
            let group = self.group_again(key).await?;
            if wrong_place(one, group.as_ref()).is_none() {
                continue;
            }
            let told = self.is_told(one.member.run()).await?;
            // Both again, the run last: whoever changed between is right now, or on the way to it.
            let group = self.group_again(key).await?;
            let by_run = self.memberships_of(one.member.run()).await?;
            let still = by_run.is_some_and(|all| all.contains(one));
            let finding = wrong_place(one, group.as_ref()).filter(|_| still && !told);
            if let Some(finding) = finding {
                self.deal_with(finding).await?;
            }
        }
        Ok(())
    }

    /// Who of a run is in groups by its word; nothing when it cannot be read.
    async fn memberships_of(&self, run: RunId) -> Result<Option<Vec<Membership>>, EngineError> {
        match self.engine.store.inspect(run).await?.stored {
            Ok(run) => Ok(Some(run.memberships())),
            Err(StoreError::NotFound { .. }) => Ok(Some(Vec::new())),
            Err(_) => Ok(None),
        }
    }

    async fn group_again(&self, key: &GroupKey) -> Result<Option<ConcurrencyGroup>, EngineError> {
        let (repository, name) = key.clone();
        let kept = self.engine.store.kept_group(repository, &name).await?;
        Ok(kept.and_then(|kept| kept.group.ok()))
    }

    /// Whether a message to the run waits to be applied.
    async fn is_told(&self, run: RunId) -> Result<bool, EngineError> {
        let mut after = 0;
        loop {
            let page = self
                .engine
                .store
                .left_messages(after, ROWS_PER_PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(false);
            };
            after = last.id;
            if page.iter().any(|left| left.run == run) {
                return Ok(true);
            }
        }
    }
}

/// Where a group does not have somebody as its run says.
fn wrong_place(one: &Membership, group: Option<&ConcurrencyGroup>) -> Option<Finding> {
    let Membership {
        group: name,
        member,
        has_slot,
    } = one.clone();
    let holder = group.and_then(ConcurrencyGroup::running);
    let waits = group.is_some_and(|group| group.pending().contains(&member));
    match (has_slot, holder) {
        (true, Some(holder)) if *holder == member => None,
        (true, holder) => Some(Finding::WithoutSlot {
            group: name,
            member,
            holder: holder.cloned(),
        }),
        (false, Some(holder)) if *holder == member => Some(Finding::NeverTold {
            group: name,
            member,
        }),
        (false, _) if waits => None,
        (false, _) => Some(Finding::WaitsNowhere {
            group: name,
            member,
        }),
    }
}

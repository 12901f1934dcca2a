//! The groups that one command on a run touches, and the messages that it leaves. It decides nothing itself.

use super::{Concurrency, ConcurrencyGroup, Entered, GroupName, Member, Message};
use crate::{Refusal, RunId};
use std::collections::{BTreeMap, VecDeque};

/// Groups that were loaded for a command, with what members are told by it. One that is needed and is not here makes
/// the command refuse with [`Refusal::GroupsNotLoaded`]: it can be given again with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    loaded: BTreeMap<String, ConcurrencyGroup>,
    messages: VecDeque<Message>,
}

impl Groups {
    /// These groups, with no messages yet.
    pub fn new(groups: impl IntoIterator<Item = ConcurrencyGroup>) -> Self {
        let mut all = Self::default();
        all.add(groups);
        all
    }

    /// Adds groups that were loaded.
    pub fn add(&mut self, groups: impl IntoIterator<Item = ConcurrencyGroup>) {
        for group in groups {
            self.loaded.insert(group.name.key(), group);
        }
    }

    /// All that were loaded, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &ConcurrencyGroup> {
        self.loaded.values()
    }

    /// What members of other runs are told.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }

    /// Refuses unless all of these were loaded, naming all that were not.
    pub(crate) fn require<'n>(
        &self,
        names: impl IntoIterator<Item = &'n GroupName>,
    ) -> Result<(), Refusal> {
        let missing: BTreeMap<String, GroupName> = names
            .into_iter()
            .map(|name| (name.key(), name.clone()))
            .filter(|(key, _)| !self.loaded.contains_key(key))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let groups = missing.into_values().collect();
        Err(Refusal::GroupsNotLoaded { groups })
    }

    /// Whether nobody has the slot of a group that was loaded.
    pub(crate) fn is_free(&self, name: &GroupName) -> bool {
        let group = self.loaded.get(&name.key());
        group.is_some_and(|group| group.running().is_none())
    }

    /// A member enters the group that it wants.
    pub(crate) fn arrive(
        &mut self,
        member: Member,
        wish: &Concurrency,
    ) -> Result<Entered, Refusal> {
        self.require([&wish.group])?;
        let Some(group) = self.loaded.get_mut(&wish.group.key()) else {
            return Err(Refusal::WrongLoad);
        };
        let arrival = group.arrive(member, wish);
        self.messages.extend(arrival.messages);
        Ok(arrival.entered)
    }

    /// A member leaves a group.
    pub(crate) fn leave(&mut self, name: &GroupName, member: &Member) -> Result<(), Refusal> {
        self.require([name])?;
        let Some(group) = self.loaded.get_mut(&name.key()) else {
            return Err(Refusal::WrongLoad);
        };
        self.messages.extend(group.leave(member));
        Ok(())
    }

    /// The first message to a member of this run: it is taken, because the run is at hand.
    pub(crate) fn take_message_to(&mut self, run: RunId) -> Option<Message> {
        let place = self.messages.iter().position(|m| m.to.run() == run)?;
        self.messages.remove(place)
    }
}

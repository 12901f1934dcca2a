//! One concurrency group: who has its slot and who waits. An aggregate of its own; it must not look at runs.

use super::{Concurrency, GroupName, Member, Message, Notice};
use crate::{RepositoryId, event::EndReason};
use runyard_workflow::model::Queue;

/// Members that wait with `queue: max` at most (semantics R2.53).
pub const PENDING_MAX: usize = 100;

/// A group of one repository (semantics R2.50). That somebody waits for a free slot cannot be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcurrencyGroup {
    /// Whose group it is.
    pub repository: RepositoryId,
    /// As the first member wrote it.
    pub name: GroupName,
    slot: Slot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    Free,
    Taken {
        by: Member,
        /// In the order in which they came.
        pending: Vec<Member>,
    },
}

/// Where a member stands in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It has the slot.
    Running,
    /// It waits.
    Pending {
        /// From 1, which is next.
        position: usize,
        /// Who has the slot.
        behind: Member,
    },
}

/// What came of an arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Where the newcomer is.
    pub entered: Entered,
    /// What others are told because of it.
    pub messages: Vec<Message>,
}

/// Where a newcomer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// It has the slot.
    Running,
    /// It waits.
    Pending,
    /// Nowhere: too many wait already.
    Full,
}

impl ConcurrencyGroup {
    /// A group that nobody is in.
    pub fn free(repository: RepositoryId, name: GroupName) -> Self {
        Self {
            repository,
            name,
            slot: Slot::Free,
        }
    }

    /// A group as a store keeps it; `pending` in the order in which they came.
    pub fn taken(
        repository: RepositoryId,
        name: GroupName,
        by: Member,
        pending: Vec<Member>,
    ) -> Self {
        Self {
            repository,
            name,
            slot: Slot::Taken { by, pending },
        }
    }

    /// Who has the slot.
    pub fn running(&self) -> Option<&Member> {
        match &self.slot {
            Slot::Free => None,
            Slot::Taken { by, .. } => Some(by),
        }
    }

    /// Who waits, in the order in which they came.
    pub fn pending(&self) -> &[Member] {
        match &self.slot {
            Slot::Free => &[],
            Slot::Taken { pending, .. } => pending,
        }
    }

    /// Where `member` stands, if it is in the group.
    pub fn place_of(&self, member: &Member) -> Option<Place> {
        let running = self.running()?;
        if running == member {
            return Some(Place::Running);
        }
        let before = self.pending().iter().position(|other| other == member)?;
        Some(Place::Pending {
            position: before + 1,
            behind: running.clone(),
        })
    }

    /// A member comes (semantics R2.52 to R2.54). One that is there already stays where it is.
    pub fn arrive(&mut self, member: Member, wish: &Concurrency) -> Arrival {
        let known = self.place_of(&member);
        let mut messages = Vec::new();
        let name = &self.name;
        let entered = match (known, &mut self.slot) {
            (Some(Place::Running), _) => Entered::Running,
            (Some(Place::Pending { .. }), _) => Entered::Pending,
            (None, Slot::Free) => {
                self.slot = Slot::Taken {
                    by: member,
                    pending: Vec::new(),
                };
                Entered::Running
            }
            (None, Slot::Taken { by, pending }) => {
                if wish.queue == Queue::Max && pending.len() >= PENDING_MAX {
                    return Arrival {
                        entered: Entered::Full,
                        messages,
                    };
                }
                if wish.queue == Queue::Single {
                    let replaced = pending.drain(..);
                    messages.extend(replaced.map(|old| superseded(name, old, &member)));
                }
                if wish.cancel_in_progress {
                    messages.push(cancel_in_progress(name, by.clone(), &member));
                }
                pending.push(member);
                Entered::Pending
            }
        };
        Arrival { entered, messages }
    }

    /// A member is completed, or does not want the slot any more. Who has the slot now is told so (semantics R2.58).
    /// Nothing happens for one that is not in the group.
    pub fn leave(&mut self, member: &Member) -> Option<Message> {
        let Slot::Taken { by, pending } = &mut self.slot else {
            return None;
        };
        if by != member {
            pending.retain(|other| other != member);
            return None;
        }
        if pending.is_empty() {
            self.slot = Slot::Free;
            return None;
        }
        *by = pending.remove(0);
        Some(Message {
            to: by.clone(),
            group: self.name.clone(),
            notice: Notice::Granted,
        })
    }
}

fn superseded(group: &GroupName, old: Member, newcomer: &Member) -> Message {
    let reason = EndReason::Superseded {
        group: group.clone(),
        by: newcomer.clone(),
    };
    Message {
        to: old,
        group: group.clone(),
        notice: Notice::Cancelled(reason),
    }
}

fn cancel_in_progress(group: &GroupName, running: Member, newcomer: &Member) -> Message {
    let reason = EndReason::CancelInProgress {
        group: group.clone(),
        by: newcomer.clone(),
    };
    Message {
        to: running,
        group: group.clone(),
        notice: Notice::Cancelled(reason),
    }
}

//! Concurrency groups: at most one member of a group goes on, the others wait in line (semantics 2.8).
//!
//! A group knows nothing of runs: what an arrival or a departure means for them is decided where the run is.

mod group;
mod groups;
mod member;
mod name;

pub use group::{Arrival, ConcurrencyGroup, Entered, PENDING_MAX, Place};
pub use groups::Groups;
pub use member::{Concurrency, Member, Message, Notice};
pub use name::{GROUP_NAME_CHARACTERS_MAX, GroupName, InvalidGroupName};

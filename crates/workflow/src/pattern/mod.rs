//! Branch, tag and path filters: the pattern grammar and the lists of it (semantics 6.2); it must
//! not know events.

mod compile;
mod list;
mod program;

pub use compile::{InvalidPattern, Pattern, PatternFault};
pub use list::{IgnoreList, PatternList};
pub use program::MatchBudget;

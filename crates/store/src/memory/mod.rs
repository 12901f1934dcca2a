//! The store in readable maps: for tests, for library users, and as the model of the other two.

mod accounts;
mod change;
mod logs;
mod queue;
mod ready;
mod repositories;
mod runners;
mod runs;
mod state;
mod store;

pub use store::{Clock, MemoryStore};

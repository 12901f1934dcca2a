//! The store in readable maps: for tests, for library users, and as the model of the other two.

mod accounts;
mod change;
mod deliveries;
mod logs;
mod polls;
mod queue;
mod ready;
mod reports;
mod repositories;
mod runners;
mod runs;
mod secrets;
mod state;
mod store;

pub use store::{Clock, MemoryStore};

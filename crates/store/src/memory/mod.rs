//! The store in readable maps: for tests, for library users, and as the model of the other two.

mod accounts;
mod artifacts;
mod caches;
mod change;
mod checks;
mod concurrency;
mod configuration;
mod deliveries;
mod follow_ups;
mod inspections;
mod logs;
mod polls;
mod pull_requests;
mod purges;
mod queue;
mod ready;
mod reports;
mod repositories;
mod retentions;
mod runners;
mod runs;
mod schedules;
mod secrets;
mod state;
mod store;
mod troubles;

pub use store::MemoryStore;

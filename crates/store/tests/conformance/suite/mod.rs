//! The cases, by what they are about.

mod accounts;
mod agreement;
mod changes;
mod concurrency;
mod deletes;
mod git_access;
mod logs;
mod queue;
mod repositories;
mod runners;
mod runs;
mod store;
mod time_limits;
mod trigger_keys;
mod triggers;
mod wakes;
mod walks;
mod walks_of_executions;

pub(crate) use accounts::*;
pub(crate) use changes::*;
pub(crate) use concurrency::*;
pub(crate) use deletes::*;
pub(crate) use git_access::*;
pub(crate) use logs::*;
pub(crate) use queue::*;
pub(crate) use repositories::*;
pub(crate) use runners::*;
pub(crate) use runs::*;
pub(crate) use store::*;
pub(crate) use time_limits::*;
pub(crate) use trigger_keys::*;
pub(crate) use triggers::*;
pub(crate) use wakes::*;
pub(crate) use walks::*;
pub(crate) use walks_of_executions::*;

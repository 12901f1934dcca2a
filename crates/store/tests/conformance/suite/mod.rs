//! The cases, by what they are about.

mod accounts;
mod agreement;
mod changes;
mod git_access;
mod logs;
mod queue;
mod reports;
mod repositories;
mod runners;
mod runs;
mod store;
mod trigger_keys;
mod wakes;
mod walks;
mod walks_of_executions;

pub(crate) use accounts::*;
pub(crate) use changes::*;
pub(crate) use git_access::*;
pub(crate) use logs::*;
pub(crate) use queue::*;
pub(crate) use reports::*;
pub(crate) use repositories::*;
pub(crate) use runners::*;
pub(crate) use runs::*;
pub(crate) use store::*;
pub(crate) use trigger_keys::*;
pub(crate) use wakes::*;
pub(crate) use walks::*;
pub(crate) use walks_of_executions::*;

//! The queries and what the traits make of them: written once, compiled for each database beside its `dialect`.

mod accounts;
mod aggregates;
mod change;
mod claim;
mod deliveries;
mod depth;
mod executions;
mod installation;
mod jobs;
mod labels;
mod logs;
mod polls;
mod reports;
mod repositories;
mod run_list;
mod run_views;
mod runners;
mod runs;
mod save;
mod secrets;
mod workflows;

use super::{Connection, SqlStore, dialect};

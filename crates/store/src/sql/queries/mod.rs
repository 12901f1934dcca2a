//! The queries and what the traits make of them: written once, compiled for each database beside its `dialect`.

mod accounts;
mod aggregates;
mod artifacts;
mod caches;
mod change;
mod checks;
mod claim;
mod concurrency;
mod configuration;
mod deliveries;
mod depth;
mod executions;
mod follow_ups;
mod inspections;
mod installation;
mod jobs;
mod kept_groups;
mod labels;
mod logs;
mod polls;
mod pull_requests;
mod purges;
mod rebuilds;
mod reports;
mod repositories;
mod retentions;
mod run_list;
mod run_views;
mod runners;
mod runs;
mod save;
mod schedules;
mod secrets;
mod troubles;
mod workflows;

use super::{Connection, SqlStore, dialect};

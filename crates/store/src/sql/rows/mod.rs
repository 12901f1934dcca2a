//! Rows as the tables have them, and what they become: flat outside, domain types inside. No queries here.

mod accounts;
mod artifacts;
mod attempt;
mod caches;
mod concurrency;
mod configuration;
mod execution;
mod follow_ups;
mod git_access;
mod job;
mod job_state;
mod place;
mod pull_requests;
mod repositories;
mod run;
mod runner;
mod schedules;

pub(crate) use accounts::{TokenRow, UserRow, login_key};
pub(crate) use artifacts::ArtifactRow;
pub(crate) use attempt::AttemptRow;
pub(crate) use caches::CacheRow;
pub(crate) use concurrency::{GroupRow, MessageRow};
pub(crate) use configuration::{NamedSecretRow, VariableRow, secret_facts};
pub(crate) use execution::{ExecutionChange, ExecutionRow, OfferRow};
pub(crate) use follow_ups::FollowUpRow;
pub(crate) use git_access::{PollRow, SecretRow};
pub(crate) use job::JobRow;
pub(crate) use job_state::JobStateRow;
pub(crate) use place::{Place, json};
pub(crate) use pull_requests::PullRequestRow;
pub(crate) use repositories::{CollaboratorRow, RepositoryRow, WorkflowRow};
pub(crate) use run::{EventRow, PayloadRow, RunChange, RunRow};
pub(crate) use runner::RunnerRow;
pub(crate) use schedules::{BranchRow, ScheduleRow, timezone};

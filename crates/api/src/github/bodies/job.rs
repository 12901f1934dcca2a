//! Jobs and steps in bodies (contract 7, semantics R1.7).

use super::{repository::RepositoryUrls, runner::DEFAULT_GROUP_ID};
use crate::{
    github::node_id::{Node, node_id},
    wire::{seconds, seconds_or_null},
};
use runyard_domain::{
    Timestamp,
    execution::Step,
    run::JobState,
    runner::{DEFAULT_GROUP, RunnerRef},
};
use runyard_store::{JobView, RunView};
use schemars::JsonSchema;
use serde::Serialize;

/// A job.
#[derive(Serialize)]
pub(in crate::github) struct JobBody {
    id: i64,
    run_id: i64,
    workflow_name: String,
    head_branch: Option<String>,
    run_url: String,
    run_attempt: u32,
    node_id: String,
    head_sha: String,
    url: String,
    html_url: String,
    status: &'static str,
    conclusion: Option<&'static str>,
    created_at: String,
    started_at: String,
    completed_at: Option<String>,
    name: String,
    steps: Vec<StepBody>,
    check_run_url: String,
    labels: Vec<String>,
    runner_id: Option<i64>,
    runner_name: Option<String>,
    runner_group_id: Option<i64>,
    runner_group_name: Option<String>,
}

impl JobBody {
    /// The job of this run.
    pub(in crate::github) fn of(job: &JobView, run: &RunView, urls: &RepositoryUrls) -> Self {
        let identity = &run.identity;
        let runs = format!("/actions/runs/{}", identity.id);
        let (started_at, completed_at) = times(job);
        let runner = job.state.ran().map(|ran| &ran.runner);
        Self {
            id: job.id.get(),
            run_id: identity.id.get(),
            workflow_name: identity.name.clone(),
            head_branch: identity.head_branch.clone(),
            run_url: urls.api(&runs),
            run_attempt: job.attempt,
            node_id: node_id(Node::CheckRun, job.id.get()),
            head_sha: identity.head_sha.clone(),
            url: urls.api(&format!("/actions/jobs/{}", job.id)),
            html_url: urls.web(&format!("{runs}/job/{}", job.id)),
            status: job.state.status().name(),
            conclusion: job.state.conclusion().map(|conclusion| conclusion.name()),
            created_at: seconds(job.created_at),
            started_at: seconds(started_at),
            completed_at: seconds_or_null(completed_at),
            name: job.display_name.clone(),
            steps: job.steps.iter().map(StepBody::of).collect(),
            check_run_url: urls.api(&format!("/check-runs/{}", job.id)),
            labels: job.labels.clone(),
            runner_id: runner.map(|runner| runner.id.get()),
            runner_name: runner.map(|runner| runner.name.clone()),
            runner_group_id: runner.and_then(group_id),
            runner_group_name: runner.map(|runner| runner.group.clone()),
        }
    }
}

fn group_id(runner: &RunnerRef) -> Option<i64> {
    let is_default = runner.group.eq_ignore_ascii_case(DEFAULT_GROUP);
    is_default.then_some(DEFAULT_GROUP_ID)
}

/// When it began and ended. Strict clients refuse a null beginning: while queued it is the creation (semantics R1.7).
pub(super) fn times(job: &JobView) -> (Timestamp, Option<Timestamp>) {
    match &job.state {
        JobState::Held | JobState::Pending | JobState::Queued => (job.created_at, None),
        JobState::InProgress { started_at, .. } => (*started_at, None),
        JobState::Completed {
            started_at,
            completed_at,
            ..
        } => (*started_at, Some(*completed_at)),
    }
}

/// A step.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Step")]
pub(crate) struct StepBody {
    name: String,
    status: &'static str,
    conclusion: Option<&'static str>,
    number: u32,
    started_at: Option<String>,
    completed_at: Option<String>,
}

impl StepBody {
    /// The step as last reported.
    pub(crate) fn of(step: &Step) -> Self {
        Self {
            name: step.name.clone(),
            status: step.status().name(),
            conclusion: step.conclusion().map(|conclusion| conclusion.name()),
            number: step.number,
            started_at: seconds_or_null(step.started_at()),
            completed_at: seconds_or_null(step.completed_at()),
        }
    }
}

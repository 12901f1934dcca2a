//! Checks in bodies: a job as a check run, a run as a check suite, and the app that made both (contract 7).

use super::{
    job::times,
    pull_request::PullRequestBody,
    repository::{MinimalRepository, RepositoryUrls},
    run::{CommitBody, pull_requests},
    user::SimpleUser,
};
use crate::{
    github::node_id::{Node, node_id},
    wire::{Origin, seconds, seconds_or_null},
};
use runyard_domain::{UserId, execution::CheckOutput, pull_request::PullRequest};
use runyard_store::{JobView, RunView, UserRef};
use serde::Serialize;
use serde_json::{Value, json};
use std::rc::Rc;

/// The id of GitHub's app for Actions, by which clients know its checks.
pub(in crate::github) const ACTIONS_APP: i64 = 15_368;
/// When GitHub made it.
const ACTIONS_APP_MADE: &str = "2018-07-30T09:30:17Z";

/// The app for Actions.
#[derive(Serialize)]
pub(in crate::github) struct AppBody {
    id: i64,
    slug: &'static str,
    node_id: String,
    owner: SimpleUser,
    name: &'static str,
    description: &'static str,
    external_url: String,
    html_url: String,
    created_at: &'static str,
    updated_at: &'static str,
    permissions: Value,
    events: [&'static str; 0],
}

impl AppBody {
    /// The same for every check.
    pub(in crate::github) fn actions(origin: &Origin) -> Rc<Self> {
        let owner = UserRef {
            id: UserId::new(0),
            login: "github".to_owned(),
            site_admin: false,
        };
        Rc::new(Self {
            id: ACTIONS_APP,
            slug: "github-actions",
            node_id: node_id(Node::App, ACTIONS_APP),
            owner: SimpleUser::of(&owner, origin),
            name: "GitHub Actions",
            description: "Automate your workflow from idea to production",
            external_url: "https://help.github.com/en/actions".to_owned(),
            html_url: format!("{}/apps/github-actions", origin.web()),
            created_at: ACTIONS_APP_MADE,
            updated_at: ACTIONS_APP_MADE,
            permissions: json!({ "actions": "write", "checks": "write", "contents": "write", "metadata": "read" }),
            events: [],
        })
    }
}

/// What checks of one repository share.
pub(in crate::github) struct Around<'a> {
    pub(in crate::github) repository: &'a Rc<MinimalRepository>,
    pub(in crate::github) urls: &'a RepositoryUrls,
    pub(in crate::github) app: &'a Rc<AppBody>,
    /// Open ones; each check shows those of its branch.
    pub(in crate::github) pulls: &'a [PullRequest],
}

/// A job as a check run.
#[derive(Serialize)]
pub(in crate::github) struct CheckRunBody {
    id: i64,
    name: String,
    node_id: String,
    head_sha: String,
    external_id: String,
    url: String,
    html_url: String,
    details_url: String,
    status: &'static str,
    conclusion: Option<&'static str>,
    started_at: String,
    completed_at: Option<String>,
    output: OutputBody,
    check_suite: SuiteReference,
    app: Rc<AppBody>,
    pull_requests: Vec<PullRequestBody>,
}

#[derive(Serialize)]
struct SuiteReference {
    id: i64,
}

/// What a check says. Of a job it is what a job's token said; else nothing but annotations.
#[derive(Serialize)]
struct OutputBody {
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
    annotations_count: u64,
    annotations_url: String,
}

impl CheckRunBody {
    /// The job of this run, of which this was said and which has so many annotations.
    pub(in crate::github) fn of(
        job: &JobView,
        run: &RunView,
        (said, annotations): (CheckOutput, u64),
        around: &Around<'_>,
    ) -> Self {
        let urls = around.urls;
        let url = urls.api(&format!("/check-runs/{}", job.id));
        let page = urls.web(&format!("/actions/runs/{}/job/{}", job.run, job.id));
        let (started_at, completed_at) = times(job);
        Self {
            id: job.id.get(),
            name: job.display_name.clone(),
            node_id: node_id(Node::CheckRun, job.id.get()),
            head_sha: run.identity.head_sha.clone(),
            external_id: job.id.to_string(),
            html_url: page.clone(),
            details_url: page,
            status: job.state.status().name(),
            conclusion: job.state.conclusion().map(|conclusion| conclusion.name()),
            started_at: seconds(started_at),
            completed_at: seconds_or_null(completed_at),
            output: OutputBody {
                title: said.title,
                summary: said.summary,
                text: said.text,
                annotations_count: annotations,
                annotations_url: format!("{url}/annotations"),
            },
            url,
            check_suite: SuiteReference {
                id: run.identity.check_suite.get(),
            },
            app: around.app.clone(),
            pull_requests: pull_requests(run, around.pulls, around.repository, urls),
        }
    }
}

/// A run as a check suite.
#[derive(Serialize)]
pub(in crate::github) struct CheckSuiteBody {
    id: i64,
    node_id: String,
    head_branch: Option<String>,
    head_sha: String,
    status: &'static str,
    conclusion: Option<&'static str>,
    url: String,
    /// Where the branch was before the push; null for what is no push.
    before: Option<String>,
    after: String,
    pull_requests: Vec<PullRequestBody>,
    app: Rc<AppBody>,
    repository: Rc<MinimalRepository>,
    created_at: String,
    updated_at: String,
    rerequestable: bool,
    runs_rerequestable: bool,
    latest_check_runs_count: u64,
    check_runs_url: String,
    head_commit: CommitBody,
}

impl CheckSuiteBody {
    /// The suite of this run, whose newest attempt has so many jobs.
    pub(in crate::github) fn of(run: &RunView, jobs: u64, around: &Around<'_>) -> Self {
        let suite = run.identity.check_suite.get();
        let url = around.urls.api(&format!("/check-suites/{suite}"));
        Self {
            id: suite,
            node_id: node_id(Node::CheckSuite, suite),
            head_branch: run.identity.head_branch.clone(),
            head_sha: run.identity.head_sha.clone(),
            status: run.attempt.status.name(),
            conclusion: run.attempt.conclusion.map(|conclusion| conclusion.name()),
            check_runs_url: format!("{url}/check-runs"),
            url,
            before: run.identity.cause.before.clone(),
            after: run.identity.head_sha.clone(),
            pull_requests: pull_requests(run, around.pulls, around.repository, around.urls),
            app: around.app.clone(),
            repository: around.repository.clone(),
            created_at: seconds(run.identity.created_at),
            updated_at: seconds(run.attempt.updated_at),
            rerequestable: false,
            runs_rerequestable: false,
            latest_check_runs_count: jobs,
            head_commit: CommitBody::of(&run.commit),
        }
    }
}

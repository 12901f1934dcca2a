//! Runs and attempts in bodies (contract 7).

use super::{
    pull_request::PullRequestBody,
    repository::{MinimalRepository, RepositoryUrls},
    user::SimpleUser,
};
use crate::{
    github::node_id::{Node, node_id},
    wire::{Origin, seconds},
};
use runyard_domain::{
    pull_request::PullRequest,
    run::{CommitFacts, HeadRepository, Person},
};
use runyard_engine::shown_branch;
use runyard_store::RunView;
use runyard_workflow::reusable::Source;
use serde::Serialize;
use std::rc::Rc;

/// What a run is shown as: they differ in their creation time and two links (contract 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::github) enum Shown {
    /// The run, as its newest attempt stands.
    Run,
    /// One of its attempts.
    Attempt,
}

/// A run.
#[derive(Serialize)]
pub(in crate::github) struct RunBody {
    id: i64,
    name: String,
    node_id: String,
    head_branch: Option<String>,
    head_sha: String,
    path: String,
    display_title: String,
    run_number: i64,
    event: String,
    status: &'static str,
    conclusion: Option<&'static str>,
    workflow_id: i64,
    check_suite_id: i64,
    check_suite_node_id: String,
    url: String,
    html_url: String,
    pull_requests: Vec<PullRequestBody>,
    created_at: String,
    updated_at: String,
    actor: SimpleUser,
    run_attempt: u32,
    referenced_workflows: Vec<Source>,
    run_started_at: String,
    triggering_actor: SimpleUser,
    jobs_url: String,
    logs_url: String,
    check_suite_url: String,
    artifacts_url: String,
    cancel_url: String,
    rerun_url: String,
    previous_attempt_url: Option<String>,
    workflow_url: String,
    head_commit: CommitBody,
    repository: Rc<MinimalRepository>,
    head_repository: Option<Rc<MinimalRepository>>,
}

impl RunBody {
    /// The run of this repository; of the pull requests it shows its own.
    pub(in crate::github) fn of(
        run: &RunView,
        (shown, pulls): (Shown, &[PullRequest]),
        repository: &Rc<MinimalRepository>,
        urls: &RepositoryUrls,
        origin: &Origin,
    ) -> Self {
        let RunView {
            identity, attempt, ..
        } = run;
        let below = format!("/actions/runs/{}", identity.id);
        let url = urls.api(&below);
        let of_attempt = match shown {
            Shown::Run => url.clone(),
            Shown::Attempt => format!("{url}/attempts/{}", attempt.number),
        };
        let created_at = match shown {
            Shown::Run => identity.created_at,
            Shown::Attempt => attempt.requested_at,
        };
        let previous = (attempt.number > 1).then(|| attempt.number - 1);
        let suite = identity.check_suite.get();
        Self {
            id: identity.id.get(),
            name: identity.name.clone(),
            node_id: node_id(Node::Run, identity.id.get()),
            head_branch: identity.head_branch.clone(),
            head_sha: identity.head_sha.clone(),
            path: identity.path.clone(),
            display_title: identity.display_title.clone(),
            run_number: identity.number,
            event: identity.event.clone(),
            status: attempt.status.name(),
            conclusion: attempt.conclusion.map(|conclusion| conclusion.name()),
            workflow_id: identity.workflow.get(),
            check_suite_id: suite,
            check_suite_node_id: node_id(Node::CheckSuite, suite),
            html_url: urls.web(&below),
            pull_requests: pull_requests(run, pulls, repository, urls),
            created_at: seconds(created_at),
            updated_at: seconds(attempt.updated_at),
            actor: SimpleUser::of(&run.actor, origin),
            run_attempt: attempt.number,
            referenced_workflows: run
                .referenced()
                .iter()
                .map(|one| one.source.clone())
                .collect(),
            run_started_at: seconds(attempt.requested_at),
            triggering_actor: SimpleUser::of(&attempt.triggering_actor, origin),
            jobs_url: format!("{of_attempt}/jobs"),
            logs_url: format!("{of_attempt}/logs"),
            check_suite_url: urls.api(&format!("/check-suites/{suite}")),
            artifacts_url: format!("{url}/artifacts"),
            cancel_url: format!("{url}/cancel"),
            rerun_url: format!("{url}/rerun"),
            previous_attempt_url: previous.map(|number| format!("{url}/attempts/{number}")),
            workflow_url: urls.api(&format!("/actions/workflows/{}", identity.workflow)),
            url,
            head_commit: CommitBody::of(&run.commit),
            repository: repository.clone(),
            head_repository: head_repository(run, repository, origin),
        }
    }
}

/// Those of the run's branch.
pub(super) fn pull_requests(
    run: &RunView,
    pulls: &[PullRequest],
    repository: &MinimalRepository,
    urls: &RepositoryUrls,
) -> Vec<PullRequestBody> {
    let branch = shown_branch(run);
    let own = pulls
        .iter()
        .filter(|pull| Some(pull.head_branch.as_str()) == branch);
    own.map(|pull| PullRequestBody::of(pull, repository, urls))
        .collect()
}

/// Null once the fork that the head was from is gone (contract 7).
fn head_repository(
    run: &RunView,
    repository: &Rc<MinimalRepository>,
    origin: &Origin,
) -> Option<Rc<MinimalRepository>> {
    match &run.identity.cause.head_repository {
        HeadRepository::Own => Some(repository.clone()),
        HeadRepository::Fork(fork) => Some(Rc::new(MinimalRepository::fork(fork, origin))),
        HeadRepository::Gone => None,
    }
}

/// A commit as runs show it.
#[derive(Serialize)]
pub(super) struct CommitBody {
    id: String,
    tree_id: String,
    message: String,
    timestamp: String,
    author: PersonBody,
    committer: PersonBody,
}

#[derive(Serialize)]
struct PersonBody {
    name: String,
    email: String,
}

impl CommitBody {
    pub(super) fn of(commit: &CommitFacts) -> Self {
        Self {
            id: commit.sha.clone(),
            tree_id: commit.tree.clone(),
            message: commit.message.clone(),
            timestamp: seconds(commit.timestamp),
            author: PersonBody::of(&commit.author),
            committer: PersonBody::of(&commit.committer),
        }
    }
}

impl PersonBody {
    fn of(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            email: person.email.clone(),
        }
    }
}

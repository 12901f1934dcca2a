//! Small values that tests are written with: files, moments, hashes, pages, rows. No store is asked here.

use runyard_domain::{
    CheckSuiteId, RepositoryId, RunId, RunnerId, Timestamp, UserId, WorkflowId,
    account::TokenHash,
    execution::{Patience, Step, StepState},
    repository::{Workflow, WorkflowState},
    run::{Cause, CommitFacts, Intake, Person, RunIdentity},
    runner::RunnerRef,
};
use runyard_store::{Page, Scope, StoreError};
use std::time::Duration;

/// One job that any Linux runner takes.
pub(crate) const ONE_JOB: &str =
    "on: push\njobs:\n  build: {runs-on: linux, steps: [{run: make}]}\n";

/// Two jobs, one after the other.
pub(crate) const CHAIN: &str = "on: push\njobs:
  build: {runs-on: linux, steps: [{run: make}]}
  test: {needs: build, runs-on: [Linux, gpu], steps: [{run: make test}]}\n";

/// Two jobs beside each other and one that needs both.
pub(crate) const DIAMOND: &str = "on: push\njobs:
  left: {runs-on: linux, steps: [{run: make left}]}
  right: {runs-on: linux, steps: [{run: make right}]}
  both: {needs: [left, right], runs-on: linux, steps: [{run: make both}]}\n";

/// The first page, as long as pages can be.
pub(crate) const ALL: Page = Page {
    number: 1,
    per_page: 100,
};

/// Long enough for anything that a test waits for.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A workflow file with `count` jobs that need nothing.
pub(crate) fn jobs_beside_each_other(count: usize) -> String {
    let job = |n| format!("  job{n}: {{runs-on: linux, steps: [{{run: make}}]}}\n");
    let jobs: String = (0..count).map(job).collect();
    format!("on: push\njobs:\n{jobs}")
}

/// A moment with a fraction that only microseconds can show.
pub(crate) fn a_moment() -> Timestamp {
    Timestamp::from_unix_micros(1_700_000_000_123_457).unwrap()
}

/// A token hash unlike those for other numbers.
pub(crate) fn token_hash(number: i64) -> TokenHash {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    TokenHash::new(bytes)
}

/// The page with this number.
pub(crate) fn page(number: u32, per_page: u32) -> Page {
    Page { number, per_page }
}

/// A runner as jobs see it.
pub(crate) fn runner(id: i64) -> RunnerRef {
    RunnerRef {
        group: "Default".to_owned(),
        id: RunnerId::new(id),
        name: format!("runner-{id}"),
    }
}

/// Waits that are over at once, so that no test waits for a clock.
pub(crate) fn no_patience() -> Patience {
    Patience {
        offer: Duration::ZERO,
        lease: Duration::ZERO,
        cancel_grace: Duration::ZERO,
        ..Patience::default()
    }
}

pub(crate) fn step(number: u32, name: &str) -> Step {
    Step {
        number,
        name: name.to_owned(),
        state: StepState::InProgress {
            started_at: a_moment(),
        },
    }
}

/// Whether something was named that is not there.
pub(crate) fn breaks_a_reference(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Conflict(runyard_store::Conflict::Reference)
    )
}

pub(crate) fn is_not_found(error: &StoreError) -> bool {
    matches!(error, StoreError::NotFound { .. })
}

pub(crate) fn workflow(id: WorkflowId, repository: RepositoryId, path: &str) -> Workflow {
    Workflow {
        id,
        repository,
        path: path.to_owned(),
        name: path.to_owned(),
        state: WorkflowState::Active,
        created_at: a_moment(),
        updated_at: a_moment(),
    }
}

pub(crate) fn scope_of(identity: &RunIdentity) -> Scope {
    Scope::NewRun {
        repository: identity.repository,
        workflow: identity.workflow,
        trigger_key: identity.trigger_key.clone(),
        parent: identity.parent,
        intake: Intake::default(),
    }
}

pub(super) fn identity(
    (id, check_suite): (RunId, CheckSuiteId),
    workflow: &Workflow,
    actor: UserId,
    created_at: Timestamp,
) -> RunIdentity {
    RunIdentity {
        id,
        repository: workflow.repository,
        workflow: workflow.id,
        check_suite,
        number: 0,
        index: 0,
        event: "push".to_owned(),
        head_branch: Some("main".to_owned()),
        head_sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e".to_owned(),
        git_ref: "refs/heads/main".to_owned(),
        actor,
        parent: None,
        trigger_key: String::new(),
        name: workflow.name.clone(),
        path: workflow.path.clone(),
        display_title: "Say hello".to_owned(),
        definition: String::new(),
        referenced: Vec::new(),
        cause: Cause::default(),
        created_at,
    }
}

pub(super) fn commit() -> CommitFacts {
    let person = |name: &str| Person {
        name: name.to_owned(),
        email: format!("{name}@example.com"),
    };
    CommitFacts {
        sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e".to_owned(),
        tree: "691272480426f78a0138979dd3ce63b77f706feb".to_owned(),
        message: "Say hello\n\nand mean it".to_owned(),
        timestamp: a_moment(),
        author: person("ada"),
        committer: person("grace"),
    }
}

/// A name for a text, as long as a SHA-256 in hex; stores do not compute it.
pub(super) fn definition_of(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:064x}", hasher.finish())
}

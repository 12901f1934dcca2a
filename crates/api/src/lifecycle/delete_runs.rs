//! Deleting many runs at once: those that have ended and match what is asked for.

use crate::{
    ApiState,
    auth::{Repo, Write},
    error::ApiError,
    wire::{Body, Created, FORMS, ok},
};
use actix_web::{HttpResponse, web::Data};
use runyard_domain::{Conclusion, RunStatus, repository::Repository};
use runyard_engine::{DELETED_PER_CALL, DeletedRuns, Engine, EngineError, WorkflowKey};
use runyard_store::RunFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which runs; every member that is there must hold. A name that is not known is refused, as without it more would go
/// than was meant.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RunsToDelete")]
pub(super) struct Wish {
    /// File name or number.
    workflow: Option<WorkflowName>,
    branch: Option<String>,
    event: Option<String>,
    status: Option<String>,
    actor: Option<String>,
    head_sha: Option<String>,
    created: Option<String>,
    /// Really all of them.
    #[serde(default)]
    all: bool,
    /// Only say what would go.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum WorkflowName {
    Id(u32),
    File(String),
}

/// What was done.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeletedRuns")]
pub(super) struct Done {
    dry_run: bool,
    /// Completed runs that matched; 1,000 when there were more.
    matching: u64,
    /// Those that are deleted now.
    deleted: u64,
    /// Others that match, but have not ended: they stay.
    not_completed: u64,
    /// Completed ones are left that match: the same call again goes on with them.
    more: bool,
    /// As many go with one call at most.
    deleted_per_call: u32,
}

/// POST /repos/{owner}/{repo}/runs/delete
pub(super) async fn delete(
    repo: Repo<Write>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let wish: Wish = body.parse()?;
    let by = repo.user()?.id;
    let engine = &state.engine;
    let dry_run = wish.dry_run;
    let chosen = wish.chosen(repo.repository(), engine).await?;
    let done: DeletedRuns = engine.delete_runs(repo.id(), &chosen, by, dry_run).await?;
    Ok(ok(&Done {
        dry_run,
        matching: done.matching,
        deleted: done.deleted,
        not_completed: done.not_completed,
        more: done.has_more,
        deleted_per_call: DELETED_PER_CALL,
    }))
}

impl Wish {
    async fn chosen(self, repository: &Repository, engine: &Engine) -> Result<RunFilter, ApiError> {
        let workflow = match &self.workflow {
            Some(name) => Some(workflow_of(name, repository, engine).await?),
            None => None,
        };
        let status = text("status", self.status)?;
        if let Some(word) = status.as_deref().filter(|word| !is_end(word)) {
            return Err(status_problem(word));
        }
        let created = text("created", self.created)?;
        let created = created.map(|text| {
            let read = Created::parse(&text);
            read.ok_or_else(|| problem("created", &format!("{text:?} must be {FORMS}")))
        });
        let created = created.transpose()?;
        let chosen = RunFilter {
            workflow,
            actor: text("actor", self.actor)?,
            branch: text("branch", self.branch)?,
            event: text("event", self.event)?,
            status,
            head_sha: text("head_sha", self.head_sha)?,
            check_suite: None,
            created_from: created.and_then(|created| created.from),
            created_before: created.and_then(|created| created.before),
        };
        let is_everything = chosen == RunFilter::default();
        match (is_everything, self.all) {
            (true, false) => Err(ApiError::InvalidRequest {
                detail: "Say which runs: give workflow, branch, event, status, actor, head_sha or created, or \"all\": true."
                    .to_owned(),
            }),
            (false, true) => Err(problem("all", "it cannot be true beside a filter")),
            (true, true) | (false, false) => Ok(chosen),
        }
    }
}

async fn workflow_of(
    name: &WorkflowName,
    repository: &Repository,
    engine: &Engine,
) -> Result<runyard_domain::WorkflowId, ApiError> {
    let shown = match name {
        WorkflowName::Id(id) => id.to_string(),
        WorkflowName::File(file) => file.clone(),
    };
    match engine
        .workflow(repository, &WorkflowKey::parse(&shown))
        .await
    {
        Ok(workflow) => Ok(workflow.id),
        Err(EngineError::NotFound { .. }) => {
            let wanted = "must be the file name or the number of a workflow of the repository";
            Err(problem("workflow", &format!("{shown:?} {wanted}")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Only runs that ended are deleted: a word for others would match none.
fn is_end(word: &str) -> bool {
    word == RunStatus::Completed.name() || word.parse::<Conclusion>().is_ok()
}

fn status_problem(word: &str) -> ApiError {
    let ends: Vec<&str> = Conclusion::ALL.iter().map(|end| end.name()).collect();
    let completed = RunStatus::Completed.name();
    problem(
        "status",
        &format!("{word:?} must be {completed} or one of {}", ends.join(", ")),
    )
}

fn text(member: &str, given: Option<String>) -> Result<Option<String>, ApiError> {
    match given {
        Some(text) if text.is_empty() => Err(problem(member, "it must not be empty")),
        given => Ok(given),
    }
}

fn problem(member: &str, problem: &str) -> ApiError {
    ApiError::InvalidRequest {
        detail: format!("For '{member}', {problem}."),
    }
}

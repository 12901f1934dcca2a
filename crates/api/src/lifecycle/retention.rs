//! How long the runs of a repository, and their logs, are kept (semantics R8.11).

use crate::{
    ApiState,
    auth::{Administer, Repo},
    error::ApiError,
    wire::{Body, ok},
};
use actix_web::{HttpResponse, web::Data};
use runyard_domain::retention::{
    Kept, Retention, RetentionRule, RetentionRules, WorkflowRetention,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a repository says; a member that is absent or null is left to the server. A name that is not known is refused:
/// who misspells one would believe that it holds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewRetention")]
pub(super) struct RulesBody {
    #[schemars(with = "Option<u32>")]
    run_days: Option<Kept>,
    #[schemars(with = "Option<u32>")]
    log_days: Option<Kept>,
    #[serde(default)]
    workflows: Vec<WorkflowBody>,
}

/// What it says of one workflow; absent or null is as for the repository.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewWorkflowRetention")]
pub(super) struct WorkflowBody {
    path: String,
    #[schemars(with = "Option<u32>")]
    run_days: Option<Kept>,
    #[schemars(with = "Option<u32>")]
    log_days: Option<Kept>,
}

impl From<RulesBody> for RetentionRules {
    fn from(body: RulesBody) -> Self {
        let workflow = |workflow: WorkflowBody| WorkflowRetention {
            path: workflow.path,
            rule: RetentionRule {
                runs: workflow.run_days,
                logs: workflow.log_days,
            },
        };
        Self {
            own: RetentionRule {
                runs: body.run_days,
                logs: body.log_days,
            },
            workflows: body.workflows.into_iter().map(workflow).collect(),
        }
    }
}

/// Days of runs and of logs; 0 is no end.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RetentionInForce")]
pub(super) struct InForce {
    #[schemars(with = "u32")]
    run_days: Kept,
    #[schemars(with = "u32")]
    log_days: Kept,
}

impl From<Retention> for InForce {
    fn from(retention: Retention) -> Self {
        Self {
            run_days: retention.runs,
            log_days: retention.logs,
        }
    }
}

/// What was said, and what holds by it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Retention")]
pub(super) struct Shown {
    #[schemars(with = "Option<u32>")]
    run_days: Option<Kept>,
    #[schemars(with = "Option<u32>")]
    log_days: Option<Kept>,
    in_force: InForce,
    workflows: Vec<ShownWorkflow>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WorkflowRetention")]
pub(super) struct ShownWorkflow {
    path: String,
    #[schemars(with = "Option<u32>")]
    run_days: Option<Kept>,
    #[schemars(with = "Option<u32>")]
    log_days: Option<Kept>,
    in_force: InForce,
}

/// GET /repos/{owner}/{repo}/retention
pub(super) async fn show(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let rules = state.engine.retention(repo.repository()).await?;
    Ok(shown(rules, &state))
}

/// PUT /repos/{owner}/{repo}/retention
pub(super) async fn put(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let rules: RetentionRules = body.parse::<RulesBody>()?.into();
    let engine = &state.engine;
    engine.put_retention(repo.repository(), &rules).await?;
    Ok(shown(rules, &state))
}

/// DELETE /repos/{owner}/{repo}/retention
pub(super) async fn remove(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.delete_retention(repo.repository()).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn shown(rules: RetentionRules, state: &ApiState) -> HttpResponse {
    let server = state.engine.settings().retention;
    let workflow = |workflow: &WorkflowRetention| ShownWorkflow {
        path: workflow.path.clone(),
        run_days: workflow.rule.runs,
        log_days: workflow.rule.logs,
        in_force: rules.of(&workflow.path, server).into(),
    };
    ok(&Shown {
        run_days: rules.own.runs,
        log_days: rules.own.logs,
        in_force: rules.own.over(server).into(),
        workflows: rules.workflows.iter().map(workflow).collect(),
    })
}

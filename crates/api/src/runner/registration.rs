//! Runners come, say what they are, and go; administrators let them in and put them out.

use super::messages::{
    DeclareRunner, Declared, Intervals, RegisterRunner, Registered, RunnerState, WAIT_SECONDS_MAX,
};
use crate::{
    ApiState,
    auth::{Registrar, Remover, RunnerCaller, SiteAdmin},
    error::ApiError,
    lifecycle::{Keyset, REGISTRATION_TOKEN_LIFETIME},
    wire::{Body, created, ok, seconds},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use runyard_domain::{
    RunnerId, Timestamp,
    account::{TokenKind, User},
    runner::Runner,
};
use runyard_engine::{NewRunner, NewToken, Secret, Settings};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// Lets runners register.
#[derive(Serialize, JsonSchema)]
pub(super) struct RegistrationToken {
    token: String,
    expires_at: String,
}

/// POST /runners/registration-token
pub(super) async fn token(
    admin: SiteAdmin,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let kind = TokenKind::Registration;
    let (secret, expires_at) = new_token_for_runners(admin.user(), kind, &state).await?;
    Ok(created(&RegistrationToken {
        token: secret.reveal().to_owned(),
        expires_at: seconds(expires_at),
    }))
}

/// A new token of an administrator that lets runners register or has one forgotten, and when it ends.
pub(crate) async fn new_token_for_runners(
    administrator: &User,
    kind: TokenKind,
    state: &ApiState,
) -> Result<(Secret, Timestamp), ApiError> {
    let now = state.engine.store().now().await?;
    let expires_at = now.plus(REGISTRATION_TOKEN_LIFETIME);
    let new = NewToken {
        name: "for runners".to_owned(),
        kind,
        expires_at: Some(expires_at),
    };
    let (_, secret) = state.engine.create_token(administrator, new).await?;
    Ok((secret, expires_at))
}

/// POST /runners/register
pub(super) async fn register(
    _: Registrar,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let message: RegisterRunner = body.parse()?;
    let new = NewRunner {
        name: message.name,
        labels: message.labels,
        group: message.group,
        version: message.version,
        os: message.os,
        arch: message.arch,
        capacity: message.capacity,
        replace: message.replace,
    };
    let (runner, secret) = state.engine.register_runner(new).await?;
    Ok(created(&Registered {
        runner_id: runner.id.get(),
        token: secret.reveal().to_owned(),
        intervals: intervals(state.engine.settings()),
    }))
}

/// PUT /runners/self
pub(super) async fn declare(
    RunnerCaller(runner): RunnerCaller,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let message: DeclareRunner = body.parse()?;
    let declared = Runner {
        labels: message.labels,
        version: message.version,
        capacity: message.capacity,
        draining: message.state == RunnerState::Draining,
        ..runner
    };
    state.engine.declare_runner(&declared).await?;
    Ok(ok(&Declared {
        runner_id: declared.id.get(),
        intervals: intervals(state.engine.settings()),
    }))
}

/// DELETE /runners/self
pub(super) async fn leave(
    RunnerCaller(runner): RunnerCaller,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.delete_runner(runner.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// GET /runners
pub(super) async fn list(
    _: SiteAdmin,
    keyset: Query<Keyset>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let after = RunnerId::new(keyset.after());
    let runners = state.engine.store().runners(after, keyset.limit()).await?;
    let next = keyset.next(runners.last().map(|runner| runner.id.get()), runners.len());
    let runners: Vec<RunnerBody> = runners.into_iter().map(RunnerBody::of).collect();
    Ok(ok(&json!({ "runners": runners, "next": next })))
}

/// DELETE /runners/{runner_id}
pub(super) async fn remove(
    remover: Remover,
    id: Path<i64>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let id = RunnerId::new(*id);
    match remover {
        Remover::Administrator => state.engine.delete_runner(id).await?,
        Remover::With(token) => state.engine.remove_runner(&token, id).await?,
    }
    Ok(HttpResponse::NoContent().finish())
}

/// A runner as administrators see it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Runner")]
pub(super) struct RunnerBody {
    id: i64,
    name: String,
    labels: Vec<String>,
    group: String,
    version: String,
    os: String,
    arch: String,
    capacity: u32,
    draining: bool,
    created_at: String,
}

impl RunnerBody {
    fn of(runner: Runner) -> Self {
        let labels = runner.all_labels();
        Self {
            id: runner.id.get(),
            name: runner.name,
            labels,
            group: runner.group,
            version: runner.version,
            os: runner.os,
            arch: runner.arch,
            capacity: runner.capacity,
            draining: runner.draining,
            created_at: seconds(runner.created_at),
        }
    }
}

fn intervals(settings: &Settings) -> Intervals {
    let milliseconds = settings.report_interval().as_millis();
    Intervals {
        claim_wait_seconds: settings.wait_max.as_secs().min(WAIT_SECONDS_MAX),
        sync_milliseconds: u64::try_from(milliseconds).unwrap_or(u64::MAX),
        lease_seconds: settings.patience.lease.as_secs(),
        cancel_grace_seconds: settings.patience.cancel_grace.as_secs(),
    }
}

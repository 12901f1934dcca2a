//! Credentials of the runner protocol: registration tokens, runners' own tokens, job tokens.

use super::{
    credential::{state, token},
    people::SiteAdmin,
};
use crate::{error::ApiError, requests::CallerWord};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use runyard_domain::{Execution, ExecutionId, JobId, account::Token, runner::Runner};

/// Somebody with a registration token.
pub(crate) struct Registrar;

/// Somebody who may have a runner forgotten.
pub(crate) enum Remover {
    /// Whoever administers the server: any, as often as they like.
    Administrator,
    /// Somebody with a removal token: one, once.
    With(Token),
}

/// A runner.
pub(crate) struct RunnerCaller(pub(crate) Runner);

/// A runner with the token of one execution, which is the one that the path names, by its own id or by its job's.
/// The execution may have ended.
pub(crate) struct JobCaller(pub(crate) Execution);

fn text(request: &HttpRequest) -> Result<String, ApiError> {
    token(request.headers()).ok_or(ApiError::RequiresAuthentication)
}

/// Leaves word of the caller for the log.
fn tell(request: &HttpRequest, caller: String) {
    request.extensions_mut().insert(CallerWord(caller));
}

impl FromRequest for Registrar {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let known = state(&request)?
                .engine
                .is_registration_token(&text(&request)?)
                .await?;
            known.then_some(Self).ok_or(ApiError::BadCredentials)
        })
    }
}

impl FromRequest for Remover {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let administrator = SiteAdmin::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            if let Some(text) = token(request.headers()) {
                let known = state(&request)?.engine.removal_token(&text).await?;
                if let Some(token) = known {
                    return Ok(Self::With(token));
                }
            }
            administrator.await.map(|_| Self::Administrator)
        })
    }
}

impl FromRequest for RunnerCaller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let engine = &state(&request)?.engine;
            let runner = engine.authenticate_runner(&text(&request)?).await?;
            let runner = runner.ok_or(ApiError::BadCredentials)?;
            tell(&request, format!("runner:{}", runner.id));
            Ok(Self(runner))
        })
    }
}

impl FromRequest for JobCaller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let engine = &state(&request)?.engine;
            let execution = engine.authenticate_job(&text(&request)?).await?;
            let own = execution.filter(|execution| is_named(&request, execution));
            let own = own.ok_or(ApiError::BadCredentials)?;
            tell(&request, format!("job:{}", own.job));
            Ok(Self(own))
        })
    }
}

/// A token opens its own execution only.
fn is_named(request: &HttpRequest, execution: &Execution) -> bool {
    let id = |name: &str| request.match_info().get(name)?.parse::<i64>().ok();
    id("execution_id").map(ExecutionId::new) == Some(execution.id)
        || id("job_id").map(JobId::new) == Some(execution.job)
}

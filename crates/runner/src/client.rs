//! The runner's side of the native protocol (runner-protocols.md D): one function per call,
//! statuses sorted by what the caller can do. Must not wait between tries, or know where servers
//! are.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use runyard_api::runner::messages::{
    CancelCheck, Claim, Claimed, DeclareRunner, Declared, FinishExecution, LogAck, RegisterRunner,
    Registered, ReleaseExecution, ReleaseReason, StartExecution, Started, SyncExecution, Synced,
};
use serde::de::DeserializeOwned;

use crate::backoff::Backoff;
use crate::error::RunnerError;
use crate::servers::{ANSWER_WITHIN, Manner, Servers};

/// Longest text of an answer that is put into an error.
const MESSAGE_CHARS: usize = 300;

/// Why a call has no answer, by what to do about it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Network errors, 429 and 5xx: try again.
    #[error("{reason}")]
    Temporary {
        reason: String,
        retry_after: Option<Duration>,
    },
    /// 401: the credential is no good.
    #[error("the server refuses the credential: {0}")]
    Unauthorized(String),
    /// 410: the execution is over.
    #[error("the execution has ended on the server")]
    Gone,
    /// 409: another thing stands there already.
    #[error("{0}")]
    Conflict(String),
    /// Any other status: the same call again would fail again.
    #[error("the server answered {status}: {message}")]
    Refused { status: u16, message: String },
}

/// Answer to `finish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    /// The result is stored.
    Stored,
    /// The log is not complete yet: send what follows these bytes, then repeat.
    LogMissing(u64),
}

/// Calls with one credential.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    servers: Servers,
    token: String,
}

impl Client {
    /// A client for these servers, of which the first is called first, and this credential.
    pub(crate) fn new<'a>(
        urls: impl IntoIterator<Item = &'a str>,
        token: &str,
    ) -> Result<Self, RunnerError> {
        Ok(Self {
            servers: Servers::new(urls)?,
            token: token.to_owned(),
        })
    }

    /// The same servers with another credential.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// Where what one server named is found at the server that answers now.
    pub(crate) fn moved(&self, url: &str) -> String {
        self.servers.moved(url)
    }

    pub(crate) async fn register(&self, body: &RegisterRunner) -> Result<Registered, CallError> {
        let call = (Method::POST, "runners/register", Manner::Once);
        json(self.answered(call, |call| call.json(body)).await?).await
    }

    /// Has the server forget a runner: this one, whose credential is its own, or the one with this id.
    pub(crate) async fn remove(&self, runner: Option<i64>) -> Result<(), CallError> {
        let path = match runner {
            None => "runners/self".to_owned(),
            Some(id) => format!("runners/{id}"),
        };
        let call = (Method::DELETE, path.as_str(), Manner::Once);
        self.answered(call, |call| call).await.map(drop)
    }

    pub(crate) async fn declare(&self, body: &DeclareRunner) -> Result<Declared, CallError> {
        let call = (Method::PUT, "runners/self", Manner::Repeatable);
        json(self.answered(call, |call| call.json(body)).await?).await
    }

    /// `None` when there was nothing within the wait.
    pub(crate) async fn claim(&self, body: &Claim) -> Result<Option<Claimed>, CallError> {
        let call = (Method::POST, "runners/claim", Manner::Waiting);
        let made = |call: RequestBuilder| call.json(body).timeout(waiting(body.wait_s));
        let response = self.answered(call, made).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        json(response).await.map(Some)
    }

    pub(crate) async fn start(
        &self,
        execution: i64,
        body: &StartExecution,
    ) -> Result<Started, CallError> {
        let path = format!("executions/{execution}/start");
        let call = (Method::PUT, path.as_str(), Manner::Repeatable);
        json(self.answered(call, |call| call.json(body)).await?).await
    }

    pub(crate) async fn sync(
        &self,
        execution: i64,
        body: &SyncExecution,
    ) -> Result<Synced, CallError> {
        let path = format!("executions/{execution}/sync");
        let call = (Method::POST, path.as_str(), Manner::Repeatable);
        json(self.answered(call, |call| call.json(body)).await?).await
    }

    /// Appends packed rows; both after 200 and after 416 the answer says where the server stands.
    pub(crate) async fn append_log(
        &self,
        execution: i64,
        offset: u64,
        seal: bool,
        gzip: Vec<u8>,
    ) -> Result<LogAck, CallError> {
        let seal = if seal { "&seal=1" } else { "" };
        let path = format!("executions/{execution}/log?offset={offset}{seal}");
        let made = |call: RequestBuilder| {
            call.header("Content-Encoding", "gzip")
                .header("Content-Type", "application/x-ndjson")
                .body(gzip.clone())
        };
        let call = (Method::PUT, path.as_str(), Manner::Repeatable);
        let response = self.sent(call, made).await?;
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return json(response).await;
        }
        json(sorted(response).await?).await
    }

    /// Waits up to `wait_s` seconds for a cancel order.
    pub(crate) async fn cancel_check(
        &self,
        job: i64,
        wait_s: u64,
    ) -> Result<CancelCheck, CallError> {
        let path = format!("jobs/{job}/cancel-check?wait_s={wait_s}");
        let call = (Method::POST, path.as_str(), Manner::Waiting);
        let made = |call: RequestBuilder| call.timeout(waiting(wait_s));
        json(self.answered(call, made).await?).await
    }

    pub(crate) async fn finish(
        &self,
        execution: i64,
        body: &FinishExecution,
    ) -> Result<Finished, CallError> {
        let path = format!("executions/{execution}/finish");
        let call = (Method::PUT, path.as_str(), Manner::Repeatable);
        let response = self.answered(call, |call| call.json(body)).await?;
        if response.status() == StatusCode::ACCEPTED {
            return json(response)
                .await
                .map(|LogAck { ack }| Finished::LogMissing(ack));
        }
        Ok(Finished::Stored)
    }

    /// Gives the summary of a step; the same again changes nothing.
    pub(crate) async fn put_summary(
        &self,
        execution: i64,
        step: u32,
        text: &str,
    ) -> Result<(), CallError> {
        let path = format!("executions/{execution}/summaries/{step}");
        let made = |call: RequestBuilder| {
            call.header("Content-Type", "text/markdown; charset=utf-8")
                .body(text.to_owned())
        };
        let call = (Method::PUT, path.as_str(), Manner::Repeatable);
        self.answered(call, made).await.map(drop)
    }

    pub(crate) async fn release(
        &self,
        execution: i64,
        reason: ReleaseReason,
    ) -> Result<(), CallError> {
        let body = ReleaseExecution { reason };
        let path = format!("executions/{execution}/release");
        let call = (Method::POST, path.as_str(), Manner::Repeatable);
        let released = self.answered(call, |call| call.json(&body)).await;
        released.map(drop)
    }

    async fn answered(
        &self,
        call: (Method, &str, Manner),
        make: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, CallError> {
        sorted(self.sent(call, make).await?).await
    }

    async fn sent(
        &self,
        call: (Method, &str, Manner),
        make: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, CallError> {
        let with_token = |call: RequestBuilder| make(call.bearer_auth(&self.token));
        let sent = self.servers.send(call, with_token).await;
        sent.map_err(unreachable)
    }
}

/// Evaluates a call again and again while its failure is temporary. A macro, because the future of
/// a generic function over async closures cannot be spawned.
macro_rules! until_answered {
    ($what:expr, $call:expr) => {{
        let mut retries = $crate::client::Retries::default();
        loop {
            if let Some(answer) = retries.settle($what, $call.await).await {
                break answer;
            }
        }
    }};
}
pub(crate) use until_answered;

/// Waits between the tries of one call.
#[derive(Default)]
pub(crate) struct Retries(Backoff);

impl Retries {
    /// The answer, or `None` after the wait that a temporary failure asks for.
    pub(crate) async fn settle<T>(
        &mut self,
        what: &str,
        answer: Result<T, CallError>,
    ) -> Option<Result<T, CallError>> {
        match answer {
            Err(CallError::Temporary {
                reason,
                retry_after,
            }) => {
                if self.0.tries() == 0 {
                    log::warn!("{what}: {reason}; trying again until it works");
                }
                tokio::time::sleep(self.0.next(retry_after)).await;
                None
            }
            answer => {
                if self.0.tries() > 0 && answer.is_ok() {
                    log::info!("{what}: works again after {} tries", self.0.tries());
                }
                Some(answer)
            }
        }
    }
}

fn waiting(seconds: u64) -> Duration {
    Duration::from_secs(seconds) + ANSWER_WITHIN
}

async fn sorted(response: Response) -> Result<Response, CallError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = retry_after(&response);
    let message = message(response).await;
    Err(match status {
        StatusCode::UNAUTHORIZED => CallError::Unauthorized(message),
        StatusCode::GONE => CallError::Gone,
        StatusCode::CONFLICT => CallError::Conflict(message),
        StatusCode::TOO_MANY_REQUESTS => temporary(status, &message, retry_after),
        _ if status.is_server_error() => temporary(status, &message, retry_after),
        _ => CallError::Refused {
            status: status.as_u16(),
            message,
        },
    })
}

fn temporary(status: StatusCode, message: &str, retry_after: Option<Duration>) -> CallError {
    CallError::Temporary {
        reason: format!("the server answered {}: {message}", status.as_u16()),
        retry_after,
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .parse()
        .ok()
        .map(Duration::from_secs)
}

/// The `message` of an error body, else the beginning of the body.
async fn message(response: Response) -> String {
    let text = response.text().await.unwrap_or_default();
    let body = serde_json::from_str::<serde_json::Value>(&text).unwrap_or_default();
    match body.get("message").and_then(|message| message.as_str()) {
        Some(message) => message.to_owned(),
        None => text.chars().take(MESSAGE_CHARS).collect(),
    }
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, CallError> {
    let status = response.status().as_u16();
    let bytes = response.bytes().await.map_err(unreachable)?;
    serde_json::from_slice(&bytes).map_err(|error| CallError::Refused {
        status,
        message: format!("a body that is not of this protocol ({error})"),
    })
}

fn unreachable(error: reqwest::Error) -> CallError {
    CallError::Temporary {
        reason: root_cause(&error),
        retry_after: None,
    }
}

/// The innermost cause says what happened; the outer ones repeat the URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    format!("the server cannot be reached ({cause})")
}

//! The runner's side of the native protocol (runner-protocols.md D): one function per call,
//! statuses sorted by what the caller can do. Must not retry or keep state.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use runyard_api::runner::messages::{
    CancelCheck, Claim, Claimed, DeclareRunner, Declared, FinishExecution, LogAck, RegisterRunner,
    Registered, ReleaseExecution, ReleaseReason, StartExecution, Started, SyncExecution, Synced,
};
use serde::de::DeserializeOwned;

use crate::backoff::Backoff;

/// A connection to the server is made within this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A call that does not wait is answered within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
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
    http: reqwest::Client,
    base: Url,
    token: String,
}

/// The server's URL, or why it is none.
pub(crate) fn parse_server(url: &str) -> Result<Url, String> {
    let parsed = Url::parse(url.trim_end_matches('/')).map_err(|error| error.to_string())?;
    match parsed.scheme() {
        "http" | "https" if parsed.has_host() => Ok(parsed),
        other => Err(format!("its scheme is {other}, allowed are http and https")),
    }
}

/// A proxy of the environment cannot reach a server on this very host.
fn is_this_host(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl Client {
    /// A client for this server and credential.
    pub(crate) fn new(base: Url, token: &str) -> reqwest::Result<Self> {
        let mut builder = reqwest::Client::builder();
        if is_this_host(&base) {
            builder = builder.no_proxy();
        }
        let http = builder
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .user_agent(concat!("runyard-runner/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            http,
            base,
            token: token.to_owned(),
        })
    }

    /// The same server with another credential.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) async fn register(&self, body: &RegisterRunner) -> Result<Registered, CallError> {
        json(send(self.call(Method::POST, "runners/register").json(body)).await?).await
    }

    pub(crate) async fn declare(&self, body: &DeclareRunner) -> Result<Declared, CallError> {
        json(send(self.call(Method::PUT, "runners/self").json(body)).await?).await
    }

    /// `None` when there was nothing within the wait.
    pub(crate) async fn claim(&self, body: &Claim) -> Result<Option<Claimed>, CallError> {
        let call = self
            .call(Method::POST, "runners/claim")
            .json(body)
            .timeout(waiting(body.wait_s));
        let response = send(call).await?;
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
        json(send(self.execution(Method::PUT, execution, "start").json(body)).await?).await
    }

    pub(crate) async fn sync(
        &self,
        execution: i64,
        body: &SyncExecution,
    ) -> Result<Synced, CallError> {
        json(send(self.execution(Method::POST, execution, "sync").json(body)).await?).await
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
        let call = self
            .execution(
                Method::PUT,
                execution,
                &format!("log?offset={offset}{seal}"),
            )
            .header("Content-Encoding", "gzip")
            .header("Content-Type", "application/x-ndjson")
            .body(gzip);
        let response = call.send().await.map_err(unreachable)?;
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
        let call = self.call(
            Method::POST,
            &format!("jobs/{job}/cancel-check?wait_s={wait_s}"),
        );
        json(send(call.timeout(waiting(wait_s))).await?).await
    }

    pub(crate) async fn finish(
        &self,
        execution: i64,
        body: &FinishExecution,
    ) -> Result<Finished, CallError> {
        let response = send(self.execution(Method::PUT, execution, "finish").json(body)).await?;
        if response.status() == StatusCode::ACCEPTED {
            return json(response)
                .await
                .map(|LogAck { ack }| Finished::LogMissing(ack));
        }
        Ok(Finished::Stored)
    }

    pub(crate) async fn release(
        &self,
        execution: i64,
        reason: ReleaseReason,
    ) -> Result<(), CallError> {
        let body = ReleaseExecution { reason };
        send(
            self.execution(Method::POST, execution, "release")
                .json(&body),
        )
        .await
        .map(drop)
    }

    fn execution(&self, method: Method, execution: i64, what: &str) -> RequestBuilder {
        self.call(method, &format!("executions/{execution}/{what}"))
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.base.as_str().trim_end_matches('/');
        self.http
            .request(method, format!("{base}/api/v1/{path}"))
            .bearer_auth(&self.token)
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

async fn send(call: RequestBuilder) -> Result<Response, CallError> {
    sorted(call.send().await.map_err(unreachable)?).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_goes_past_the_proxy() {
        let cases = [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("https://ci.example.com", false),
            ("http://10.0.0.1", false),
        ];
        for (url, expected) in cases {
            assert_eq!(is_this_host(&parse_server(url).unwrap()), expected, "{url}");
        }
    }
}

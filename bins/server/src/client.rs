//! A client of a running server: one method per kind of request, errors as sentences.

use crate::arguments::Connection;
use anyhow::{Context, Result, anyhow, bail};
use reqwest::{Method, StatusCode, redirect::Policy};
use serde_json::Value;
use std::time::Duration;

/// A request that takes longer has failed.
const TIMEOUT: Duration = Duration::from_secs(150);

/// Talks to one server with one token.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    pub(crate) fn new(connection: &Connection) -> Result<Self> {
        let token = connection.token.clone().ok_or_else(|| {
            anyhow!("no token was given: set the variable RUNYARD_TOKEN, or use --token")
        })?;
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .build()?;
        Ok(Self {
            http,
            url: connection.server.trim_end_matches('/').to_owned(),
            token,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Result<Value> {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<()> {
        self.call(Method::DELETE, path, None).await.map(drop)
    }

    /// The text behind a link that the server answers with a redirect to.
    pub(crate) async fn text_behind(&self, path: &str) -> Result<String> {
        let answer = self.send(Method::GET, path, None).await?;
        if answer.status() != StatusCode::FOUND {
            bail!("GET {path}: the server answered {}", answer.status());
        }
        let location = answer
            .headers()
            .get("location")
            .context("a redirect without a target")?;
        let text = self
            .http
            .get(location.to_str()?)
            .send()
            .await?
            .error_for_status()?
            .text();
        Ok(text.await?)
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let answer = self.send(method, path, body).await?;
        let status = answer.status();
        let text = answer.text().await.context("reading the server's answer")?;
        if !status.is_success() {
            bail!(sentence(status, path, &text));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).context("the server's answer is not JSON")
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<reqwest::Response> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await;
        answer.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &reqwest::Error) -> anyhow::Error {
        if error.is_connect() {
            anyhow!(
                "no server answers at {}: is `runyard serve` running there?",
                self.url
            )
        } else if error.is_timeout() {
            anyhow!(
                "the server at {} did not answer within {} s",
                self.url,
                TIMEOUT.as_secs()
            )
        } else if error.is_builder() {
            anyhow!(
                "{:?} is not the URL of a server, such as http://127.0.0.1:8080",
                self.url
            )
        } else {
            anyhow!("talking to the server at {}: {error}", self.url)
        }
    }
}

/// The server's own words, or at least what was asked for and the status.
fn sentence(status: StatusCode, path: &str, text: &str) -> String {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let message = body
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match status {
        StatusCode::UNAUTHORIZED => format!("the token is not accepted: {message}"),
        StatusCode::NOT_FOUND => {
            format!("there is no {path} on this server, or the token may not see it (404)")
        }
        StatusCode::FORBIDDEN => format!("the token may not do this: {message} (403)"),
        _ if message.is_empty() => format!("the server answered {status}"),
        _ => format!("{message} ({})", status.as_u16()),
    }
}

//! Sends requests. Every answer is judged before the test sees it.

use std::time::Duration;

use reqwest::redirect::Policy;
use serde_json::Value;

use super::answer::Answer;
use super::download::Download;
use super::judge::judge;
use super::request::Request;
use crate::schema;

/// Longer than any long poll.
const TIMEOUT: Duration = Duration::from_secs(90);

/// A caller of one server, with or without a token.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A caller without a token. `base` is `http://host:port`.
    ///
    /// # Panics
    /// If this machine cannot make HTTP requests at all.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self::trusting(base, None)
    }

    /// The same of a server whose certificate only those know who were given it, as PEM.
    ///
    /// # Panics
    /// As [`Client::new`]; if it is no certificate.
    #[must_use]
    pub fn trusting(base: &str, certificate: Option<&str>) -> Self {
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(TIMEOUT);
        if let Some(pem) = certificate {
            let known = reqwest::Certificate::from_pem(pem.as_bytes());
            builder = builder.tls_certs_only([known.expect("a certificate")]);
        }
        let http = builder
            .build()
            .expect("a client without certificates of its own can be built");
        Self {
            http,
            base: base.to_owned(),
            token: None,
        }
    }

    /// The same caller with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same caller without a token.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self {
            token: None,
            ..self.clone()
        }
    }

    /// `http://host:port` of the server.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends a GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::new("GET", path)).await
    }

    /// Sends a POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(Request::new("POST", path)).await
    }

    /// Sends a POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::new("POST", path).json(body)).await
    }

    /// Sends a PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::new("PUT", path).json(body)).await
    }

    /// Sends a DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Request::new("DELETE", path)).await
    }

    /// Sends any request. Redirects are not followed.
    ///
    /// # Panics
    /// If no answer came, or one that breaks the contract.
    pub async fn send(&self, request: Request) -> Answer {
        let sent = format!("{} {}", request.method, request.path);
        let answer = self.try_send(request).await;
        self.judged(answer.unwrap_or_else(|error| panic!("{sent}: {error:#}")))
    }

    /// As [`Client::send`] to a server that may be killed meanwhile: nothing when no whole answer came.
    ///
    /// # Panics
    /// If an answer came that breaks the contract.
    pub async fn attempt(&self, request: Request) -> Option<Answer> {
        let answer = self.try_send(request).await.ok()?;
        Some(self.judged(answer))
    }

    fn judged(&self, answer: Answer) -> Answer {
        if let Err(reason) = judge(&self.base, &answer) {
            let (method, path) = (&answer.method, &answer.path);
            panic!("the answer to {method} {path} breaks the contract: {reason}");
        }
        answer
    }

    async fn try_send(&self, request: Request) -> reqwest::Result<Answer> {
        let (method, path) = (request.method.to_string(), request.path.clone());
        let response = self.builder(request).send().await?;
        Ok(Answer {
            method,
            path,
            status: response.status().as_u16(),
            headers: headers_of(&response),
            body: response.bytes().await?.to_vec(),
        })
    }

    fn builder(&self, request: Request) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, request.path);
        let mut builder = self.http.request(request.method, url);
        if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        match request.body {
            Some(body) => builder.body(body),
            None => builder,
        }
    }

    /// Fetches what a redirect of this server led to, without a token. No route of GitHub's API is reached this way.
    ///
    /// # Panics
    /// If `location` is not below this server's `/api/`, is an operation of GitHub's API, or does not answer.
    pub async fn download(&self, location: &str) -> Download {
        let path = location
            .strip_prefix(&self.base)
            .filter(|path| path.starts_with("/api/"));
        let path = path.unwrap_or_else(|| panic!("{location} is not below {}/api/", self.base));
        let github = path
            .strip_prefix("/api/v3")
            .and_then(|path| schema::operation("GET", path));
        assert_eq!(github, None, "{location} is no download");
        let answer = self.anonymous().try_send(Request::new("GET", path)).await;
        Download::of(answer.unwrap_or_else(|error| panic!("GET {location}: {error:#}")))
    }

    /// Whether anything answers GET `path` with a success now. For waiting until a server is there.
    pub async fn answers(&self, path: &str) -> bool {
        let answer = self.try_send(Request::new("GET", path)).await;
        answer.is_ok_and(|answer| answer.status < 300)
    }
}

fn headers_of(response: &reqwest::Response) -> Vec<(String, String)> {
    let pairs = response.headers().iter();
    pairs
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Client;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Answers one request with `200` and an empty object, and no header of GitHub's.
    async fn careless_server() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("the client calls");
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.expect("the client sends");
            assert!(read > 0);
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            stream
                .write_all(answer.as_bytes())
                .await
                .expect("the client listens");
        });
        base
    }

    #[tokio::test]
    #[should_panic(expected = "breaks the contract: actions/list-workflow-runs-for-repo")]
    async fn a_wrong_answer_fails_the_test_that_asked() {
        let client = Client::new(&careless_server().await);
        client.get("/api/v3/repos/o/r/actions/runs").await;
    }

    #[tokio::test]
    #[should_panic(expected = "is no download")]
    async fn a_route_of_the_api_is_no_download() {
        let client = Client::new("http://127.0.0.1:1");
        client
            .download("http://127.0.0.1:1/api/v3/repos/o/r/actions/runs")
            .await;
    }
}

//! One request before it is sent. It knows nothing of servers.

use reqwest::Method;
use serde_json::Value;

/// A request below the server's root: method, path with query, headers, body.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Vec<u8>>,
}

impl Request {
    /// A request without a body. `path` begins with `/` and may carry a query.
    ///
    /// # Panics
    /// If `method` is none.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        let method = method.parse().expect("a method of HTTP");
        Self {
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with `body` as JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    /// The same with these bytes as its body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }
}

//! An answer, from [`super::Client`] one that was judged already. Readers only.

use serde_json::Value;

/// What the server said, and to what.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) method: String,
    pub(super) path: String,
    /// The status code.
    pub status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// An answer that came by another way than [`super::Client`]; header names in lower case. Nobody judged it.
    #[must_use]
    pub fn received(
        (method, path): (&str, &str),
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            status,
            headers,
            body,
        }
    }

    /// This answer, if its status is `status`; otherwise the test fails and shows the answer.
    ///
    /// # Panics
    /// On any other status.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{} {}: {}",
            self.method,
            self.path,
            self.text()
        );
        self
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{} {}: {error}: {}", self.method, self.path, self.text())
        })
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `message` of an error, or nothing.
    #[must_use]
    pub fn message(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The value of a header, its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Where a redirect leads.
    ///
    /// # Panics
    /// If the answer is no redirect.
    #[must_use]
    #[track_caller]
    pub fn location(&self) -> String {
        let found = self.header("location");
        found
            .unwrap_or_else(|| panic!("{} {} leads nowhere", self.method, self.path))
            .to_owned()
    }
}

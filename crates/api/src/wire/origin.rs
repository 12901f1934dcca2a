//! Where the client found us: what every link in a body begins with (contract 1).

use crate::{ApiState, error::ApiError};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{header, uri::Authority},
    web::Data,
};
use std::future::{Ready, ready};
use url::Url;

/// `http://host:port`, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(String);

impl Origin {
    /// What begins the links that are made without a request.
    pub(crate) fn at(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// What the client used, or what the operator set.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let state = request.app_data::<Data<ApiState>>();
        if let Some(url) = state.and_then(|state| state.public_url.as_ref()) {
            return Self(url.as_str().trim_end_matches('/').to_owned());
        }
        let trusted = state.is_some_and(|state| state.trusted_proxies.sent(request));
        let forwarded = |name| trusted.then(|| first(request, name)).flatten();
        let secure = request.app_config().secure();
        let scheme = forwarded("X-Forwarded-Proto")
            .filter(|scheme| ["http", "https"].contains(scheme))
            .unwrap_or(if secure { "https" } else { "http" });
        let host = forwarded("X-Forwarded-Host")
            .filter(|host| is_authority(host))
            .or_else(|| asked_host(request))
            .unwrap_or_else(|| request.app_config().host());
        Self(format!("{scheme}://{host}"))
    }

    /// `http://host:port`: begins links to pages.
    pub(crate) fn web(&self) -> &str {
        &self.0
    }

    /// `http://host:port/api/v3`: begins links of GitHub's API.
    pub(crate) fn api(&self) -> String {
        format!("{}/api/v3", self.0)
    }

    /// `host:port`.
    pub(crate) fn host(&self) -> &str {
        self.0
            .split_once("://")
            .map_or(self.0.as_str(), |(_, host)| host)
    }
}

fn asked_host(request: &HttpRequest) -> Option<&str> {
    let named = request.headers().get(header::HOST);
    let named = named.and_then(|host| host.to_str().ok());
    let named = named.or_else(|| request.uri().authority().map(Authority::as_str));
    named.filter(|host| is_authority(host))
}

/// The value nearest to the client of a header that every proxy appends to.
fn first<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let value = request.headers().get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim)
}

fn is_authority(host: &str) -> bool {
    let is_url = Url::parse(&format!("http://{host}")).is_ok();
    is_url && !host.contains('@') && host.parse::<Authority>().is_ok()
}

impl FromRequest for Origin {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    use super::is_authority;

    #[test]
    fn links_never_begin_with_a_host_that_no_client_could_reach() {
        for (host, taken) in [
            ("ci.example.org", true),
            ("ci.example.org:8443", true),
            ("[::1]:80", true),
            ("ci.example.org:99999", false),
            ("user@ci.example.org", false),
            ("a b", false),
            ("", false),
        ] {
            assert_eq!(is_authority(host), taken, "{host:?}");
        }
    }
}

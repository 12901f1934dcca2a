//! Headers of every answer, and what is checked before a request is routed at all (contract 2 and 5).

use super::{
    Origin, accept, documentation, excess, granted, nul,
    rates::{self, Rate, Resource},
    unread::Unread,
};
use crate::{auth, error::ApiError, pages, requests};
use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use runyard_domain::access::Caller;
use std::time::Instant;
use uuid::Uuid;

/// The release of GitHub Enterprise Server whose API this is (contract 5).
pub(crate) const ENTERPRISE_VERSION: &str = "3.19.0";
/// The only version of its API.
pub(crate) const API_VERSION: &str = "2022-11-28";
const API_VERSION_ASKED: &str = "X-GitHub-Api-Version";
/// Begins the paths of GitHub's API.
const GITHUB: &str = "/api/v3";
/// Asking it is not counted.
const RATE_LIMIT: &str = "/api/v3/rate_limit";
const VARY: &str = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, X-Requested-With";
const EXPOSED: &str = "ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, \
    X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, \
    X-Accepted-OAuth-Scopes, X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, \
    Deprecation, Sunset";
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, \
    If-Unmodified-Since, Accept-Encoding, X-GitHub-OTP, X-Requested-With, User-Agent, X-GitHub-Api-Version";
const ALLOWED_METHODS: &str = "GET, POST, PATCH, PUT, DELETE";

/// Middleware of all doors: `HEAD` is routed as the `GET` it asks about, every answer has an id of its own.
pub(crate) async fn every_answer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (begun, asked) = (Instant::now(), request.method().clone());
    // The connection remembers that it was HEAD and leaves the body out.
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let unread = Unread::watch(&mut request);
    let mut answer = match check(&request) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => refused(request, error),
    };
    if let Some(mut unread) = unread
        && unread.is_more()
    {
        answer = answer.map_body(|_, body| unread.held_by(body));
    }
    let id = Uuid::new_v4().to_string();
    set(answer.headers_mut(), "x-github-request-id", &id);
    Ok(requests::answered(answer, &asked, &id, begun.elapsed()))
}

/// What no route has to look at.
fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    excess::check(request)?;
    nul::check(request)?;
    let own = || Origin::of(request.request());
    match pages::is_forged(request.method(), request.headers(), own) {
        true => Err(ApiError::forbidden(
            "Another site's page asked for this with the name and password that this browser knows: use a token in \
             the header Authorization: Bearer",
        )),
        false => Ok(()),
    }
}

/// A request that is not looked at further.
fn refused(request: ServiceRequest, error: ApiError) -> ServiceResponse<BoxBody> {
    let has_credential = request.headers().contains_key(header::AUTHORIZATION);
    // As routes are found: decoded.
    let is_github = request.match_info().as_str().starts_with(GITHUB);
    let mut answer = request.into_response(HttpResponse::from_error(error));
    if is_github {
        common(answer.headers_mut(), has_credential);
    }
    answer
}

/// Middleware of GitHub's API: checks credential, version and `Accept` before routing, and completes the answer.
pub(crate) async fn github(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::OPTIONS {
        let mut answer = request.into_response(HttpResponse::NoContent().finish());
        preflight(answer.headers_mut());
        common(answer.headers_mut(), false);
        return Ok(answer.map_into_boxed_body());
    }
    let has_credential = request.headers().contains_key(header::AUTHORIZATION);
    let resource = resource_of(&request);
    let admitted = admit(&request).await;
    let (admitted, rate) = counted(&request, admitted, resource);
    let is_admitted = admitted.is_ok();
    let mut answer = match admitted {
        Ok(()) => documented(next.call(request).await?.map_into_boxed_body()),
        Err(error) => request.into_response(HttpResponse::from_error(error)),
    };
    let routed = answer.request().match_pattern();
    if is_admitted && routed.is_some() && answer.status() != StatusCode::UNAUTHORIZED {
        set(
            answer.headers_mut(),
            "x-github-api-version-selected",
            API_VERSION,
        );
    }
    granted::tell(&mut answer);
    common(answer.headers_mut(), has_credential);
    if let Some(rate) = rate {
        rates::tell(answer.headers_mut(), rate, resource);
    }
    Ok(answer)
}

fn resource_of(request: &ServiceRequest) -> Resource {
    match request.path().starts_with(GITHUB) {
        true => Resource::Core,
        false => Resource::GraphQl,
    }
}

/// Counts a request, whatever becomes of it, but one that asks for nothing else than what was counted.
fn counted(
    request: &ServiceRequest,
    admitted: Result<(), ApiError>,
    resource: Resource,
) -> (Result<(), ApiError>, Option<Rate>) {
    let request = request.request();
    if request.path() == RATE_LIMIT && admitted.is_ok() {
        return (admitted, rates::rate(request, resource));
    }
    let caller = request.extensions().get::<Caller>().cloned();
    match rates::count(request, resource, caller.is_some()) {
        Ok(rate) => (admitted, rate),
        Err(spent) => {
            let user = caller.and_then(|caller| caller.user_id());
            let whom = user.map(|id| format!("user ID {id}"));
            (Err(rates::refusal(request, spent, whom)), Some(spent))
        }
    }
}

/// Middleware of GraphQL around [`github`]: it is another API, and nobody keeps its answers.
pub(crate) async fn graphql<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(request).await?;
    let headers = answer.headers_mut();
    set(headers, "x-github-media-type", "github.v4; format=json");
    set(headers, "cache-control", "no-cache");
    headers.remove("x-github-api-version-selected");
    Ok(answer)
}

/// In the order of contract 2.
async fn admit(request: &ServiceRequest) -> Result<(), ApiError> {
    auth::caller(request.request()).await?;
    check_version(request.headers())?;
    accept::check(request.headers())
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(asked) = headers.get(API_VERSION_ASKED) else {
        return Ok(());
    };
    let asked = String::from_utf8_lossy(asked.as_bytes()).into_owned();
    match asked.is_empty() || asked == API_VERSION {
        true => Ok(()),
        false => Err(ApiError::UnknownVersion { asked }),
    }
}

/// An error says which operation's page documents it, now that the operation is known.
fn documented(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let page = documentation::page(answer.request());
    let error = answer.response().error();
    let rendered = error.and_then(|error| {
        let error = error.as_error::<ApiError>()?;
        Some(error.render(page.as_deref()?))
    });
    match rendered {
        Some(rendered) => answer.into_response(rendered),
        None => answer,
    }
}

fn common(headers: &mut HeaderMap, has_credential: bool) {
    set(headers, "x-github-enterprise-version", ENTERPRISE_VERSION);
    set(headers, "x-github-media-type", "github.v3; format=json");
    let reach = if has_credential { "private" } else { "public" };
    let cached = format!("{reach}, max-age=60, s-maxage=60");
    set(headers, "cache-control", &cached);
    set(headers, "vary", VARY);
    set(headers, "access-control-allow-origin", "*");
    set(headers, "access-control-expose-headers", EXPOSED);
    set(headers, "x-content-type-options", "nosniff");
    weaken_tag(headers);
}

fn preflight(headers: &mut HeaderMap) {
    set(headers, "access-control-allow-headers", ALLOWED_HEADERS);
    set(headers, "access-control-allow-methods", ALLOWED_METHODS);
    set(headers, "access-control-max-age", "86400");
}

/// A tag of the body before it was packed is a weak one of the packed body.
fn weaken_tag(headers: &mut HeaderMap) {
    let Some(tag) = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) else {
        return;
    };
    if headers.contains_key(header::CONTENT_ENCODING) && !tag.starts_with("W/") {
        let weak = format!("W/{tag}");
        set(headers, "etag", &weak);
    }
}

/// Sets a header; the name is one of ours, a value that cannot be one is left out.
pub(super) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

//! Tags of JSON bodies, so that a client that has a body already is not sent it again (contract 5).

use super::JSON;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Middleware: tags JSON answers to GET, and answers 304 to whoever has the same.
pub(crate) async fn etag(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_get = request.method() == Method::GET;
    let answer = next.call(request).await?.map_into_boxed_body();
    if !is_get || answer.status() != StatusCode::OK || !is_json(answer.headers()) {
        return Ok(answer);
    }
    let (request, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let body = to_bytes(body)
        .await
        .map_err(actix_web::error::ErrorInternalServerError)?;
    let tag = tag_of(&body);
    let known = is_known(request.headers(), &tag);
    let mut answer: HttpResponse = match known {
        true => head.set_body(BoxBody::new(())),
        false => head.set_body(BoxBody::new(body)),
    };
    if known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    if let Ok(value) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        answer.headers_mut().insert(header::ETAG, value);
    }
    Ok(ServiceResponse::new(request, answer))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == JSON)
}

fn tag_of(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .fold(String::new(), |mut tag, byte| {
            write!(tag, "{byte:02x}").expect("a string takes all that is written to it");
            tag
        })
}

/// Weak comparison: a tag equals itself with and without `W/`.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get_all(header::IF_NONE_MATCH);
    let mut named = named.filter_map(|value| value.to_str().ok());
    named.any(|value| value.split(',').any(|one| matches(one.trim(), tag)))
}

fn matches(named: &str, tag: &str) -> bool {
    let opaque = named.strip_prefix("W/").unwrap_or(named);
    named == "*" || opaque.trim_matches('"') == tag
}

//! NUL characters: no name and no text of ours has one, and not every store can keep one. They are refused here, so
//! that it is the same on every store. No routes here.

use crate::error::ApiError;
use actix_web::dev::ServiceRequest;
use percent_encoding::percent_decode_str;
use serde_json::Value;

const NUL: char = '\0';
/// The same in a path and a query; nothing else there becomes one.
const ENCODED: &str = "%00";

/// Refuses a path that names what cannot be, and a query that holds what no text has.
pub(crate) fn check(request: &ServiceRequest) -> Result<(), ApiError> {
    if request.uri().path().contains(ENCODED) {
        return Err(ApiError::NotFound);
    }
    let mut pairs = request.query_string().split('&');
    match pairs.find(|pair| pair.contains(ENCODED)) {
        Some(pair) => Err(refused(&parameter(pair))),
        None => Ok(()),
    }
}

/// Refuses a body that holds one, in a text or in the name of a member.
pub(super) fn check_body(body: &Value) -> Result<(), ApiError> {
    match member(body) {
        Some(path) => Err(refused(&path)),
        None => Ok(()),
    }
}

fn refused(place: &str) -> ApiError {
    let detail = format!("For '{place}', a NUL character (U+0000) is not allowed.");
    ApiError::InvalidRequest { detail }
}

fn parameter(pair: &str) -> String {
    let name = pair.split('=').next().unwrap_or_default();
    shown(&percent_decode_str(name).decode_utf8_lossy())
}

/// A name that may hold one itself.
fn shown(name: &str) -> String {
    name.replace(NUL, "\\u0000")
}

/// Path of the first member with one.
fn member(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
        Value::String(text) => text.contains(NUL).then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| Some(joined(&format!("[{at}]"), &member(item)?))),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            if name.contains(NUL) {
                return Some(shown(name));
            }
            Some(joined(name, &member(value)?))
        }),
    }
}

fn joined(outer: &str, inner: &str) -> String {
    match inner.is_empty() || inner.starts_with('[') {
        true => format!("{outer}{inner}"),
        false => format!("{outer}.{inner}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, check_body};
    use crate::error::ApiError;
    use actix_web::test::TestRequest;
    use serde_json::json;

    fn said(checked: Result<(), ApiError>) -> Option<String> {
        checked.err().map(|error| error.to_string())
    }

    #[test]
    fn the_first_member_with_one_is_named() {
        for (body, named) in [
            (json!({ "a": "b", "c": [1, null, "d"] }), None),
            (json!({ "a": "\0" }), Some("a")),
            (
                json!({ "a": [{ "b": "c" }, { "b": "x\0" }] }),
                Some("a[1].b"),
            ),
            (json!({ "a": { "b\0": 1 } }), Some("a.b\\u0000")),
        ] {
            let sentence = named.map(|name| {
                format!(
                    "Invalid request.\n\nFor '{name}', a NUL character (U+0000) is not allowed."
                )
            });
            assert_eq!(said(check_body(&body)), sentence, "{body}");
        }
    }

    #[test]
    fn paths_with_one_are_nowhere_and_queries_with_one_are_refused() {
        for (target, sentence) in [
            ("/a%2500?b=%2500", None),
            ("/a%00b", Some("Not Found")),
            (
                "/a?x=1&b%5F=%00",
                Some("Invalid request.\n\nFor 'b_', a NUL character (U+0000) is not allowed."),
            ),
        ] {
            let request = TestRequest::with_uri(target).to_srv_request();
            assert_eq!(said(check(&request)).as_deref(), sentence, "{target}");
        }
    }
}

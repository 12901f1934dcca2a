//! Whether a client takes JSON (contract 3).

use crate::error::ApiError;
use actix_web::http::header::{ACCEPT, HeaderMap};

/// Refuses a client that names types, none of which JSON is.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut named = headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .peekable();
    if named.peek().is_none() {
        return Ok(());
    }
    let accept = named.collect::<Vec<_>>().join(", ");
    match accept.trim().is_empty() || accept.split(',').any(takes_json) {
        true => Ok(()),
        false => Err(ApiError::NotAcceptable { accept }),
    }
}

fn takes_json(range: &str) -> bool {
    let kind = range.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    ["*/*", "application/*", "application/json"].contains(&kind.as_str())
        || kind.starts_with("application/vnd.github")
        || (kind.starts_with("application/") && kind.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::check;
    use actix_web::http::header::{ACCEPT, HeaderMap, HeaderValue};

    #[test]
    fn json_is_refused_only_to_those_who_name_other_types() {
        for (accept, taken) in [
            (None, true),
            (Some(""), true),
            (Some("*/*"), true),
            (Some("application/json"), true),
            (Some("application/vnd.github+json"), true),
            (Some("application/vnd.github.v3"), true),
            (Some("application/vnd.github.antiope-preview+json"), true),
            (Some("text/html, application/*;q=0.8"), true),
            (Some("text/html"), false),
            (Some("image/png, text/plain"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            }
            assert_eq!(check(&headers).is_ok(), taken, "{accept:?}");
        }
    }
}

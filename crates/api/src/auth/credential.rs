//! The credential of a request, in every form in which clients send it (contract 2).

use crate::{ApiState, error::ApiError};
use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{AUTHORIZATION, HeaderMap},
    web::Data,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use runyard_domain::access::Caller;

/// The text of the token; none when there is no header, or one that says nothing to us.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" if !rest.is_empty() => Some(rest.to_owned()),
        "basic" => password(rest),
        _ => None,
    }
}

/// The password, or the user name where git was given a token in its place.
fn password(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let token = if password.is_empty() || password == "x-oauth-basic" {
        user
    } else {
        password
    };
    (!token.is_empty()).then(|| token.to_owned())
}

/// Whom the credential of a request stands for; looked up once for each request.
pub(crate) async fn caller(request: &HttpRequest) -> Result<Caller, ApiError> {
    let known = request.extensions().get::<Caller>().cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let caller = match token(request.headers()) {
        None => Caller::Anonymous,
        Some(text) => {
            let found = state(request)?.engine.authenticate(&text).await?;
            found.ok_or(ApiError::BadCredentials)?
        }
    };
    request.extensions_mut().insert(caller.clone());
    Ok(caller)
}

/// Whether the caller was looked up already.
pub(super) fn is_known(request: &HttpRequest) -> bool {
    request.extensions().get::<Caller>().is_some()
}

/// What handlers share.
pub(crate) fn state(request: &HttpRequest) -> Result<Data<ApiState>, ApiError> {
    let state = request.app_data::<Data<ApiState>>().cloned();
    state.ok_or_else(|| {
        ApiError::Internal(anyhow::anyhow!("the routes were mounted without a state"))
    })
}

#[cfg(test)]
mod tests {
    use super::token;
    use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

    #[test]
    fn a_token_is_taken_in_every_form_that_clients_send() {
        for (header, expected) in [
            ("Bearer T", Some("T")),
            ("bearer T", Some("T")),
            ("token T", Some("T")),
            ("Basic dXNlcjpU", Some("T")),
            ("Basic VDo=", Some("T")),
            ("Basic VDp4LW9hdXRoLWJhc2lj", Some("T")),
            ("Basic !!", None),
            ("Basic dXNlcg==", None),
            ("Digest x", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_str(header).unwrap());
            assert_eq!(token(&headers).as_deref(), expected, "{header}");
        }
    }
}

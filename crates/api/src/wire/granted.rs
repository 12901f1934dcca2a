//! Headers that tell a caller what its credential may do, and what the operation asks of it (contract 5).

use super::{documentation, headers::set, time::seconds};
use actix_web::{HttpMessage, body::BoxBody, dev::ServiceResponse, http::header::HeaderMap};
use runyard_domain::{
    Timestamp,
    access::{Action, Caller},
    account::Scope,
};

/// Says it to whoever asked, if they were recognised.
pub(super) fn tell(answer: &mut ServiceResponse<BoxBody>) {
    let request = answer.request();
    let caller = request.extensions().get::<Caller>().cloned();
    let action = request.extensions().get::<Action>().copied();
    let is_repository = request
        .match_pattern()
        .is_some_and(|pattern| documentation::is_repository_itself(&pattern));
    let headers = answer.headers_mut();
    match &caller {
        Some(Caller::User {
            grant, expires_at, ..
        }) => {
            ends(headers, *expires_at);
            match grant.scopes() {
                Some(held) => scopes(headers, held, is_repository),
                None => permission(headers, action),
            }
        }
        Some(Caller::Job { .. }) => permission(headers, action),
        Some(Caller::Anonymous) | None => {}
    }
}

fn scopes(headers: &mut HeaderMap, held: &[Scope], is_repository: bool) {
    let names: Vec<&str> = held.iter().map(|scope| scope.name()).collect();
    set(headers, "x-oauth-scopes", &names.join(", "));
    let accepted = if is_repository { "repo" } else { "" };
    set(headers, "x-accepted-oauth-scopes", accepted);
}

/// Nothing where an operation asks for none.
fn permission(headers: &mut HeaderMap, action: Option<Action>) {
    if let Some(action) = action {
        let need = action.need().to_string();
        set(headers, "x-accepted-github-permissions", &need);
    }
}

/// In the form in which clients of GitHub read it: `2027-01-31 12:00:00 UTC`.
fn ends(headers: &mut HeaderMap, expires_at: Option<Timestamp>) {
    if let Some(end) = expires_at {
        let text = seconds(end).replace('T', " ").replace('Z', " UTC");
        set(headers, "github-authentication-token-expiration", &text);
    }
}

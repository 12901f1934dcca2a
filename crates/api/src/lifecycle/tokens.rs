//! Tokens, of oneself or, for administrators, of others. A token's text is shown once, when it is made.

use super::{Keyset, new_token::NewTokenBody, token_body::TokenBodies};
use crate::{
    ApiState,
    auth::SignedIn,
    error::ApiError,
    wire::{Body, created, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use runyard_domain::{
    TokenId,
    account::{Grant, Scope, TokenKind, User},
};
use runyard_engine::NewToken;
use serde::Deserialize;
use serde_json::json;

/// Whose tokens are asked for.
#[derive(Deserialize)]
pub(super) struct OfUser {
    /// The caller's own when absent.
    user: Option<String>,
}

/// POST /tokens
pub(super) async fn create(
    signed_in: SignedIn,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let own = own_scopes(&signed_in)?;
    let body: NewTokenBody = body.parse()?;
    let user = user(&signed_in, body.user.as_deref(), &state).await?;
    let new = body.read(&user, &state).await?;
    refuse_more_than_own(own, &new.kind)?;
    refuse_longer_than_own(&signed_in, &new)?;
    let (token, secret) = state.engine.create_token(&user, new).await?;
    let body = TokenBodies::new(&state, &user).of(&token).await?;
    Ok(created(&body.with_text(secret.reveal())))
}

/// GET /tokens
pub(super) async fn list(
    signed_in: SignedIn,
    of: Query<OfUser>,
    keyset: Query<Keyset>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    own_scopes(&signed_in)?;
    let user = user(&signed_in, of.user.as_deref(), &state).await?;
    let store = state.engine.store();
    let after = TokenId::new(keyset.after());
    let found = store.tokens(user.id, after, keyset.limit()).await?;
    let next = keyset.next(found.last().map(|token| token.id.get()), found.len());
    let mut bodies = TokenBodies::new(&state, &user);
    let mut tokens = Vec::with_capacity(found.len());
    for token in &found {
        tokens.push(bodies.of(token).await?);
    }
    Ok(ok(&json!({ "tokens": tokens, "next": next })))
}

/// DELETE /tokens/{token_id}
pub(super) async fn remove(
    signed_in: SignedIn,
    id: Path<i64>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    own_scopes(&signed_in)?;
    let by = signed_in.into_caller();
    state.engine.revoke_token(&by, TokenId::new(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The scopes of a classic token. With any other, tokens are not managed: an app must not outlive its own token, and
/// no fine-grained one names a permission for it.
fn own_scopes(signed_in: &SignedIn) -> Result<&[Scope], ApiError> {
    match &signed_in.grant {
        Grant::Classic { scopes } => Ok(scopes),
        Grant::OAuth { .. } | Grant::FineGrained { .. } => Err(ApiError::forbidden(
            "Must have a classic personal access token to list, make or revoke tokens",
        )),
    }
}

/// Whose tokens they are.
async fn user(
    signed_in: &SignedIn,
    login: Option<&str>,
    state: &ApiState,
) -> Result<User, ApiError> {
    let Some(login) = login else {
        return Ok(signed_in.user.clone());
    };
    if !signed_in.may_act_for(login) {
        return Err(ApiError::forbidden(format!(
            "Must be {login} or a site administrator to see or make tokens of {login}"
        )));
    }
    let found = state.engine.store().user_by_login(login).await?;
    found.ok_or_else(|| {
        ApiError::Unprocessable(format!("user: {login:?} is not the login of a user"))
    })
}

/// A leaked token must not become a stronger one.
fn refuse_more_than_own(own: &[Scope], wanted: &TokenKind) -> Result<(), ApiError> {
    let (field, wanted) = match wanted {
        TokenKind::Access(Grant::Classic { scopes } | Grant::OAuth { scopes, .. }) => {
            ("scopes", scopes.as_slice())
        }
        TokenKind::Access(Grant::FineGrained { .. }) => ("permissions", &[Scope::Repo][..]),
        TokenKind::Registration | TokenKind::Removal => ("kind", &[Scope::SiteAdmin][..]),
    };
    match wanted.iter().find(|scope| !covers(own, **scope)) {
        None => Ok(()),
        Some(scope) => Err(ApiError::Unprocessable(format!(
            "{field}: {:?} is more than the token that asks has",
            scope.name()
        ))),
    }
}

/// Nor one that is there when it is not.
fn refuse_longer_than_own(signed_in: &SignedIn, new: &NewToken) -> Result<(), ApiError> {
    let Some(own) = signed_in.expires_at else {
        return Ok(());
    };
    match (&new.kind, new.expires_at) {
        (TokenKind::Registration | TokenKind::Removal, _) => Ok(()),
        (TokenKind::Access(_), Some(end)) if end <= own => Ok(()),
        (TokenKind::Access(_), end) => {
            let end = end.map_or_else(|| "never".to_owned(), |end| end.to_string());
            Err(ApiError::Unprocessable(format!(
                "expires_at: {end:?} is later than the token that asks ends, {own}"
            )))
        }
    }
}

/// `repo` holds what is public and what is ours (contract 12).
fn covers(own: &[Scope], wanted: Scope) -> bool {
    let by_repo = [Scope::PublicRepo, Scope::RepoWrite].contains(&wanted);
    own.contains(&wanted) || (by_repo && own.contains(&Scope::Repo))
}

#[cfg(test)]
mod tests {
    use super::covers;
    use runyard_domain::account::Scope;

    #[test]
    fn no_token_gives_more_than_it_has() {
        for (own, wanted, given) in [
            (vec![Scope::Repo], Scope::Repo, true),
            (vec![Scope::Repo], Scope::RepoWrite, true),
            (vec![Scope::Repo], Scope::PublicRepo, true),
            (vec![Scope::Repo], Scope::SiteAdmin, false),
            (vec![Scope::RepoWrite], Scope::Repo, false),
            (vec![], Scope::ReadOrg, false),
        ] {
            assert_eq!(covers(&own, wanted), given, "{own:?} {wanted:?}");
        }
    }
}

//! Personal access tokens, of oneself or, for administrators, of others. A token's text is shown once, when it is made.

use crate::{
    ApiState,
    auth::SignedIn,
    error::ApiError,
    wire::{Body, created, ok, seconds, seconds_or_null},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use runyard_domain::{
    Timestamp, TokenId,
    account::{Scope, Token, TokenKind, User},
};
use runyard_engine::NewToken;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A token to be made.
#[derive(Deserialize)]
struct NewTokenBody {
    name: String,
    scopes: Vec<String>,
    #[serde(default)]
    expires_at: Option<DateTime<Utc>>,
}

/// A token.
#[derive(Serialize)]
struct TokenBody {
    id: i64,
    name: String,
    kind: &'static str,
    scopes: Vec<&'static str>,
    created_at: String,
    expires_at: Option<String>,
    /// Its text, only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl TokenBody {
    fn of(token: &Token) -> Self {
        let (kind, scopes) = match &token.kind {
            TokenKind::Classic { scopes } => ("classic", scopes.as_slice()),
            TokenKind::Registration => ("registration", &[] as &[Scope]),
        };
        Self {
            id: token.id.get(),
            name: token.name.clone(),
            kind,
            scopes: scopes.iter().copied().map(Scope::name).collect(),
            created_at: seconds(token.created_at),
            expires_at: seconds_or_null(token.expires_at),
            token: None,
        }
    }
}

/// POST /users/{login}/tokens
pub(super) async fn create(
    signed_in: SignedIn,
    login: Path<String>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let user = user(&signed_in, &login, &state).await?;
    let body: NewTokenBody = body.parse()?;
    let scopes = scopes(&body.scopes)?;
    refuse_more_than_own(&signed_in.scopes, &scopes)?;
    let new = NewToken {
        name: body.name,
        kind: TokenKind::Classic { scopes },
        expires_at: body.expires_at.map(Timestamp::new),
    };
    let (token, secret) = state.engine.create_token(&user, new).await?;
    Ok(created(&TokenBody {
        token: Some(secret.reveal().to_owned()),
        ..TokenBody::of(&token)
    }))
}

/// GET /users/{login}/tokens
pub(super) async fn list(
    signed_in: SignedIn,
    login: Path<String>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let user = user(&signed_in, &login, &state).await?;
    let tokens = state.engine.store().tokens(user.id).await?;
    let tokens: Vec<TokenBody> = tokens.iter().map(TokenBody::of).collect();
    Ok(ok(&json!({ "tokens": tokens })))
}

/// DELETE /users/{login}/tokens/{token_id}
pub(super) async fn remove(
    signed_in: SignedIn,
    path: Path<(String, i64)>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let (login, id) = path.into_inner();
    let user = user(&signed_in, &login, &state).await?;
    let store = state.engine.store();
    store.delete_token(user.id, TokenId::new(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whose tokens they are; others than oneself are hidden from all but administrators.
async fn user(signed_in: &SignedIn, login: &str, state: &ApiState) -> Result<User, ApiError> {
    match signed_in.may_act_for(login) {
        true => Ok(state.engine.user_by_login(login).await?),
        false => Err(ApiError::NotFound),
    }
}

fn scopes(words: &[String]) -> Result<Vec<Scope>, ApiError> {
    let mut scopes = Vec::new();
    for word in words {
        let scope: Scope = word.parse().map_err(|_| ApiError::InvalidRequest {
            detail: format!(
                "For 'scopes', {word:?} is not one of {}.",
                Scope::WORDS.join(", ")
            ),
        })?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

/// A leaked token must not become a stronger one.
fn refuse_more_than_own(own: &[Scope], wanted: &[Scope]) -> Result<(), ApiError> {
    match wanted.iter().find(|scope| !covers(own, **scope)) {
        None => Ok(()),
        Some(scope) => Err(ApiError::Unprocessable(format!(
            "scopes: {:?} is more than the token that asks has",
            scope.name()
        ))),
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

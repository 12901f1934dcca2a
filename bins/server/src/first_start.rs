//! The first start of an empty server: an administrator, whose token is printed once.

use anyhow::Result;
use runyard_domain::{
    UserId,
    account::{Grant, Scope, TokenKind, User},
};
use runyard_engine::{Engine, EngineError, NewToken, NewUser, Secret};
use runyard_store::Conflict;
use std::time::Duration;

/// Login of the administrator that the first start makes.
const ADMINISTRATOR: &str = "admin";
/// The demonstration's own token opens nothing after this.
const DEMO_TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Makes the administrator of a server that has no users; their token.
pub(crate) async fn administrator(engine: &Engine) -> Result<Option<Secret>> {
    if !engine.store().users(UserId::new(0), 1).await?.is_empty() {
        return Ok(None);
    }
    let new = NewUser {
        login: ADMINISTRATOR.to_owned(),
        name: None,
        site_admin: true,
    };
    let user = match engine.create_user(new).await {
        Ok(user) => user,
        // Another replica was first; it prints the token.
        Err(EngineError::Conflict(Conflict::Login)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let token = NewToken {
        name: "first start".to_owned(),
        kind: all_scopes(),
        expires_at: None,
    };
    let (_, secret) = engine.create_token(&user, token).await?;
    Ok(Some(secret))
}

/// A token of the first administrator for the demonstration, valid for an hour.
pub(crate) async fn demo_token(engine: &Engine) -> Result<Secret> {
    let users = engine
        .store()
        .users(UserId::new(0), u32::from(u16::MAX))
        .await?;
    let administrator: Option<User> = users.into_iter().find(|user| user.site_admin);
    let administrator = administrator.ok_or_else(|| {
        anyhow::anyhow!("the demonstration needs an administrator, and this server has none")
    })?;
    let expires_at = Some(engine.store().now().await?.plus(DEMO_TOKEN_LIFETIME));
    let token = NewToken {
        name: "demonstration".to_owned(),
        kind: all_scopes(),
        expires_at,
    };
    Ok(engine.create_token(&administrator, token).await?.1)
}

fn all_scopes() -> TokenKind {
    let scopes = [
        Scope::Repo,
        Scope::RepoWrite,
        Scope::ReadOrg,
        Scope::Workflow,
        Scope::SiteAdmin,
    ];
    let scopes = scopes.to_vec();
    TokenKind::Access(Grant::Classic { scopes })
}

//! Users and tokens that are wanted.

use crate::{SeedError, World};
use runyard_domain::account::{Grant, Scope, TokenKind, User};
use runyard_engine::{NewToken, NewUser};
use serde::Deserialize;

/// A user who is wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSeed {
    /// Letters, digits and single hyphens inside.
    pub login: String,
    /// Name that people see.
    #[serde(default)]
    pub name: Option<String>,
    /// Administers the server.
    #[serde(default)]
    pub site_admin: bool,
    /// Their tokens.
    #[serde(default)]
    pub tokens: Vec<TokenSeed>,
}

/// A classic token that is wanted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSeed {
    /// What it is for.
    #[serde(default = "unnamed")]
    pub name: String,
    /// What it opens.
    pub scopes: Vec<Scope>,
    /// The token itself, beginning with `ryp_`; a random one without.
    #[serde(default)]
    pub text: Option<String>,
}

fn unnamed() -> String {
    "test".to_owned()
}

impl World {
    /// Makes a user who administers nothing.
    ///
    /// # Errors
    /// For a login that cannot be, or is taken.
    pub async fn create_user(&self, login: &str) -> Result<User, SeedError> {
        self.user(login, None, false).await
    }

    /// Makes a user who administers the server.
    ///
    /// # Errors
    /// As [`World::create_user`].
    pub async fn create_site_admin(&self, login: &str) -> Result<User, SeedError> {
        self.user(login, None, true).await
    }

    async fn user(
        &self,
        login: &str,
        name: Option<String>,
        site_admin: bool,
    ) -> Result<User, SeedError> {
        let new = NewUser {
            login: login.to_owned(),
            name,
            site_admin,
        };
        Ok(self.engine().create_user(new).await?)
    }

    /// Makes a classic token of a user, and gives its text.
    ///
    /// # Errors
    /// For a user who is not there, and a scope that they cannot have.
    pub async fn token(&self, login: &str, scopes: &[Scope]) -> Result<String, SeedError> {
        let wanted = TokenSeed {
            name: unnamed(),
            scopes: scopes.to_vec(),
            text: None,
        };
        self.make_token(login, &wanted).await
    }

    /// Makes a user with their tokens; the texts of these are given in their order.
    pub(crate) async fn make_user(&self, wanted: &UserSeed) -> Result<Vec<String>, SeedError> {
        let UserSeed {
            login,
            name,
            site_admin,
            tokens,
        } = wanted;
        self.user(login, name.clone(), *site_admin).await?;
        let mut texts = Vec::with_capacity(tokens.len());
        for (number, token) in tokens.iter().enumerate() {
            let made = self.make_token(login, token).await;
            texts.push(made.map_err(|error| error.at(&format!("tokens[{number}]")))?);
        }
        Ok(texts)
    }

    async fn make_token(&self, login: &str, wanted: &TokenSeed) -> Result<String, SeedError> {
        let user = self.engine().user_by_login(login).await?;
        let new = NewToken {
            name: wanted.name.clone(),
            kind: TokenKind::Access(Grant::Classic {
                scopes: wanted.scopes.clone(),
            }),
            expires_at: None,
        };
        let (_, secret) = match &wanted.text {
            Some(text) => self.engine().create_token_with(&user, new, text).await?,
            None => self.engine().create_token(&user, new).await?,
        };
        Ok(secret.reveal().to_owned())
    }
}

//! Users and their tokens, and who a credential is.

use crate::{
    Engine, EngineError,
    secret::{Secret, SecretKind, hash},
};
use runyard_domain::Timestamp;
use runyard_domain::{
    Execution, TokenId, UserId,
    access::Caller,
    account::{Scope, Token, TokenKind, User},
    execution::ExecutionState,
    runner::Runner,
};
use runyard_store::IdKind;

/// Longest login, as GitHub's.
pub(crate) const LOGIN_CHARACTERS_MAX: usize = 39;
/// Longest name of a user or a token.
pub(crate) const NAME_CHARACTERS_MAX: usize = 255;

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Letters, digits and single hyphens inside, at most 39 characters.
    pub login: String,
    /// Name that people see.
    pub name: Option<String>,
    /// Administers this server.
    pub site_admin: bool,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it can open.
    pub kind: TokenKind,
    /// It opens nothing from then on.
    pub expires_at: Option<Timestamp>,
}

impl Engine {
    /// Makes a user.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a login that is none, a conflict when it is taken.
    pub async fn create_user(&self, new: NewUser) -> Result<User, EngineError> {
        check_login(&new.login)?;
        check_name("name", new.name.as_deref().unwrap_or_default())?;
        let user = User {
            id: UserId::new(self.one_id(IdKind::User).await?),
            login: new.login,
            name: new.name,
            site_admin: new.site_admin,
            created_at: self.store.now().await?,
        };
        self.store.insert_user(&user).await?;
        Ok(user)
    }

    /// The user with this login.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn user_by_login(&self, login: &str) -> Result<User, EngineError> {
        let user = self.store.user_by_login(login).await?;
        user.ok_or(EngineError::NotFound { what: "the user" })
    }

    /// Deletes a user.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; a conflict while repositories are theirs.
    pub async fn delete_user(&self, login: &str) -> Result<(), EngineError> {
        let user = self.user_by_login(login).await?;
        Ok(self.store.delete_user(user.id).await?)
    }

    /// Makes a token; its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a name that is too long, or a scope that its user cannot have.
    pub async fn create_token(
        &self,
        user: &User,
        new: NewToken,
    ) -> Result<(Token, Secret), EngineError> {
        check_name("name", &new.name)?;
        check_scopes(user, &new.kind)?;
        let kind = match new.kind {
            TokenKind::Classic { .. } => SecretKind::Personal,
            TokenKind::Registration => SecretKind::Registration,
        };
        let secret = Secret::generate(kind);
        let token = Token {
            id: TokenId::new(self.one_id(IdKind::Token).await?),
            user: user.id,
            name: new.name,
            kind: new.kind,
            hash: secret.hash(),
            created_at: self.store.now().await?,
            expires_at: new.expires_at,
        };
        self.store.insert_token(&token).await?;
        Ok((token, secret))
    }

    /// Whom a credential stands for; nobody when it is unknown, expired or of another kind.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate(&self, text: &str) -> Result<Option<Caller>, EngineError> {
        let hash = hash(text);
        if text.starts_with(SecretKind::GitHub.prefix()) {
            return self.authenticate_github_token(text).await;
        }
        let Some((token, user)) = self.store.token_by_hash(hash).await? else {
            return Ok(None);
        };
        if !self.is_valid(&token).await? {
            return Ok(None);
        }
        Ok(match token.kind {
            TokenKind::Classic { scopes } => Some(Caller::User { user, scopes }),
            TokenKind::Registration => None,
        })
    }

    /// Asks for the time only where it matters: this is part of every request.
    async fn is_valid(&self, token: &Token) -> Result<bool, EngineError> {
        match token.expires_at {
            None => Ok(true),
            Some(_) => Ok(token.is_valid(self.store.now().await?)),
        }
    }

    async fn authenticate_github_token(&self, text: &str) -> Result<Option<Caller>, EngineError> {
        let found = self.store.execution_by_github_token(hash(text)).await?;
        let Some(execution) = found.filter(is_running) else {
            return Ok(None);
        };
        let run = self.store.run(execution.run).await?;
        Ok(run.map(|run| Caller::Job {
            repository: run.identity.repository,
        }))
    }

    /// The runner with this token.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate_runner(&self, text: &str) -> Result<Option<Runner>, EngineError> {
        Ok(self.store.runner_by_token(hash(text)).await?)
    }

    /// Whether this is a registration token that still holds.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn is_registration_token(&self, text: &str) -> Result<bool, EngineError> {
        let Some((token, _)) = self.store.token_by_hash(hash(text)).await? else {
            return Ok(false);
        };
        Ok(token.kind == TokenKind::Registration && self.is_valid(&token).await?)
    }

    /// The execution with this job token, ended or not.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn authenticate_job(&self, text: &str) -> Result<Option<Execution>, EngineError> {
        Ok(self.store.execution_by_token(hash(text)).await?)
    }
}

fn is_running(execution: &Execution) -> bool {
    match execution.state {
        ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => true,
        ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => false,
    }
}

fn check_login(login: &str) -> Result<(), EngineError> {
    let shaped = !login.is_empty()
        && login.len() <= LOGIN_CHARACTERS_MAX
        && login.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !login.starts_with('-')
        && !login.ends_with('-');
    if shaped {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field: "login",
        value: login.to_owned(),
        problem: format!(
            "is not a login: 1 to {LOGIN_CHARACTERS_MAX} letters, digits and hyphens, no hyphen at either end"
        ),
    })
}

fn check_name(field: &'static str, name: &str) -> Result<(), EngineError> {
    if name.chars().count() <= NAME_CHARACTERS_MAX {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field,
        value: name.chars().take(40).collect(),
        problem: format!("is too long: at most {NAME_CHARACTERS_MAX} characters"),
    })
}

fn check_scopes(user: &User, kind: &TokenKind) -> Result<(), EngineError> {
    let site_admin = match kind {
        TokenKind::Classic { scopes } => scopes.contains(&Scope::SiteAdmin),
        TokenKind::Registration => true,
    };
    if !site_admin || user.site_admin {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field: "scopes",
        value: Scope::SiteAdmin.name().to_owned(),
        problem: format!(
            "can only be given to an administrator of this server, {} is none",
            user.login
        ),
    })
}

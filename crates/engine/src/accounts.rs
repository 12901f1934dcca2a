//! Users: made, found, deleted.

use crate::{Engine, EngineError};
use runyard_domain::{UserId, account::User};
use runyard_store::{Conflict, IdKind, StoreError};

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

/// Nobody else can be called so: logins of users have no brackets.
const BOT_OF_JOBS: &str = "github-actions[bot]";

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

    /// The user that stands for jobs, in GitHub's name for it; made when the first of them asks for something.
    pub(crate) async fn bot_of_jobs(&self) -> Result<User, EngineError> {
        if let Some(bot) = self.store.user_by_login(BOT_OF_JOBS).await? {
            return Ok(bot);
        }
        let bot = User {
            id: UserId::new(self.one_id(IdKind::User).await?),
            login: BOT_OF_JOBS.to_owned(),
            name: None,
            site_admin: false,
            created_at: self.store.now().await?,
        };
        match self.store.insert_user(&bot).await {
            Ok(()) => Ok(bot),
            // Another job was faster.
            Err(StoreError::Conflict(Conflict::Login)) => self.user_by_login(BOT_OF_JOBS).await,
            Err(error) => Err(error.into()),
        }
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

pub(crate) fn check_name(field: &'static str, name: &str) -> Result<(), EngineError> {
    if name.chars().count() <= NAME_CHARACTERS_MAX {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field,
        value: name.chars().take(40).collect(),
        problem: format!("is too long: at most {NAME_CHARACTERS_MAX} characters"),
    })
}

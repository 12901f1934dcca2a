//! Tokens: made, listed, revoked. Nothing here remembers one: whoever is revoked is nobody at the next request, on
//! every replica.

use crate::{
    Engine, EngineError,
    accounts::{NAME_CHARACTERS_MAX, check_name},
    secret::{Secret, SecretKind},
};
use runyard_domain::{
    RepositoryId, Timestamp, TokenId,
    access::{self, Access, Action, Caller, Door},
    account::{Grant, Reach, Scope, Token, TokenKind, User},
};
use runyard_store::IdKind;
use std::{collections::BTreeSet, time::Duration};

/// A fine-grained token ends after this at the latest, as GitHub's.
pub const FINE_GRAINED_LIFETIME_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// So many repositories one fine-grained token can list.
pub const LISTED_REPOSITORIES_MAX: usize = 50;

/// Characters behind the prefix of a token whose text is chosen.
pub const CHOSEN_CHARACTERS_MIN: usize = 16;
/// See [`CHOSEN_CHARACTERS_MIN`].
pub const CHOSEN_CHARACTERS_MAX: usize = 100;

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
    /// Makes a token; its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a name that is too long, a scope that its user cannot have, an end that cannot be.
    pub async fn create_token(
        &self,
        user: &User,
        new: NewToken,
    ) -> Result<(Token, Secret), EngineError> {
        let secret = Secret::generate(secret_of(&new.kind));
        self.keep_token(user, new, secret).await
    }

    /// The same with a text that was chosen: for servers whose tokens are known before they start, as tests have them.
    ///
    /// # Errors
    /// As [`Engine::create_token`]; [`EngineError::Unfit`] for a text that tokens of the kind cannot have.
    pub async fn create_token_with(
        &self,
        user: &User,
        new: NewToken,
        text: &str,
    ) -> Result<(Token, Secret), EngineError> {
        let kind = secret_of(&new.kind);
        let problem = format!(
            "must be {:?} and {CHOSEN_CHARACTERS_MIN} to {CHOSEN_CHARACTERS_MAX} letters and digits",
            kind.prefix()
        );
        let rest = text.strip_prefix(kind.prefix()).unwrap_or_default();
        let fits = (CHOSEN_CHARACTERS_MIN..=CHOSEN_CHARACTERS_MAX).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return Err(EngineError::Unfit {
                field: "text",
                problem,
            });
        }
        let secret = Secret::given(text.to_owned());
        self.keep_token(user, new, secret).await
    }

    async fn keep_token(
        &self,
        user: &User,
        new: NewToken,
        secret: Secret,
    ) -> Result<(Token, Secret), EngineError> {
        let now = self.store.now().await?;
        check_name("name", &new.name)?;
        check_kind(user, &new.kind)?;
        check_end(&new, now)?;
        let token = Token {
            id: TokenId::new(self.one_id(IdKind::Token).await?),
            user: user.id,
            name: new.name,
            kind: new.kind,
            hash: secret.hash(),
            created_at: now,
            expires_at: new.expires_at,
        };
        self.store.insert_token(&token).await?;
        Ok((token, secret))
    }

    /// The repositories with these names, `OWNER/NAME`, as what a fine-grained token of `user` is let to.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for none, too many, or one that the user cannot see.
    pub async fn reach(&self, user: &User, names: &[String]) -> Result<Reach, EngineError> {
        if !(1..=LISTED_REPOSITORIES_MAX).contains(&names.len()) {
            let problem = format!("must be 1 to {LISTED_REPOSITORIES_MAX}");
            return Err(invalid("repositories", names.len().to_string(), problem));
        }
        let mut ids = BTreeSet::new();
        for name in names {
            ids.insert(self.seen_by(user, name).await?);
        }
        Ok(Reach::Only(ids))
    }

    /// A repository by its full name, if the user can see it: the sentence is the same when it is not there.
    async fn seen_by(&self, user: &User, name: &str) -> Result<RepositoryId, EngineError> {
        let not_seen = || {
            let problem = format!(
                "is not the OWNER/NAME of a repository that {} sees",
                user.login
            );
            invalid("repositories", name.to_owned(), problem)
        };
        let (owner, repository) = name.split_once('/').ok_or_else(not_seen)?;
        let found = match self.repository_by_name(owner, repository).await {
            Err(EngineError::NotFound { .. }) => return Err(not_seen()),
            found => found?,
        };
        let scopes = vec![Scope::Repo];
        let caller = Caller::User {
            user: user.clone(),
            grant: Grant::Classic { scopes },
            expires_at: None,
        };
        let role = self.store.role(found.id, user.id).await?;
        match access::decide(&caller, role, &found, Action::See, Door::Runyard) {
            Access::Allowed => Ok(found.id),
            Access::Hidden | Access::Forbidden => Err(not_seen()),
        }
    }

    /// Deletes a token: it opens nothing from the next request on. Those of others are not there, but for
    /// administrators of this server.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn revoke_token(&self, by: &Caller, id: TokenId) -> Result<(), EngineError> {
        let token = self.store.token(id).await?;
        let token = token.filter(|token| by.user_id() == Some(token.user) || by.is_site_admin());
        let token = token.ok_or(EngineError::NotFound { what: "the token" })?;
        Ok(self.store.delete_token(token.user, id).await?)
    }
}

const fn secret_of(kind: &TokenKind) -> SecretKind {
    match kind {
        TokenKind::Access(Grant::Classic { .. }) => SecretKind::Personal,
        TokenKind::Access(Grant::OAuth { .. }) => SecretKind::OAuth,
        TokenKind::Access(Grant::FineGrained { .. }) => SecretKind::FineGrained,
        TokenKind::Registration => SecretKind::Registration,
        TokenKind::Removal => SecretKind::Removal,
    }
}

fn check_kind(user: &User, kind: &TokenKind) -> Result<(), EngineError> {
    match kind {
        TokenKind::Access(Grant::Classic { scopes }) => check_scopes(user, scopes),
        TokenKind::Access(Grant::OAuth { client_id, scopes }) => {
            check_name("client_id", client_id)?;
            if client_id.is_empty() {
                let problem = format!("must have 1 to {NAME_CHARACTERS_MAX} characters");
                return Err(invalid("client_id", String::new(), problem));
            }
            check_scopes(user, scopes)
        }
        TokenKind::Access(Grant::FineGrained { .. }) => Ok(()),
        TokenKind::Registration | TokenKind::Removal if user.site_admin => Ok(()),
        TokenKind::Registration => Err(only_for_administrators(user, "kind", "registration")),
        TokenKind::Removal => Err(only_for_administrators(user, "kind", "removal")),
    }
}

fn check_scopes(user: &User, scopes: &[Scope]) -> Result<(), EngineError> {
    match scopes.contains(&Scope::SiteAdmin) && !user.site_admin {
        false => Ok(()),
        true => Err(only_for_administrators(
            user,
            "scopes",
            Scope::SiteAdmin.name(),
        )),
    }
}

fn check_end(new: &NewToken, now: Timestamp) -> Result<(), EngineError> {
    let latest = match new.kind {
        TokenKind::Access(Grant::FineGrained { .. }) => Some(now.plus(FINE_GRAINED_LIFETIME_MAX)),
        TokenKind::Access(Grant::Classic { .. } | Grant::OAuth { .. })
        | TokenKind::Registration
        | TokenKind::Removal => None,
    };
    let days = FINE_GRAINED_LIFETIME_MAX.as_secs() / (24 * 60 * 60);
    let (value, problem) = match (new.expires_at, latest) {
        (Some(end), _) if end <= now => (
            end.to_string(),
            "is over: it must be later than now".to_owned(),
        ),
        (Some(end), Some(latest)) if end > latest => (
            end.to_string(),
            format!("is too late: a fine-grained token ends after {days} days at the latest"),
        ),
        (None, Some(_)) => (
            String::new(),
            format!("must be given: a fine-grained token ends after {days} days at the latest"),
        ),
        (Some(_), _) | (None, None) => return Ok(()),
    };
    Err(invalid("expires_at", value, problem))
}

fn only_for_administrators(user: &User, field: &'static str, value: &str) -> EngineError {
    let login = &user.login;
    let problem = format!("can only be given to an administrator of this server, {login} is none");
    invalid(field, value.to_owned(), problem)
}

fn invalid(field: &'static str, value: String, problem: String) -> EngineError {
    EngineError::Invalid {
        field,
        value,
        problem,
    }
}

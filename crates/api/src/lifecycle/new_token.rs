//! What is asked for when a token is made: read, and refused with the field, its value and what is allowed there.

use crate::{ApiState, error::ApiError};
use chrono::DateTime;
use runyard_domain::{
    Timestamp,
    account::{Grant, Reach, Scope, TokenKind, User},
    permission::{Level, Permission, Permissions},
};
use runyard_engine::NewToken;
use schemars::JsonSchema;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// A registration token opens the door for this long, as GitHub's.
pub(crate) const REGISTRATION_TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The kinds of tokens that can be asked for. Runners' tokens come with their registration, those of jobs with an offer.
const KINDS: [&str; 4] = ["classic", "fine_grained", "oauth", "registration"];
/// No permission at all, where a level is expected.
const NO_LEVEL: &str = "none";

/// A token to be made.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewToken")]
pub(super) struct NewTokenBody {
    /// Whose; the caller's own when absent.
    #[serde(default)]
    pub(super) user: Option<String>,
    name: String,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    repositories: Option<Vec<String>>,
    #[serde(default)]
    permissions: Option<BTreeMap<String, String>>,
    #[serde(default)]
    expires_at: Option<String>,
}

impl NewTokenBody {
    /// The token that it asks for, to be `user`'s.
    pub(super) async fn read(self, user: &User, state: &ApiState) -> Result<NewToken, ApiError> {
        let mut expires_at = self.expires_at.as_deref().map(moment).transpose()?;
        let kind = match self.kind.as_deref().unwrap_or("classic") {
            "classic" => {
                self.only("classic", &["scopes"])?;
                let scopes = scopes(self.scopes)?;
                TokenKind::Access(Grant::Classic { scopes })
            }
            "oauth" => {
                self.only("oauth", &["scopes", "client_id"])?;
                let client_id = self.client_id.ok_or_else(|| missing("client_id"))?;
                let scopes = scopes(self.scopes)?;
                TokenKind::Access(Grant::OAuth { client_id, scopes })
            }
            "fine_grained" => {
                self.only("fine_grained", &["owner", "repositories", "permissions"])?;
                let permissions = permissions(self.permissions)?;
                let reach = reach(user, self.owner, self.repositories, state).await?;
                TokenKind::Access(Grant::FineGrained { reach, permissions })
            }
            "registration" => {
                self.only("registration", &[])?;
                let now = state.engine.store().now().await?;
                expires_at.get_or_insert(now.plus(REGISTRATION_TOKEN_LIFETIME));
                TokenKind::Registration
            }
            other => return Err(not_one_of("kind", other, &KINDS)),
        };
        Ok(NewToken {
            name: self.name,
            kind,
            expires_at,
        })
    }

    /// A member that the kind does not have would be ignored, and the token be another than was meant.
    fn only(&self, kind: &str, allowed: &[&str]) -> Result<(), ApiError> {
        let given = [
            ("scopes", self.scopes.is_some()),
            ("client_id", self.client_id.is_some()),
            ("owner", self.owner.is_some()),
            ("repositories", self.repositories.is_some()),
            ("permissions", self.permissions.is_some()),
        ];
        let mut given = given.into_iter().filter(|(_, given)| *given);
        match given.find(|(name, _)| !allowed.contains(name)) {
            None => Ok(()),
            Some((name, _)) => Err(invalid(format!(
                "\"{name}\" is not for a token of the kind {kind:?}, which takes: {}.",
                [&["user", "name", "expires_at"], allowed]
                    .concat()
                    .join(", ")
            ))),
        }
    }
}

async fn reach(
    user: &User,
    owner: Option<String>,
    repositories: Option<Vec<String>>,
    state: &ApiState,
) -> Result<Reach, ApiError> {
    match (owner, repositories) {
        (Some(login), None) => {
            let found = state.engine.store().user_by_login(&login).await?;
            let found = found.ok_or_else(|| {
                ApiError::Unprocessable(format!("owner: {login:?} is not the login of a user"))
            })?;
            Ok(Reach::OwnedBy(found.id))
        }
        (None, Some(names)) => Ok(state.engine.reach(user, &names).await?),
        (None, None) | (Some(_), Some(_)) => Err(invalid(
            "Exactly one of \"repositories\" and \"owner\" must be supplied.".to_owned(),
        )),
    }
}

fn scopes(words: Option<Vec<String>>) -> Result<Vec<Scope>, ApiError> {
    let mut scopes = Vec::new();
    for word in words.ok_or_else(|| missing("scopes"))? {
        let scope: Scope = word
            .parse()
            .map_err(|_| not_one_of("scopes", &word, Scope::WORDS))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

fn permissions(given: Option<BTreeMap<String, String>>) -> Result<Permissions, ApiError> {
    let given = given.ok_or_else(|| missing("permissions"))?;
    let levels = given.iter().map(|(name, level)| {
        let permission: Permission = name
            .parse()
            .map_err(|_| not_one_of("permissions", name, Permission::WORDS))?;
        if level == NO_LEVEL {
            return Ok(None);
        }
        let level: Level = level.parse().map_err(|_| {
            let allowed = [&[NO_LEVEL], Level::WORDS].concat();
            not_one_of(&format!("permissions.{name}"), level, &allowed)
        })?;
        Ok(Some((permission, level)))
    });
    levels.filter_map(Result::transpose).collect()
}

fn moment(text: &str) -> Result<Timestamp, ApiError> {
    let moment = DateTime::parse_from_rfc3339(text).map_err(|_| {
        invalid(format!(
            "For 'expires_at', {text:?} is not a time such as 2030-01-31T12:00:00Z."
        ))
    })?;
    Ok(Timestamp::new(moment.to_utc()))
}

fn missing(member: &str) -> ApiError {
    invalid(format!("\"{member}\" wasn't supplied."))
}

fn not_one_of(field: &str, value: &str, allowed: &[&str]) -> ApiError {
    let allowed = allowed.join(", ");
    invalid(format!("For '{field}', {value:?} is not one of {allowed}."))
}

fn invalid(detail: String) -> ApiError {
    ApiError::InvalidRequest { detail }
}

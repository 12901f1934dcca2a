//! Tokens as they are shown: each kind with what it has, never their text but once.

use crate::{
    ApiState,
    error::ApiError,
    wire::{seconds, seconds_or_null},
};
use runyard_domain::{
    RepositoryId,
    account::{Grant, Reach, Scope, Token, TokenKind, User},
    permission::Permissions,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A token.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(super) struct TokenBody {
    id: i64,
    user: String,
    name: String,
    #[serde(flatten)]
    kind: KindBody,
    created_at: String,
    expires_at: Option<String>,
    /// Its text, only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl TokenBody {
    /// With the text, for the one answer that shows it.
    pub(super) fn with_text(self, text: &str) -> Self {
        Self {
            token: Some(text.to_owned()),
            ..self
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "TokenKind")]
pub(super) enum KindBody {
    Classic {
        #[schemars(with = "Vec<String>")]
        scopes: Vec<Scope>,
    },
    #[serde(rename = "oauth")]
    OAuth {
        client_id: String,
        #[schemars(with = "Vec<String>")]
        scopes: Vec<Scope>,
    },
    FineGrained {
        #[serde(flatten)]
        reach: ReachBody,
        #[schemars(with = "BTreeMap<String, String>")]
        permissions: Permissions,
    },
    Registration,
    Removal,
}

/// Names of repositories that are there: one that was deleted opens nothing any more.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TokenReach")]
pub(super) enum ReachBody {
    Owner(Option<String>),
    Repositories(Vec<String>),
}

/// Shows the tokens of one user; names are looked up once.
pub(super) struct TokenBodies<'s> {
    state: &'s ApiState,
    user: &'s User,
    names: BTreeMap<RepositoryId, Option<String>>,
}

impl<'s> TokenBodies<'s> {
    /// For the tokens of this user.
    pub(super) fn new(state: &'s ApiState, user: &'s User) -> Self {
        Self {
            state,
            user,
            names: BTreeMap::new(),
        }
    }

    /// One of them.
    pub(super) async fn of(&mut self, token: &Token) -> Result<TokenBody, ApiError> {
        Ok(TokenBody {
            id: token.id.get(),
            user: self.user.login.clone(),
            name: token.name.clone(),
            kind: self.kind(&token.kind).await?,
            created_at: seconds(token.created_at),
            expires_at: seconds_or_null(token.expires_at),
            token: None,
        })
    }

    async fn kind(&mut self, kind: &TokenKind) -> Result<KindBody, ApiError> {
        Ok(match kind.clone() {
            TokenKind::Access(Grant::Classic { scopes }) => KindBody::Classic { scopes },
            TokenKind::Access(Grant::OAuth { client_id, scopes }) => {
                KindBody::OAuth { client_id, scopes }
            }
            TokenKind::Access(Grant::FineGrained { reach, permissions }) => KindBody::FineGrained {
                reach: self.reach(&reach).await?,
                permissions,
            },
            TokenKind::Registration => KindBody::Registration,
            TokenKind::Removal => KindBody::Removal,
        })
    }

    async fn reach(&mut self, reach: &Reach) -> Result<ReachBody, ApiError> {
        match reach {
            Reach::OwnedBy(owner) => {
                let owner = self.state.engine.store().user(*owner).await?;
                Ok(ReachBody::Owner(owner.map(|owner| owner.login)))
            }
            Reach::Only(ids) => {
                let mut names = Vec::with_capacity(ids.len());
                for id in ids {
                    names.extend(self.name(*id).await?);
                }
                Ok(ReachBody::Repositories(names))
            }
        }
    }

    async fn name(&mut self, id: RepositoryId) -> Result<Option<String>, ApiError> {
        if let Some(name) = self.names.get(&id) {
            return Ok(name.clone());
        }
        let found = self.state.engine.store().repository(id).await?;
        let name = found.map(|repository| repository.full_name());
        self.names.insert(id, name.clone());
        Ok(name)
    }
}

//! Rows of users and tokens.

use super::place::{Place, json};
use crate::{
    StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::{tokens, users},
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    TokenId, UserId,
    account::{Token, User},
};

/// The form in which logins and names are compared.
pub(crate) fn login_key(login: &str) -> String {
    login.to_lowercase()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct UserRow {
    pub(crate) id: i64,
    pub(crate) login: String,
    login_key: String,
    name: Option<String>,
    pub(crate) site_admin: bool,
    created_at: DbTime,
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.get(),
            login: user.login.clone(),
            login_key: login_key(&user.login),
            name: user.name.clone(),
            site_admin: user.site_admin,
            created_at: DbTime(user.created_at),
        }
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId::new(row.id),
            login: row.login,
            name: row.name,
            site_admin: row.site_admin,
            created_at: row.created_at.0,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = tokens, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct TokenRow {
    id: i64,
    user_id: i64,
    name: String,
    kind: JsonText,
    hash: Vec<u8>,
    created_at: DbTime,
    expires_at: Option<DbTime>,
}

impl From<&Token> for TokenRow {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.get(),
            user_id: token.user.get(),
            name: token.name.clone(),
            kind: json(&token.kind),
            hash: token.hash.as_bytes().to_vec(),
            created_at: DbTime(token.created_at),
            expires_at: token.expires_at.map(DbTime),
        }
    }
}

impl TryFrom<TokenRow> for Token {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        let place = Place::of("tokens", row.id);
        Ok(Self {
            id: TokenId::new(row.id),
            user: UserId::new(row.user_id),
            name: row.name,
            kind: place.json("kind", &row.kind)?,
            hash: place.hash("hash", row.hash)?,
            created_at: row.created_at.0,
            expires_at: row.expires_at.map(|time| time.0),
        })
    }
}

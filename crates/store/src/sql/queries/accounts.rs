//! Users and their tokens. Deleted users keep their row, so that old runs keep their actor.

use super::{Connection, SqlStore, dialect};
use crate::{
    Accounts, Conflict, OWNED_COUNTED_MAX, OwnedCounts, StoreError,
    sql::{
        columns::DbTime,
        failure::{Failure, reference, with_meaning},
        perform::perform,
        rows::{TokenRow, UserRow, login_key},
        schema::{collaborators, repositories, tokens, users},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    TokenId, UserId,
    account::{Token, TokenHash, User},
};
use std::collections::BTreeSet;

#[async_trait]
impl Accounts for SqlStore {
    async fn insert_user(&self, user: &User) -> Result<(), StoreError> {
        perform!(self.write, insert_user(user))
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        perform!(self.read, user(id))
    }

    async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        perform!(self.read, user_by_login(login))
    }

    async fn users(&self, after: UserId, limit: u32) -> Result<Vec<User>, StoreError> {
        perform!(self.read, all_users(after, limit))
    }

    async fn owned_counts(&self, id: UserId) -> Result<OwnedCounts, StoreError> {
        perform!(self.read, owned_counts(id))
    }

    async fn delete_user(&self, id: UserId) -> Result<(), StoreError> {
        perform!(self.write, delete_user(id))
    }

    async fn insert_token(&self, token: &Token) -> Result<(), StoreError> {
        perform!(self.write, insert_token(token))
    }

    async fn token_by_hash(&self, hash: TokenHash) -> Result<Option<(Token, User)>, StoreError> {
        perform!(self.read, token_by_hash(hash))
    }

    async fn token(&self, id: TokenId) -> Result<Option<Token>, StoreError> {
        perform!(self.read, token(id))
    }

    async fn tokens(
        &self,
        user: UserId,
        after: TokenId,
        limit: u32,
    ) -> Result<Vec<Token>, StoreError> {
        perform!(self.read, tokens_of(user, after, limit))
    }

    async fn delete_token(&self, user: UserId, id: TokenId) -> Result<(), StoreError> {
        perform!(self.write, delete_token(user, id))
    }
}

async fn insert_user(connection: &mut Connection, user: &User) -> Result<(), Failure> {
    diesel::insert_into(users::table)
        .values(UserRow::from(user))
        .execute(connection)
        .await
        .map_err(|error| with_meaning(error, Conflict::Login))?;
    Ok(())
}

async fn user(connection: &mut Connection, id: &UserId) -> Result<Option<User>, Failure> {
    let row = users::table.find(id.get()).select(UserRow::as_select());
    let row: Option<UserRow> = row.get_result(connection).await.optional()?;
    Ok(row.map(User::from))
}

async fn user_by_login(connection: &mut Connection, login: &str) -> Result<Option<User>, Failure> {
    let row: Option<UserRow> = users::table
        .filter(users::login_key.eq(login_key(login)))
        .filter(users::deleted_at.is_null())
        .select(UserRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(User::from))
}

async fn all_users(
    connection: &mut Connection,
    after: &UserId,
    limit: &u32,
) -> Result<Vec<User>, Failure> {
    let rows: Vec<UserRow> = users::table
        .filter(users::deleted_at.is_null())
        .filter(users::id.gt(after.get()))
        .order(users::id)
        .limit((*limit).into())
        .select(UserRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Locks a user who is not deleted, so that they stay so until the transaction ends.
pub(super) async fn lock_live_user(
    connection: &mut Connection,
    id: UserId,
) -> Result<Option<i64>, Failure> {
    let live = users::table
        .filter(users::id.eq(id.get()))
        .filter(users::deleted_at.is_null())
        .select(users::id);
    let found = dialect::locked!(live).get_result(connection).await;
    Ok(found.optional()?)
}

async fn delete_user(connection: &mut Connection, id: &UserId) -> Result<(), Failure> {
    let locked = lock_live_user(connection, *id).await?;
    locked.ok_or_else(|| Failure::not_found("user"))?;
    let owned = repositories::table
        .filter(repositories::owner_id.eq(id.get()))
        .filter(repositories::deleted_at.is_null())
        .count();
    if owned.get_result::<i64>(connection).await? > 0 {
        return Err(Failure::conflict(Conflict::Reference));
    }
    let now = dialect::now(connection).await?;
    diesel::delete(tokens::table.filter(tokens::user_id.eq(id.get())))
        .execute(connection)
        .await?;
    diesel::delete(collaborators::table.filter(collaborators::user_id.eq(id.get())))
        .execute(connection)
        .await?;
    diesel::update(users::table.find(id.get()))
        .set(users::deleted_at.eq(Some(DbTime(now))))
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_token(connection: &mut Connection, token: &Token) -> Result<(), Failure> {
    let owner = lock_live_user(connection, token.user).await?;
    owner.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    diesel::insert_into(tokens::table)
        .values(TokenRow::from(token))
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

pub(super) async fn token_by_hash(
    connection: &mut Connection,
    hash: &TokenHash,
) -> Result<Option<(Token, User)>, Failure> {
    let rows: Option<(TokenRow, UserRow)> = tokens::table
        .inner_join(users::table.on(users::id.eq(tokens::user_id)))
        .filter(tokens::hash.eq(hash.as_bytes().to_vec()))
        .filter(users::deleted_at.is_null())
        .select((TokenRow::as_select(), UserRow::as_select()))
        .get_result(connection)
        .await
        .optional()?;
    let found = rows.map(|(token, user)| Ok((Token::try_from(token)?, User::from(user))));
    found.transpose()
}

async fn token(connection: &mut Connection, id: &TokenId) -> Result<Option<Token>, Failure> {
    let row = tokens::table.find(id.get()).select(TokenRow::as_select());
    let row: Option<TokenRow> = row.get_result(connection).await.optional()?;
    Ok(row.map(Token::try_from).transpose()?)
}

async fn tokens_of(
    connection: &mut Connection,
    user: &UserId,
    after: &TokenId,
    limit: &u32,
) -> Result<Vec<Token>, Failure> {
    let rows: Vec<TokenRow> = tokens::table
        .filter(tokens::user_id.eq(user.get()))
        .filter(tokens::id.gt(after.get()))
        .order(tokens::id)
        .limit((*limit).into())
        .select(TokenRow::as_select())
        .load(connection)
        .await?;
    let tokens = rows.into_iter().map(|row| Ok(Token::try_from(row)?));
    tokens.collect()
}

pub(super) async fn delete_token(
    connection: &mut Connection,
    user: &UserId,
    id: &TokenId,
) -> Result<(), Failure> {
    let own = tokens::table
        .filter(tokens::user_id.eq(user.get()))
        .filter(tokens::id.eq(id.get()));
    match diesel::delete(own).execute(connection).await? {
        0 => Err(Failure::not_found("token")),
        _ => Ok(()),
    }
}

/// The rows are counted here: a count in the database would go through all that there are.
async fn owned_counts(connection: &mut Connection, id: &UserId) -> Result<OwnedCounts, Failure> {
    let owned = repositories::table
        .filter(repositories::owner_id.eq(id.get()))
        .filter(repositories::deleted_at.is_null());
    let privates: Vec<bool> = owned
        .limit(OWNED_COUNTED_MAX.into())
        .select(repositories::private)
        .load(connection)
        .await?;
    let others: Vec<i64> = owned
        .inner_join(collaborators::table.on(collaborators::repository_id.eq(repositories::id)))
        .filter(repositories::private.eq(true))
        .filter(collaborators::user_id.ne(id.get()))
        .select(collaborators::user_id)
        .limit(OWNED_COUNTED_MAX.into())
        .load(connection)
        .await?;
    let counted = |count: usize| u32::try_from(count).unwrap_or(OWNED_COUNTED_MAX);
    let private = privates.iter().filter(|private| **private).count();
    Ok(OwnedCounts {
        public_repositories: counted(privates.len() - private),
        private_repositories: counted(private),
        collaborators: counted(others.into_iter().collect::<BTreeSet<_>>().len()),
    })
}

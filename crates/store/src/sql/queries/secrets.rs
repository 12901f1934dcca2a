//! Encrypted secrets of repositories.

use super::{Connection, SqlStore, repositories::lock_live_repository};
use crate::{
    Conflict, SealedSecret, SecretUse, Secrets, StoreError,
    sql::{
        failure::{Failure, reference},
        perform::perform,
        rows::SecretRow,
        schema::repository_secrets as secrets,
    },
};
use async_trait::async_trait;
use diesel::{OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::RepositoryId;

#[async_trait]
impl Secrets for SqlStore {
    async fn put_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        perform!(self.write, put_secret(repository, usage, secret))
    }

    async fn secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<Option<SealedSecret>, StoreError> {
        perform!(self.read, secret(repository, usage))
    }

    async fn delete_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<(), StoreError> {
        perform!(self.write, delete_secret(repository, usage))
    }
}

async fn put_secret(
    connection: &mut Connection,
    repository: &RepositoryId,
    usage: &SecretUse,
    secret: &SealedSecret,
) -> Result<(), Failure> {
    let of = lock_live_repository(connection, *repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let row = SecretRow::of(*repository, *usage, secret);
    diesel::insert_into(secrets::table)
        .values(&row)
        .on_conflict((secrets::repository_id, secrets::usage))
        .do_update()
        .set(&row)
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

async fn secret(
    connection: &mut Connection,
    repository: &RepositoryId,
    usage: &SecretUse,
) -> Result<Option<SealedSecret>, Failure> {
    let row: Option<SecretRow> = secrets::table
        .find((repository.get(), usage.name()))
        .select(SecretRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(SealedSecret::try_from).transpose()?)
}

async fn delete_secret(
    connection: &mut Connection,
    repository: &RepositoryId,
    usage: &SecretUse,
) -> Result<(), Failure> {
    let row = secrets::table.find((repository.get(), usage.name()));
    match diesel::delete(row).execute(connection).await? {
        0 => Err(Failure::not_found("secret")),
        _ => Ok(()),
    }
}

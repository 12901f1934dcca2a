//! Secrets and variables that repositories give their workflows.

use super::{Connection, SqlStore, repositories::lock_live_repository};
use crate::{
    Configuration, Conflict, Listed, NamedSecret, Page, SecretFacts, StoreError,
    sql::{
        columns::DbTime,
        failure::{Failure, with_meaning},
        perform::perform,
        rows::{NamedSecretRow, VariableRow, secret_facts},
        schema::{named_secrets as secrets, variables},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    RepositoryId,
    configuration::{ValueName, Variable},
};

#[async_trait]
impl Configuration for SqlStore {
    async fn put_named_secret(
        &self,
        repository: RepositoryId,
        secret: &NamedSecret,
        most: u32,
    ) -> Result<bool, StoreError> {
        perform!(self.write, put_secret(repository, secret, most))
    }

    async fn named_secret(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<Option<NamedSecret>, StoreError> {
        perform!(self.read, secret(repository, name))
    }

    async fn named_secrets(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<SecretFacts>, StoreError> {
        perform!(self.snapshot, secrets_of(repository, page))
    }

    async fn delete_named_secret(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<(), StoreError> {
        perform!(self.write, delete_secret(repository, name))
    }

    async fn insert_variable(
        &self,
        repository: RepositoryId,
        variable: &Variable,
        most: u32,
    ) -> Result<(), StoreError> {
        perform!(self.write, insert_variable(repository, variable, most))
    }

    async fn variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<Option<Variable>, StoreError> {
        perform!(self.read, variable(repository, name))
    }

    async fn variables(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<Variable>, StoreError> {
        perform!(self.snapshot, variables_of(repository, page))
    }

    async fn first_variables(
        &self,
        repository: RepositoryId,
        limit: u32,
    ) -> Result<Vec<Variable>, StoreError> {
        perform!(self.read, first_variables(repository, limit))
    }

    async fn update_variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
        variable: &Variable,
    ) -> Result<(), StoreError> {
        perform!(self.write, update_variable(repository, name, variable))
    }

    async fn delete_variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<(), StoreError> {
        perform!(self.write, delete_variable(repository, name))
    }
}

/// Locks the repository, so that nobody else adds one at the same time.
async fn lock(connection: &mut Connection, repository: RepositoryId) -> Result<(), Failure> {
    let of = lock_live_repository(connection, repository).await?;
    of.map(drop)
        .ok_or_else(|| Failure::conflict(Conflict::Reference))
}

fn require_room(count: i64, most: u32) -> Result<(), Failure> {
    match count < i64::from(most) {
        true => Ok(()),
        false => Err(Failure::conflict(Conflict::Full)),
    }
}

async fn put_secret(
    connection: &mut Connection,
    repository: &RepositoryId,
    secret: &NamedSecret,
    most: &u32,
) -> Result<bool, Failure> {
    lock(connection, *repository).await?;
    let row = secrets::table.find((repository.get(), secret.facts.name.as_str()));
    let given = (
        secrets::key_id.eq(&secret.key_id),
        secrets::sealed.eq(&secret.sealed),
        secrets::updated_at.eq(DbTime(secret.facts.updated_at)),
    );
    let changed = diesel::update(row).set(given).execute(connection).await?;
    if changed > 0 {
        return Ok(false);
    }
    require_room(count_of_secrets(connection, *repository).await?, *most)?;
    diesel::insert_into(secrets::table)
        .values(NamedSecretRow::of(*repository, secret))
        .execute(connection)
        .await?;
    Ok(true)
}

async fn count_of_secrets(
    connection: &mut Connection,
    repository: RepositoryId,
) -> Result<i64, Failure> {
    let own = secrets::table.filter(secrets::repository_id.eq(repository.get()));
    Ok(own.count().get_result(connection).await?)
}

async fn secret(
    connection: &mut Connection,
    repository: &RepositoryId,
    name: &ValueName,
) -> Result<Option<NamedSecret>, Failure> {
    let row: Option<NamedSecretRow> = secrets::table
        .find((repository.get(), name.as_str()))
        .select(NamedSecretRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(NamedSecret::try_from).transpose()?)
}

async fn secrets_of(
    connection: &mut Connection,
    repository: &RepositoryId,
    page: &Page,
) -> Result<Listed<SecretFacts>, Failure> {
    let rows: Vec<(String, DbTime, DbTime)> = secrets::table
        .filter(secrets::repository_id.eq(repository.get()))
        .order((secrets::repository_id, secrets::name))
        .limit(page.per_page.into())
        .offset(offset(*page))
        .select((secrets::name, secrets::created_at, secrets::updated_at))
        .load(connection)
        .await?;
    let facts = rows.into_iter().map(|(name, created_at, updated_at)| {
        secret_facts((repository.get(), &name), created_at, updated_at)
    });
    let items: Result<Vec<SecretFacts>, StoreError> = facts.collect();
    let total = count_of_secrets(connection, *repository).await?;
    Ok(Listed {
        items: items?,
        total: total.unsigned_abs(),
    })
}

fn offset(page: Page) -> i64 {
    i64::try_from(page.offset()).unwrap_or(i64::MAX)
}

async fn delete_secret(
    connection: &mut Connection,
    repository: &RepositoryId,
    name: &ValueName,
) -> Result<(), Failure> {
    let row = secrets::table.find((repository.get(), name.as_str()));
    match diesel::delete(row).execute(connection).await? {
        0 => Err(Failure::not_found("secret")),
        _ => Ok(()),
    }
}

async fn insert_variable(
    connection: &mut Connection,
    repository: &RepositoryId,
    new: &Variable,
    most: &u32,
) -> Result<(), Failure> {
    lock(connection, *repository).await?;
    if variable(connection, repository, &new.name).await?.is_some() {
        return Err(Failure::conflict(Conflict::VariableName));
    }
    require_room(count_of_variables(connection, *repository).await?, *most)?;
    diesel::insert_into(variables::table)
        .values(VariableRow::of(*repository, new))
        .execute(connection)
        .await?;
    Ok(())
}

async fn count_of_variables(
    connection: &mut Connection,
    repository: RepositoryId,
) -> Result<i64, Failure> {
    let own = variables::table.filter(variables::repository_id.eq(repository.get()));
    Ok(own.count().get_result(connection).await?)
}

async fn variable(
    connection: &mut Connection,
    repository: &RepositoryId,
    name: &ValueName,
) -> Result<Option<Variable>, Failure> {
    let row: Option<VariableRow> = variables::table
        .find((repository.get(), name.as_str()))
        .select(VariableRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Variable::try_from).transpose()?)
}

async fn variables_of(
    connection: &mut Connection,
    repository: &RepositoryId,
    page: &Page,
) -> Result<Listed<Variable>, Failure> {
    let between = (offset(*page), page.per_page.into());
    let items = variables_between(connection, *repository, between).await?;
    let total = count_of_variables(connection, *repository).await?;
    Ok(Listed {
        items,
        total: total.unsigned_abs(),
    })
}

async fn first_variables(
    connection: &mut Connection,
    repository: &RepositoryId,
    limit: &u32,
) -> Result<Vec<Variable>, Failure> {
    variables_between(connection, *repository, (0, (*limit).into())).await
}

async fn variables_between(
    connection: &mut Connection,
    repository: RepositoryId,
    (offset, limit): (i64, i64),
) -> Result<Vec<Variable>, Failure> {
    let rows: Vec<VariableRow> = variables::table
        .filter(variables::repository_id.eq(repository.get()))
        .order((variables::repository_id, variables::name))
        .limit(limit)
        .offset(offset)
        .select(VariableRow::as_select())
        .load(connection)
        .await?;
    let items: Result<Vec<Variable>, StoreError> =
        rows.into_iter().map(Variable::try_from).collect();
    Ok(items?)
}

async fn update_variable(
    connection: &mut Connection,
    repository: &RepositoryId,
    name: &ValueName,
    new: &Variable,
) -> Result<(), Failure> {
    let row = variables::table.find((repository.get(), name.as_str()));
    let changed = diesel::update(row)
        .set((
            variables::name.eq(new.name.as_str()),
            variables::value.eq(&new.value),
            variables::updated_at.eq(DbTime(new.updated_at)),
        ))
        .execute(connection)
        .await
        .map_err(|error| with_meaning(error, Conflict::VariableName))?;
    match changed {
        0 => Err(Failure::not_found("variable")),
        _ => Ok(()),
    }
}

async fn delete_variable(
    connection: &mut Connection,
    repository: &RepositoryId,
    name: &ValueName,
) -> Result<(), Failure> {
    let row = variables::table.find((repository.get(), name.as_str()));
    match diesel::delete(row).execute(connection).await? {
        0 => Err(Failure::not_found("variable")),
        _ => Ok(()),
    }
}

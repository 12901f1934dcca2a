//! The rows of concurrency groups as `runyard doctor` reads and mends them.

use super::{
    Connection,
    concurrency::{add_messages, save_groups},
    dialect,
};
use crate::{
    KeptGroup,
    sql::{failure::Failure, rows::GroupRow, schema::concurrency_groups},
};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    RepositoryId,
    concurrency::{ConcurrencyGroup, Member},
};

pub(super) async fn groups(
    connection: &mut Connection,
    after: &Option<(RepositoryId, String)>,
    limit: &u32,
) -> Result<Vec<KeptGroup>, Failure> {
    let (repository, key) = match after {
        Some((repository, key)) => (repository.get(), key.clone()),
        None => (0, String::new()),
    };
    let later =
        concurrency_groups::repository_id
            .gt(repository)
            .or(concurrency_groups::repository_id
                .eq(repository)
                .and(concurrency_groups::name_key.gt(key)));
    let rows: Vec<GroupRow> = concurrency_groups::table
        .filter(later)
        .order((
            concurrency_groups::repository_id,
            concurrency_groups::name_key,
        ))
        .limit((*limit).into())
        .select(GroupRow::as_select())
        .load(connection)
        .await?;
    let groups = rows.into_iter().map(|row| KeptGroup {
        repository: RepositoryId::new(row.repository_id),
        key: row.name_key.clone(),
        group: row.try_into(),
    });
    Ok(groups.collect())
}

pub(super) async fn kept_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
) -> Result<Option<KeptGroup>, Failure> {
    let row: Option<GroupRow> = concurrency_groups::table
        .find((repository.get(), key))
        .select(GroupRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(|row| KeptGroup {
        repository: *repository,
        key: key.to_owned(),
        group: row.try_into(),
    }))
}

async fn lock_kept(
    connection: &mut Connection,
    repository: RepositoryId,
    key: &str,
) -> Result<Option<GroupRow>, Failure> {
    let row = concurrency_groups::table
        .find((repository.get(), key))
        .select(GroupRow::as_select());
    Ok(dialect::locked!(row)
        .get_result(connection)
        .await
        .optional()?)
}

pub(super) async fn leave_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
    member: &Member,
) -> Result<bool, Failure> {
    let Some(row) = lock_kept(connection, *repository, key).await? else {
        return Ok(false);
    };
    let mut group = ConcurrencyGroup::try_from(row)?;
    if group.place_of(member).is_none() {
        return Ok(false);
    }
    let now = dialect::now(connection).await?;
    let message = group.leave(member);
    save_groups(connection, &[group]).await?;
    add_messages(connection, message.as_slice(), now).await?;
    Ok(true)
}

pub(super) async fn forget_unreadable_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
) -> Result<bool, Failure> {
    let row = lock_kept(connection, *repository, key).await?;
    let is_unreadable = row.is_some_and(|row| ConcurrencyGroup::try_from(row).is_err());
    if is_unreadable {
        diesel::delete(concurrency_groups::table.find((repository.get(), key)))
            .execute(connection)
            .await?;
    }
    Ok(is_unreadable)
}

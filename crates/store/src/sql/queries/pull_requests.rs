//! Open pull requests of each repository.

use super::{Connection, SqlStore, repositories::lock_live_repository};
use crate::{
    Conflict, PullRequests, StoreError,
    sql::{
        failure::{Failure, reference},
        perform::perform,
        rows::PullRequestRow,
        schema::pull_requests,
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{RepositoryId, pull_request::PullRequest};

#[async_trait]
impl PullRequests for SqlStore {
    async fn put_pull_request(
        &self,
        repository: RepositoryId,
        pull: &PullRequest,
        most: u32,
    ) -> Result<(), StoreError> {
        perform!(self.write, put_pull_request(repository, pull, most))
    }

    async fn delete_pull_request(
        &self,
        repository: RepositoryId,
        number: i64,
    ) -> Result<(), StoreError> {
        perform!(self.write, delete_pull_request(repository, number))
    }

    async fn pull_requests(
        &self,
        repository: RepositoryId,
        head_branches: &[String],
    ) -> Result<Vec<PullRequest>, StoreError> {
        perform!(self.read, pull_requests_of(repository, head_branches))
    }

    async fn all_pull_requests(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<PullRequest>, StoreError> {
        perform!(self.read, all_pull_requests(repository))
    }

    async fn pull_request(
        &self,
        repository: RepositoryId,
        number: i64,
    ) -> Result<Option<PullRequest>, StoreError> {
        perform!(self.read, pull_request(repository, number))
    }
}

async fn put_pull_request(
    connection: &mut Connection,
    repository: &RepositoryId,
    pull: &PullRequest,
    most: &u32,
) -> Result<(), Failure> {
    let of = lock_live_repository(connection, *repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    diesel::insert_into(pull_requests::table)
        .values(PullRequestRow::of(*repository, pull))
        .on_conflict((pull_requests::repository_id, pull_requests::number))
        .do_update()
        .set(PullRequestRow::of(*repository, pull))
        .execute(connection)
        .await
        .map_err(reference)?;
    forget_beyond(connection, *repository, *most).await
}

/// One event brings one row, so that more are beyond the limit only after it was lowered.
const FORGOTTEN_AT_ONCE: u32 = 100;

async fn forget_beyond(
    connection: &mut Connection,
    repository: RepositoryId,
    most: u32,
) -> Result<(), Failure> {
    let beyond: Vec<i64> = pull_requests::table
        .filter(pull_requests::repository_id.eq(repository.get()))
        .order((
            pull_requests::repository_id.desc(),
            pull_requests::number.desc(),
        ))
        .offset(most.into())
        .limit(FORGOTTEN_AT_ONCE.into())
        .select(pull_requests::number)
        .load(connection)
        .await?;
    for number in beyond {
        delete_pull_request(connection, &repository, &number).await?;
    }
    Ok(())
}

async fn delete_pull_request(
    connection: &mut Connection,
    repository: &RepositoryId,
    number: &i64,
) -> Result<(), Failure> {
    diesel::delete(pull_requests::table.find((repository.get(), *number)))
        .execute(connection)
        .await?;
    Ok(())
}

async fn pull_requests_of(
    connection: &mut Connection,
    repository: &RepositoryId,
    head_branches: &[String],
) -> Result<Vec<PullRequest>, Failure> {
    let rows: Vec<PullRequestRow> = pull_requests::table
        .filter(pull_requests::repository_id.eq(repository.get()))
        .filter(pull_requests::head_branch.eq_any(head_branches))
        .select(PullRequestRow::as_select())
        .load(connection)
        .await?;
    let mut pulls: Vec<PullRequest> = rows.into_iter().map(PullRequest::from).collect();
    pulls.sort_by_key(|pull| pull.number);
    Ok(pulls)
}

async fn all_pull_requests(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<Vec<PullRequest>, Failure> {
    let rows: Vec<PullRequestRow> = pull_requests::table
        .filter(pull_requests::repository_id.eq(repository.get()))
        .order((pull_requests::repository_id, pull_requests::number))
        .select(PullRequestRow::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(PullRequest::from).collect())
}

async fn pull_request(
    connection: &mut Connection,
    repository: &RepositoryId,
    number: &i64,
) -> Result<Option<PullRequest>, Failure> {
    let row: Option<PullRequestRow> = pull_requests::table
        .find((repository.get(), *number))
        .select(PullRequestRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(PullRequest::from))
}

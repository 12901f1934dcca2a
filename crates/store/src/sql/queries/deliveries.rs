//! The newest deliveries of each repository.

use super::{Connection, SqlStore, dialect, repositories::lock_live_repository};
use crate::{
    Conflict, Deliveries, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        failure::{Failure, reference},
        perform::perform,
        rows::{Place, json},
        schema::deliveries,
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use runyard_domain::{RepositoryId, RunId};

#[async_trait]
impl Deliveries for SqlStore {
    async fn put_delivery(
        &self,
        repository: RepositoryId,
        delivery: &str,
        runs: &[RunId],
        most: u32,
    ) -> Result<(), StoreError> {
        perform!(self.write, put_delivery(repository, delivery, runs, most))
    }

    async fn delivery(
        &self,
        repository: RepositoryId,
        delivery: &str,
    ) -> Result<Option<Vec<RunId>>, StoreError> {
        perform!(self.read, runs_of_delivery(repository, delivery))
    }
}

async fn put_delivery(
    connection: &mut Connection,
    repository: &RepositoryId,
    delivery: &str,
    runs: &[RunId],
    most: &u32,
) -> Result<(), Failure> {
    let of = lock_live_repository(connection, *repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let now = dialect::now(connection).await?;
    let row = (
        deliveries::repository_id.eq(repository.get()),
        deliveries::delivery.eq(delivery),
        deliveries::runs.eq(json(runs)),
        deliveries::received_at.eq(DbTime(now)),
    );
    diesel::insert_into(deliveries::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(connection)
        .await
        .map_err(reference)?;
    forget_beyond(connection, *repository, *most).await
}

async fn forget_beyond(
    connection: &mut Connection,
    repository: RepositoryId,
    most: u32,
) -> Result<(), Failure> {
    let beyond: Vec<String> = deliveries::table
        .filter(deliveries::repository_id.eq(repository.get()))
        .order((
            deliveries::repository_id.desc(),
            deliveries::received_at.desc(),
            deliveries::delivery.desc(),
        ))
        .offset(most.into())
        .limit(i64::from(FORGOTTEN_AT_ONCE))
        .select(deliveries::delivery)
        .load(connection)
        .await?;
    for delivery in beyond {
        diesel::delete(deliveries::table.find((repository.get(), delivery)))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// One delivery brings one row, so that more are beyond the limit only after it was lowered.
const FORGOTTEN_AT_ONCE: u32 = 100;

async fn runs_of_delivery(
    connection: &mut Connection,
    repository: &RepositoryId,
    delivery: &str,
) -> Result<Option<Vec<RunId>>, Failure> {
    let runs: Option<JsonText> = deliveries::table
        .find((repository.get(), delivery))
        .select(deliveries::runs)
        .get_result(connection)
        .await
        .optional()?;
    let place = Place::of("deliveries", delivery);
    let runs = runs.map(|runs| place.json("runs", &runs));
    Ok(runs.transpose()?)
}

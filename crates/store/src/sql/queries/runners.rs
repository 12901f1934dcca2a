//! Runners.

use super::{Connection, SqlStore};
use crate::{
    Conflict, Runners, StoreError,
    sql::{
        failure::{Failure, with_meaning},
        perform::perform,
        rows::{RunnerRow, json},
        schema::runners,
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{RunnerId, account::TokenHash, runner::Runner};

#[async_trait]
impl Runners for SqlStore {
    async fn insert_runner(&self, runner: &Runner, replace: bool) -> Result<(), StoreError> {
        perform!(self.write, insert_runner(runner, replace))
    }

    async fn runner_by_token(&self, token: TokenHash) -> Result<Option<Runner>, StoreError> {
        perform!(self.read, runner_by_token(token))
    }

    async fn runners(&self, after: RunnerId, limit: u32) -> Result<Vec<Runner>, StoreError> {
        perform!(self.read, all_runners(after, limit))
    }

    async fn update_runner(&self, runner: &Runner) -> Result<(), StoreError> {
        perform!(self.write, update_runner(runner))
    }

    async fn delete_runner(&self, id: RunnerId) -> Result<(), StoreError> {
        perform!(self.write, delete_runner(id))
    }
}

async fn insert_runner(
    connection: &mut Connection,
    runner: &Runner,
    replace: &bool,
) -> Result<(), Failure> {
    if *replace {
        diesel::delete(runners::table.filter(runners::name.eq(&runner.name)))
            .execute(connection)
            .await?;
    }
    diesel::insert_into(runners::table)
        .values(RunnerRow::from(runner))
        .execute(connection)
        .await
        .map_err(|error| with_meaning(error, Conflict::RunnerName))?;
    Ok(())
}

async fn runner_by_token(
    connection: &mut Connection,
    token: &TokenHash,
) -> Result<Option<Runner>, Failure> {
    let row: Option<RunnerRow> = runners::table
        .filter(runners::token.eq(token.as_bytes().to_vec()))
        .select(RunnerRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Runner::try_from).transpose()?)
}

async fn all_runners(
    connection: &mut Connection,
    after: &RunnerId,
    limit: &u32,
) -> Result<Vec<Runner>, Failure> {
    let rows: Vec<RunnerRow> = runners::table
        .filter(runners::id.gt(after.get()))
        .order(runners::id)
        .limit((*limit).into())
        .select(RunnerRow::as_select())
        .load(connection)
        .await?;
    let rows = rows.into_iter().map(|row| Ok(Runner::try_from(row)?));
    rows.collect()
}

async fn update_runner(connection: &mut Connection, runner: &Runner) -> Result<(), Failure> {
    let updated = diesel::update(runners::table.find(runner.id.get()))
        .set((
            runners::labels.eq(json(&runner.labels)),
            runners::version.eq(&runner.version),
            runners::capacity.eq(i64::from(runner.capacity)),
            runners::draining.eq(runner.draining),
        ))
        .execute(connection)
        .await?;
    found(updated)
}

async fn delete_runner(connection: &mut Connection, id: &RunnerId) -> Result<(), Failure> {
    let deleted = diesel::delete(runners::table.find(id.get()))
        .execute(connection)
        .await?;
    found(deleted)
}

fn found(rows: usize) -> Result<(), Failure> {
    match rows {
        0 => Err(Failure::not_found("runner")),
        _ => Ok(()),
    }
}

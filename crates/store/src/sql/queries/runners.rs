//! Runners.

use super::{Connection, SqlStore, accounts::delete_token, dialect};
use crate::{
    Conflict, Listed, Page, RUNNERS_LISTED_MAX, RunnerView, Runners, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        counted::Counted,
        failure::{Failure, with_meaning},
        perform::perform,
        rows::{Place, RunnerRow, json},
        schema::{executions, runners},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper, sql_types::BigInt};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use runyard_domain::{RunnerId, TokenId, UserId, account::TokenHash, runner::Runner};

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

    async fn delete_runner_with(
        &self,
        id: RunnerId,
        user: UserId,
        token: TokenId,
    ) -> Result<(), StoreError> {
        perform!(self.write, delete_runner_with(id, user, token))
    }

    async fn runner(&self, id: RunnerId) -> Result<Option<RunnerView>, StoreError> {
        perform!(self.read, one_runner(id))
    }

    async fn runner_views(
        &self,
        name: Option<&str>,
        page: Page,
    ) -> Result<Listed<RunnerView>, StoreError> {
        let name = name.map(str::to_owned);
        perform!(self.snapshot, runner_views(name, page))
    }

    async fn note_runner_seen(&self, id: RunnerId) -> Result<(), StoreError> {
        perform!(self.write, note_runner_seen(id))
    }

    async fn put_custom_labels(
        &self,
        id: RunnerId,
        before: Option<&[String]>,
        labels: &[String],
    ) -> Result<bool, StoreError> {
        let before = before.map(<[String]>::to_vec);
        perform!(self.write, put_custom_labels(id, before, labels))
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

async fn delete_runner_with(
    connection: &mut Connection,
    id: &RunnerId,
    user: &UserId,
    token: &TokenId,
) -> Result<(), Failure> {
    delete_token(connection, user, token).await?;
    delete_runner(connection, id).await
}

fn found(rows: usize) -> Result<(), Failure> {
    match rows {
        0 => Err(Failure::not_found("runner")),
        _ => Ok(()),
    }
}

type SeenRow = (RunnerRow, Option<DbTime>);

async fn one_runner(
    connection: &mut Connection,
    id: &RunnerId,
) -> Result<Option<RunnerView>, Failure> {
    let row: Option<SeenRow> = runners::table
        .find(id.get())
        .select((RunnerRow::as_select(), runners::seen_at))
        .get_result(connection)
        .await
        .optional()?;
    let views = viewed(connection, row.into_iter().collect()).await?;
    Ok(views.into_iter().next())
}

type Ids<'a> = runners::BoxedQuery<'a, <Connection as AsyncConnectionCore>::Backend, BigInt>;

async fn runner_views(
    connection: &mut Connection,
    name: &Option<String>,
    page: &Page,
) -> Result<Listed<RunnerView>, Failure> {
    let wanted = || {
        // Ids begin at 1: what is asked for is the index.
        let ids: Ids<'_> = runners::table.select(runners::id).into_boxed();
        let ids = ids.filter(runners::id.gt(0));
        match name {
            Some(name) => ids.filter(runners::name.eq(name)),
            None => ids,
        }
    };
    let total: i64 = Counted(wanted().limit(as_limit(RUNNERS_LISTED_MAX)))
        .get_result(connection)
        .await?;
    let left = RUNNERS_LISTED_MAX.saturating_sub(page.offset());
    let ids: Vec<i64> = wanted()
        .order(runners::id)
        .limit(as_limit(left.min(page.per_page.into())))
        .offset(as_limit(page.offset()))
        .load(connection)
        .await?;
    if ids.is_empty() {
        let (items, total) = (Vec::new(), total.unsigned_abs());
        return Ok(Listed { items, total });
    }
    let rows: Vec<SeenRow> = runners::table
        .filter(runners::id.eq_any(ids))
        .order(runners::id)
        .select((RunnerRow::as_select(), runners::seen_at))
        .load(connection)
        .await?;
    Ok(Listed {
        items: viewed(connection, rows).await?,
        total: total.unsigned_abs(),
    })
}

/// With what each of them does. Only what is open is looked through, for which there is an index.
async fn viewed(
    connection: &mut Connection,
    rows: Vec<SeenRow>,
) -> Result<Vec<RunnerView>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut views = Vec::new();
    for (row, seen_at) in rows {
        views.push(RunnerView {
            runner: Runner::try_from(row)?,
            seen_at: seen_at.map(|time| time.0),
            busy: false,
        });
    }
    let ids: Vec<i64> = views.iter().map(|view| view.runner.id.get()).collect();
    let busy: Vec<i64> = executions::table
        .filter(executions::due_at.is_not_null())
        .filter(executions::lease_until.is_not_null())
        .filter(executions::runner_id.eq_any(ids))
        .select(executions::runner_id)
        .load(connection)
        .await?;
    for view in &mut views {
        view.busy = busy.contains(&view.runner.id.get());
    }
    Ok(views)
}

async fn note_runner_seen(connection: &mut Connection, id: &RunnerId) -> Result<(), Failure> {
    let now = dialect::now(connection).await?;
    diesel::update(runners::table.find(id.get()))
        .set(runners::seen_at.eq(Some(DbTime(now))))
        .execute(connection)
        .await?;
    Ok(())
}

async fn put_custom_labels(
    connection: &mut Connection,
    id: &RunnerId,
    before: &Option<Vec<String>>,
    labels: &[String],
) -> Result<bool, Failure> {
    let kept = runners::table
        .filter(runners::id.eq(id.get()))
        .select(runners::custom_labels);
    let kept: Option<Option<JsonText>> = dialect::locked!(kept)
        .get_result(connection)
        .await
        .optional()?;
    let kept = kept.ok_or_else(|| Failure::not_found("runner"))?;
    let place = Place::of("runners", id);
    let kept: Option<Vec<String>> = kept
        .map(|labels| place.json("custom_labels", &labels))
        .transpose()?;
    if kept != *before {
        return Ok(false);
    }
    diesel::update(runners::table.find(id.get()))
        .set(runners::custom_labels.eq(Some(json(&labels))))
        .execute(connection)
        .await?;
    Ok(true)
}

fn as_limit(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

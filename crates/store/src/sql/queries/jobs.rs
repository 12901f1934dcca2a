//! Jobs as they are shown, with the steps of their executions. Blocked jobs are not among them (semantics R1.7).

use super::{Connection, runs::newest_attempt};
use crate::{
    JobView, JobsOf, Listed, Page,
    sql::{
        columns::JsonText,
        failure::Failure,
        rows::JobRow,
        schema::{executions, jobs},
    },
};
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{JobId, RunId};

type ShownRow = (JobRow, Option<JsonText>);

pub(super) async fn jobs_of(
    connection: &mut Connection,
    run: &RunId,
    of: &JobsOf,
    page: &Page,
) -> Result<Listed<JobView>, Failure> {
    let Some(newest) = newest_attempt(connection, run).await? else {
        return Ok(Listed {
            items: Vec::new(),
            total: 0,
        });
    };
    let (from, to) = match of {
        JobsOf::Latest => (newest, newest),
        JobsOf::All => (1, newest),
        JobsOf::Attempt(number) => (i64::from(*number), i64::from(*number)),
    };
    let own = || {
        jobs::table
            .filter(jobs::run_id.eq(run.get()))
            .filter(jobs::attempt.between(from, to))
            .filter(jobs::id.is_not_null())
    };
    let rows: Vec<ShownRow> = own()
        .left_join(executions::table.on(executions::id.nullable().eq(jobs::execution_id)))
        .order(jobs::id)
        .limit(page.per_page.into())
        .offset(i64::try_from(page.offset()).unwrap_or(i64::MAX))
        .select((JobRow::as_select(), executions::steps.nullable()))
        .load(connection)
        .await?;
    let items: Result<_, Failure> = rows.into_iter().map(shown).collect();
    let total: i64 = own().count().get_result(connection).await?;
    Ok(Listed {
        items: items?,
        total: total.unsigned_abs(),
    })
}

pub(super) async fn job(
    connection: &mut Connection,
    id: &JobId,
) -> Result<Option<JobView>, Failure> {
    let row: Option<ShownRow> = jobs::table
        .left_join(executions::table.on(executions::id.nullable().eq(jobs::execution_id)))
        .filter(jobs::id.eq(id.get()))
        .select((JobRow::as_select(), executions::steps.nullable()))
        .get_result(connection)
        .await
        .optional()?;
    let Some(view) = row.map(shown).transpose()? else {
        return Ok(None);
    };
    let run = newest_attempt(connection, &view.run).await?;
    Ok(run.map(|_| view))
}

fn shown((row, steps): ShownRow) -> Result<JobView, Failure> {
    Ok(row.view(steps.as_ref())?)
}

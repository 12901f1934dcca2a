//! Runs as they are shown: a run, one of its attempts, and the users that both name.

use super::{Connection, pull_requests::pull_requests_of};
use crate::{
    RunView, StoreError, UserRef,
    sql::{
        failure::Failure,
        rows::{AttemptRow, RunRow},
        schema::{attempts, repositories, runs, users},
    },
};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl,
    SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{RunId, UserId, pull_request::PullRequest};
use std::collections::BTreeMap;

type ShownRow = (RunRow, AttemptRow);

pub(super) async fn view(
    connection: &mut Connection,
    id: &RunId,
) -> Result<Option<RunView>, Failure> {
    let newest = attempts::run_id
        .eq(runs::id)
        .and(attempts::number.eq(runs::attempt));
    let row: Option<ShownRow> = runs::table
        .inner_join(attempts::table.on(newest))
        .inner_join(repositories::table.on(repositories::id.eq(runs::repository_id)))
        .filter(runs::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select((RunRow::as_select(), AttemptRow::as_select()))
        .get_result(connection)
        .await
        .optional()?;
    one(connection, row).await
}

pub(super) async fn view_and_pull_requests(
    connection: &mut Connection,
    id: &RunId,
) -> Result<Option<(RunView, Vec<PullRequest>)>, Failure> {
    let Some(view) = view(connection, id).await? else {
        return Ok(None);
    };
    let identity = &view.identity;
    let heads = identity.head_branch.as_slice();
    let pulls = pull_requests_of(connection, &identity.repository, heads).await?;
    Ok(Some((view, pulls)))
}

pub(super) async fn view_of_attempt(
    connection: &mut Connection,
    id: &RunId,
    attempt: &u32,
) -> Result<Option<RunView>, Failure> {
    let row: Option<ShownRow> = runs::table
        .inner_join(attempts::table.on(attempts::run_id.eq(runs::id)))
        .inner_join(repositories::table.on(repositories::id.eq(runs::repository_id)))
        .filter(runs::id.eq(id.get()))
        .filter(attempts::number.eq(i64::from(*attempt)))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select((RunRow::as_select(), AttemptRow::as_select()))
        .get_result(connection)
        .await
        .optional()?;
    one(connection, row).await
}

async fn one(
    connection: &mut Connection,
    row: Option<ShownRow>,
) -> Result<Option<RunView>, Failure> {
    let views = views(connection, row.into_iter().collect()).await?;
    Ok(views.into_iter().next())
}

/// The newest attempts of these runs, newest run first.
pub(super) async fn views_of(
    connection: &mut Connection,
    ids: &[i64],
) -> Result<Vec<RunView>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let newest = attempts::run_id
        .eq(runs::id)
        .and(attempts::number.eq(runs::attempt));
    let rows: Vec<ShownRow> = runs::table
        .inner_join(attempts::table.on(newest))
        .filter(runs::id.eq_any(ids))
        .order(runs::id.desc())
        .select((RunRow::as_select(), AttemptRow::as_select()))
        .load(connection)
        .await?;
    views(connection, rows).await
}

async fn views(connection: &mut Connection, rows: Vec<ShownRow>) -> Result<Vec<RunView>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let named = rows
        .iter()
        .flat_map(|(run, attempt)| [run.actor_id, attempt.triggering_actor_id]);
    let users = users_of(connection, named.collect()).await?;
    let views = rows.into_iter().map(|row| Ok(joined(row, &users)?));
    views.collect()
}

type Users = BTreeMap<i64, UserRef>;

async fn users_of(connection: &mut Connection, mut ids: Vec<i64>) -> Result<Users, Failure> {
    ids.sort_unstable();
    ids.dedup();
    let named = users::table.select((users::id, users::login, users::site_admin));
    let rows: Vec<(i64, String, bool)> = match ids.as_slice() {
        // As a statement of its own it is prepared once; lists are parsed each time.
        [id] => named.filter(users::id.eq(*id)).load(connection).await?,
        ids => named.filter(users::id.eq_any(ids)).load(connection).await?,
    };
    let refs = rows.into_iter().map(|(id, login, site_admin)| {
        let user = UserRef {
            id: UserId::new(id),
            login,
            site_admin,
        };
        (id, user)
    });
    Ok(refs.collect())
}

fn joined((run, attempt): ShownRow, users: &Users) -> Result<RunView, StoreError> {
    let user = |id: i64, column| {
        let found = users.get(&id).cloned();
        found.ok_or_else(|| StoreError::Corrupt {
            table: "runs",
            id: run.id.to_string(),
            column,
        })
    };
    let actor = user(run.actor_id, "actor_id")?;
    let triggering_actor = user(attempt.triggering_actor_id, "triggering_actor_id")?;
    Ok(RunView {
        commit: run.commit()?,
        logs_deleted_attempts: run.logs_deleted_attempts()?,
        logs_expired_attempts: run.logs_expired_attempts()?,
        actor,
        attempt: attempt.view(triggering_actor)?,
        identity: run.try_into()?,
    })
}

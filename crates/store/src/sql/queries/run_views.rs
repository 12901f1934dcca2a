//! Runs as they are shown: a run, one of its attempts, and the users that both name.

use super::Connection;
use crate::{
    RunView, StoreError, UserRef,
    sql::{
        failure::Failure,
        rows::{AttemptRow, PullRequestRow, RunRow},
        schema::{attempts, pull_requests, repositories, runs, users},
    },
};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{RunId, UserId, pull_request::PullRequest};
use std::collections::BTreeMap;

type ShownRow = (RunRow, AttemptRow);

pub(super) async fn view(
    connection: &mut Connection,
    id: &RunId,
) -> Result<Option<RunView>, Failure> {
    let shown = view_and_pull_requests(connection, id).await?;
    Ok(shown.map(|(view, _)| view))
}

type NamedUser = (i64, String, bool);

/// One statement: where the database is far, each costs its way. Nearly every run has one pull request or none.
pub(super) async fn view_and_pull_requests(
    connection: &mut Connection,
    id: &RunId,
) -> Result<Option<(RunView, Vec<PullRequest>)>, Failure> {
    type Row = (
        RunRow,
        AttemptRow,
        NamedUser,
        NamedUser,
        Option<PullRequestRow>,
    );
    let (actors, triggering) = diesel::alias!(users as actors, users as triggering);
    let newest = attempts::run_id
        .eq(runs::id)
        .and(attempts::number.eq(runs::attempt));
    let of_branch = pull_requests::repository_id
        .eq(runs::repository_id)
        .and(pull_requests::head_branch.nullable().eq(runs::head_branch));
    let named = (users::id, users::login, users::site_admin);
    let rows: Vec<Row> = runs::table
        .inner_join(attempts::table.on(newest))
        .inner_join(repositories::table.on(repositories::id.eq(runs::repository_id)))
        .inner_join(actors.on(actors.field(users::id).eq(runs::actor_id)))
        .inner_join(
            triggering.on(triggering
                .field(users::id)
                .eq(attempts::triggering_actor_id)),
        )
        .left_join(pull_requests::table.on(of_branch))
        .filter(runs::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select((
            RunRow::as_select(),
            AttemptRow::as_select(),
            actors.fields(named),
            triggering.fields(named),
            Option::<PullRequestRow>::as_select(),
        ))
        .load(connection)
        .await?;
    let (mut shown, mut pulls) = (None, Vec::new());
    for (run, attempt, actor, triggering, pull) in rows {
        pulls.extend(pull.map(PullRequest::from));
        shown = Some((run, attempt, actor, triggering));
    }
    pulls.sort_by_key(|pull| pull.number);
    let Some((run, attempt, actor, triggering)) = shown else {
        return Ok(None);
    };
    let users = [actor, triggering].map(named_user).into();
    Ok(Some((joined((run, attempt), &users)?, pulls)))
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
    let rows: Vec<NamedUser> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::login, users::site_admin))
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(named_user).collect())
}

fn named_user((id, login, site_admin): NamedUser) -> (i64, UserRef) {
    let user = UserRef {
        id: UserId::new(id),
        login,
        site_admin,
    };
    (id, user)
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

//! What is said of the Actions of repositories. A repository of which nothing is said has no row.

use super::{Connection, repositories::lock_live_repository};
use crate::{
    Conflict,
    sql::{
        columns::JsonText,
        failure::{Failure, reference},
        rows::{Place, json},
        schema::actions_settings as rows,
    },
};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, upsert::excluded};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    RepositoryId,
    actions::{ActionsChange, ActionsSettings},
};

pub(super) async fn actions_settings(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<ActionsSettings, Failure> {
    let settings: Option<JsonText> = rows::table
        .find(repository.get())
        .select(rows::settings)
        .get_result(connection)
        .await
        .optional()?;
    let place = Place::of("actions_settings", repository);
    let settings = settings.map(|text| place.json("settings", &text));
    Ok(settings.transpose()?.unwrap_or_default())
}

/// The lock on the repository keeps what others say meanwhile from being lost.
pub(super) async fn change_actions_settings(
    connection: &mut Connection,
    repository: &RepositoryId,
    change: &ActionsChange,
) -> Result<(), Failure> {
    let live = lock_live_repository(connection, *repository).await?;
    live.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let settings = actions_settings(connection, repository).await?;
    diesel::insert_into(rows::table)
        .values((
            rows::repository_id.eq(repository.get()),
            rows::settings.eq(json(&settings.changed(change))),
        ))
        .on_conflict(rows::repository_id)
        .do_update()
        .set(rows::settings.eq(excluded(rows::settings)))
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

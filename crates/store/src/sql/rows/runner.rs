//! Rows of runners.

use super::place::{Place, json};
use crate::{
    StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::runners,
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{RunnerId, runner::Runner};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = runners, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct RunnerRow {
    id: i64,
    name: String,
    labels: JsonText,
    version: String,
    os: String,
    arch: String,
    capacity: i64,
    draining: bool,
    token: Vec<u8>,
    created_at: DbTime,
    runner_group: String,
    custom_labels: Option<JsonText>,
}

impl From<&Runner> for RunnerRow {
    fn from(runner: &Runner) -> Self {
        Self {
            id: runner.id.get(),
            name: runner.name.clone(),
            labels: json(&runner.labels),
            version: runner.version.clone(),
            os: runner.os.clone(),
            arch: runner.arch.clone(),
            capacity: runner.capacity.into(),
            draining: runner.draining,
            token: runner.token.as_bytes().to_vec(),
            created_at: DbTime(runner.created_at),
            runner_group: runner.group.clone(),
            custom_labels: runner.custom_labels.as_ref().map(json),
        }
    }
}

impl TryFrom<RunnerRow> for Runner {
    type Error = StoreError;

    fn try_from(row: RunnerRow) -> Result<Self, StoreError> {
        let place = Place::of("runners", row.id);
        Ok(Self {
            id: RunnerId::new(row.id),
            name: row.name,
            labels: place.json("labels", &row.labels)?,
            custom_labels: row
                .custom_labels
                .map(|labels| place.json("custom_labels", &labels))
                .transpose()?,
            group: row.runner_group,
            version: row.version,
            os: row.os,
            arch: row.arch,
            capacity: place.number("capacity", row.capacity)?,
            draining: row.draining,
            token: place.hash("token", row.token)?,
            created_at: row.created_at.0,
        })
    }
}

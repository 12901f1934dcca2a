//! Rows of moments that wait for their followers.

use super::place::Place;
use crate::{
    FollowUp, StoreError,
    sql::{columns::DbTime, schema::follow_ups},
};
use diesel::{Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::RunId;

#[derive(Queryable, Selectable)]
#[diesel(table_name = follow_ups, check_for_backend(Pg, Sqlite))]
pub(crate) struct FollowUpRow {
    pub(crate) id: i64,
    pub(crate) run_id: i64,
    attempt: i64,
    moment: String,
    happened_at: DbTime,
    tries: i64,
}

impl TryFrom<FollowUpRow> for FollowUp {
    type Error = StoreError;

    fn try_from(row: FollowUpRow) -> Result<Self, StoreError> {
        let place = Place::of("follow_ups", row.id);
        Ok(Self {
            id: row.id,
            run: RunId::new(row.run_id),
            attempt: place.number("attempt", row.attempt)?,
            moment: place.word("moment", &row.moment)?,
            happened_at: row.happened_at.0,
            tries: place.number("tries", row.tries)?,
        })
    }
}

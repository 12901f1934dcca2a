//! Rows of concurrency groups and of messages to runs.

use super::place::{Place, json};
use crate::{
    StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::{concurrency_groups, run_messages},
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    RepositoryId, Timestamp,
    concurrency::{ConcurrencyGroup, GroupName, Member, Message},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = concurrency_groups, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct GroupRow {
    pub(crate) repository_id: i64,
    pub(crate) name_key: String,
    name: String,
    pub(crate) holder: Option<JsonText>,
    pub(crate) pending: JsonText,
}

impl From<&ConcurrencyGroup> for GroupRow {
    fn from(group: &ConcurrencyGroup) -> Self {
        Self {
            repository_id: group.repository.get(),
            name_key: group.name.key(),
            name: group.name.as_str().to_owned(),
            holder: group.running().map(json),
            pending: json(group.pending()),
        }
    }
}

impl TryFrom<GroupRow> for ConcurrencyGroup {
    type Error = StoreError;

    fn try_from(row: GroupRow) -> Result<Self, StoreError> {
        let id = format!("{}/{}", row.repository_id, row.name_key);
        let place = Place::of("concurrency_groups", id);
        let repository = RepositoryId::new(row.repository_id);
        let name = GroupName::new(row.name).map_err(|_| place.corrupt("name"))?;
        let pending: Vec<Member> = place.json("pending", &row.pending)?;
        match row.holder {
            Some(holder) => {
                let holder = place.json("holder", &holder)?;
                Ok(Self::taken(repository, name, holder, pending))
            }
            None if pending.is_empty() => Ok(Self::free(repository, name)),
            None => Err(place.corrupt("holder")),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = run_messages, treat_none_as_default_value = false)]
pub(crate) struct MessageRow {
    run_id: i64,
    message: JsonText,
    due_at: DbTime,
}

impl MessageRow {
    pub(crate) fn new(message: &Message, now: Timestamp) -> Self {
        Self {
            run_id: message.to.run().get(),
            message: json(message),
            due_at: DbTime(now),
        }
    }
}

//! Rows of default branches and of what starts by a clock on them.

use crate::{
    ReadBranch, ScheduleEntry, Scheduled,
    sql::{
        columns::DbTime,
        schema::{default_branches, schedules},
    },
};
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{RepositoryId, UserId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = default_branches, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
#[diesel(primary_key(repository_id))]
pub(crate) struct BranchRow {
    repository_id: i64,
    sha: String,
    follows_runs: bool,
}

impl BranchRow {
    pub(crate) fn of(repository: RepositoryId, branch: &ReadBranch) -> Self {
        Self {
            repository_id: repository.get(),
            sha: branch.sha.clone(),
            follows_runs: branch.follows_runs,
        }
    }
}

impl From<BranchRow> for ReadBranch {
    fn from(row: BranchRow) -> Self {
        Self {
            sha: row.sha,
            follows_runs: row.follows_runs,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = schedules, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct ScheduleRow {
    repository_id: i64,
    path: String,
    cron: String,
    timezone: String,
    actor_id: i64,
    due_at: Option<DbTime>,
    look_at: Option<DbTime>,
}

impl ScheduleRow {
    pub(crate) fn of(scheduled: &Scheduled) -> Self {
        let Scheduled {
            repository,
            entry,
            actor,
            due_at,
        } = scheduled;
        Self {
            repository_id: repository.get(),
            path: entry.path.clone(),
            cron: entry.cron.clone(),
            timezone: timezone(entry),
            actor_id: actor.get(),
            due_at: due_at.map(DbTime),
            look_at: due_at.map(DbTime),
        }
    }
}

/// The time zone as the key has it, which holds no null.
pub(crate) fn timezone(entry: &ScheduleEntry) -> String {
    entry.timezone.clone().unwrap_or_default()
}

impl From<ScheduleRow> for Scheduled {
    fn from(row: ScheduleRow) -> Self {
        Self {
            repository: RepositoryId::new(row.repository_id),
            entry: ScheduleEntry {
                path: row.path,
                cron: row.cron,
                timezone: Some(row.timezone).filter(|name| !name.is_empty()),
            },
            actor: UserId::new(row.actor_id),
            due_at: row.due_at.map(|moment| moment.0),
        }
    }
}

//! What commands change of the row of a planned job: where it stands.

use super::place::{Place, json};
use crate::{
    StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::jobs,
    },
};
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    ExecutionId, RunnerId, Timestamp,
    run::{JobState, Ran},
    runner::{DEFAULT_GROUP, RunnerRef},
};

const HELD: &str = "held";
const QUEUED: &str = "queued";
const IN_PROGRESS: &str = "in_progress";
const COMPLETED: &str = "completed";

/// Ordered only so that jobs which stand alike are found together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = jobs, check_for_backend(Pg, Sqlite))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct JobStateRow {
    state: String,
    is_pending: bool,
    conclusion: Option<String>,
    execution_id: Option<i64>,
    runner_id: Option<i64>,
    runner_name: Option<String>,
    runner_group: String,
    started_at: Option<DbTime>,
    completed_at: Option<DbTime>,
    cancel_requested_at: Option<DbTime>,
    cancel_reason: Option<JsonText>,
    reason: Option<JsonText>,
}

impl JobStateRow {
    /// Of what is no job yet, or never becomes one.
    pub(super) fn without_job(word: &str) -> Self {
        Self {
            state: word.to_owned(),
            is_pending: false,
            conclusion: None,
            execution_id: None,
            runner_id: None,
            runner_name: None,
            runner_group: DEFAULT_GROUP.to_owned(),
            started_at: None,
            completed_at: None,
            cancel_requested_at: None,
            cancel_reason: None,
            reason: None,
        }
    }

    pub(crate) fn of(state: &JobState) -> Self {
        let mut row = match state {
            JobState::Held => Self::without_job(HELD),
            JobState::Pending => Self {
                is_pending: true,
                ..Self::without_job(HELD)
            },
            JobState::Queued => Self::without_job(QUEUED),
            JobState::InProgress {
                started_at,
                cancel_requested_at,
                cancel_reason,
                ..
            } => Self {
                started_at: Some(DbTime(*started_at)),
                cancel_reason: cancel_reason.as_ref().map(json),
                cancel_requested_at: cancel_requested_at.map(DbTime),
                ..Self::without_job(IN_PROGRESS)
            },
            JobState::Completed {
                started_at,
                completed_at,
                reason,
                ..
            } => Self {
                reason: reason.as_ref().map(json),
                started_at: Some(DbTime(*started_at)),
                completed_at: Some(DbTime(*completed_at)),
                ..Self::without_job(COMPLETED)
            },
        };
        row.conclusion = state.conclusion().map(|end| end.name().to_owned());
        if let Some(ran) = state.ran() {
            row.execution_id = Some(ran.execution.get());
            row.runner_id = Some(ran.runner.id.get());
            row.runner_name = Some(ran.runner.name.clone());
            row.runner_group.clone_from(&ran.runner.group);
        }
        row
    }

    pub(super) fn word(&self) -> &str {
        &self.state
    }

    /// `place` is the row that this is a part of.
    pub(super) fn state(&self, place: &Place) -> Result<JobState, StoreError> {
        match self.state.as_str() {
            HELD if self.is_pending => Ok(JobState::Pending),
            HELD => Ok(JobState::Held),
            QUEUED => Ok(JobState::Queued),
            IN_PROGRESS => Ok(JobState::InProgress {
                started_at: time(place, "started_at", self.started_at)?,
                ran: place.present("execution_id", self.ran(place)?)?,
                cancel_requested_at: self.cancel_requested_at.map(|time| time.0),
                cancel_reason: place.optional_json("cancel_reason", self.cancel_reason.as_ref())?,
            }),
            COMPLETED => {
                let conclusion = place.present("conclusion", self.conclusion.as_deref())?;
                Ok(JobState::Completed {
                    conclusion: place.word("conclusion", conclusion)?,
                    started_at: time(place, "started_at", self.started_at)?,
                    completed_at: time(place, "completed_at", self.completed_at)?,
                    ran: self.ran(place)?,
                    reason: place.optional_json("reason", self.reason.as_ref())?,
                })
            }
            _ => Err(place.corrupt("state")),
        }
    }

    fn ran(&self, place: &Place) -> Result<Option<Ran>, StoreError> {
        let Some(execution) = self.execution_id else {
            return Ok(None);
        };
        let name = self.runner_name.clone();
        Ok(Some(Ran {
            execution: ExecutionId::new(execution),
            runner: RunnerRef {
                id: RunnerId::new(place.present("runner_id", self.runner_id)?),
                name: place.present("runner_name", name)?,
                group: self.runner_group.clone(),
            },
        }))
    }
}

fn time(
    place: &Place,
    column: &'static str,
    time: Option<DbTime>,
) -> Result<Timestamp, StoreError> {
    Ok(place.present(column, time)?.0)
}

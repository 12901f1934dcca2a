//! Rows of executions.

use super::place::{Place, json};
use crate::{
    NewExecution, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::executions,
    },
};
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    Execution, ExecutionId, JobId, RunId, RunnerId, Timestamp,
    execution::{ExecutionEnd, ExecutionState, Step},
    runner::RunnerRef,
};

const OFFERED: &str = "offered";
const RUNNING: &str = "running";
const CANCELLING: &str = "cancelling";
const ENDED: &str = "ended";

const FINISHED: &str = "finished";
const RELEASED: &str = "released";
const LAPSED: &str = "lapsed";
const WITHDRAWN: &str = "withdrawn";
const LOST: &str = "lost";
const GRACE_OVER: &str = "grace_over";

#[derive(Queryable, Selectable)]
#[diesel(table_name = executions, check_for_backend(Pg, Sqlite))]
pub(crate) struct ExecutionRow {
    pub(crate) id: i64,
    pub(crate) run_id: i64,
    job_id: i64,
    runner_id: i64,
    runner_name: String,
    rev: i64,
    steps: JsonText,
    state: String,
    offered_until: Option<DbTime>,
    lease_until: Option<DbTime>,
    deadline: Option<DbTime>,
    ended_as: Option<String>,
    result: Option<String>,
    ended_at: Option<DbTime>,
    forced: bool,
    timeout_at: Option<DbTime>,
    runner_group: String,
}

impl ExecutionRow {
    fn place(&self) -> Place {
        Place::of("executions", self.id)
    }

    /// The row as if nothing had been reported.
    pub(crate) fn without_steps(self) -> Self {
        Self {
            steps: json::<[Step]>(&[]),
            ..self
        }
    }

    fn time(&self, column: &'static str, time: Option<DbTime>) -> Result<Timestamp, StoreError> {
        Ok(self.place().present(column, time)?.0)
    }

    fn state(&self) -> Result<ExecutionState, StoreError> {
        match self.state.as_str() {
            OFFERED => Ok(ExecutionState::Offered {
                until: self.time("offered_until", self.offered_until)?,
            }),
            RUNNING => Ok(ExecutionState::Running {
                lease_until: self.time("lease_until", self.lease_until)?,
            }),
            CANCELLING => Ok(ExecutionState::Cancelling {
                lease_until: self.time("lease_until", self.lease_until)?,
                deadline: self.time("deadline", self.deadline)?,
            }),
            ENDED => Ok(ExecutionState::Ended {
                end: self.end()?,
                at: self.time("ended_at", self.ended_at)?,
            }),
            _ => Err(self.place().corrupt("state")),
        }
    }

    fn end(&self) -> Result<ExecutionEnd, StoreError> {
        let place = self.place();
        match place.present("ended_as", self.ended_as.as_deref())? {
            FINISHED => {
                let result = place.present("result", self.result.as_deref())?;
                Ok(ExecutionEnd::Finished(place.word("result", result)?))
            }
            RELEASED => Ok(ExecutionEnd::Released),
            LAPSED => Ok(ExecutionEnd::Lapsed),
            WITHDRAWN if self.forced => Ok(ExecutionEnd::Forced),
            WITHDRAWN => Ok(ExecutionEnd::Withdrawn),
            LOST => Ok(ExecutionEnd::Lost),
            // Once its time is over, that and not the grace is why it ends.
            GRACE_OVER if self.ended_late() => Ok(ExecutionEnd::TimedOut),
            GRACE_OVER => Ok(ExecutionEnd::GraceOver),
            _ => Err(place.corrupt("ended_as")),
        }
    }
}

impl ExecutionRow {
    fn ended_late(&self) -> bool {
        let times = self.timeout_at.zip(self.ended_at);
        times.is_some_and(|(timeout_at, ended_at)| timeout_at.0 <= ended_at.0)
    }
}

impl TryFrom<ExecutionRow> for Execution {
    type Error = StoreError;

    fn try_from(row: ExecutionRow) -> Result<Self, StoreError> {
        let place = row.place();
        let state = row.state()?;
        Ok(Self {
            id: ExecutionId::new(row.id),
            run: RunId::new(row.run_id),
            job: JobId::new(row.job_id),
            runner: RunnerRef {
                id: RunnerId::new(row.runner_id),
                name: row.runner_name,
                group: row.runner_group,
            },
            rev: place.number("rev", row.rev)?,
            steps: place.json("steps", &row.steps)?,
            timeout_at: row.timeout_at.map(|time| time.0),
            state,
        })
    }
}

/// What commands change of an execution's row.
#[derive(AsChangeset)]
#[diesel(table_name = executions, treat_none_as_null = true)]
pub(crate) struct ExecutionChange {
    rev: i64,
    steps: JsonText,
    state: &'static str,
    offered_until: Option<DbTime>,
    lease_until: Option<DbTime>,
    deadline: Option<DbTime>,
    ended_as: Option<&'static str>,
    result: Option<&'static str>,
    ended_at: Option<DbTime>,
    timeout_at: Option<DbTime>,
    due_at: Option<DbTime>,
    forced: bool,
}

impl ExecutionChange {
    pub(crate) fn of(execution: &Execution) -> Self {
        let mut row = Self {
            rev: i64::try_from(execution.rev).unwrap_or(i64::MAX),
            steps: json(&execution.steps),
            state: OFFERED,
            offered_until: None,
            lease_until: None,
            deadline: None,
            ended_as: None,
            result: None,
            ended_at: None,
            forced: false,
            timeout_at: execution.timeout_at.map(DbTime),
            due_at: execution.due_at().map(DbTime),
        };
        row.put(&execution.state);
        row
    }

    fn put(&mut self, state: &ExecutionState) {
        match state {
            ExecutionState::Offered { until } => {
                self.state = OFFERED;
                self.offered_until = Some(DbTime(*until));
            }
            ExecutionState::Running { lease_until } => {
                self.state = RUNNING;
                self.lease_until = Some(DbTime(*lease_until));
            }
            ExecutionState::Cancelling {
                lease_until,
                deadline,
            } => {
                self.state = CANCELLING;
                self.lease_until = Some(DbTime(*lease_until));
                self.deadline = Some(DbTime(*deadline));
            }
            ExecutionState::Ended { end, at } => {
                self.state = ENDED;
                self.ended_at = Some(DbTime(*at));
                let (word, result) = end_words(*end);
                self.ended_as = Some(word);
                self.result = result;
                self.forced = *end == ExecutionEnd::Forced;
            }
        }
    }
}

fn end_words(end: ExecutionEnd) -> (&'static str, Option<&'static str>) {
    match end {
        ExecutionEnd::Finished(conclusion) => (FINISHED, Some(conclusion.name())),
        ExecutionEnd::Released => (RELEASED, None),
        ExecutionEnd::Lapsed => (LAPSED, None),
        // The column beside it tells them apart.
        ExecutionEnd::Withdrawn | ExecutionEnd::Forced => (WITHDRAWN, None),
        ExecutionEnd::Lost => (LOST, None),
        ExecutionEnd::GraceOver | ExecutionEnd::TimedOut => (GRACE_OVER, None),
    }
}

/// The row of a new offer.
#[derive(Insertable)]
#[diesel(table_name = executions, treat_none_as_default_value = false)]
pub(crate) struct OfferRow {
    id: i64,
    run_id: i64,
    job_id: i64,
    runner_id: i64,
    runner_name: String,
    request_key: String,
    request_place: i64,
    token: Vec<u8>,
    github_token: Vec<u8>,
    rev: i64,
    steps: JsonText,
    state: &'static str,
    offered_until: Option<DbTime>,
    due_at: Option<DbTime>,
    runner_group: String,
}

impl OfferRow {
    /// `place` is the offer's place among those of its request, from 0.
    pub(crate) fn new(
        offer: &Execution,
        (request_key, place): (&str, i64),
        tokens: &NewExecution,
    ) -> Self {
        let change = ExecutionChange::of(offer);
        Self {
            id: offer.id.get(),
            run_id: offer.run.get(),
            job_id: offer.job.get(),
            runner_id: offer.runner.id.get(),
            runner_name: offer.runner.name.clone(),
            request_key: request_key.to_owned(),
            request_place: place,
            token: tokens.token.as_bytes().to_vec(),
            github_token: tokens.github_token.as_bytes().to_vec(),
            rev: change.rev,
            steps: change.steps,
            state: change.state,
            offered_until: change.offered_until,
            due_at: change.due_at,
            runner_group: offer.runner.group.clone(),
        }
    }
}

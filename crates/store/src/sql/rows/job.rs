//! Rows of jobs: blocked ones have no id, and what is known only in some states is null in the others.

use super::place::{Place, json};
use crate::{
    JobView, JobWrite, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::jobs,
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    ExecutionId, JobId, RunId, RunnerId, Timestamp,
    execution::Step,
    run::{BlockedJob, CalledWorkflow, Job, JobState, NodePath, PlannedJob, Ran},
    runner::{DEFAULT_GROUP, RunnerRef},
};

const BLOCKED: &str = "blocked";
const CALLED: &str = "called";
const HELD: &str = "held";
const QUEUED: &str = "queued";
const IN_PROGRESS: &str = "in_progress";
const COMPLETED: &str = "completed";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct JobRow {
    run_id: i64,
    attempt: i64,
    place: i64,
    name: String,
    needs: JsonText,
    state: String,
    id: Option<i64>,
    display_name: Option<String>,
    labels: Option<JsonText>,
    created_at: Option<DbTime>,
    conclusion: Option<String>,
    execution_id: Option<i64>,
    runner_id: Option<i64>,
    runner_name: Option<String>,
    started_at: Option<DbTime>,
    completed_at: Option<DbTime>,
    cancel_requested_at: Option<DbTime>,
    leg: Option<JsonText>,
    continue_on_error: bool,
    timeout_minutes: Option<i64>,
    cancel_timeout_minutes: Option<i64>,
    calls: Option<JsonText>,
    reason: Option<JsonText>,
    carried_from: Option<i64>,
    concurrency: Option<JsonText>,
    is_pending: bool,
    cancel_reason: Option<JsonText>,
    wanted_group: Option<String>,
    runner_group: String,
}

impl JobRow {
    pub(crate) fn new(run: RunId, attempt: u32, write: &JobWrite) -> Self {
        let row = Self {
            run_id: run.get(),
            attempt: attempt.into(),
            place: write.place.into(),
            name: write.job.node().to_string(),
            needs: json(write.job.needs()),
            state: BLOCKED.to_owned(),
            id: None,
            display_name: None,
            labels: None,
            created_at: None,
            conclusion: None,
            execution_id: None,
            runner_id: None,
            runner_name: None,
            started_at: None,
            completed_at: None,
            cancel_requested_at: None,
            leg: None,
            continue_on_error: false,
            timeout_minutes: None,
            cancel_timeout_minutes: None,
            calls: None,
            reason: None,
            carried_from: None,
            concurrency: None,
            is_pending: false,
            cancel_reason: None,
            wanted_group: None,
            runner_group: DEFAULT_GROUP.to_owned(),
        };
        match &write.job {
            Job::Blocked(_) => row,
            Job::Planned(planned) => row.planned(planned),
            Job::Called(called) => Self {
                state: CALLED.to_owned(),
                calls: Some(json(&called.calls)),
                ..row
            },
        }
    }

    fn planned(mut self, job: &PlannedJob) -> Self {
        self.id = Some(job.id.get());
        self.display_name = Some(job.display_name.clone());
        self.labels = Some(json(&job.labels));
        self.wanted_group.clone_from(&job.runner_group);
        self.leg = job.leg.as_ref().map(json);
        self.continue_on_error = job.continue_on_error;
        self.timeout_minutes = job.timeout_minutes.map(i64::from);
        self.cancel_timeout_minutes = job.cancel_timeout_minutes.map(i64::from);
        self.concurrency = job.concurrency.as_ref().map(json);
        self.created_at = Some(DbTime(job.created_at));
        self.carried_from = job.carried_from.map(JobId::get);
        self.conclusion = job.state.conclusion().map(|end| end.name().to_owned());
        if let Some(ran) = job.state.ran() {
            self.execution_id = Some(ran.execution.get());
            self.runner_id = Some(ran.runner.id.get());
            self.runner_name = Some(ran.runner.name.clone());
            self.runner_group.clone_from(&ran.runner.group);
        }
        self.in_state(&job.state)
    }

    fn in_state(mut self, state: &JobState) -> Self {
        let word = match state {
            JobState::Held => HELD,
            JobState::Pending => {
                self.is_pending = true;
                HELD
            }
            JobState::Queued => QUEUED,
            JobState::InProgress {
                started_at,
                cancel_requested_at,
                cancel_reason,
                ..
            } => {
                self.started_at = Some(DbTime(*started_at));
                self.cancel_reason = cancel_reason.as_ref().map(json);
                self.cancel_requested_at = cancel_requested_at.map(DbTime);
                IN_PROGRESS
            }
            JobState::Completed {
                started_at,
                completed_at,
                reason,
                ..
            } => {
                self.reason = reason.as_ref().map(json);
                self.started_at = Some(DbTime(*started_at));
                self.completed_at = Some(DbTime(*completed_at));
                COMPLETED
            }
        };
        self.state = word.to_owned();
        self
    }

    fn row(&self) -> Place {
        let id = format!("{}/{}/{}", self.run_id, self.attempt, self.place);
        Place::of("jobs", id)
    }

    fn node(&self) -> Result<NodePath, StoreError> {
        NodePath::try_from(self.name.clone()).map_err(|_| self.row().corrupt("name"))
    }

    /// A value of a column that may be null.
    fn optional<T: serde::de::DeserializeOwned>(
        &self,
        column: &'static str,
        value: Option<&JsonText>,
    ) -> Result<Option<T>, StoreError> {
        value
            .map(|value| self.row().json(column, value))
            .transpose()
    }

    fn ran(&self) -> Result<Option<Ran>, StoreError> {
        let row = self.row();
        let Some(execution) = self.execution_id else {
            return Ok(None);
        };
        let name = self.runner_name.clone();
        Ok(Some(Ran {
            execution: ExecutionId::new(execution),
            runner: RunnerRef {
                id: RunnerId::new(row.present("runner_id", self.runner_id)?),
                name: row.present("runner_name", name)?,
                group: self.runner_group.clone(),
            },
        }))
    }

    fn time(&self, column: &'static str, time: Option<DbTime>) -> Result<Timestamp, StoreError> {
        Ok(self.row().present(column, time)?.0)
    }

    fn state(&self) -> Result<JobState, StoreError> {
        let row = self.row();
        match self.state.as_str() {
            HELD if self.is_pending => Ok(JobState::Pending),
            HELD => Ok(JobState::Held),
            QUEUED => Ok(JobState::Queued),
            IN_PROGRESS => Ok(JobState::InProgress {
                started_at: self.time("started_at", self.started_at)?,
                ran: row.present("execution_id", self.ran()?)?,
                cancel_requested_at: self.cancel_requested_at.map(|time| time.0),
                cancel_reason: self.optional("cancel_reason", self.cancel_reason.as_ref())?,
            }),
            COMPLETED => {
                let conclusion = row.present("conclusion", self.conclusion.as_deref())?;
                Ok(JobState::Completed {
                    conclusion: row.word("conclusion", conclusion)?,
                    started_at: self.time("started_at", self.started_at)?,
                    completed_at: self.time("completed_at", self.completed_at)?,
                    ran: self.ran()?,
                    reason: self.optional("reason", self.reason.as_ref())?,
                })
            }
            _ => Err(row.corrupt("state")),
        }
    }

    fn as_planned(&self, id: i64) -> Result<PlannedJob, StoreError> {
        let row = self.row();
        let labels = row.present("labels", self.labels.as_ref())?;
        Ok(PlannedJob {
            id: JobId::new(id),
            node: self.node()?,
            leg: self.optional("leg", self.leg.as_ref())?,
            needs: row.json("needs", &self.needs)?,
            display_name: row.present("display_name", self.display_name.clone())?,
            labels: row.json("labels", labels)?,
            runner_group: self.wanted_group.clone(),
            continue_on_error: self.continue_on_error,
            timeout_minutes: self
                .timeout_minutes
                .map(|minutes| row.number("timeout_minutes", minutes))
                .transpose()?,
            cancel_timeout_minutes: self
                .cancel_timeout_minutes
                .map(|minutes| row.number("cancel_timeout_minutes", minutes))
                .transpose()?,
            concurrency: self.optional("concurrency", self.concurrency.as_ref())?,
            created_at: self.time("created_at", self.created_at)?,
            carried_from: self.carried_from.map(JobId::new),
            state: self.state()?,
        })
    }

    /// The job as it is shown, with the steps of its execution.
    pub(crate) fn view(&self, steps: Option<&JsonText>) -> Result<JobView, StoreError> {
        let row = self.row();
        let job = self.as_planned(row.present("id", self.id)?)?;
        let steps: Option<Vec<Step>> = steps.map(|steps| row.json("steps", steps)).transpose()?;
        Ok(JobView {
            id: job.id,
            run: RunId::new(self.run_id),
            attempt: row.number("attempt", self.attempt)?,
            node: job.node,
            leg: job.leg,
            needs: job.needs,
            display_name: job.display_name,
            labels: job.labels,
            runner_group: job.runner_group,
            continue_on_error: job.continue_on_error,
            timeout_minutes: job.timeout_minutes,
            cancel_timeout_minutes: job.cancel_timeout_minutes,
            concurrency: job.concurrency,
            created_at: job.created_at,
            carried_from: job.carried_from,
            state: job.state,
            steps: steps.unwrap_or_default(),
        })
    }
}

impl TryFrom<JobRow> for Job {
    type Error = StoreError;

    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        match (row.state.as_str(), row.id) {
            (BLOCKED, None) => Ok(Self::Blocked(BlockedJob {
                node: row.node()?,
                needs: row.row().json("needs", &row.needs)?,
            })),
            (CALLED, None) => {
                let place = row.row();
                let calls = place.present("calls", row.calls.as_ref())?;
                Ok(Self::Called(CalledWorkflow {
                    node: row.node()?,
                    needs: place.json("needs", &row.needs)?,
                    calls: place.json("calls", calls)?,
                }))
            }
            (_, Some(id)) => row.as_planned(id).map(Self::Planned),
            (_, None) => Err(row.row().corrupt("id")),
        }
    }
}

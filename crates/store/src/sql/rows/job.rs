//! Rows of jobs: blocked ones have no id, and what is known only in some states is null in the others.

use super::{
    job_state::JobStateRow,
    place::{Place, json},
};
use crate::{
    JobView, JobWrite, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::jobs,
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    JobId, RunId,
    execution::Step,
    run::{BlockedJob, CalledWorkflow, Job, NodePath, PlannedJob},
};

const BLOCKED: &str = "blocked";
const CALLED: &str = "called";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct JobRow {
    run_id: i64,
    attempt: i64,
    place: i64,
    name: String,
    needs: JsonText,
    id: Option<i64>,
    display_name: Option<String>,
    labels: Option<JsonText>,
    created_at: Option<DbTime>,
    leg: Option<JsonText>,
    continue_on_error: bool,
    timeout_minutes: Option<i64>,
    cancel_timeout_minutes: Option<i64>,
    calls: Option<JsonText>,
    carried_from: Option<i64>,
    concurrency: Option<JsonText>,
    wanted_group: Option<String>,
    #[diesel(embed)]
    stands: JobStateRow,
}

impl JobRow {
    pub(crate) fn new(run: RunId, attempt: u32, write: &JobWrite) -> Self {
        let row = Self {
            run_id: run.get(),
            attempt: attempt.into(),
            place: write.place.into(),
            name: write.job.node().to_string(),
            needs: json(write.job.needs()),
            stands: JobStateRow::without_job(BLOCKED),
            id: None,
            display_name: None,
            labels: None,
            created_at: None,
            leg: None,
            continue_on_error: false,
            timeout_minutes: None,
            cancel_timeout_minutes: None,
            calls: None,
            carried_from: None,
            concurrency: None,
            wanted_group: None,
        };
        match &write.job {
            Job::Blocked(_) => row,
            Job::Planned(planned) => row.planned(planned),
            Job::Called(called) => Self {
                stands: JobStateRow::without_job(CALLED),
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
        self.stands = JobStateRow::of(&job.state);
        self
    }

    fn row(&self) -> Place {
        let id = format!("{}/{}/{}", self.run_id, self.attempt, self.place);
        Place::of("jobs", id)
    }

    fn node(&self) -> Result<NodePath, StoreError> {
        NodePath::try_from(self.name.clone()).map_err(|_| self.row().corrupt("name"))
    }

    fn as_planned(&self, id: i64) -> Result<PlannedJob, StoreError> {
        let row = self.row();
        let labels = row.present("labels", self.labels.as_ref())?;
        Ok(PlannedJob {
            id: JobId::new(id),
            node: self.node()?,
            leg: row.optional_json("leg", self.leg.as_ref())?,
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
            concurrency: row.optional_json("concurrency", self.concurrency.as_ref())?,
            created_at: row.present("created_at", self.created_at)?.0,
            carried_from: self.carried_from.map(JobId::new),
            state: self.stands.state(&row)?,
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
        match (row.stands.word(), row.id) {
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

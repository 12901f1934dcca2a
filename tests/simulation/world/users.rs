//! What users do with runs and jobs.

use super::{Promise, World};
use crate::{action::Pick, flow::ROOTS};
use runyard_domain::{JobId, RunId, UserId, run::RerunOf};
use runyard_engine::{Dispatch, EngineError, Occurrence, WorkflowKey};
use runyard_store::{JobView, JobsOf, PER_PAGE_MAX, Page};
use serde_json::json;

/// Runs of one history at most.
const RUNS_MAX: usize = 14;
/// The first page, as long as one may be.
pub(crate) const FIRST_PAGE: Page = Page {
    number: 1,
    per_page: PER_PAGE_MAX,
};

type Told = Result<String, EngineError>;

impl World {
    fn has_enough(&self) -> bool {
        self.store.with_seen(|seen| seen.runs.len()) >= RUNS_MAX
    }

    fn promise(&self, promise: Promise) {
        self.known().promises.push(promise);
    }

    pub(super) async fn dispatch(&self, replica: usize, flow: usize) -> Told {
        if self.has_enough() {
            return Ok("there are enough runs".to_owned());
        }
        let name = &self.flows.0[flow % ROOTS].name;
        let dispatch = Dispatch {
            reference: self.branch.clone(),
            inputs: serde_json::Map::new(),
        };
        let key = WorkflowKey::File(name.clone());
        let engine = self.engine(replica);
        let by = &self.users[flow % self.users.len()];
        let run = engine
            .dispatch(&self.repository, &key, dispatch, by)
            .await?;
        self.promise(Promise::Made(run));
        Ok(format!("run {run} of {name}"))
    }

    pub(super) async fn push(&self, replica: usize, delivery: usize) -> Told {
        if self.has_enough() {
            return Ok("there are enough runs".to_owned());
        }
        let payload = json!({
            "ref": format!("refs/heads/{}", self.branch),
            "before": "0".repeat(self.head.len()),
            "after": self.head,
        });
        let push = Occurrence::read("push", payload, Some(format!("delivery-{delivery}")))?;
        let engine = self.engine(replica);
        let runs = engine.occur(&self.repository, push, &self.users[0]).await?;
        for run in &runs {
            self.promise(Promise::Made(*run));
        }
        Ok(format!("delivery {delivery} makes {}", list(&runs)))
    }

    /// A run that has ended, or has not, or any.
    async fn pick_run(&self, pick: Pick, ended: bool) -> Result<Option<RunId>, EngineError> {
        let runs = self.store.with_seen(|seen| seen.runs.clone());
        let mut fitting = Vec::new();
        for run in runs {
            let found = self.store.real().aggregate(run).await?;
            if pick.any || found.is_some_and(|found| found.is_completed() == ended) {
                fitting.push(run);
            }
        }
        let place = pick.number.checked_rem(fitting.len());
        Ok(place.map(|place| fitting[place]))
    }

    fn somebody(&self, pick: Pick) -> UserId {
        self.users[pick.number % self.users.len()].id
    }

    pub(super) async fn rerun_as_new(&self, replica: usize, pick: Pick) -> Told {
        if self.has_enough() {
            return Ok("there are enough runs".to_owned());
        }
        let Some(run) = self.pick_run(pick, true).await? else {
            return Ok("no run has ended".to_owned());
        };
        let engine = self.engine(replica);
        let new = engine.rerun_as_new(run, self.somebody(pick)).await?;
        self.promise(Promise::Made(new));
        Ok(format!("run {new} from run {run}"))
    }

    pub(super) async fn rerun(&self, replica: usize, pick: Pick) -> Told {
        self.rerun_of(replica, pick, RerunOf::All).await
    }

    pub(super) async fn rerun_failed(&self, replica: usize, pick: Pick) -> Told {
        self.rerun_of(replica, pick, RerunOf::Failed).await
    }

    async fn rerun_of(&self, replica: usize, pick: Pick, of: RerunOf) -> Told {
        let Some(run) = self.pick_run(pick, true).await? else {
            return Ok("no run has ended".to_owned());
        };
        let attempts = self.attempts(run).await?;
        let engine = self.engine(replica);
        engine.rerun(run, of, self.somebody(pick), false).await?;
        self.promise(Promise::Reran(run, attempts + 1));
        Ok(format!("run {run} begins again"))
    }

    async fn attempts(&self, run: RunId) -> Result<u32, EngineError> {
        let view = self.store.real().run(run).await?;
        Ok(view.map_or(0, |view| view.attempt.number))
    }

    pub(super) async fn rerun_job(&self, replica: usize, pick: Pick, job: usize) -> Told {
        let Some(run) = self.pick_run(pick, true).await? else {
            return Ok("no run has ended".to_owned());
        };
        let of = if pick.any {
            JobsOf::All
        } else {
            JobsOf::Latest
        };
        let Some(job) = self.pick_job(run, of, job, |_| true).await? else {
            return Ok(format!("run {run} has no such job"));
        };
        let attempts = self.attempts(run).await?;
        let engine = self.engine(replica);
        engine.rerun_job(job, self.somebody(pick), false).await?;
        self.promise(Promise::Reran(run, attempts + 1));
        Ok(format!("job {job} of run {run} begins again"))
    }

    pub(super) async fn force_cancel(&self, replica: usize, pick: Pick) -> Told {
        let Some(run) = self.pick_run(pick, false).await? else {
            return Ok("every run has ended".to_owned());
        };
        let engine = self.engine(replica);
        engine.force_cancel_run(run, self.somebody(pick)).await?;
        self.promise(Promise::Forced(run));
        Ok(format!("run {run} is ended"))
    }

    pub(super) async fn delete_run(&self, replica: usize, pick: Pick) -> Told {
        let Some(run) = self.pick_run(pick, true).await? else {
            return Ok("no run has ended".to_owned());
        };
        self.known().deleting.insert(run);
        let engine = self.engine(replica);
        engine.delete_run(run, self.somebody(pick)).await?;
        self.promise(Promise::Deleted(run));
        Ok(format!("run {run} is deleted"))
    }

    pub(super) async fn delete_logs(&self, replica: usize, pick: Pick) -> Told {
        let Some(run) = self.pick_run(pick, true).await? else {
            return Ok("no run has ended".to_owned());
        };
        let engine = self.engine(replica);
        engine.delete_logs(run, self.somebody(pick)).await?;
        Ok(format!("the logs of run {run} are deleted"))
    }

    /// A planned job of a run.
    async fn pick_job(
        &self,
        run: RunId,
        of: JobsOf,
        number: usize,
        fits: impl Fn(&JobView) -> bool,
    ) -> Result<Option<JobId>, EngineError> {
        let jobs = self.store.real().jobs(run, of, FIRST_PAGE).await?;
        let fitting: Vec<_> = jobs.items.iter().filter(|job| fits(job)).collect();
        let place = number.checked_rem(fitting.len());
        Ok(place.map(|place| fitting[place].id))
    }

    pub(super) async fn cancel_run(&self, replica: usize, pick: Pick) -> Told {
        let Some(run) = self.pick_run(pick, false).await? else {
            return Ok("every run has ended".to_owned());
        };
        let engine = self.engine(replica);
        engine.cancel_run(run, self.somebody(pick)).await?;
        self.promise(Promise::Cancelled(run));
        Ok(format!("run {run} is cancelled"))
    }

    pub(super) async fn cancel_job(&self, replica: usize, pick: Pick, job: usize) -> Told {
        let Some(run) = self.pick_run(pick, false).await? else {
            return Ok("every run has ended".to_owned());
        };
        let fits = |job: &JobView| pick.any || job.state.conclusion().is_none();
        let Some(id) = self.pick_job(run, JobsOf::All, job, fits).await? else {
            return Ok(format!("run {run} has no such job"));
        };
        let engine = self.engine(replica);
        let done = engine.cancel_job(id, self.somebody(pick)).await?;
        let (changed, ended) = (done.changed_jobs, done.run_conclusion);
        Ok(format!(
            "job {id} of run {run}: {changed} changed, {ended:?}"
        ))
    }
}

fn list(runs: &[RunId]) -> String {
    let runs: Vec<String> = runs.iter().map(|run| format!("run {run}")).collect();
    format!("[{}]", runs.join(", "))
}

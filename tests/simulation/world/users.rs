//! What users do with runs and jobs.

use super::{Promise, World};
use crate::{action::Pick, flow::ROOTS};
use runyard_domain::{RunId, UserId};
use runyard_engine::{Dispatch, EngineError, Push, WorkflowKey};
use runyard_store::{JobsOf, PER_PAGE_MAX, Page};
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
        let push = Push::from_payload(payload, Some(format!("delivery-{delivery}")))?;
        let engine = self.engine(replica);
        let runs = engine.push(&self.repository, push, &self.users[0]).await?;
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
        let Some(run) = self.pick_run(pick, true).await? else {
            return Ok("no run has ended".to_owned());
        };
        let before = self.store.real().run(run).await?;
        self.engine(replica).rerun(run, self.somebody(pick)).await?;
        let attempts = before.map_or(1, |before| before.attempt.number);
        self.promise(Promise::Reran(run, attempts + 1));
        Ok(format!("run {run} begins again"))
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
        let jobs = self.store.real().jobs(run, JobsOf::All, FIRST_PAGE).await?;
        let open: Vec<_> = jobs
            .items
            .iter()
            .filter(|view| pick.any || view.state.conclusion().is_none())
            .collect();
        let Some(place) = job.checked_rem(open.len()) else {
            return Ok(format!("run {run} has no such job"));
        };
        let id = open[place].id;
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

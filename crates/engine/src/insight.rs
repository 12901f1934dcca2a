//! What is known of the jobs of a run that have not ended, beside where they stand: for whoever asks why they wait.

use crate::{Engine, EngineError};
use runyard_domain::{
    Event, Execution, JobId, Run, RunnerId, Timestamp,
    run::{JobState, NodePath, PlannedJob, find},
    runner::LabelSet,
};
use runyard_store::{PER_PAGE_MAX, RunView};
use std::collections::HashMap;

/// Runners that are looked at for the labels of a job that waits.
const RUNNERS_LOOKED_AT: usize = 1_000;

/// What is known beside the run itself. Only what some job of it asks for is gathered.
#[derive(Debug, Default)]
pub struct Insight {
    /// When jobs that wait for a runner became ready.
    pub queued_since: HashMap<JobId, Timestamp>,
    /// Hand-overs that have not ended, by their jobs.
    pub executions: HashMap<JobId, Execution>,
    /// What each runner that takes jobs has.
    pub runners: Vec<LabelSet>,
    /// The conditions of jobs that go on in a run that was cancelled, as they are evaluated.
    pub conditions: HashMap<NodePath, String>,
}

impl Insight {
    /// How many runners have all labels of a job, and are in the group that it names (semantics R2.77).
    pub fn runners_for(&self, job: &PlannedJob) -> usize {
        let wanted = job.label_set();
        let fitting = self.runners.iter().filter(|runner| runner.covers(&wanted));
        fitting.count()
    }
}

impl Engine {
    /// What is known of the jobs of a run that have not ended.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn insight(&self, view: &RunView, run: &Run) -> Result<Insight, EngineError> {
        let mut insight = Insight::default();
        if run.is_completed() {
            return Ok(insight);
        }
        let mut planned = run.attempt().planned();
        if planned.any(|job| job.state == JobState::Queued) {
            let events = self.store.events(run.id()).await?;
            insight.queued_since = queued_since(&events);
            insight.runners = self.runners_that_take_jobs().await?;
        }
        let open = self.store.open_executions(run.id()).await?;
        insight.executions = open.into_iter().map(|one| (one.job, one)).collect();
        if run.attempt().cancelled_at.is_some() {
            insight.conditions = self.conditions(view, run).await?;
        }
        Ok(insight)
    }

    async fn runners_that_take_jobs(&self) -> Result<Vec<LabelSet>, EngineError> {
        let (mut found, mut after) = (Vec::new(), RunnerId::new(0));
        while found.len() < RUNNERS_LOOKED_AT {
            let page = self.store.runners(after, PER_PAGE_MAX).await?;
            let Some(last) = page.last() else {
                break;
            };
            after = last.id;
            let taking = page.iter().filter(|runner| !runner.draining);
            found.extend(taking.map(|runner| runner.label_set()));
        }
        Ok(found)
    }

    async fn conditions(
        &self,
        view: &RunView,
        run: &Run,
    ) -> Result<HashMap<NodePath, String>, EngineError> {
        let definition = self.definition_of(view).await?;
        let open = run
            .attempt()
            .planned()
            .filter(|job| job.state.conclusion().is_none());
        let condition = |node: &NodePath| {
            let (_, job) = find(&definition, node)?;
            Some((node.clone(), job.condition.expression.source().to_owned()))
        };
        Ok(open.filter_map(|job| condition(&job.node)).collect())
    }
}

/// When each job was queued, the last time.
fn queued_since(events: &[Event]) -> HashMap<JobId, Timestamp> {
    let queued = events.iter().filter_map(|event| match event {
        Event::JobQueued { job, at } => Some((*job, *at)),
        Event::RunRequested { .. }
        | Event::StartupFailed { .. }
        | Event::RunPending { .. }
        | Event::RunEntered { .. }
        | Event::CallPending { .. }
        | Event::CallEntered { .. }
        | Event::JobPending { .. }
        | Event::AttemptPlanned { .. }
        | Event::JobPlanned { .. }
        | Event::JobCarried { .. }
        | Event::WorkflowCalled { .. }
        | Event::JobStarted { .. }
        | Event::JobCancelRequested { .. }
        | Event::JobCompleted { .. }
        | Event::RunCancelRequested { .. }
        | Event::RunForceCancelRequested { .. }
        | Event::RunCompleted { .. }
        | Event::AttemptRequested { .. }
        | Event::LogsDeleted { .. }
        | Event::RunDeleted { .. } => None,
    });
    queued.collect()
}

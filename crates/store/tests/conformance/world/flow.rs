//! A run and its verbs, one call each.

use super::World;
use runyard_domain::{
    Conclusion, Event, Execution, ExecutionId, JobId, JobIds, MessageId, Refusal, Run, RunId,
    UserId,
    execution::Patience,
    handover,
    run::{Contexts, Definition, Planning, Rerun, RerunOf},
};
use runyard_store::{ChangeError, IdKind, Loaded, Scope};
use std::sync::{Arc, Mutex};

/// A wish to run again.
pub(crate) fn wish(by: UserId, of: RerunOf) -> Rerun {
    Rerun {
        of,
        by,
        debug: false,
        referenced: None,
    }
}

/// A run, and what its verbs need.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) world: World,
    pub(crate) id: RunId,
    pub(crate) file: Arc<Definition>,
}

impl Flow {
    pub(super) async fn job_ids(&self) -> Vec<JobId> {
        let count = u32::try_from(self.file.workflow.jobs.len()).unwrap();
        let ids = self.world.store.reserve(IdKind::Job, count).await.unwrap();
        ids.map(JobId::new).collect()
    }

    /// Gives one command to what the scope loads, and says what was recorded.
    pub(crate) async fn change(
        &self,
        scope: Scope,
        mut verb: impl FnMut(&mut Run, &mut [Execution], Planning<'_>) -> Result<Vec<Event>, Refusal>
        + Send
        + 'static,
    ) -> Result<Vec<Event>, ChangeError> {
        let ids = self.job_ids().await;
        let file = Arc::clone(&self.file);
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&recorded);
        let decide = move |loaded: &mut Loaded, now| {
            let Loaded::Run {
                run,
                executions,
                groups,
                ..
            } = loaded
            else {
                panic!("a run was loaded as {loaded:?}");
            };
            let mut ids = JobIds::new(ids.iter().copied());
            let planning = Planning {
                definition: &file,
                contexts: &Contexts::default(),
                ids: &mut ids,
                groups,
                now,
            };
            let events = verb(run, executions, planning)?;
            told.lock().unwrap().clone_from(&events);
            Ok(events)
        };
        let store = &self.world.store;
        store.change(scope, Box::new(decide)).await?;
        let recorded = std::mem::take(&mut *recorded.lock().unwrap());
        Ok(recorded)
    }

    /// Starts what was offered; `false` when the job was gone.
    pub(crate) async fn start(&self, id: ExecutionId) -> Result<bool, ChangeError> {
        self.start_with(id, Patience::default()).await
    }

    pub(crate) async fn start_with(
        &self,
        id: ExecutionId,
        patience: Patience,
    ) -> Result<bool, ChangeError> {
        let scope = Scope::RunOfExecution(id);
        let started = self
            .change(scope, move |run, executions, planning| {
                let started = handover::start(run, &mut executions[0], planning, patience)?;
                Ok(started.unwrap_or_default())
            })
            .await?;
        Ok(!started.is_empty())
    }

    pub(crate) async fn finish(
        &self,
        id: ExecutionId,
        result: Conclusion,
    ) -> Result<Vec<Event>, ChangeError> {
        let scope = Scope::RunOfExecution(id);
        self.change(scope, move |run, executions, planning| {
            let (end, patience) = ((result, Vec::new()), Patience::default());
            handover::finish(run, executions, id, end, planning, patience)
        })
        .await
    }

    pub(crate) async fn expire(&self, id: ExecutionId) -> Result<Vec<Event>, ChangeError> {
        let scope = Scope::RunOfExecution(id);
        self.change(scope, move |run, executions, planning| {
            handover::expire(run, executions, id, planning, Patience::default())
        })
        .await
    }

    /// Applies a message to it; nothing when it was applied.
    pub(crate) async fn hear(&self, id: MessageId) -> Result<Vec<Event>, ChangeError> {
        let message = self.world.store.message(id).await?;
        let Some(message) = message else {
            return Ok(Vec::new());
        };
        let scope = Scope::RunOfMessage(id);
        self.change(scope, move |run, executions, planning| {
            handover::hear(run, executions, &message, planning, Patience::default())
        })
        .await
    }

    pub(crate) async fn cancel(&self) -> Result<Vec<Event>, ChangeError> {
        self.cancel_with(Patience::default()).await
    }

    pub(crate) async fn cancel_with(&self, patience: Patience) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, executions, planning| {
            handover::cancel_run(run, executions, by, planning, patience)
        })
        .await
    }

    pub(crate) async fn cancel_job(&self, job: JobId) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, executions, planning| {
            let patience = Patience::default();
            let cancelled = handover::cancel_job(run, executions, (job, by), planning, patience)?;
            Ok(cancelled.events)
        })
        .await
    }

    pub(crate) async fn rerun_by(&self, by: UserId) -> Result<Vec<Event>, ChangeError> {
        self.rerun(wish(by, RerunOf::All)).await
    }

    pub(crate) async fn rerun(&self, wish: Rerun) -> Result<Vec<Event>, ChangeError> {
        self.change(Scope::Run(self.id), move |run, _, planning| {
            run.rerun(wish.clone(), planning)
        })
        .await
    }

    pub(crate) async fn force_cancel(&self) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, executions, planning| {
            let patience = Patience::default();
            handover::force_cancel_run(run, executions, by, planning, patience)
        })
        .await
    }

    pub(crate) async fn delete(&self) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, executions, planning| {
            handover::delete_run(run, executions, by, planning, Patience::default())
        })
        .await
    }

    pub(crate) async fn delete_logs(&self) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, _, planning| {
            run.delete_logs(by, planning.now)
        })
        .await
    }

    /// Claims, starts and finishes every job that is ready, until none is.
    pub(crate) async fn run_to_the_end(&self, result: Conclusion) {
        loop {
            let claimed = self.world.claim(1, 10).await;
            if claimed.is_empty() {
                return;
            }
            for execution in claimed {
                assert!(self.start(execution.id).await.unwrap());
                self.finish(execution.id, result).await.unwrap();
            }
        }
    }

    pub(crate) async fn aggregate(&self) -> Run {
        self.world.store.aggregate(self.id).await.unwrap().unwrap()
    }

    /// The id of a planned job of the newest attempt.
    pub(crate) async fn job(&self, name: &str) -> JobId {
        let run = self.aggregate().await;
        let mut planned = run.attempt().planned();
        let job = planned.find(|job| job.node.as_str() == name);
        job.unwrap().id
    }
}

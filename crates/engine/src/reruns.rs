//! Re-running as a new attempt: everything, what failed, or one job (semantics 4).

use crate::{
    Engine, EngineError,
    definitions::plannable,
    planning::{PREPARED_MAX, Plan},
};
use runyard_domain::{
    JobId, Refusal, RunId, RunStatus, UserId,
    repository::Repository,
    run::{Definition, ReferencedWorkflow, Rerun, RerunOf, fits},
};
use runyard_store::{RunView, Scope};
use runyard_workflow::Diagnostic;
use std::sync::Arc;

/// What a new attempt is made from.
struct Prepared {
    definition: Definition,
    /// Why it cannot be planned.
    invalid: Option<Vec<Diagnostic>>,
    /// The called files, where they are not those of the first attempt.
    referenced: Option<Vec<ReferencedWorkflow>>,
}

impl Engine {
    /// Runs everything, or what failed, again as a new attempt (semantics R4.1).
    ///
    /// # Errors
    /// Refused as semantics R4.8 and R4.9 say; [`EngineError::WorkflowDisabled`] (R6.10).
    pub async fn rerun(
        &self,
        run: RunId,
        of: RerunOf,
        by: UserId,
        debug: bool,
    ) -> Result<(), EngineError> {
        for _ in 1..PREPARED_MAX {
            match self.try_rerun(run, of, by, debug).await {
                Err(EngineError::Refused(Refusal::OtherAttempt)) => {}
                done => return done,
            }
        }
        self.try_rerun(run, of, by, debug).await
    }

    /// Runs one job, and what depends on it, again as a new attempt.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; refused as [`Engine::rerun`], and for a job of an older attempt.
    pub async fn rerun_job(&self, job: JobId, by: UserId, debug: bool) -> Result<(), EngineError> {
        let missing = EngineError::NotFound { what: "the job" };
        let view = self.store.job(job).await?.ok_or(missing)?;
        let done = self.rerun(view.run, RerunOf::Job(job), by, debug).await;
        done.map_err(|error| {
            if let EngineError::Refused(Refusal::UnknownJob { job }) = error {
                // There is such a job, so it is of an attempt before.
                return Refusal::JobOfOlderAttempt { job }.into();
            }
            error
        })
    }

    async fn try_rerun(
        &self,
        run: RunId,
        of: RerunOf,
        by: UserId,
        debug: bool,
    ) -> Result<(), EngineError> {
        let missing = |what| EngineError::NotFound { what };
        let view = self.store.run(run).await?;
        let view = view.ok_or_else(|| missing("the run"))?;
        let status = view.attempt.status;
        if status != RunStatus::Completed {
            // Before anything is fetched for nothing.
            return Err(Refusal::RunNotCompleted { status }.into());
        }
        self.require_actions(view.identity.repository).await?;
        self.require_active(view.identity.workflow).await?;
        let user = self.store.user(by).await?;
        let login = user.ok_or_else(|| missing("the user"))?.login;
        let prepared = match of {
            RerunOf::All => self.prepare_all(&view).await?,
            RerunOf::Failed | RerunOf::Job(_) => self.prepare_part(&view).await?,
        };
        let prepared = self.as_allowed_again(&view, prepared).await?;
        let next = (view.attempt.number + 1, &*login);
        let plan: Plan = self.plan_with(&view, prepared.definition, next).await?;
        let rerun = Rerun {
            of,
            by,
            debug,
            referenced: prepared.referenced,
        };
        let invalid = prepared.invalid;
        let command = move |run: &mut runyard_domain::Run,
                            _: &mut Vec<runyard_domain::Execution>,
                            planning: runyard_domain::run::Planning<'_>| {
            let rerun = rerun.clone();
            let events = match &invalid {
                None => run.rerun(rerun, planning)?,
                Some(wrong) => run.rerun_broken(rerun, wrong.clone(), planning.now)?,
            };
            Ok((events, ()))
        };
        self.command_by(plan, Scope::Run(run), &Arc::new(command))
            .await
    }

    /// What is planned anew uses only what the repository allows now.
    async fn as_allowed_again(
        &self,
        view: &RunView,
        prepared: Prepared,
    ) -> Result<Prepared, EngineError> {
        if prepared.invalid.is_some() {
            return Ok(prepared);
        }
        let repository = self.repository_of(view).await?;
        let path = &view.identity.path;
        let not_allowed = self.not_allowed(&repository, path, &prepared.definition);
        let not_allowed = Some(not_allowed.await?).filter(|found| !found.is_empty());
        Ok(Prepared {
            invalid: not_allowed,
            ..prepared
        })
    }

    async fn repository_of(&self, view: &RunView) -> Result<Repository, EngineError> {
        let repository = self.store.repository(view.identity.repository).await?;
        repository.ok_or(EngineError::NotFound {
            what: "the repository",
        })
    }

    /// The called files are looked up anew.
    async fn prepare_all(&self, view: &RunView) -> Result<Prepared, EngineError> {
        let identity = &view.identity;
        if identity.definition.is_empty() {
            // It was never read: the run is refused, whatever is prepared.
            return self.prepared_as_first(view).await;
        }
        let repository = self.repository_of(view).await?;
        let (referenced, definition) = self.resolve_again(&repository, identity).await?;
        let invalid = definition.as_ref().as_ref().err();
        Ok(Prepared {
            invalid: invalid.map(|invalid| invalid.diagnostics.clone()),
            definition: plannable(&definition),
            referenced: (referenced != identity.referenced).then_some(referenced),
        })
    }

    /// The called files are those of the first attempt, as long as the jobs that there are were planned from such.
    async fn prepare_part(&self, view: &RunView) -> Result<Prepared, EngineError> {
        let first = self.prepared_as_first(view).await?;
        if view.attempt.referenced.is_none() {
            return Ok(first);
        }
        let aggregate = self.store.aggregate(view.identity.id).await?;
        let missing = EngineError::NotFound { what: "the run" };
        if fits(&first.definition, aggregate.ok_or(missing)?.attempt()) {
            return Ok(first);
        }
        Ok(Prepared {
            definition: self.definition_of(view).await?,
            invalid: None,
            referenced: view.attempt.referenced.clone(),
        })
    }

    async fn prepared_as_first(&self, view: &RunView) -> Result<Prepared, EngineError> {
        Ok(Prepared {
            definition: self.definition_at(&view.identity).await?,
            invalid: None,
            referenced: None,
        })
    }
}

//! Switching workflows off and on again (semantics R6.10).

use crate::{Engine, EngineError, WorkflowKey};
use runyard_domain::{
    RunId, WorkflowId,
    repository::{Repository, WorkflowState},
};

impl Engine {
    /// Switches a workflow on; one that is on stays so.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn enable_workflow(
        &self,
        repository: &Repository,
        key: &WorkflowKey,
    ) -> Result<(), EngineError> {
        let workflow = self.workflow(repository, key).await?;
        let (off, on) = (WorkflowState::DisabledManually, WorkflowState::Active);
        self.store.put_workflow_state(workflow.id, off, on).await?;
        Ok(())
    }

    /// Switches a workflow off: events pass it by, and nobody can start it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::WorkflowNotActive`] when it is off.
    pub async fn disable_workflow(
        &self,
        repository: &Repository,
        key: &WorkflowKey,
    ) -> Result<(), EngineError> {
        let workflow = self.workflow(repository, key).await?;
        let (on, off) = (WorkflowState::Active, WorkflowState::DisabledManually);
        match self.store.put_workflow_state(workflow.id, on, off).await? {
            true => Ok(()),
            false => Err(EngineError::WorkflowNotActive),
        }
    }

    /// A run can only be made again while its workflow is on (semantics R6.10), and its repository's Actions.
    pub(crate) async fn require_enabled(&self, run: RunId) -> Result<(), EngineError> {
        let view = self.store.run(run).await?;
        let what = "the run";
        let view = view.ok_or(EngineError::NotFound { what })?;
        self.require_actions(view.identity.repository).await?;
        self.require_active(view.identity.workflow).await
    }

    pub(crate) async fn require_active(&self, workflow: WorkflowId) -> Result<(), EngineError> {
        match self.is_switched_off(workflow).await? {
            true => Err(EngineError::WorkflowDisabled),
            false => Ok(()),
        }
    }

    pub(crate) async fn is_switched_off(&self, workflow: WorkflowId) -> Result<bool, EngineError> {
        let known = self.store.workflow(workflow).await?;
        let state = known.map(|workflow| workflow.state);
        Ok(state == Some(WorkflowState::DisabledManually))
    }
}

//! Runs that somebody asks for: a dispatch of one workflow, or an event of their own.

use crate::{
    Engine, EngineError, Occurrence, WorkflowKey, create::RunSource, definitions::triggers,
    git::Resolved, payload, start::Standing,
};
use runyard_domain::{RunId, account::User, repository::Repository, run::HeadRepository};
use runyard_workflow::{
    EventName,
    dispatch::{InvalidInput, read_inputs},
    trigger::{EventFacts, Subject},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody asks for a run of a workflow.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Branch or tag, with or without its prefix.
    pub reference: String,
    /// Values for the inputs that the workflow declares.
    pub inputs: serde_json::Map<String, Value>,
}

/// Somebody sends an event of their own.
#[derive(Debug, Clone)]
pub struct RepositoryDispatch {
    /// What workflows call it under `types`.
    pub event_type: String,
    /// What comes with it.
    pub client_payload: serde_json::Map<String, Value>,
}

impl Engine {
    /// Makes a run of one workflow at a ref.
    ///
    /// # Errors
    /// [`EngineError::Git`] for a ref that is not there, [`EngineError::NoDispatchTrigger`],
    /// [`EngineError::Invalid`] for inputs that the workflow does not declare (semantics R6.32).
    pub async fn dispatch(
        &self,
        repository: &Repository,
        key: &WorkflowKey,
        dispatch: Dispatch,
        by: &User,
    ) -> Result<RunId, EngineError> {
        self.require_actions(repository.id).await?;
        self.fetch_and_read(repository, by.id).await?;
        let workflow = self.workflow(repository, key).await?;
        if self.is_switched_off(workflow.id).await? {
            return Err(EngineError::DispatchOfDisabled);
        }
        self.require_on_default_branch(repository, &workflow.path)
            .await?;
        let at = self.git.resolve(repository.id, &dispatch.reference).await?;
        let file = self
            .git
            .file(repository.id, &at.sha, &workflow.path)
            .await?;
        let no_trigger = || EngineError::NoDispatchTrigger {
            path: workflow.path.clone(),
        };
        let file = self.read(file.ok_or_else(no_trigger)?).await?;
        let on = triggers(&file.1).ok_or_else(no_trigger)?;
        let declared = on.get(EventName::WorkflowDispatch).ok_or_else(no_trigger)?;
        let inputs = read_inputs(&declared.inputs, &dispatch.inputs, None).map_err(wrong_inputs)?;
        let event = EventName::WorkflowDispatch;
        let source = RunSource {
            repository: repository.clone(),
            path: workflow.path.clone(),
            event,
            payload: dispatch_payload(repository, &workflow.path, &at, inputs.texts, by),
            facts: EventFacts::new(event.name(), Subject::Repository),
            standing: self.standing_at(repository, at).await?,
            head_repository: HeadRepository::Own,
            chain: 0,
            actor: by.clone(),
            trigger_key: format!("dispatch:{}", Uuid::new_v4()),
            file,
        };
        self.create_run(source).await
    }

    async fn standing_at(
        &self,
        repository: &Repository,
        at: Resolved,
    ) -> Result<Standing, EngineError> {
        Ok(Standing {
            commit: self.git.commit(repository.id, &at.sha).await?,
            head_sha: at.sha.clone(),
            head_branch: at.branch,
            git_ref: at.git_ref,
            sha: at.sha,
            notice: None,
        })
    }

    /// Only what the default branch has can be dispatched, at whichever ref (semantics R6.3).
    async fn require_on_default_branch(
        &self,
        repository: &Repository,
        path: &str,
    ) -> Result<(), EngineError> {
        let branch = &repository.default_branch;
        let tip = self.git.resolve(repository.id, branch).await?;
        let file = self.git.file(repository.id, &tip.sha, path).await?;
        file.map(drop).ok_or_else(|| {
            let problem = format!(
                "is not on the default branch {branch:?}, and only workflows that are can be dispatched"
            );
            invalid("workflow", path, &problem)
        })
    }

    /// Makes a run of every workflow that reacts to an event of somebody's own.
    ///
    /// # Errors
    /// [`EngineError::RepositoryDispatch`] for what is too much of it (semantics R6.5).
    pub async fn dispatch_event(
        &self,
        repository: &Repository,
        dispatch: RepositoryDispatch,
        by: &User,
    ) -> Result<Vec<RunId>, EngineError> {
        let payload = json!({
            "action": dispatch.event_type,
            "branch": repository.default_branch,
            "client_payload": dispatch.client_payload,
            "repository": payload::repository(repository),
            "sender": payload::sender(by),
        });
        let event = EventName::RepositoryDispatch.name();
        self.occur(repository, Occurrence::read(event, payload, None)?, by)
            .await
    }
}

/// All that is wrong with the inputs of a dispatch, as one sentence (semantics R6.32).
fn wrong_inputs(wrong: Vec<InvalidInput>) -> EngineError {
    let names: Vec<&str> = wrong.iter().map(|one| one.input.as_str()).collect();
    let sentences: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    invalid("inputs", &names.join(", "), &sentences.join("; "))
}

fn dispatch_payload(
    repository: &Repository,
    path: &str,
    at: &Resolved,
    inputs: Vec<(String, String)>,
    by: &User,
) -> Value {
    let inputs: serde_json::Map<String, Value> = inputs
        .into_iter()
        .map(|(name, text)| (name, Value::String(text)))
        .collect();
    json!({
        "inputs": inputs,
        "ref": at.git_ref,
        "workflow": path,
        "repository": payload::repository(repository),
        "sender": payload::sender(by),
    })
}

fn invalid(field: &'static str, value: &str, problem: &str) -> EngineError {
    EngineError::Invalid {
        field,
        value: value.to_owned(),
        problem: problem.to_owned(),
    }
}

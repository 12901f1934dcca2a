//! From a dispatch or a push to runs: fetch, read the workflow files, match, create.

use crate::{
    Engine, EngineError, WorkflowKey,
    create::RunSource,
    definitions::{File, triggers},
    git::{Content, Resolved, WorkflowFile},
};
use runyard_domain::{
    RunId,
    account::User,
    repository::{Repository, WorkflowState},
    run::CommitFacts,
};
use runyard_workflow::{
    Diagnostic, EventName, InvalidWorkflow, Triggers,
    dispatch::{InvalidInput, read_inputs},
    trigger::{Decision, EventFacts, PushedRef, Subject, decide_all},
};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Length of a commit id in hex.
const SHA_CHARACTERS: usize = 40;
/// What a push gives as the new commit when a ref was deleted.
pub(crate) const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Somebody asks for a run of a workflow.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// Branch or tag, with or without its prefix.
    pub reference: String,
    /// Values for the inputs that the workflow declares.
    pub inputs: serde_json::Map<String, Value>,
}

/// A push, as its payload says it.
#[derive(Debug, Clone)]
pub struct Push {
    /// Full ref.
    pub git_ref: String,
    /// The new commit.
    pub after: String,
    /// The whole payload.
    pub payload: Value,
    /// Names the delivery; the same again makes no second run.
    pub delivery: Option<String>,
}

impl Push {
    /// Reads GitHub's push payload.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when `ref` or `after` is missing or no such thing.
    pub fn from_payload(payload: Value, delivery: Option<String>) -> Result<Self, EngineError> {
        let text = |field: &str| {
            payload
                .get(field)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (git_ref, after) = (text("ref").to_owned(), text("after").to_owned());
        if !git_ref.starts_with("refs/heads/") && !git_ref.starts_with("refs/tags/") {
            let problem = "is not a full ref: it must begin with refs/heads/ or refs/tags/";
            return Err(invalid("ref", &git_ref, problem));
        }
        if after.len() != SHA_CHARACTERS || !after.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(invalid(
                "after",
                &after,
                "is not a commit id of 40 hex digits",
            ));
        }
        Ok(Self {
            git_ref,
            after: after.to_lowercase(),
            payload,
            delivery,
        })
    }
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
        self.fetch(repository).await?;
        let workflow = match self.workflow(repository, key).await {
            Err(EngineError::NotFound { .. }) => {
                self.find_workflows(repository).await?;
                self.workflow(repository, key).await?
            }
            found => found?,
        };
        if workflow.state != WorkflowState::Active {
            let problem = "is not active, so it cannot be dispatched";
            return Err(invalid("workflow", &workflow.path, problem));
        }
        let at = self.resolve(repository, &dispatch.reference).await?;
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
        let source = RunSource {
            repository: repository.clone(),
            path: workflow.path.clone(),
            event: EventName::WorkflowDispatch,
            payload: dispatch_payload(repository, &workflow.path, &at, inputs.texts, by),
            commit: self.git.commit(repository.id, &at.sha).await?,
            at,
            actor: by.clone(),
            trigger_key: format!("dispatch:{}", Uuid::new_v4()),
            file,
        };
        self.create_run(source).await
    }

    /// Makes a run of every workflow that a push starts.
    ///
    /// # Errors
    /// [`EngineError::Git`] when the commit cannot be fetched.
    pub async fn push(
        &self,
        repository: &Repository,
        push: Push,
        by: &User,
    ) -> Result<Vec<RunId>, EngineError> {
        if push.after == NO_COMMIT {
            return Ok(Vec::new());
        }
        self.fetch(repository).await?;
        let commit = self.git.commit(repository.id, &push.after).await?;
        let delivery = push
            .delivery
            .clone()
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        let folder = &self.settings.workflow_folder;
        let files = self
            .git
            .workflow_files(repository.id, &commit.sha, folder)
            .await?;
        let facts = self.push_facts(repository, &push, &commit).await?;
        let mut runs = Vec::new();
        for file in files {
            let about = (&commit, &facts, delivery.as_str());
            let source = self.push_source(repository, &push, by, about, file);
            if let Some(source) = source.await? {
                runs.push(self.create_run(source).await?);
            }
        }
        Ok(runs)
    }

    /// What filters look at: the ref, the message of its commit, and the files that changed.
    async fn push_facts(
        &self,
        repository: &Repository,
        push: &Push,
        commit: &CommitFacts,
    ) -> Result<EventFacts, EngineError> {
        let before = push.payload.get("before").and_then(Value::as_str);
        let before = before.filter(|before| *before != NO_COMMIT);
        let pushed = PushedRef {
            git_ref: push.git_ref.clone(),
            before: before.map(str::to_owned),
            after: Some(commit.sha.clone()),
            deleted: false,
            at_once: 1,
        };
        let mut facts = EventFacts::new(EventName::Push.name(), Subject::Ref(pushed));
        facts.head_message = Some(commit.message.clone());
        let trunk = repository.default_branch.as_str();
        let is_trunk = push.git_ref.strip_prefix("refs/heads/") == Some(trunk);
        let trunk = (!is_trunk).then_some(trunk);
        facts.changed = self
            .git
            .changed_paths(repository.id, before, &commit.sha, trunk)
            .await?;
        Ok(facts)
    }

    async fn push_source(
        &self,
        repository: &Repository,
        push: &Push,
        by: &User,
        (commit, facts, delivery): (&CommitFacts, &EventFacts, &str),
        file: WorkflowFile,
    ) -> Result<Option<RunSource>, EngineError> {
        let path = file.path.clone();
        let file = self.read(file).await?;
        // A broken file whose `on` cannot be read still makes a run for a push (semantics R6.91).
        let decision = triggers(&file.1).map(|on| decide_all(on.declared(), facts));
        if let Some(decision @ Decision::Stay(_)) = decision {
            log::debug!("repository {}, {path}: {decision}", repository.id);
            return Ok(None);
        }
        if self.is_disabled(repository, &path).await? {
            return Ok(None);
        }
        Ok(Some(RunSource {
            repository: repository.clone(),
            path: path.clone(),
            event: EventName::Push,
            payload: push.payload.clone(),
            commit: commit.clone(),
            at: resolved(push, commit),
            actor: by.clone(),
            trigger_key: format!("push:{delivery}"),
            file,
        }))
    }

    async fn is_disabled(&self, repository: &Repository, path: &str) -> Result<bool, EngineError> {
        let known = self.store.workflow_by_path(repository.id, path).await?;
        Ok(known.is_some_and(|workflow| workflow.state == WorkflowState::DisabledManually))
    }

    async fn resolve(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<Resolved, EngineError> {
        Ok(self.git.resolve(repository.id, reference).await?)
    }

    async fn read(&self, file: WorkflowFile) -> Result<(String, File), EngineError> {
        match file.content {
            Content::Text(text) => self.definitions.keep(&file.path, &text).await,
            Content::TooLarge { bytes } => {
                let problem = format!("the file has {bytes} bytes, which is more than is read");
                Ok((String::new(), unreadable(&file.path, problem)))
            }
            Content::NotUtf8 => Ok((
                String::new(),
                unreadable(&file.path, "the file is not UTF-8".to_owned()),
            )),
        }
    }
}

fn unreadable(path: &str, message: String) -> File {
    let diagnostic = Diagnostic {
        file: path.to_owned(),
        line: 1,
        column: 1,
        message,
    };
    let triggers: Option<Triggers> = None;
    Arc::new(Err(InvalidWorkflow {
        diagnostics: vec![diagnostic],
        triggers,
    }))
}

/// At the commit: an annotated tag is pushed under an id of its own.
fn resolved(push: &Push, commit: &CommitFacts) -> Resolved {
    let short = push
        .git_ref
        .trim_start_matches("refs/heads/")
        .trim_start_matches("refs/tags/");
    Resolved {
        sha: commit.sha.clone(),
        git_ref: push.git_ref.clone(),
        branch: Some(short.to_owned()),
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
        "repository": {
            "id": repository.id,
            "name": repository.name,
            "full_name": repository.full_name(),
            "private": repository.private,
            "default_branch": repository.default_branch,
            "owner": { "login": repository.owner, "id": repository.owner_id },
        },
        "sender": { "login": by.login, "id": by.id },
    })
}

fn invalid(field: &'static str, value: &str, problem: &str) -> EngineError {
    EngineError::Invalid {
        field,
        value: value.to_owned(),
        problem: problem.to_owned(),
    }
}

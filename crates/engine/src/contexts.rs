//! What the expressions of a run see that no job decides: `github`, `inputs`, `vars`.

use runyard_domain::{
    repository::Repository,
    run::{Contexts, Definition, RunIdentity},
};
use runyard_workflow::{
    EventName,
    dispatch::read_inputs,
    expression::{Object, Value},
    plan::from_json,
};

/// What the contexts are made from.
pub(crate) struct ContextSource<'a> {
    pub(crate) identity: &'a RunIdentity,
    /// The attempt's number.
    pub(crate) attempt: u32,
    /// Login of who caused the run.
    pub(crate) actor: &'a str,
    /// Login of who caused the attempt.
    pub(crate) triggering_actor: &'a str,
    pub(crate) repository: &'a Repository,
    pub(crate) payload: &'a serde_json::Value,
    /// The variables of the repository, as they are now.
    pub(crate) vars: &'a Value,
}

/// The contexts of an attempt.
pub(crate) fn contexts(source: &ContextSource<'_>, definition: &Definition) -> Contexts {
    let mut github = github(source);
    github.insert("event", from_json(source.payload));
    Contexts {
        github: github.into(),
        ..contexts_without_event(source, definition)
    }
}

/// The same without `github.event`, for whoever has the payload anyway.
pub(crate) fn contexts_without_event(
    source: &ContextSource<'_>,
    definition: &Definition,
) -> Contexts {
    Contexts {
        github: github(source).into(),
        inputs: inputs(source.payload, definition),
        vars: source.vars.clone(),
        ..Contexts::default()
    }
}

/// The same with the number that the run got from the store.
pub(crate) fn with_number(contexts: &Contexts, number: i64) -> Contexts {
    let mut contexts = contexts.clone();
    if let Some(github) = contexts.github.as_object() {
        let mut github = github.clone();
        github.insert("run_number", number.to_string());
        contexts.github = github.into();
    }
    contexts
}

/// The `github` context as far as the server knows it; what only a runner knows is not there.
fn github(source: &ContextSource<'_>) -> Object {
    let (identity, repository) = (source.identity, source.repository);
    let (kind, name) = kind_and_name(&identity.git_ref);
    let is_pull = ["pull_request", "pull_request_target"].contains(&identity.event.as_str());
    let pull = |pointer: &str| {
        let text = source.payload.pointer(pointer).filter(|_| is_pull);
        let text = text.and_then(serde_json::Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let full_name = repository.full_name();
    let workflow_ref = format!("{full_name}/{}@{}", identity.path, identity.git_ref);
    let mut github = Object::new();
    let texts = [
        ("actor", source.actor.to_owned()),
        ("actor_id", identity.actor.to_string()),
        ("base_ref", pull("/pull_request/base/ref")),
        ("event_name", identity.event.clone()),
        ("head_ref", pull("/pull_request/head/ref")),
        ("ref", identity.git_ref.clone()),
        ("ref_name", name.to_owned()),
        ("ref_type", kind.to_owned()),
        ("repository", full_name),
        ("repository_id", repository.id.to_string()),
        ("repository_owner", repository.owner.clone()),
        ("repository_owner_id", repository.owner_id.to_string()),
        ("run_attempt", source.attempt.to_string()),
        ("run_id", identity.id.to_string()),
        ("run_number", identity.number.to_string()),
        ("sha", identity.sha().to_owned()),
        ("triggering_actor", source.triggering_actor.to_owned()),
        ("workflow", identity.name.clone()),
        ("workflow_ref", workflow_ref),
        ("workflow_sha", identity.sha().to_owned()),
    ];
    for (key, text) in texts {
        github.insert(key, text);
    }
    github
}

fn kind_and_name(git_ref: &str) -> (&'static str, &str) {
    if let Some(tag) = git_ref.strip_prefix("refs/tags/") {
        return ("tag", tag);
    }
    let branch = git_ref.strip_prefix("refs/heads/");
    let pull = git_ref.strip_prefix("refs/pull/");
    ("branch", branch.or(pull).unwrap_or(git_ref))
}

/// The inputs of a dispatch with their types (semantics R6.33); empty for every other event.
fn inputs(payload: &serde_json::Value, definition: &Definition) -> Value {
    let declared = definition.workflow.on.get(EventName::WorkflowDispatch);
    let given = payload.get("inputs").and_then(serde_json::Value::as_object);
    let read = declared
        .zip(given)
        .and_then(|(declared, given)| read_inputs(&declared.inputs, given, None).ok());
    read.map_or_else(|| Object::new().into(), |read| read.typed.into())
}

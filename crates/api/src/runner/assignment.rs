//! A job as its runner is told about it. The only place where secrets are put into a body of this protocol.

use super::messages::{
    ComputedMessage, ContextsMessage, DefaultsMessage, FieldMessage, JobMessage, Offer,
    RepositoryMessage, StepActionMessage, StepMessage, VariablesMessage,
};
use crate::wire::Origin;
use runyard_domain::{permission::Permission, repository::Repository, run::JobContexts};
use runyard_engine::{Assignment, Offer as Offered};
use runyard_workflow::{
    Position, Step, StepAction,
    expression::Value,
    model::{Computed, Defaults, Field, RunDefaults, Templated, Variable, Variables},
};
use std::collections::BTreeMap;

const SECONDS_PER_MINUTE: u64 = 60;
/// The secret that every job has.
const GITHUB_TOKEN: &str = "GITHUB_TOKEN";

/// An offer.
pub(super) fn offer(offered: &Offered, origin: &Origin) -> Offer {
    Offer {
        execution_id: offered.execution.id.get(),
        token: offered.token.reveal().to_owned(),
        offer_until_ms: offered.until.unix_millis(),
        job: job(&offered.assignment, origin),
    }
}

fn job(assignment: &Assignment, origin: &Origin) -> JobMessage {
    let (run, attempt) = (&assignment.run.identity, &assignment.run.attempt);
    let repository = &assignment.repository;
    let github_token = assignment.github_token.reveal();
    let minutes = assignment.timeout.as_secs().div_ceil(SECONDS_PER_MINUTE);
    let steps = assignment.definition.with_steps();
    JobMessage {
        job_id: assignment.job.get(),
        job_key: assignment.definition.id.as_str().to_owned(),
        name: assignment.display_name.clone(),
        run_id: run.id.get(),
        run_number: run.number,
        run_attempt: i64::from(attempt.number),
        workflow: run.name.clone(),
        workflow_ref: format!("{}/{}@{}", repository.full_name(), run.path, run.git_ref),
        repository: repository_message(repository, origin),
        event_name: run.event.clone(),
        event: assignment.payload.clone(),
        sha: run.sha().to_owned(),
        git_ref: run.git_ref.clone(),
        actor: assignment.run.actor.login.clone(),
        actor_id: assignment.run.actor.id.get(),
        triggering_actor: attempt.triggering_actor.login.clone(),
        server_url: origin.web().to_owned(),
        api_url: origin.api(),
        graphql_url: format!("{}/api/graphql", origin.web()),
        github_token: github_token.to_owned(),
        workflow_env: variables(assignment.workflow_env.as_ref()),
        env: variables(steps.and_then(|job| job.env.as_ref())),
        defaults: defaults(
            steps.and_then(|job| job.defaults.as_ref()),
            assignment.workflow_defaults.as_ref(),
        ),
        steps: assignment
            .steps()
            .filter_map(|(number, step)| step_message(number, step))
            .collect(),
        outputs: variables(steps.and_then(|job| job.outputs.as_ref())),
        workflow_file: assignment.file.clone(),
        contexts: contexts(&assignment.contexts),
        secrets: BTreeMap::from([(GITHUB_TOKEN.to_owned(), github_token.to_owned())]),
        masks: vec![github_token.to_owned()],
        notices: notices(assignment),
        timeout_minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
        cancel_timeout_minutes: assignment.cancel_timeout_minutes,
        debug: assignment.debug,
    }
}

/// What the token may do, and what is to be said of the run.
fn notices(assignment: &Assignment) -> Vec<String> {
    let permissions = &assignment.permissions;
    let mut lines = vec!["##[group]GITHUB_TOKEN Permissions".to_owned()];
    lines.extend(Permission::ALL.iter().filter_map(|permission| {
        let level = permissions.level(*permission)?;
        Some(format!("{}: {level}", capitalized(permission.name())))
    }));
    lines.push("##[endgroup]".to_owned());
    lines.extend(assignment.run.identity.cause.notice.clone());
    lines
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

fn repository_message(repository: &Repository, origin: &Origin) -> RepositoryMessage {
    RepositoryMessage {
        id: repository.id.get(),
        full_name: repository.full_name(),
        owner: repository.owner.clone(),
        owner_id: repository.owner_id.get(),
        clone_url: format!("{}/{}.git", origin.web(), repository.full_name()),
        private: repository.private,
    }
}

fn contexts(contexts: &JobContexts) -> ContextsMessage {
    let mut github = json(&contexts.github);
    if let Some(github) = github.as_object_mut() {
        // The message has it already.
        github.remove("event");
    }
    ContextsMessage {
        github,
        inputs: json(&contexts.inputs),
        vars: json(&contexts.vars),
        needs: json(&contexts.needs),
        strategy: json(&contexts.strategy),
        matrix: json(&contexts.matrix),
    }
}

/// What no JSON can hold is null.
fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// `None` for a step that no version runs: a file with one does not start.
fn step_message(number: u32, step: &Step) -> Option<StepMessage> {
    let action = match &step.action.value {
        StepAction::Run {
            script,
            shell,
            working_directory,
        } => StepActionMessage::Run {
            script: field(script),
            shell: shell.as_ref().map(field),
            working_directory: working_directory.as_ref().map(field),
        },
        StepAction::Uses { text, with, .. } => StepActionMessage::Uses {
            uses: text.value.clone(),
            with: variables(with.as_ref()),
        },
        StepAction::Wait(_)
        | StepAction::WaitAll
        | StepAction::Cancel(_)
        | StepAction::Parallel(_) => return None,
    };
    let condition = &step.condition;
    Some(StepMessage {
        number,
        id: step.id.as_ref().map(|id| id.value.clone()),
        key: step.key.clone(),
        name: step.display_name(),
        named: step.name.as_ref().map(field),
        condition: condition.position.map(|position| ComputedMessage {
            expression: condition.expression.source().to_owned(),
            line: position.line,
            column: position.column,
        }),
        env: variables(step.env.as_ref()),
        continue_on_error: step.continue_on_error.as_ref().map(field),
        timeout_minutes: step.timeout_minutes.as_ref().map(field),
        action,
    })
}

fn computed(computed: &Computed, position: Position) -> ComputedMessage {
    ComputedMessage {
        expression: computed.text.clone(),
        line: position.line,
        column: position.column,
    }
}

fn field<T: Clone>(field: &Field<T>) -> FieldMessage<T> {
    match &field.value {
        Templated::Literal(value) => FieldMessage::Plain(value.clone()),
        Templated::Computed(text) => FieldMessage::Computed(computed(text, field.position)),
    }
}

fn variables(variables: Option<&Variables>) -> VariablesMessage {
    let Some(variables) = variables else {
        return VariablesMessage::default();
    };
    match &variables.value {
        Templated::Literal(pairs) => VariablesMessage::Pairs(pairs.iter().map(pair).collect()),
        Templated::Computed(text) => VariablesMessage::Computed(computed(text, variables.position)),
    }
}

fn pair(variable: &Variable) -> (FieldMessage<String>, FieldMessage<String>) {
    let value = match &variable.value.value {
        Templated::Literal(scalar) => FieldMessage::Plain(scalar.to_text()),
        Templated::Computed(text) => {
            FieldMessage::Computed(computed(text, variable.value.position))
        }
    };
    (field(&variable.name), value)
}

/// The job's over the workflow's, each key on its own (semantics R2.82).
fn defaults(job: Option<&Defaults>, workflow: Option<&Defaults>) -> DefaultsMessage {
    let run = |defaults: Option<&Defaults>| -> RunDefaults {
        let run = defaults.and_then(|defaults| defaults.run.as_ref());
        run.and_then(|run| run.literal())
            .cloned()
            .unwrap_or_default()
    };
    let whole = job.and_then(|job| job.run.as_ref());
    let whole = whole.and_then(|run| Some(computed(run.value.computed()?, run.position)));
    let (job, workflow) = (run(job), run(workflow));
    DefaultsMessage {
        computed: whole,
        shell: job.shell.or(workflow.shell).as_ref().map(field),
        working_directory: job
            .working_directory
            .or(workflow.working_directory)
            .as_ref()
            .map(field),
    }
}

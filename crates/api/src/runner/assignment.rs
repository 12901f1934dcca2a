//! A job as its runner is told about it. The only place where secrets are put into a body of this protocol.

use super::messages::{JobMessage, Offer, RepositoryMessage, StepActionMessage, StepMessage};
use crate::wire::Origin;
use runyard_domain::repository::Repository;
use runyard_engine::{Assignment, Offer as Offered};
use runyard_workflow::{
    Step, StepAction,
    model::{Field, plain_env},
};

const SECONDS_PER_MINUTE: u64 = 60;

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
        env: assignment.env.clone(),
        steps: assignment
            .steps()
            .filter_map(|(number, step)| step_message(number, step))
            .collect(),
        masks: vec![github_token.to_owned()],
        notices: run.cause.notice.iter().cloned().collect(),
        timeout_minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
    }
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

/// `None` for a step that the engine does not plan yet.
fn step_message(number: u32, step: &Step) -> Option<StepMessage> {
    let action = match &step.action.value {
        StepAction::Run {
            script,
            shell,
            working_directory,
        } => StepActionMessage::Run {
            script: plain(Some(script)).unwrap_or_default(),
            shell: plain(shell.as_ref()),
            working_directory: plain(working_directory.as_ref()),
        },
        StepAction::Uses { .. } => StepActionMessage::Checkout,
        StepAction::Wait(_)
        | StepAction::WaitAll
        | StepAction::Cancel(_)
        | StepAction::Parallel(_) => return None,
    };
    Some(StepMessage {
        number,
        id: step.id.as_ref().map(|id| id.value.clone()),
        name: step.display_name(),
        env: plain_env(step.env.as_ref()),
        action,
    })
}

fn plain(field: Option<&Field<String>>) -> Option<String> {
    field?.literal().cloned()
}

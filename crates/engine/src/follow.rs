//! `workflow_run`: starts what follows a run. Its moments were kept with the change that brought them, and any server
//! may apply one; its runs are made once.

use crate::{Engine, EngineError, start::Occasion};
use runyard_domain::{
    RunStatus, Timestamp,
    account::User,
    pull_request::PullRequest,
    repository::{Repository, Workflow},
    run::{HeadRepository, RunMoment},
};
use runyard_store::{FollowUp, RowKind, RunView};
use runyard_workflow::{
    EventName,
    trigger::{EventFacts, Subject},
};
use serde_json::Value;
use std::time::Duration;

/// A moment that could not be applied, because its source did not answer, is tried again after this.
const RETRY: Duration = Duration::from_secs(60);
/// So often it is tried, then it starts nothing any more.
const TRIES_MAX: u32 = 60;

/// Makes payloads in the shape of GitHub's webhooks. What they look like is the API's to know.
pub trait Payloads: Send + Sync {
    /// `workflow_run`
    fn workflow_run(&self, told: &ToldRun<'_>) -> Value;
}

/// What is told of a run.
pub struct ToldRun<'a> {
    /// What happened to it.
    pub moment: RunMoment,
    /// The run as it stood then.
    pub run: &'a RunView,
    /// Whose it is.
    pub repository: &'a Repository,
    /// Who owns that.
    pub owner: &'a User,
    /// Which workflow ran.
    pub workflow: &'a Workflow,
    /// The open pull requests of its branch.
    pub pull_requests: &'a [PullRequest],
}

impl Engine {
    /// Takes moments of runs, at most `most`, and starts what follows them. How many it took.
    ///
    /// # Errors
    /// When the store cannot be reached; what is wrong with a source is told by the log.
    pub async fn follow_runs(
        &self,
        payloads: &dyn Payloads,
        most: u32,
    ) -> Result<usize, EngineError> {
        let due = self.store.claim_follow_ups(most, RETRY).await?;
        let count = due.len();
        for moment in due {
            self.follow(payloads, &moment).await?;
        }
        Ok(count)
    }

    async fn follow(
        &self,
        payloads: &dyn Payloads,
        follow_up: &FollowUp,
    ) -> Result<(), EngineError> {
        let FollowUp {
            id, run, moment, ..
        } = follow_up;
        match self.start_followers(payloads, follow_up).await {
            Ok(()) => {}
            Err(error) if is_of_the_source(&error) && follow_up.tries >= TRIES_MAX => {
                log::error!("nothing follows run {run} ({moment}): {error}");
            }
            Err(error) => {
                log::warn!("what follows run {run} ({moment}) is tried again: {error}");
                if !is_of_the_source(&error) {
                    let row = (RowKind::FollowUp, *id);
                    self.note_trouble(row, Some(*run), &error).await;
                }
                return Ok(());
            }
        }
        Ok(self.store.delete_follow_up(*id).await?)
    }

    async fn start_followers(
        &self,
        payloads: &dyn Payloads,
        follow_up: &FollowUp,
    ) -> Result<(), EngineError> {
        let run = self.store.attempt(follow_up.run, follow_up.attempt).await?;
        let Some(mut run) = run else {
            return Ok(());
        };
        stood(&mut run, follow_up);
        let identity = &run.identity;
        let repository = self.store.repository(identity.repository).await?;
        let workflow = self.store.workflow(identity.workflow).await?;
        let (Some(repository), Some(workflow)) = (repository, workflow) else {
            return Ok(());
        };
        let owner = self.owner(&repository).await?;
        let actor = self.store.user(identity.actor).await?;
        let actor = actor.unwrap_or_else(|| owner.clone());
        self.fetch_and_read(&repository, repository.owner_id)
            .await?;
        let told = ToldRun {
            moment: follow_up.moment,
            run: &run,
            repository: &repository,
            owner: &owner,
            workflow: &workflow,
            pull_requests: &self.pull_requests_of(&[&run]).await?,
        };
        let payload = payloads.workflow_run(&told);
        let occasion = Occasion {
            repository: &repository,
            event: EventName::WorkflowRun,
            facts: facts(&run, follow_up.moment),
            payload: &payload,
            key: format!(
                "workflow_run:{}:{}:{}",
                follow_up.run, follow_up.attempt, follow_up.moment
            ),
            by: &actor,
            head_repository: HeadRepository::Own,
            chain: run.identity.cause.chain + 1,
            only: None,
        };
        self.start_all(occasion).await?;
        Ok(())
    }

    /// The open pull requests that these runs of one repository show: those with the same head branch, never for runs
    /// of forks and tags (contract 7).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pull_requests_of(
        &self,
        runs: &[&RunView],
    ) -> Result<Vec<PullRequest>, EngineError> {
        let branches = runs.iter().filter_map(|run| shown_branch(run));
        let mut branches: Vec<String> = branches.map(str::to_owned).collect();
        branches.sort_unstable();
        branches.dedup();
        match runs.first() {
            Some(run) if !branches.is_empty() => {
                let repository = run.identity.repository;
                Ok(self.store.pull_requests(repository, &branches).await?)
            }
            Some(_) | None => Ok(Vec::new()),
        }
    }
}

/// Whether the source, and not what is kept, is why nothing could be started.
fn is_of_the_source(error: &EngineError) -> bool {
    matches!(error, EngineError::Git(_) | EngineError::Unavailable { .. })
}

/// The branch whose pull requests a run shows, if it shows any.
pub fn shown_branch(run: &RunView) -> Option<&str> {
    let identity = &run.identity;
    let of_branch =
        identity.cause.head_repository.is_own() && !identity.git_ref.starts_with("refs/tags/");
    identity.head_branch.as_deref().filter(|_| of_branch)
}

/// Shows the run as it stood at the moment: it may have gone on since.
fn stood(run: &mut RunView, follow_up: &FollowUp) {
    let attempt = &mut run.attempt;
    attempt.updated_at = follow_up.happened_at;
    match follow_up.moment {
        RunMoment::Requested => open(run, RunStatus::Queued),
        RunMoment::InProgress => open(run, RunStatus::InProgress),
        RunMoment::Completed => {}
    }
}

fn open(run: &mut RunView, status: RunStatus) {
    let attempt = &mut run.attempt;
    attempt.status = status;
    attempt.conclusion = None;
    attempt.completed_at = None::<Timestamp>;
}

fn facts(run: &RunView, moment: RunMoment) -> EventFacts {
    let subject = Subject::WorkflowRun {
        workflow: run.identity.name.clone(),
        head_branch: run.identity.head_branch.clone(),
        chain: run.identity.cause.chain,
    };
    let mut facts = EventFacts::new(EventName::WorkflowRun.name(), subject);
    facts.action = Some(moment.name().to_owned());
    facts
}

//! Retention: what was kept for long enough is deleted, by any server, each run as if somebody had done it (semantics
//! R8.11).

use crate::{Engine, EngineError};
use runyard_domain::{
    Refusal, RunId, handover,
    repository::Repository,
    retention::{Retention, RetentionRules},
};
use runyard_store::{EndedWith, RetentionLook};
use std::{collections::BTreeSet, time::Duration};

/// Workflows that a repository can have rules of their own for.
pub const RETENTION_WORKFLOWS_MAX: usize = 100;
/// Longest path of a workflow in such a rule, in bytes.
pub const RETENTION_PATH_BYTES_MAX: usize = 255;
/// Workflows that one look takes.
const WORKFLOWS_PER_LOOK: u32 = 20;
/// Runs of a workflow that one look deletes, and of as many the logs.
pub const EXPIRED_PER_LOOK: u32 = 200;
/// A workflow is looked at so often: what is counted in days need not go to the minute.
const LOOK_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// What one look at a workflow did.
#[derive(Debug, Default)]
struct Looked {
    deleted: usize,
    /// There may be more of it.
    has_more: bool,
}

impl Engine {
    /// What a repository says of the retention of its runs; nothing where all is left to the server.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn retention(&self, repository: &Repository) -> Result<RetentionRules, EngineError> {
        let rules = self.store.retention(repository.id).await?;
        Ok(rules.unwrap_or_default())
    }

    /// Keeps what a repository says, in place of what it said. It is obeyed within a minute.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a path that no workflow can have or that comes twice, [`EngineError::TooMuch`] for
    /// more than [`RETENTION_WORKFLOWS_MAX`] workflows.
    pub async fn put_retention(
        &self,
        repository: &Repository,
        rules: &RetentionRules,
    ) -> Result<(), EngineError> {
        check(rules)?;
        Ok(self.store.put_retention(repository.id, rules).await?)
    }

    /// Leaves the retention of a repository's runs to the server.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn delete_retention(&self, repository: &Repository) -> Result<(), EngineError> {
        Ok(self.store.delete_retention(repository.id).await?)
    }

    /// Looks at some workflows, and deletes some of what was kept for long enough. Whether there may be more to do.
    ///
    /// # Errors
    /// When the store cannot be reached. One run that cannot be deleted keeps no other from it.
    pub async fn enforce_retention(&self) -> Result<bool, EngineError> {
        let looks = self
            .store
            .claim_retention_looks(WORKFLOWS_PER_LOOK, LOOK_INTERVAL);
        let looks = looks.await?;
        let mut has_more = looks.len() == WORKFLOWS_PER_LOOK as usize;
        for look in looks {
            has_more |= self.look_at_workflow(&look).await?;
        }
        Ok(has_more)
    }

    async fn look_at_workflow(&self, look: &RetentionLook) -> Result<bool, EngineError> {
        let kept: Retention = look.rules.of(&look.path, self.settings.retention);
        let mut has_more = false;
        for (time, with) in [
            (kept.runs.time(), EndedWith::Anything),
            (kept.logs.time(), EndedWith::Logs),
        ] {
            let Some(time) = time else { continue };
            let looked = self.delete_expired(look, time, with).await?;
            if looked.deleted > 0 {
                let what = match with {
                    EndedWith::Anything => "runs",
                    EndedWith::Logs => "logs of runs",
                };
                let (count, path) = (looked.deleted, &look.path);
                let days = time.as_secs() / (24 * 60 * 60);
                log::info!("{count} {what} of {path} were deleted: they are kept for {days} days");
            }
            has_more |= looked.has_more;
        }
        if has_more {
            self.store.look_again(look.workflow).await?;
        }
        Ok(has_more)
    }

    async fn delete_expired(
        &self,
        look: &RetentionLook,
        kept: Duration,
        with: EndedWith,
    ) -> Result<Looked, EngineError> {
        let latest = self.store.now().await?.minus(kept);
        let due = self
            .store
            .ended_by(look.workflow, latest, with, EXPIRED_PER_LOOK);
        let due = due.await?;
        let patience = self.settings.patience;
        let mut looked = Looked::default();
        for run in &due {
            let done = self.forced(*run, move |run, executions, planning| match with {
                EndedWith::Anything => {
                    handover::delete_expired(run, executions, kept, planning, patience)
                }
                EndedWith::Logs => run.delete_expired_logs(kept, planning.now),
            });
            looked.deleted += usize::from(is_deleted(*run, done.await)?);
        }
        // Where none could be deleted, looking again at once would find the same ones.
        looked.has_more = due.len() == EXPIRED_PER_LOOK as usize && looked.deleted > 0;
        Ok(looked)
    }
}

/// Whether one of many was deleted.
///
/// # Errors
/// When the store cannot be reached: the others would fail as well.
pub(crate) fn is_deleted(run: RunId, done: Result<(), EngineError>) -> Result<bool, EngineError> {
    match done {
        Ok(()) => Ok(true),
        // Another server was faster, or it was run again meanwhile.
        Err(
            EngineError::NotFound { .. }
            | EngineError::Refused(Refusal::NotDue | Refusal::RunNotCompleted { .. }),
        ) => Ok(false),
        Err(error @ EngineError::Unavailable { .. }) => Err(error),
        Err(error) => {
            log::error!("run {run}: cannot be deleted: {error}");
            Ok(false)
        }
    }
}

fn check(rules: &RetentionRules) -> Result<(), EngineError> {
    if rules.workflows.len() > RETENTION_WORKFLOWS_MAX {
        return Err(EngineError::TooMuch {
            what: "workflows",
            limit: RETENTION_WORKFLOWS_MAX as u64,
        });
    }
    let mut known = BTreeSet::new();
    for workflow in &rules.workflows {
        let path = &workflow.path;
        let is_file = path.ends_with(".yml") || path.ends_with(".yaml");
        let problem = if !is_file || path.len() > RETENTION_PATH_BYTES_MAX {
            format!(
                "must be the path of a workflow file, as .github/workflows/ci.yml, of at most \
                 {RETENTION_PATH_BYTES_MAX} bytes"
            )
        } else if !known.insert(path) {
            "is there twice, each workflow must be there once".to_owned()
        } else {
            continue;
        };
        return Err(EngineError::Invalid {
            field: "workflows.path",
            value: path.clone(),
            problem,
        });
    }
    Ok(())
}

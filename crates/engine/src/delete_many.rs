//! Deleting many runs at once: those of a repository that have ended and match, some with each call.

use crate::{Engine, EngineError, retention::is_deleted};
use futures_util::future::join_all;
use runyard_domain::{RepositoryId, UserId, handover};
use runyard_store::{RunFilter, Stage};

/// Runs that one call deletes at most.
pub const DELETED_PER_CALL: u32 = 200;
/// Runs that are deleted at the same time: a database commits several as fast as one.
const DELETED_AT_ONCE: usize = 8;

/// What a call for the deletion of many runs found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedRuns {
    /// Completed runs that matched before; [`runyard_store::FILTERED_RUNS_MAX`] when there were more.
    pub matching: u64,
    /// Those that are deleted now.
    pub deleted: u64,
    /// Others match that have not ended, and stay; counted as far as `matching`.
    pub not_completed: u64,
    /// Completed ones are left that match: the same call goes on with them.
    pub has_more: bool,
}

impl Engine {
    /// Deletes completed runs of a repository that match, the oldest first, at most [`DELETED_PER_CALL`]. One that is
    /// run again meanwhile stays. With `is_dry` nothing is deleted.
    ///
    /// # Errors
    /// When the store cannot be reached; what was deleted until then is.
    pub async fn delete_runs(
        &self,
        repository: RepositoryId,
        chosen: &RunFilter,
        by: UserId,
        is_dry: bool,
    ) -> Result<DeletedRuns, EngineError> {
        let store = &self.store;
        let matching = store.count_chosen(repository, chosen, Stage::Ended).await?;
        let not_completed = store.count_chosen(repository, chosen, Stage::Live).await?;
        let deleted = match is_dry {
            true => 0,
            false => self.delete_chosen(repository, chosen, by).await?,
        };
        let has_more = match is_dry {
            true => matching > 0,
            false => !store.chosen_runs(repository, chosen, 1).await?.is_empty(),
        };
        Ok(DeletedRuns {
            matching,
            deleted,
            not_completed,
            has_more,
        })
    }

    async fn delete_chosen(
        &self,
        repository: RepositoryId,
        chosen: &RunFilter,
        by: UserId,
    ) -> Result<u64, EngineError> {
        let runs = self.store.chosen_runs(repository, chosen, DELETED_PER_CALL);
        let runs = runs.await?;
        let patience = self.settings.patience;
        let mut deleted = 0;
        for some in runs.chunks(DELETED_AT_ONCE) {
            let deleting = some.iter().map(|(run, attempt)| {
                let as_chosen = (*attempt, by);
                self.forced(*run, move |run, executions, planning| {
                    handover::delete_chosen(run, executions, as_chosen, planning, patience)
                })
            });
            for ((run, _), done) in some.iter().zip(join_all(deleting).await) {
                deleted += u64::from(is_deleted(*run, done)?);
            }
        }
        log::info!("{deleted} runs of repository {repository} were deleted by user {by}");
        Ok(deleted)
    }
}

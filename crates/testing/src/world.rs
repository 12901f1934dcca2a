//! An engine, and a folder for the repositories that are made for it. What can be made is in the files of its kind.

use crate::{SeedError, State, leases::Leases};
use runyard_domain::{RunId, repository::Repository};
use runyard_engine::{Engine, EngineError};
use std::{path::PathBuf, sync::Arc};

/// Where users, repositories and runs are made. Cheap to clone; jobs that are left in progress keep their leases for as
/// long as a clone lives.
#[derive(Clone)]
pub struct World {
    engine: Engine,
    folder: Arc<PathBuf>,
    pub(crate) leases: Arc<Leases>,
}

impl World {
    /// Makes things in this engine, and their git repositories in `folder`, which must stay as long as the engine.
    /// Must be called within a runtime.
    pub fn over(engine: Engine, folder: impl Into<PathBuf>) -> Self {
        Self {
            leases: Arc::new(Leases::keep(engine.clone())),
            engine,
            folder: Arc::new(folder.into()),
        }
    }

    /// The use cases, for what no helper does.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Where a repository's work tree is.
    pub(crate) fn tree(&self, full_name: &str) -> PathBuf {
        self.folder.join(full_name)
    }

    /// A repository by its full name, `OWNER/NAME`.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn find_repository(&self, full_name: &str) -> Result<Repository, SeedError> {
        let Some((owner, name)) = full_name.split_once('/') else {
            return Err(SeedError::invalid(
                "repository",
                format!("{full_name:?} must be OWNER/NAME"),
            ));
        };
        match self.engine.repository_by_name(owner, name).await {
            Err(EngineError::NotFound { .. }) => Err(SeedError::invalid(
                "repository",
                format!("{full_name:?} is not there"),
            )),
            found => Ok(found?),
        }
    }

    /// Where a run stands.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn state_of(&self, run: RunId) -> Result<State, SeedError> {
        let view = self
            .engine
            .store()
            .run(run)
            .await
            .map_err(EngineError::from)?;
        let view = view.ok_or(EngineError::NotFound { what: "the run" })?;
        Ok(State::of(view.attempt.status, view.attempt.conclusion))
    }
}

//! The mirrors on disk: where each is, who may write it now, and reading from it off the async threads.

use super::{
    Content, GitError, GitSettings, Resolved, WorkflowFile, contents::LARGE_FILES_AT_ONCE,
    identity, location::Location, read,
};
use runyard_domain::{RepositoryId, run::CommitFacts};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
};
use tokio::sync::Semaphore;

/// Git sources and their mirrors. Clones share everything.
#[derive(Debug, Clone)]
pub struct Git {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: GitSettings,
    pub(super) fetches: Semaphore,
    pub(super) clones: Arc<Semaphore>,
    pub(super) large_files: Arc<Semaphore>,
    slots: Mutex<HashMap<RepositoryId, Arc<Slot>>>,
}

/// What there is to know about the fetches of one mirror. The async lock is held while one runs.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// Callers that asked for a fetch so far.
    pub(super) asked: AtomicU64,
    pub(super) newest: Arc<tokio::sync::Mutex<Newest>>,
}

/// The newest fetch that ended.
#[derive(Debug, Default)]
pub(super) struct Newest {
    /// How many callers had asked before it began: it serves those.
    pub(super) serves: u64,
    /// What was fetched, and how it ended.
    pub(super) outcome: Option<(Location, Result<(), GitError>)>,
    /// Hash of the refs that the source had before the newest fetch that succeeded: while it has the same, nothing is
    /// fetched.
    pub(super) refs: Option<[u8; 32]>,
    /// Fetches that succeeded since the server started.
    pub(super) count: u64,
}

impl Git {
    /// Git sources with these settings. Touches nothing.
    pub fn new(mut settings: GitSettings) -> Self {
        if let Ok(absolute) = std::path::absolute(&settings.mirrors) {
            settings.mirrors = absolute;
        }
        let shared = Shared {
            fetches: Semaphore::new(settings.max_fetches),
            clones: Arc::new(Semaphore::new(settings.max_clones)),
            large_files: Arc::new(Semaphore::new(LARGE_FILES_AT_ONCE)),
            slots: Mutex::default(),
            settings,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Deletes what a killed server left of credentials. Only before anything is fetched.
    ///
    /// Fails when the folder of mirrors cannot be changed.
    pub fn clear_leftovers(&self) -> Result<(), GitError> {
        identity::clear(&self.shared.settings).map_err(GitError::internal)
    }

    /// Finds a branch or a tag: a short name (branches first) or a full one. An annotated tag gives its commit.
    ///
    /// Fails with [`GitError::UnknownRef`], or [`GitError::NotACommit`] when it leads elsewhere.
    pub async fn resolve(
        &self,
        repository: RepositoryId,
        reference: &str,
    ) -> Result<Resolved, GitError> {
        let reference = reference.to_owned();
        self.read(repository, move |mirror| read::resolve(mirror, &reference))
            .await
    }

    /// The facts of a commit, or of the commit that an annotated tag's id leads to.
    ///
    /// Fails with [`GitError::UnknownCommit`] when the mirror does not have it.
    pub async fn commit(
        &self,
        repository: RepositoryId,
        sha: &str,
    ) -> Result<CommitFacts, GitError> {
        let sha = sha.to_owned();
        self.read(repository, move |mirror| read::commit(mirror, &sha))
            .await
    }

    /// The files `*.yml` and `*.yaml` directly in these folders at a commit: folder by folder, sorted by path, each
    /// file once. Links are passed over.
    ///
    /// None where a folder is missing. Fails when there are more than the settings allow.
    pub async fn workflow_files(
        &self,
        repository: RepositoryId,
        sha: &str,
        folders: &[String],
    ) -> Result<Vec<WorkflowFile>, GitError> {
        let (sha, folders) = (sha.to_owned(), folders.to_owned());
        let settings = &self.shared.settings;
        let limits = read::FolderLimits {
            files: settings.max_workflow_files,
            file_bytes: settings.max_workflow_bytes,
            all_bytes: settings.max_workflow_folder_bytes,
        };
        self.read(repository, move |mirror| {
            read::workflow_files(mirror, &sha, &folders, limits)
        })
        .await
    }

    /// One file at a commit; `None` when no file is there. Too large is what is too large for a workflow.
    pub async fn file(
        &self,
        repository: RepositoryId,
        sha: &str,
        path: &str,
    ) -> Result<Option<WorkflowFile>, GitError> {
        let (sha, path) = (sha.to_owned(), path.to_owned());
        let bytes = self.shared.settings.max_workflow_bytes;
        self.read(repository, move |mirror| {
            read::file(mirror, &sha, &path, bytes)
        })
        .await
    }

    /// Where the mirror of a repository is or will be.
    pub(super) fn mirror(&self, repository: RepositoryId) -> PathBuf {
        self.shared
            .settings
            .mirrors
            .join(format!("{repository}.git"))
    }

    /// Where it is, if it is.
    pub(super) async fn fetched(&self, repository: RepositoryId) -> Result<PathBuf, GitError> {
        let mirror = self.mirror(repository);
        match tokio::fs::try_exists(mirror.join("HEAD")).await {
            Ok(true) => Ok(mirror),
            Ok(false) => Err(GitError::NotFetched { repository }),
            Err(cause) => Err(GitError::internal(cause)),
        }
    }

    pub(super) fn slot(&self, repository: RepositoryId) -> Arc<Slot> {
        let mut slots = self
            .shared
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slots.entry(repository).or_default().clone()
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        repository: RepositoryId,
        read: impl FnOnce(&Path) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, GitError> {
        let mirror = self.fetched(repository).await?;
        tokio::task::spawn_blocking(move || read(&mirror))
            .await
            .map_err(GitError::internal)?
    }
}

impl WorkflowFile {
    /// Its text, if it has one that can be used.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::TooLarge { .. } | Content::NotUtf8 => None,
        }
    }
}

//! Copies sources into mirrors with the `git` program. One fetch at a time per mirror.

use super::{
    Credential, Git, GitError,
    identity::Identity,
    location::Location,
    locks,
    mirrors::Newest,
    probe::{OUTPUT_BYTES, default_branch, let_local_be_read, succeeded},
    program::{self, Finished, operand},
};
use runyard_domain::{RepositoryId, repository::Source};
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};
use tokio::sync::OwnedMutexGuard;

/// What a mirror has of its source. Pull requests are there when the source is a forge that keeps them as refs.
const REFS: [&str; 4] = [
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
    "+refs/pull/*/head:refs/pull/*/head",
    "+refs/pull/*/merge:refs/pull/*/merge",
];
/// Fetches between two looks at whether a mirror wants packing.
const PACK_EVERY: u64 = 50;
/// Longest that packing a mirror may take.
const PACK_TIMEOUT: Duration = Duration::from_secs(600);

impl Git {
    /// Brings the mirror of a repository up to its source; makes it when it is missing.
    ///
    /// Callers that wait share the next fetch, never one that began before they asked.
    pub async fn fetch(
        &self,
        repository: RepositoryId,
        source: &Source,
        credential: Option<&Credential>,
    ) -> Result<(), GitError> {
        let location = self.location(source, credential).await?;
        let slot = self.slot(repository);
        let place = slot.asked.fetch_add(1, Ordering::SeqCst);
        let mut newest = slot.newest.clone().lock_owned().await;
        if let Some((fetched, outcome)) = &newest.outcome
            && place < newest.serves
            && *fetched == location
        {
            return outcome.clone();
        }
        let serves = slot.asked.load(Ordering::SeqCst);
        let outcome = self.follow(repository, &location, &mut newest).await;
        newest.serves = serves;
        newest.outcome = Some((location, outcome.clone()));
        if outcome.is_ok() {
            self.pack_sometimes(repository, newest);
        }
        outcome
    }

    /// Deletes the mirror. Nothing happens when there is none.
    pub async fn remove(&self, repository: RepositoryId) -> Result<(), GitError> {
        let slot = self.slot(repository);
        let mut newest = slot.newest.lock().await;
        (newest.outcome, newest.refs) = (None, None);
        let (mirror, doomed) = (self.mirror(repository), self.aside(repository, "old"));
        cleared(&doomed).await?;
        match tokio::fs::rename(&mirror, &doomed).await {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
            renamed => {
                renamed.map_err(GitError::internal)?;
                cleared(&doomed).await
            }
        }
    }

    /// Fetches unless the source has the refs that it had before the newest fetch.
    async fn follow(
        &self,
        repository: RepositoryId,
        at: &Location,
        newest: &mut Newest,
    ) -> Result<(), GitError> {
        let listed = self.list(at).await?;
        let refs = Sha256::digest([at.given.as_bytes(), b"\n", listed.as_bytes()].concat());
        let known = newest.refs == Some(refs.into());
        if known && self.fetched(repository).await.is_ok() {
            return Ok(());
        }
        newest.refs = None;
        self.fetch_now(repository, at, &listed).await?;
        newest.refs = Some(refs.into());
        Ok(())
    }

    async fn fetch_now(
        &self,
        repository: RepositoryId,
        at: &Location,
        listed: &str,
    ) -> Result<(), GitError> {
        let mirror = self.mirror(repository);
        if !tokio::fs::try_exists(&mirror)
            .await
            .map_err(GitError::internal)?
        {
            self.create(repository, &mirror, at, default_branch(listed))
                .await?;
        }
        let mut finished = self.fetch_refs(&mirror, at).await?;
        if !finished.status.success() && locks::are_in_the_way(&finished.stderr) {
            locks::remove(&mirror).await?;
            finished = self.fetch_refs(&mirror, at).await?;
        }
        if !finished.status.success() && program::was_over_limit(&finished.stderr) {
            return Err(GitError::TooLarge {
                location: at.shown.clone(),
                allowed: self.shared.settings.fetch_bytes,
            });
        }
        succeeded(finished, at).map(drop)
    }

    /// Made aside and then renamed, so that a mirror is whole or not there.
    async fn create(
        &self,
        id: RepositoryId,
        mirror: &Path,
        at: &Location,
        branch: &str,
    ) -> Result<(), GitError> {
        let aside = self.aside(id, "new");
        cleared(&aside).await?;
        tokio::fs::create_dir_all(&aside)
            .await
            .map_err(GitError::internal)?;
        let mut command = program::local();
        command.args(["init", "--quiet", "--bare", "--template="]);
        command.arg(format!("--initial-branch={branch}"));
        operand(&mut command, &aside);
        succeeded(self.run(command).await?, at)?;
        tokio::fs::rename(&aside, mirror)
            .await
            .map_err(GitError::internal)
    }

    /// Leaves nothing of a fetch that does not succeed but what git itself kept.
    async fn fetch_refs(&self, mirror: &Path, at: &Location) -> Result<Finished, GitError> {
        locks::clear_half_written(mirror).await?;
        let identity = Identity::of(at, &self.shared.settings)?;
        let bytes = self.shared.settings.fetch_bytes;
        let mut command = program::limited(&at.protocols, &identity, bytes);
        command.arg("--git-dir").arg(mirror);
        command.args([
            "fetch",
            "--quiet",
            "--prune",
            "--no-tags",
            "--no-recurse-submodules",
        ]);
        command.args(["--no-write-fetch-head", "--no-auto-maintenance"]);
        let_local_be_read(&mut command, at);
        operand(&mut command, &at.given);
        command.args(REFS);
        let outcome = self.run(command).await;
        if !matches!(&outcome, Ok(finished) if finished.status.success()) {
            locks::clear_half_written(mirror).await?;
        }
        outcome
    }

    /// Packs the mirror in the background when git finds it worth it. Holds the mirror's lock meanwhile.
    fn pack_sometimes(&self, repository: RepositoryId, mut newest: OwnedMutexGuard<Newest>) {
        let due = newest.count.is_multiple_of(PACK_EVERY);
        newest.count += 1;
        if !due {
            return;
        }
        let mut command = program::local();
        command
            .arg("--git-dir")
            .arg(self.mirror(repository))
            .args(["gc", "--auto", "--quiet"]);
        tokio::spawn(async move {
            match program::run(command, PACK_TIMEOUT, OUTPUT_BYTES).await {
                Ok(finished) if finished.status.success() => {}
                other => log::warn!("packing the mirror of repository {repository}: {other:?}"),
            }
            drop(newest);
        });
    }

    /// Where a mirror is made or unmade; what a killed server left there is cleared before the next use.
    fn aside(&self, repository: RepositoryId, what: &str) -> PathBuf {
        self.shared
            .settings
            .mirrors
            .join(format!("{repository}.{what}.tmp"))
    }
}

/// Deletes a folder; nothing happens when there is none.
async fn cleared(folder: &Path) -> Result<(), GitError> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(GitError::internal(cause)),
        Ok(()) | Err(_) => Ok(()),
    }
}

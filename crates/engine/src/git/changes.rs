//! Which files a push or a pull request changed, for the path filters of workflows (semantics R6.24). Reads mirrors only.

use super::{
    Git,
    error::GitError,
    program::{self, Broken},
};
use runyard_domain::RepositoryId;
use runyard_workflow::trigger::{ChangedPaths, MAX_CHANGED_PATHS, MAX_COMPARED_COMMITS};
use std::{path::Path, time::Duration};

/// A comparison that takes longer passes every path filter (semantics R6.24).
const COMPARISON_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of paths that are read: more than the first [`MAX_CHANGED_PATHS`] ever take.
const PATHS_BYTES: usize = 4 * 1024 * 1024;
/// Bytes of one line with a commit's id or a number.
const LINE_BYTES: usize = 1_024;
/// The tree without files, which every repository knows.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Git {
    /// The files that differ between two commits; of a new ref, between where it left the branch `trunk` and its tip,
    /// or all files when there is no such branch. What cannot be compared, or not in time, is unbounded.
    ///
    /// # Errors
    /// When the mirror cannot be read at all.
    pub async fn changed_paths(
        &self,
        repository: RepositoryId,
        before: Option<&str>,
        after: &str,
        trunk: Option<&str>,
    ) -> Result<ChangedPaths, GitError> {
        let mirror = self.fetched(repository).await?;
        let base = match (before, trunk) {
            (Some(before), _) => before.to_owned(),
            (None, Some(trunk)) => branched_off(&mirror, after, trunk).await,
            (None, None) => EMPTY_TREE.to_owned(),
        };
        Ok(compared(&mirror, &base, after).await)
    }

    /// The files that a pull request changes: between where its head left its base, and the head. What cannot be
    /// compared, or not in time, is unbounded.
    ///
    /// # Errors
    /// When the mirror cannot be read at all.
    pub async fn changed_by_pull_request(
        &self,
        repository: RepositoryId,
        base: &str,
        head: &str,
    ) -> Result<ChangedPaths, GitError> {
        let mirror = self.fetched(repository).await?;
        let found = output(&mirror, &["merge-base", base, head], LINE_BYTES).await;
        let parted = found.as_deref().map(str::trim).filter(|id| !id.is_empty());
        Ok(match parted {
            Some(parted) => compared(&mirror, parted, head).await,
            None => ChangedPaths::Unbounded,
        })
    }

    /// Whether one commit is in the history of another; not so when either is unknown.
    ///
    /// # Errors
    /// When the mirror cannot be read at all.
    pub async fn contains(
        &self,
        repository: RepositoryId,
        newer: &str,
        older: &str,
    ) -> Result<bool, GitError> {
        let mirror = self.fetched(repository).await?;
        let arguments = ["merge-base", "--is-ancestor", older, newer];
        Ok(output(&mirror, &arguments, LINE_BYTES).await.is_some())
    }
}

async fn compared(mirror: &Path, base: &str, after: &str) -> ChangedPaths {
    let Some(commits) = count(mirror, base, after).await else {
        return ChangedPaths::Unbounded;
    };
    let names = ["diff-tree", "-r", "-z", "--name-only", "--no-renames"];
    let names = [&names[..], &[base, after]].concat();
    let Some(paths) = output(mirror, &names, PATHS_BYTES).await else {
        return ChangedPaths::Unbounded;
    };
    let paths = paths.split('\0').filter(|path| !path.is_empty());
    let paths = paths.take(MAX_CHANGED_PATHS).map(str::to_owned);
    ChangedPaths::compared(paths, commits)
}

/// Where a new ref left a branch: the parent of its oldest new commit. The empty tree when they share nothing.
async fn branched_off(mirror: &Path, after: &str, trunk: &str) -> String {
    let other = format!("refs/heads/{trunk}");
    let found = output(mirror, &["merge-base", after, &other], LINE_BYTES).await;
    let found = found.map(|line| line.trim().to_owned());
    found
        .filter(|base| !base.is_empty())
        .unwrap_or_else(|| EMPTY_TREE.to_owned())
}

/// How many commits lie between, as far as that matters.
async fn count(mirror: &Path, base: &str, after: &str) -> Option<usize> {
    if base == EMPTY_TREE {
        return Some(0);
    }
    let most = format!("--max-count={}", MAX_COMPARED_COMMITS + 1);
    let range = format!("{base}..{after}");
    let line = output(mirror, &["rev-list", "--count", &most, &range], LINE_BYTES).await?;
    line.trim().parse().ok()
}

/// What git writes, or nothing when it fails, takes too long or writes too much.
async fn output(mirror: &Path, arguments: &[&str], bytes: usize) -> Option<String> {
    let mut command = program::local();
    command.arg("--git-dir").arg(mirror).args(arguments);
    match program::run(command, COMPARISON_TIMEOUT, bytes).await {
        Ok(finished) if finished.status.success() => {
            Some(String::from_utf8_lossy(&finished.stdout).into_owned())
        }
        Ok(finished) => {
            log::debug!("git {arguments:?}: {}", finished.stderr.trim());
            None
        }
        Err(Broken::Timeout | Broken::TooMuchOutput) => None,
        Err(Broken::Io(cause)) => {
            log::warn!("git {arguments:?} could not be run: {cause}");
            None
        }
    }
}

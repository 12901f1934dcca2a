//! Looks at sources and copies them into mirrors with the `git` program. One fetch at a time per mirror.

use super::{
    Git, GitError,
    location::Location,
    mirrors::Newest,
    program::{self, Broken, Finished, operand, reason},
};
use runyard_domain::{RepositoryId, repository::Source};
use std::{
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Duration,
};
use tokio::{process::Command, sync::OwnedMutexGuard};

/// What a mirror has of its source. Pull requests are there when the source is a forge that keeps them as refs.
const REFS: [&str; 4] = [
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
    "+refs/pull/*/head:refs/pull/*/head",
    "+refs/pull/*/merge:refs/pull/*/merge",
];
/// How git reads a repository of this machine that another user owns.
const LOCAL_UPLOAD_PACK: &str = "--upload-pack=git -c 'safe.directory=*' upload-pack";
/// Most bytes that a list of branches may take.
const LIST_BYTES: usize = 16 * 1024 * 1024;
/// Branch of a source that has no commit yet.
const FIRST_BRANCH: &str = "main";
/// Fetches between two looks at whether a mirror wants packing.
const PACK_EVERY: u64 = 50;
/// Longest that packing a mirror may take.
const PACK_TIMEOUT: Duration = Duration::from_secs(600);

/// What a look at a source told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The branch that the source's `HEAD` names; a guess when it names none.
    pub default_branch: String,
}

impl Git {
    /// Checks that a source is there and can be read, and asks for its default branch.
    pub async fn probe(&self, source: &Source) -> Result<Probed, GitError> {
        let location = self.location(source).await?;
        self.probe_at(&location).await
    }

    /// Brings the mirror of a repository up to its source; makes it when it is missing.
    ///
    /// Callers that wait share the next fetch, never one that began before they asked.
    pub async fn fetch(&self, repository: RepositoryId, source: &Source) -> Result<(), GitError> {
        let location = self.location(source).await?;
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
        let outcome = self.fetch_now(repository, &location).await;
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
        newest.outcome = None;
        let mirror = self.mirror(repository);
        let doomed = self.aside(repository);
        match tokio::fs::rename(&mirror, &doomed).await {
            Ok(()) => tokio::fs::remove_dir_all(&doomed)
                .await
                .map_err(GitError::internal),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(cause) => Err(GitError::internal(cause)),
        }
    }

    async fn location(&self, source: &Source) -> Result<Location, GitError> {
        Location::of(source, &self.shared.settings.allowed_protocols).await
    }

    async fn probe_at(&self, location: &Location) -> Result<Probed, GitError> {
        let mut command = self.shared.program.command(&location.protocols);
        command.args(["ls-remote", "--quiet", "--symref"]);
        let_local_be_read(&mut command, location);
        operand(&mut command, &location.given);
        command.args(["HEAD", "refs/heads/*"]);
        let finished = self.ask(command, location).await?;
        let listed = String::from_utf8_lossy(&finished.stdout);
        Ok(Probed {
            default_branch: default_branch(&listed).to_owned(),
        })
    }

    async fn fetch_now(&self, repository: RepositoryId, at: &Location) -> Result<(), GitError> {
        let mirror = self.mirror(repository);
        if !tokio::fs::try_exists(&mirror)
            .await
            .map_err(GitError::internal)?
        {
            self.create(repository, &mirror, at).await?;
        }
        match self.fetch_refs(&mirror, at).await {
            Err(GitError::Unreachable { reason, .. }) if is_stale_lock(&reason) => {
                remove_locks(&mirror).await?;
                self.fetch_refs(&mirror, at).await
            }
            outcome => outcome,
        }
    }

    /// Made aside and then renamed, so that a mirror is whole or not there.
    async fn create(&self, id: RepositoryId, mirror: &Path, at: &Location) -> Result<(), GitError> {
        let branch = self.probe_at(at).await?.default_branch;
        let aside = self.aside(id);
        tokio::fs::create_dir_all(&aside)
            .await
            .map_err(GitError::internal)?;
        let mut command = self.shared.program.command("");
        command.args(["init", "--quiet", "--bare", "--template="]);
        command.arg(format!("--initial-branch={branch}"));
        operand(&mut command, &aside);
        self.ask(command, at).await?;
        tokio::fs::rename(&aside, mirror)
            .await
            .map_err(GitError::internal)
    }

    async fn fetch_refs(&self, mirror: &Path, at: &Location) -> Result<(), GitError> {
        let mut command = self.shared.program.command(&at.protocols);
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
        self.ask(command, at).await.map(drop)
    }

    /// Runs git about a source and turns its complaints into ours.
    async fn ask(&self, command: Command, about: &Location) -> Result<Finished, GitError> {
        let _permit = self
            .shared
            .fetches
            .acquire()
            .await
            .map_err(GitError::internal)?;
        let limit = self.shared.settings.fetch_timeout;
        match program::run(command, limit, LIST_BYTES).await {
            Ok(finished) if finished.status.success() => Ok(finished),
            Ok(finished) => Err(complaint(&finished, about)),
            Err(Broken::Timeout) => Err(GitError::Timeout {
                seconds: limit.as_secs(),
            }),
            Err(Broken::Io(cause)) => Err(GitError::internal(cause)),
        }
    }

    /// Packs the mirror in the background when git finds it worth it. Holds the mirror's lock meanwhile.
    fn pack_sometimes(&self, repository: RepositoryId, mut newest: OwnedMutexGuard<Newest>) {
        let due = newest.count.is_multiple_of(PACK_EVERY);
        newest.count += 1;
        if !due {
            return;
        }
        let mut command = self.shared.program.command("");
        command
            .arg("--git-dir")
            .arg(self.mirror(repository))
            .args(["gc", "--auto", "--quiet"]);
        tokio::spawn(async move {
            match program::run(command, PACK_TIMEOUT, LIST_BYTES).await {
                Ok(finished) if finished.status.success() => {}
                other => log::warn!("packing the mirror of repository {repository}: {other:?}"),
            }
            drop(newest);
        });
    }

    fn aside(&self, repository: RepositoryId) -> PathBuf {
        self.shared
            .settings
            .mirrors
            .join(format!("{repository}.{}.tmp", uuid::Uuid::new_v4()))
    }
}

fn let_local_be_read(command: &mut Command, location: &Location) {
    if location.local {
        command.arg(LOCAL_UPLOAD_PACK);
    }
}

/// The branch that `HEAD` names in `ls-remote --symref`, or has the commit of, or the likeliest one.
fn default_branch(listed: &str) -> &str {
    let rows: Vec<(&str, &str)> = listed
        .lines()
        .filter_map(|row| row.split_once('\t'))
        .collect();
    let named = rows.iter().find_map(|(left, right)| {
        left.strip_prefix("ref: refs/heads/")
            .filter(|_| *right == "HEAD")
    });
    let head = rows
        .iter()
        .find(|(_, name)| *name == "HEAD")
        .map(|(sha, _)| *sha);
    let branches = || {
        rows.iter()
            .filter_map(|(sha, name)| Some((*sha, name.strip_prefix("refs/heads/")?)))
    };
    let usual = |usual: &str| branches().map(|(_, name)| name).find(|name| *name == usual);
    named
        .or_else(|| {
            branches()
                .find(|(sha, _)| Some(*sha) == head)
                .map(|(_, name)| name)
        })
        .or_else(|| usual("main"))
        .or_else(|| usual("master"))
        .or_else(|| branches().next().map(|(_, name)| name))
        .unwrap_or(FIRST_BRANCH)
}

fn complaint(finished: &Finished, about: &Location) -> GitError {
    let location = about.shown.clone();
    let says = |part: &str| finished.stderr.contains(part);
    if says("does not appear to be a git repository") || says("not valid: is this a git repository")
    {
        return GitError::NotARepository { location };
    }
    if says("' not found") || says("Repository not found") {
        return GitError::NotFound { location };
    }
    let reason = match says("could not read Username") || says("could not read Password") {
        true => "it asks for a user name and a password".to_owned(),
        false => reason(&finished.stderr, finished.status),
    };
    GitError::Unreachable { location, reason }
}

/// Whether an earlier git was killed before it could remove a lock. The mirror's own lock keeps others out now.
fn is_stale_lock(reason: &str) -> bool {
    reason.contains(".lock': File exists") || reason.contains(".lock' exists")
}

async fn remove_locks(mirror: &Path) -> Result<(), GitError> {
    let mirror = mirror.to_owned();
    let removed = tokio::task::spawn_blocking(move || {
        remove_locks_in(&mirror, false).and_then(|()| remove_locks_in(&mirror.join("refs"), true))
    });
    removed
        .await
        .map_err(GitError::internal)?
        .map_err(GitError::internal)
}

fn remove_locks_in(folder: &Path, deep: bool) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if deep {
                remove_locks_in(&path, deep)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "lock")
        {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_branch_is_what_head_names_or_the_likeliest() {
        for (listed, branch) in [
            (
                "ref: refs/heads/trunk\tHEAD\na\tHEAD\na\trefs/heads/main\n",
                "trunk",
            ),
            ("ref: refs/heads/a/b\tHEAD\n", "a/b"),
            (
                "b\tHEAD\na\trefs/heads/main\nb\trefs/heads/other\n",
                "other",
            ),
            ("c\tHEAD\na\trefs/heads/a\nb\trefs/heads/main\n", "main"),
            ("a\trefs/heads/a\nb\trefs/heads/master\n", "master"),
            ("a\trefs/heads/x\nb\trefs/heads/y\n", "x"),
            ("", "main"),
        ] {
            assert_eq!(default_branch(listed), branch, "{listed}");
        }
    }
}

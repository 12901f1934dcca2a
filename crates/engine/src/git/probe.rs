//! Looks at sources with the `git` program, and says in our words what it complains about. Writes no mirror.

use super::{
    Git, GitError,
    location::Location,
    program::{self, Broken, Finished, operand, reason},
};
use runyard_domain::repository::Source;
use tokio::process::Command;

/// How git reads a repository of this machine that another user owns.
const LOCAL_UPLOAD_PACK: &str = "--upload-pack=git -c 'safe.directory=*' upload-pack";
/// Most bytes that git may write; a list of branches is the longest.
pub(super) const OUTPUT_BYTES: usize = 16 * 1024 * 1024;
/// Branch of a source that has no commit yet.
const FIRST_BRANCH: &str = "main";

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

    pub(super) async fn location(&self, source: &Source) -> Result<Location, GitError> {
        Location::of(source, &self.shared.settings.allowed_protocols).await
    }

    pub(super) async fn probe_at(&self, location: &Location) -> Result<Probed, GitError> {
        let mut command = self.shared.program.command(&location.protocols);
        command.args(["ls-remote", "--quiet", "--symref"]);
        let_local_be_read(&mut command, location);
        operand(&mut command, &location.given);
        command.args(["HEAD", "refs/heads/*"]);
        let finished = succeeded(self.run(command).await?, location)?;
        let listed = String::from_utf8_lossy(&finished.stdout);
        Ok(Probed {
            default_branch: default_branch(&listed).to_owned(),
        })
    }

    /// Runs git to its end, whatever it says; waits for its turn.
    pub(super) async fn run(&self, command: Command) -> Result<Finished, GitError> {
        let _permit = self
            .shared
            .fetches
            .acquire()
            .await
            .map_err(GitError::internal)?;
        let limit = self.shared.settings.fetch_timeout;
        program::run(command, limit, OUTPUT_BYTES)
            .await
            .map_err(|broken| match broken {
                Broken::Timeout => GitError::Timeout {
                    seconds: limit.as_secs(),
                },
                Broken::Io(cause) => GitError::internal(cause),
            })
    }
}

/// Lets git read what another user of this machine owns.
pub(super) fn let_local_be_read(command: &mut Command, location: &Location) {
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

/// What git wrote, or its complaint about a source as one of ours.
pub(super) fn succeeded(finished: Finished, about: &Location) -> Result<Finished, GitError> {
    match finished.status.success() {
        true => Ok(finished),
        false => Err(complaint(&finished, about)),
    }
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

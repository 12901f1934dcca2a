//! Looks at sources with the `git` program, and says in our words what it complains about. Writes no mirror.

use super::{
    Credential, Git, GitError,
    identity::Identity,
    location::Location,
    program::{self, Broken, Finished, operand, reason},
};
use runyard_domain::repository::Source;
use std::collections::BTreeMap;
use tokio::process::Command;

/// How git reads a repository of this machine that another user owns.
const LOCAL_UPLOAD_PACK: &str = "--upload-pack=git -c 'safe.directory=*' upload-pack";
/// Most bytes that git may write; a list of branches is the longest.
pub(super) const OUTPUT_BYTES: usize = 16 * 1024 * 1024;
/// What is listed of a source: where it begins, and all that a mirror has of it.
const LISTED: [&str; 5] = [
    "HEAD",
    "refs/heads/*",
    "refs/tags/*",
    "refs/pull/*/head",
    "refs/pull/*/merge",
];
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
    pub async fn probe(
        &self,
        source: &Source,
        credential: Option<&Credential>,
    ) -> Result<Probed, GitError> {
        let location = self.location(source, credential).await?;
        let listed = self.list(&location).await?;
        Ok(Probed {
            default_branch: default_branch(&listed).to_owned(),
        })
    }

    /// Checks a source and what shall open it without asking the source.
    pub async fn check(
        &self,
        source: &Source,
        credential: Option<&Credential>,
    ) -> Result<(), GitError> {
        self.location(source, credential).await.map(drop)
    }

    /// The branches and tags of a source and what they name: a tag's own object where it has one.
    pub async fn refs(
        &self,
        source: &Source,
        credential: Option<&Credential>,
    ) -> Result<BTreeMap<String, String>, GitError> {
        let location = self.location(source, credential).await?;
        let listed = self.list(&location).await?;
        let rows = listed.lines().filter_map(|row| row.split_once('\t'));
        let pushed = rows.filter(|(_, name)| {
            let known = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
            known && !name.ends_with("^{}")
        });
        let own = pushed.map(|(id, name)| (name.to_owned(), id.to_owned()));
        Ok(own.collect())
    }

    pub(super) async fn location(
        &self,
        source: &Source,
        credential: Option<&Credential>,
    ) -> Result<Location, GitError> {
        Location::of(source, credential, &self.shared.settings).await
    }

    /// What `ls-remote --symref` says of `HEAD` and of all that is fetched; no more refs than are allowed.
    pub(super) async fn list(&self, location: &Location) -> Result<String, GitError> {
        let identity = Identity::of(location, &self.shared.settings)?;
        let mut command = program::reaching(&location.protocols, &identity);
        command.args(["ls-remote", "--quiet", "--symref"]);
        let_local_be_read(&mut command, location);
        operand(&mut command, &location.given);
        command.args(LISTED);
        let allowed = self.shared.settings.max_refs;
        let too_many = || GitError::TooManyRefs {
            location: location.shown.clone(),
            allowed,
        };
        let finished = self.run_or(command, too_many).await?;
        let listed = succeeded(finished, location)?.stdout;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let is_ref = |row: &&str| row.contains("\trefs/") && !row.ends_with("^{}");
        match listed.lines().filter(is_ref).count() > allowed {
            true => Err(too_many()),
            false => Ok(listed),
        }
    }

    /// Runs git to its end, whatever it says; waits for its turn.
    pub(super) async fn run(&self, command: Command) -> Result<Finished, GitError> {
        let too_much = || GitError::internal(anyhow::anyhow!("git wrote too much"));
        self.run_or(command, too_much).await
    }

    /// The same, with what it means when git writes more than [`OUTPUT_BYTES`].
    async fn run_or(
        &self,
        command: Command,
        too_much: impl Fn() -> GitError,
    ) -> Result<Finished, GitError> {
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
                Broken::TooMuchOutput => too_much(),
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
pub(super) fn default_branch(listed: &str) -> &str {
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

//! A repository made with the `git` program, with fixed people and dates, so that its ids never change.

use runyard_domain::{RepositoryId, repository::Source};
use runyard_engine::git::{Git, GitSettings};
use std::{path::Path, process::Command};
use tempfile::TempDir;

/// The repository that tests register.
pub(crate) const ID: RepositoryId = RepositoryId::new(7);

/// A work tree with commits.
pub(crate) struct SourceRepository {
    folder: TempDir,
}

impl SourceRepository {
    /// Without a commit, on `main`.
    pub(crate) fn empty() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// With one commit, on `main`.
    pub(crate) fn new() -> Self {
        let repository = Self::empty();
        repository.commit("first");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn source(&self) -> Source {
        Source::Path(self.path().to_str().unwrap().to_owned())
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }

    /// Commits all that is there and gives the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git in it and gives what it wrote.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(self.path(), arguments)
    }
}

/// Runs git in a folder and gives what it wrote, without the last line end.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_TERMINAL_PROMPT", "0");
    for (role, name, date) in [
        ("AUTHOR", "Ada", "1700000000 +0200"),
        ("COMMITTER", "Charles", "1700000060 -0500"),
    ] {
        command.env(format!("GIT_{role}_NAME"), name);
        command.env(format!("GIT_{role}_EMAIL"), format!("{name}@example.com"));
        command.env(format!("GIT_{role}_DATE"), date);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

/// Mirrors in a temporary folder.
pub(crate) struct Mirrors {
    pub(crate) folder: TempDir,
    pub(crate) git: Git,
}

impl Mirrors {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(crate) fn with(change: impl FnOnce(&mut GitSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = GitSettings::new(folder.path().join("mirrors"));
        settings.allowed_protocols.push("http".to_owned());
        change(&mut settings);
        Self {
            git: Git::new(settings),
            folder,
        }
    }

    /// Mirrors that have fetched this source.
    pub(crate) async fn of(source: &SourceRepository) -> Self {
        let mirrors = Self::new();
        mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
        mirrors
    }
}

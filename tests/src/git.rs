//! Real git repositories with workflow files. It runs the `git` program and knows nothing of servers.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A repository with a work tree, and a bare one that it pushes to. Both go when this value goes.
#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    /// A repository on branch `main` without a commit.
    ///
    /// # Panics
    /// If git is missing.
    #[must_use]
    pub fn new() -> Self {
        let repository = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        fs::create_dir(repository.tree()).expect("a new folder");
        git(
            repository.folder.path(),
            &[
                "init",
                "--quiet",
                "--bare",
                "--initial-branch=main",
                "bare.git",
            ],
        );
        git(
            &repository.tree(),
            &["init", "--quiet", "--initial-branch=main"],
        );
        git(
            &repository.tree(),
            &["remote", "add", "origin", "../bare.git"],
        );
        repository
    }

    /// A repository whose only commit holds `workflow` as `.github/workflows/ci.yml`, pushed.
    #[must_use]
    pub fn with_workflow(workflow: &str) -> Self {
        let repository = Self::new();
        repository.write(".github/workflows/ci.yml", workflow);
        repository.commit("Add a workflow");
        repository.push();
        repository
    }

    /// Writes a file of the work tree.
    ///
    /// # Panics
    /// If the file system refuses.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.tree().join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a new folder");
        fs::write(path, text).expect("a new file");
    }

    /// Commits everything and gives the commit's id.
    pub fn commit(&self, message: &str) -> String {
        git(&self.tree(), &["add", "--all"]);
        git(
            &self.tree(),
            &["commit", "--quiet", "--allow-empty", "--message", message],
        );
        self.head()
    }

    /// Pushes `main` to the bare repository, whose hooks run. Gives what git and the hooks said.
    pub fn push(&self) -> String {
        git(&self.tree(), &["push", "--quiet", "origin", "main"])
    }

    /// Tags the newest commit and pushes the tag.
    pub fn tag(&self, name: &str) {
        git(&self.tree(), &["tag", name]);
        git(&self.tree(), &["push", "--quiet", "origin", name]);
    }

    /// The id of the newest commit.
    #[must_use]
    pub fn head(&self) -> String {
        git(&self.tree(), &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// A new branch with a commit that holds one more file, pushed; `main` is checked out again. Gives the commit.
    pub fn branch(&self, name: &str, path: &str, text: &str) -> String {
        git(&self.tree(), &["checkout", "--quiet", "-b", name]);
        self.write(path, text);
        let head = self.commit(&format!("Write {path}"));
        git(&self.tree(), &["push", "--quiet", "origin", name]);
        git(&self.tree(), &["checkout", "--quiet", "main"]);
        head
    }

    /// Merges a branch into `main` as a forge tries pull request `number`, at a ref of its own. Gives the commit.
    pub fn merge_ref(&self, number: u32, branch: &str) -> String {
        git(&self.tree(), &["checkout", "--quiet", "--detach", "main"]);
        git(
            &self.tree(),
            &["merge", "--quiet", "--no-ff", "-m", "Merge", branch],
        );
        let merge = self.head();
        let refspec = format!("HEAD:refs/pull/{number}/merge");
        git(&self.tree(), &["push", "--quiet", "origin", &refspec]);
        git(&self.tree(), &["checkout", "--quiet", "main"]);
        merge
    }

    /// Makes `script` the bare repository's `post-receive` hook.
    ///
    /// # Panics
    /// If the file system refuses.
    pub fn install_hook(&self, script: &str) {
        let path = self.bare().join("hooks/post-receive");
        fs::write(&path, script).expect("a new file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("our own file");
    }

    /// The work tree.
    #[must_use]
    pub fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// The bare repository.
    #[must_use]
    pub fn bare(&self) -> PathBuf {
        self.folder.path().join("bare.git")
    }
}

impl Default for Repository {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs git with a known author and none of the machine's settings; gives what it said on both streams.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_AUTHOR_NAME", "Mona"),
        ("GIT_AUTHOR_EMAIL", "mona@example.com"),
        ("GIT_COMMITTER_NAME", "Mona"),
        ("GIT_COMMITTER_EMAIL", "mona@example.com"),
    ] {
        command.env(name, value);
    }
    let output = command.output().expect("git is installed");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    said
}

#[cfg(test)]
mod tests {
    use super::Repository;

    #[test]
    fn a_commit_is_pushed_and_the_hook_hears_of_it() {
        let repository = Repository::with_workflow("on: push\n");
        repository.install_hook("#!/bin/sh\ncat\n");
        let before = repository.head();
        let after = repository.commit("Change nothing");
        let said = repository.push();
        assert!(
            said.contains(&format!("{before} {after} refs/heads/main")),
            "{said}"
        );
    }
}

//! One git repository for many seeds: a branch for each, with its generated files. Made with one call of git.

use crate::flow::Flows;
use runyard_engine::git::{Git, GitSettings};
use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A repository, and the mirrors that servers make of it: the first fetch serves every seed.
pub(crate) struct Sources {
    folder: TempDir,
    git: Git,
}

impl Sources {
    /// A repository with the files of these seeds.
    pub(crate) fn of(seeds: &[u64]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bare = folder.path().join("bare.git");
        fs::create_dir(&bare).expect("a new folder");
        git(
            &bare,
            &["init", "--quiet", "--bare", "--initial-branch=main"],
            "",
        );
        let mut stream = String::new();
        commit(&mut stream, "main", &[]);
        for seed in seeds {
            commit(&mut stream, &branch(*seed), &Flows::generate(*seed).files());
        }
        git(&bare, &["fast-import", "--quiet"], &stream);
        let mirrors = GitSettings::new(folder.path().join("mirrors"));
        Self {
            git: Git::new(mirrors),
            folder,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("bare.git")
    }

    /// The mirrors.
    pub(crate) fn git(&self) -> Git {
        self.git.clone()
    }

    /// The commit of a seed.
    pub(crate) fn head(&self, seed: u64) -> String {
        let name = format!("refs/heads/{}", branch(seed));
        git(&self.path(), &["rev-parse", &name], "")
            .trim()
            .to_owned()
    }
}

/// The branch of a seed.
pub(crate) fn branch(seed: u64) -> String {
    format!("seed-{seed}")
}

fn commit(stream: &mut String, branch: &str, files: &[(String, String)]) {
    let person = "Mona <mona@example.com> 1700000000 +0000";
    let text = "Generate workflows\n";
    write!(
        stream,
        "commit refs/heads/{branch}\nauthor {person}\ncommitter {person}\ndata {}\n{text}",
        text.len()
    )
    .expect("a String takes everything");
    for (name, content) in files {
        let bytes = content.len();
        write!(
            stream,
            "M 100644 inline .github/workflows/{name}\ndata {bytes}\n{content}\n"
        )
        .expect("a String takes everything");
    }
    stream.push('\n');
}

/// Runs git without the machine's settings; gives what it said.
fn git(folder: &Path, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new("git");
    command.current_dir(folder).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("git is installed");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin.write_all(input.as_bytes()).expect("git reads it all");
    drop(stdin);
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "git {arguments:?} failed");
    String::from_utf8(output.stdout).expect("git says UTF-8")
}

//! Repositories that are wanted: real git repositories, written by the `git` program.

use crate::{SeedError, World};
use runyard_domain::repository::{Repository, Role, Source};
use runyard_engine::NewRepository;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Component, Path},
};
use tokio::{fs, process::Command};

/// The branch that every repository begins with.
const MAIN: &str = "main";

/// A repository that is wanted, with the files of its first commit.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositorySeed {
    /// `OWNER/NAME`; the owner is a user who is there.
    pub name: String,
    /// Strangers do not see it.
    #[serde(default)]
    pub private: bool,
    /// Paths with texts, committed on `main`.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Further branches, each with what it adds to `main` or changes.
    #[serde(default)]
    pub branches: BTreeMap<String, BTreeMap<String, String>>,
    /// Logins with what they may do.
    #[serde(default)]
    pub collaborators: BTreeMap<String, Role>,
}

impl RepositorySeed {
    /// A public repository without files.
    #[must_use]
    pub fn new(full_name: &str) -> Self {
        Self {
            name: full_name.to_owned(),
            ..Self::default()
        }
    }

    /// The same with one more file.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same, hidden from strangers.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// The same with one more person who may do something there.
    #[must_use]
    pub fn collaborator(mut self, login: &str, role: Role) -> Self {
        self.collaborators.insert(login.to_owned(), role);
        self
    }
}

impl World {
    /// Makes a git repository with these files and registers it.
    ///
    /// # Errors
    /// For an owner who is not there, a name that is taken, a path that leads out of the repository.
    pub async fn create_repository(
        &self,
        wanted: &RepositorySeed,
    ) -> Result<Repository, SeedError> {
        let Some((owner, name)) = wanted.name.split_once('/') else {
            let problem = format!("{:?} must be OWNER/NAME", wanted.name);
            return Err(SeedError::invalid("name", problem));
        };
        let owner = self.engine().user_by_login(owner).await;
        let owner = owner.map_err(|error| SeedError::from(error).at("name"))?;
        check_paths("files", &wanted.files)?;
        for (branch, files) in &wanted.branches {
            check_paths(&format!("branches.{branch}"), files)?;
        }
        let tree = self.tree(&wanted.name);
        write_tree(&tree, wanted).await?;
        let new = NewRepository {
            owner,
            name: name.to_owned(),
            source: Source::Path(tree.display().to_string()),
            private: wanted.private,
            default_branch: None,
        };
        let repository = self.engine().register_repository(new).await?;
        for (login, role) in &wanted.collaborators {
            let user = self.engine().user_by_login(login).await;
            let user =
                user.map_err(|error| SeedError::from(error).at(&format!("collaborators.{login}")))?;
            let put = self.engine().put_collaborator(&repository, &user, *role);
            put.await?;
        }
        Ok(repository)
    }

    /// Commits files on a branch of a repository that [`World::create_repository`] made, from `main` if there is no such
    /// branch, and gives the commit's id. Nobody is told of it: [`crate::RunSeed::event`] pushes.
    ///
    /// # Errors
    /// For a repository that was made otherwise, a path that leads out of it.
    pub async fn commit(
        &self,
        full_name: &str,
        branch: &str,
        files: &[(&str, &str)],
    ) -> Result<String, SeedError> {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let files: BTreeMap<String, String> = files.collect();
        check_paths("files", &files)?;
        let tree = self.tree(full_name);
        if git(&tree, &["checkout", "--quiet", branch]).await.is_err() {
            git(&tree, &["checkout", "--quiet", "-b", branch, MAIN]).await?;
        }
        write_files(&tree, &files).await?;
        commit(&tree, "Change files").await?;
        let head = git(&tree, &["rev-parse", "HEAD"]).await?;
        git(&tree, &["checkout", "--quiet", MAIN]).await?;
        Ok(head.trim().to_owned())
    }
}

async fn write_tree(tree: &Path, wanted: &RepositorySeed) -> Result<(), SeedError> {
    make_folder(tree).await?;
    let first = format!("--initial-branch={MAIN}");
    git(tree, &["init", "--quiet", &first]).await?;
    write_files(tree, &wanted.files).await?;
    commit(tree, "Begin").await?;
    for (branch, files) in &wanted.branches {
        git(tree, &["checkout", "--quiet", "-b", branch, MAIN]).await?;
        write_files(tree, files).await?;
        commit(tree, &format!("Work on {branch}")).await?;
        git(tree, &["checkout", "--quiet", MAIN]).await?;
    }
    Ok(())
}

async fn commit(tree: &Path, message: &str) -> Result<(), SeedError> {
    git(tree, &["add", "--all", "--force"]).await?;
    let arguments = ["commit", "--quiet", "--allow-empty", "--message", message];
    git(tree, &arguments).await.map(drop)
}

/// What is written stays in the repository, and out of git's own folder.
fn check_paths(place: &str, files: &BTreeMap<String, String>) -> Result<(), SeedError> {
    let is_inside = |path: &str| {
        let mut parts = Path::new(path).components();
        let plain = |part: Component<'_>| match part {
            Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => false,
        };
        !path.is_empty() && parts.all(plain)
    };
    match files.keys().find(|path| !is_inside(path)) {
        None => Ok(()),
        Some(path) => Err(SeedError::invalid(
            place,
            format!("{path:?} must be a path within the repository, such as src/main.c"),
        )),
    }
}

async fn write_files(tree: &Path, files: &BTreeMap<String, String>) -> Result<(), SeedError> {
    for (path, text) in files {
        let path = tree.join(path);
        if let Some(folder) = path.parent() {
            make_folder(folder).await?;
        }
        let written = fs::write(&path, text).await;
        written.map_err(|source| SeedError::File { path, source })?;
    }
    Ok(())
}

async fn make_folder(path: &Path) -> Result<(), SeedError> {
    let made = fs::create_dir_all(path).await;
    made.map_err(|source| SeedError::File {
        path: path.to_owned(),
        source,
    })
}

/// Runs git there, away from this machine's configuration, and gives what it said.
async fn git(folder: &Path, arguments: &[&str]) -> Result<String, SeedError> {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Mona");
        command.env(format!("GIT_{role}_EMAIL"), "mona@example.com");
    }
    let failed = |said: String| SeedError::Git {
        arguments: arguments.join(" "),
        said,
    };
    let output = command.output().await;
    let output = output.map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(said),
        false => Err(failed(said + &String::from_utf8_lossy(&output.stderr))),
    }
}

//! Which files a path means: a file, those of a folder, those of a repository. It reads no contents.

use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};

/// Where the workflows of a repository stand.
const WORKFLOWS: &str = ".github/workflows";
/// Where actions of a repository usually stand.
const ACTIONS: &str = ".github/actions";
/// Folders inside each other that are searched for actions.
const ACTION_DEPTH: usize = 4;

/// A file to check.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Workflow,
    /// `action.yml`
    Action,
}

impl File {
    /// A file called `action` is an action, unless it stands where only workflows do.
    fn at(path: PathBuf) -> Self {
        let whole = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let among_workflows = whole
            .parent()
            .is_some_and(|folder| folder.ends_with(WORKFLOWS));
        let name = path.file_stem().unwrap_or_default();
        let kind = if name == "action" && !among_workflows {
            Kind::Action
        } else {
            Kind::Workflow
        };
        Self { path, kind }
    }
}

/// The files that `path` means, in order of their names.
pub(super) fn below(path: &Path) -> anyhow::Result<Vec<File>> {
    if !path.is_dir() {
        return Ok(vec![File::at(path.to_owned())]);
    }
    let workflows = path.join(WORKFLOWS);
    let mut found = Vec::new();
    if workflows.is_dir() {
        found.extend(yaml_in(&workflows)?);
        found.extend(["action.yml", "action.yaml"].map(|name| path.join(name)));
        found.retain(|path| path.is_file());
        actions(&path.join(ACTIONS), ACTION_DEPTH, &mut found)?;
    } else {
        found = yaml_in(path)?;
    }
    if found.is_empty() {
        bail!("{} holds no workflow files", path.display());
    }
    Ok(found.into_iter().map(File::at).collect())
}

fn yaml_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = entries(folder)?;
    let is_yaml = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default();
        path.is_file() && (extension == "yml" || extension == "yaml")
    };
    found.retain(is_yaml);
    Ok(found)
}

fn actions(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if depth == 0 || !folder.is_dir() {
        return Ok(());
    }
    for path in entries(folder)? {
        if path.is_dir() {
            actions(&path, depth - 1, found)?;
        } else if path.ends_with("action.yml") || path.ends_with("action.yaml") {
            found.push(path);
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let reading = || format!("reading the folder {}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(reading)? {
        found.push(entry.with_context(reading)?.path());
    }
    found.sort();
    Ok(found)
}

//! The folders of one job on the host. Makes and removes them; must not look inside.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Only the runner's own user looks into a job's folder.
const FOLDER_MODE: u32 = 0o700;

/// Folders of one execution, below `<work>/<execution id>`.
#[derive(Debug, Clone)]
pub(crate) struct JobFolders {
    root: PathBuf,
    /// `RUNNER_WORKSPACE`: the parent of the workspace.
    pub(crate) pipeline: PathBuf,
    /// `GITHUB_WORKSPACE`, where steps start.
    pub(crate) workspace: PathBuf,
    /// `RUNNER_TEMP`.
    pub(crate) temp: PathBuf,
    /// `HOME`, unless the runner's configuration names another.
    pub(crate) home: PathBuf,
    /// `RUNNER_TOOL_CACHE`, shared by all jobs of a runner.
    pub(crate) tools: PathBuf,
}

impl JobFolders {
    /// Names the folders; `repository` is the last part of the repository's name.
    pub(crate) fn new(work: &Path, execution: i64, repository: &str) -> Self {
        let root = work.join(execution.to_string());
        let pipeline = root.join("workspace");
        Self {
            workspace: pipeline.join(repository),
            temp: root.join("temp"),
            home: root.join("home"),
            tools: work.join("_tool"),
            pipeline,
            root,
        }
    }

    /// Makes them, empty.
    pub(crate) fn create(&self) -> io::Result<()> {
        self.remove()?;
        for folder in [
            &self.root,
            &self.workspace,
            &self.temp,
            &self.home,
            &self.tools,
        ] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(FOLDER_MODE)
                .create(folder)?;
        }
        Ok(())
    }

    /// Removes all but the tools.
    pub(crate) fn remove(&self) -> io::Result<()> {
        remove_folder(&self.root)
    }
}

/// Removes a folder with all that is in it, also where a step took the right to write away (as some
/// package caches do). One that is not there is no error.
pub(crate) fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_up(folder)?;
            fs::remove_dir_all(folder)
        }
        removed => removed,
    }
}

fn open_up(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE))?;
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_right_to_write_is_removed_too() {
        let work = tempfile::tempdir().unwrap();
        let folders = JobFolders::new(work.path(), 7, "demo");
        folders.create().unwrap();
        let cache = folders.home.join("cache");
        fs::create_dir(&cache).unwrap();
        fs::write(cache.join("file"), "").unwrap();
        fs::set_permissions(&cache, Permissions::from_mode(0o500)).unwrap();
        folders.remove().unwrap();
        assert!(!work.path().join("7").exists() && folders.tools.exists());
        folders.remove().unwrap();
    }
}

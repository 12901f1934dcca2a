//! Folders of servers that keep nothing: each has its own, which goes when it ends. What killed ones left is swept.

use anyhow::{Context, Result};
use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Begins the names of these folders; the process id follows.
const PREFIX: &str = "memory-";

/// A folder for as long as this lives. The lock on it tells others that it is in use.
pub(crate) struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// A new, empty folder in `parent`, after those of servers that are gone were removed from there.
    pub(crate) fn new(parent: &Path) -> Result<Self> {
        let path = parent.join(format!("{PREFIX}{}", std::process::id()));
        let made = || -> std::io::Result<File> {
            fs::create_dir_all(parent)?;
            sweep(parent)?;
            loop {
                fs::create_dir_all(&path)?;
                if let Some(lock) = locked(&path)? {
                    return Ok(lock);
                }
            }
        };
        let lock = made().with_context(|| format!("making the folder {}", path.display()))?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            log::warn!("{} is left: {error}", self.path.display());
        }
    }
}

/// The lock of a folder, unless somebody has it, or removed the folder meanwhile.
fn locked(path: &Path) -> std::io::Result<Option<File>> {
    let lock = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let found = fs::metadata(path).map(|found| found.ino());
    let is_same = found.is_ok_and(|inode| lock.metadata().is_ok_and(|it| it.ino() == inode));
    Ok(is_same.then_some(lock))
}

/// Removes what servers left that do not live any more.
fn sweep(parent: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_ours || !entry.file_type()?.is_dir() {
            continue;
        }
        if let Some(_lock) = locked(&entry.path())? {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{File, Scratch, fs};

    #[test]
    fn a_folder_goes_with_its_server_and_so_do_those_of_killed_ones() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["memory-1", "memory-2", "1"] {
            fs::create_dir_all(parent.path().join(name).join("inside")).unwrap();
        }
        fs::write(parent.path().join("memory-file"), "text").unwrap();
        let alive = File::open(parent.path().join("memory-2")).unwrap();
        alive.lock().unwrap();
        let scratch = Scratch::new(parent.path()).unwrap();
        let names = || {
            let entries = fs::read_dir(parent.path()).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        };
        let own = scratch.path().file_name().unwrap().to_str().unwrap();
        let mut expected = ["1", "memory-2", "memory-file", own].map(str::to_owned);
        expected.sort();
        assert_eq!(names(), expected);
        fs::write(scratch.path().join("kept"), "text").unwrap();
        drop(scratch);
        assert_eq!(names(), ["1", "memory-2", "memory-file"]);
    }

    #[test]
    fn what_an_earlier_process_of_the_same_number_left_is_not_met() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join(format!("memory-{}", std::process::id()));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("old"), "text").unwrap();
        let scratch = Scratch::new(parent.path()).unwrap();
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}

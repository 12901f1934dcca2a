//! Lock files and half-written packs that a killed git left in a mirror. Only whoever holds the mirror's own lock may call this.

use super::GitError;
use std::path::Path;

/// Whether an earlier git was killed before it could remove a lock. The mirror's own lock keeps others out now.
pub(super) fn are_in_the_way(stderr: &str) -> bool {
    stderr.contains(".lock': File exists") || stderr.contains(".lock' exists")
}

pub(super) async fn remove(mirror: &Path) -> Result<(), GitError> {
    let mirror = mirror.to_owned();
    let removed = tokio::task::spawn_blocking(move || {
        remove_in(&mirror, false).and_then(|()| remove_in(&mirror.join("refs"), true))
    });
    removed
        .await
        .map_err(GitError::internal)?
        .map_err(GitError::internal)
}

fn remove_in(folder: &Path, deep: bool) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if deep {
                remove_in(&path, deep)?;
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

/// Deletes packs that were not written to their end: a source must not fill the disk with them.
pub(super) async fn clear_half_written(mirror: &Path) -> Result<(), GitError> {
    let packs = mirror.join("objects/pack");
    let cleared = tokio::task::spawn_blocking(move || {
        for entry in std::fs::read_dir(&packs)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("tmp_") {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok::<(), std::io::Error>(())
    });
    match cleared.await.map_err(GitError::internal)? {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(GitError::internal(cause))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

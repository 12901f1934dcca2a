//! The SQLite store itself: opening its file and keeping other servers out.

use super::{
    Database,
    migrations::{off_thread, run},
};
use crate::{Clock, StoreError, Wake, Wakes, clock::process_clock, sql::labels::KnownLabels};
use std::{
    ffi::OsString,
    fmt,
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// Keeps everything in one SQLite file.
pub struct SqliteStore {
    pub(super) database: Database,
    pub(super) labels: KnownLabels,
    pub(super) wakes: Wakes,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the file, which is created with its folder when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another server has the file, [`StoreError::SchemaTooNew`] when a newer one had
    /// it, [`StoreError::Unavailable`] when it cannot be opened.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with_clock(path, process_clock()).await
    }

    /// The same, with another clock than this process's: for tests in which time passes as they say.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub async fn open_with_clock(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let database = off_thread(move || {
            let lock = take_lock(&path)?;
            run(&path)?;
            Database::open(&path, lock, &clock)
        });
        Ok(Self {
            database: database.await?,
            labels: KnownLabels::default(),
            wakes: Wakes::default(),
        })
    }

    /// Wakes those who listen.
    pub(super) fn wake(&self, wake: Wake) {
        self.wakes.send(wake);
    }
}

/// Takes the lock file beside the database, which also makes the folder. Closing the file gives the lock up.
pub(super) fn take_lock(path: &Path) -> Result<File, StoreError> {
    let beside = lock_path(path);
    let file = create(&beside).map_err(|error| StoreError::Unavailable {
        reason: format!("opening {}: {error}", beside.display()),
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: beside.display().to_string(),
        }),
        Err(TryLockError::Error(error)) => Err(StoreError::Internal(error.into())),
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".lock");
    name.into()
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

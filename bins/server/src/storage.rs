//! Opens what the settings name: the store, the git mirrors, the place of sealed logs.

use crate::{
    log_objects,
    scratch::Scratch,
    sealing_key::sealing_key,
    settings::{Settings, StoreKind},
};
use anyhow::{Context, Result, bail};
use runyard_domain::Timestamp;
use runyard_engine::{Engine, git::Git};
use runyard_store::{Store, memory::MemoryStore, postgres, sqlite};
use std::{path::PathBuf, sync::Arc};

/// The SQLite database in the data folder.
pub(crate) fn sqlite_file(settings: &Settings) -> PathBuf {
    settings.data.dir.join("runyard.db")
}

/// The engine, and the folders that go with this process.
pub(crate) async fn open_engine(settings: &Settings) -> Result<(Engine, Vec<Scratch>)> {
    let data = std::path::absolute(&settings.data.dir)?;
    std::fs::create_dir_all(&data)
        .with_context(|| format!("making the data folder {}", data.display()))?;
    let mut folders = Folders::of(settings.store.kind);
    let store = open_store(settings).await?;
    let mirrors = folders.place(data.join("mirrors"))?;
    let git = Git::new(settings.git.engine(&mirrors));
    git.clear_leftovers()?;
    let objects = folders.place(std::path::absolute(settings.logs_dir())?)?;
    let logs = log_objects::open(settings, &objects).await?;
    let engine = runyard_engine::Settings {
        sealing_key: sealing_key(settings)?,
        ..settings.engine()
    };
    let engine = Engine::new(store, git, logs, engine).await?;
    Ok((engine, folders.own))
}

async fn open_store(settings: &Settings) -> Result<Arc<dyn Store>> {
    Ok(match settings.store.kind {
        StoreKind::Memory => Arc::new(MemoryStore::new(Arc::new(|| {
            Timestamp::new(chrono::Utc::now())
        }))),
        StoreKind::Sqlite => Arc::new(sqlite::SqliteStore::open(&sqlite_file(settings)).await?),
        StoreKind::Postgres => {
            let url = database_url(settings)?;
            Arc::new(postgres::PostgresStore::connect(url, settings.database.pool_size).await?)
        }
    })
}

pub(crate) fn database_url(settings: &Settings) -> Result<&str> {
    let url = settings.database.url.0.as_str();
    if url.is_empty() {
        bail!(
            "the store is postgres, but the setting database.url is empty: give it as postgres://user@host/database"
        );
    }
    Ok(url)
}

/// Where files go. A memory store begins with id 1 again, so what an earlier start left under the same ids must not be
/// met: its files are in folders of this process.
struct Folders {
    is_kept: bool,
    own: Vec<Scratch>,
}

impl Folders {
    fn of(kind: StoreKind) -> Self {
        Self {
            is_kept: match kind {
                StoreKind::Memory => false,
                StoreKind::Sqlite | StoreKind::Postgres => true,
            },
            own: Vec::new(),
        }
    }

    fn place(&mut self, usual: PathBuf) -> Result<PathBuf> {
        if self.is_kept {
            return Ok(usual);
        }
        let own = Scratch::new(&usual)?;
        let path = own.path().to_owned();
        self.own.push(own);
        Ok(path)
    }
}

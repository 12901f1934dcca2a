//! What can go wrong with a store, by what a caller can do about it. Database texts stay inside.

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The thing that was named is not there.
    #[error("{what} is not there")]
    NotFound {
        /// Which kind of thing.
        what: &'static str,
    },
    /// A rule of uniqueness or existence would be broken.
    #[error("{0}")]
    Conflict(Conflict),
    /// The database cannot be reached now; trying again later may help.
    #[error("the database is not available: {reason}")]
    Unavailable {
        /// For the log, not for clients.
        reason: String,
    },
    /// A row that no version of this program wrote.
    #[error("table {table}, row {id}: column {column} holds what it cannot hold")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        id: String,
        /// Which column.
        column: &'static str,
    },
    /// The schema was made by a newer version of this program.
    #[error(
        "the database has migration {found}, which this version does not know; start the newer version"
    )]
    SchemaTooNew {
        /// The migration that is not ours.
        found: String,
    },
    /// Another server has the SQLite file open.
    #[error("{path} is used by another server")]
    InUse {
        /// The lock file.
        path: String,
    },
    /// A text holds a NUL character (U+0000), which this database cannot keep.
    #[error("a text holds a NUL character (U+0000), which the database cannot keep")]
    Nul,
    /// A defect of ours.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Which rule of uniqueness or existence would be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// A user's login is taken (ignoring case).
    #[error("the login is taken")]
    Login,
    /// A repository's name is taken (ignoring case).
    #[error("the repository name is taken")]
    RepositoryName,
    /// A runner's name is taken.
    #[error("the runner name is taken")]
    RunnerName,
    /// A variable's name is taken (ignoring case).
    #[error("the variable name is taken")]
    VariableName,
    /// A cache with this key and version is there for this ref.
    #[error("the cache is there already")]
    CacheKey,
    /// There are as many as there may be.
    #[error("there are as many as there may be")]
    Full,
    /// Something refers to what is not there, or is still referred to.
    #[error("something else refers to it, or it refers to something that is not there")]
    Reference,
    /// The repository has runs that have not ended.
    #[error("it has runs that have not ended")]
    LiveRuns,
}

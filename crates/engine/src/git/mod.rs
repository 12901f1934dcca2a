//! Git sources: a bare mirror per repository, fetched with the `git` program and read with `gix`.

mod changes;
mod contents;
mod credential;
mod error;
mod fetch;
mod identity;
mod location;
mod locks;
mod mirrors;
mod probe;
mod program;
mod read;
mod serve;
mod settings;

pub use contents::{
    FILE_BYTES_MAX, FOLDER_ENTRIES_MAX, FolderEntry, FolderEntryKind, Found, LARGE_FILE_BYTES_MAX,
    LargeFile, What,
};
pub use credential::{
    BadCredential, Credential, KNOWN_HOSTS_BYTES_MAX, PRIVATE_KEY_BYTES_MAX, TOKEN_BYTES_MAX,
    USERNAME_BYTES_MAX,
};
pub use error::GitError;
pub use mirrors::Git;
pub use probe::Probed;
pub use read::{Content, Resolved, WorkflowFile};
pub use serve::PackStream;
pub use settings::{GitSettings, HostKeys};

//! Git sources: a bare mirror per repository, fetched with the `git` program and read with `gix`.

mod error;
mod fetch;
mod location;
mod locks;
mod mirrors;
mod probe;
mod program;
mod read;
mod serve;
mod settings;

pub use error::GitError;
pub use mirrors::Git;
pub use probe::Probed;
pub use read::{Content, Resolved, WorkflowFile};
pub use serve::PackStream;
pub use settings::GitSettings;

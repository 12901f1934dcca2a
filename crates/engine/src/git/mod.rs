//! Git sources: a bare mirror per repository, fetched with the `git` program and read with `gix`.

mod error;
mod fetch;
mod location;
mod mirrors;
mod program;
mod read;
mod serve;
mod settings;

pub use error::GitError;
pub use fetch::Probed;
pub use mirrors::Git;
pub use read::{Content, Resolved, WorkflowFile};
pub use serve::PackStream;
pub use settings::GitSettings;

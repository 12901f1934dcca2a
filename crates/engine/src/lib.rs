//! Use cases over the store: git sources, runs, runners, logs and clocks. No HTTP, no SQL, no rules about runs here.
//!
//! [`Engine`] has one method per use case; each loads an aggregate, applies one domain command and keeps the
//! result in one transaction.

#![warn(missing_docs)]

mod accounts;
mod actions;
mod artifacts;
mod assignment;
mod branch;
mod caches;
mod callers;
mod calls;
mod check_outputs;
mod clocks;
mod configuration;
mod contents;
mod contexts;
mod create;
mod credentials;
mod definitions;
mod delete_many;
mod deletes;
mod deliveries;
pub mod doctor;
mod engine;
mod error;
mod event_secrets;
mod executions;
mod fire;
mod follow;
pub mod git;
mod ids;
mod insight;
mod job_logs;
mod limits;
mod log_tail;
pub mod logs;
mod measures;
mod messages;
mod occurrence;
mod payload;
mod planning;
mod polling;
mod presence;
mod reports;
mod repositories;
mod reruns;
mod retention;
mod runners;
mod runs;
mod sealed_box;
mod sealing;
mod secret;
mod set_aside;
mod settings;
mod start;
mod switch;
mod token_permissions;
mod tokens;
mod trigger;
mod waiting;

pub use accounts::NewUser;
pub use artifacts::{Archive, LIST_REACH};
pub use assignment::Assignment;
pub use caches::CACHES_PER_DELETE;
pub use callers::Entrance;
pub use clocks::Clocks;
pub use configuration::{EncryptedSecret, VariableChange};
pub use credentials::CredentialFacts;
pub use delete_many::{DELETED_PER_CALL, DeletedRuns};
pub use engine::Engine;
pub use error::{EngineError, MissingLog};
pub use executions::{CLAIM_SLOTS_MAX, Finish, Finished, Heard, Offer, StopOrder};
pub use follow::{Payloads, ToldRun, shown_branch};
pub use insight::Insight;
pub use log_tail::LogTail;
pub use measures::Measures;
pub use occurrence::Occurrence;
pub use polling::POLL_SECONDS_MAX;
pub use reports::{SUMMARIES_MAX, SUMMARY_BYTES_MAX};
pub use repositories::{NewRepository, WorkflowKey};
pub use retention::{EXPIRED_PER_LOOK, RETENTION_PATH_BYTES_MAX, RETENTION_WORKFLOWS_MAX};
pub use runners::{LabelChange, NewRunner};
pub use runs::JobCancellation;
pub use sealed_box::PublicKey;
pub use sealing::{SealingError, SealingKey};
pub use secret::{Secret, SecretKind};
pub use set_aside::{TRIES_APART, TRIES_MAX};
pub use settings::Settings;
pub use tokens::{
    CHOSEN_CHARACTERS_MAX, CHOSEN_CHARACTERS_MIN, FINE_GRAINED_LIFETIME_MAX,
    LISTED_REPOSITORIES_MAX, NewToken,
};
pub use trigger::{Dispatch, RepositoryDispatch};

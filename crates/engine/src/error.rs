//! Why a use case could not be done, by meaning. The API turns each into a status and a sentence.

use crate::{git::GitError, logs::LogError, sealing::SealingError};
use runyard_domain::{
    Refusal,
    actions::AllowedActions,
    configuration::{BadName, ValueKind},
};
use runyard_store::{ChangeError, Conflict, StoreError};
use runyard_workflow::{dispatch::InvalidRepositoryDispatch, trigger::InvalidPayload};

/// Why a use case could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// What was named is not there, or not for the caller to see.
    #[error("{what} is not there")]
    NotFound {
        /// Which kind of thing.
        what: &'static str,
    },
    /// The state does not allow the command.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A value that was given is not possible.
    #[error("{field}: {value:?} {problem}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What it held.
        value: String,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
    /// A value that was given is not possible, and is not repeated because it may be a secret.
    #[error("{field} {problem}")]
    Unfit {
        /// Which field.
        field: &'static str,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
    /// A secret or a variable cannot have this name.
    #[error("the name of the {of} {why}")]
    BadName {
        /// Of which of them.
        of: ValueKind,
        /// What is wrong with it.
        why: BadName,
    },
    /// An artifact was kept for as long as it should be.
    #[error("the artifact is not kept any longer")]
    ArtifactExpired,
    /// Secrets cannot be kept.
    #[error("the server has no key to encrypt secrets with: set secrets.key or secrets.key_file")]
    NoSealingKey,
    /// A secret that is kept cannot be read.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The workflow does not react to being dispatched.
    #[error("workflow {path} does not have a 'workflow_dispatch' trigger")]
    NoDispatchTrigger {
        /// Its file.
        path: String,
    },
    /// A payload lacks what decides.
    #[error(transparent)]
    Payload(#[from] InvalidPayload),
    /// An event of somebody's own is too much.
    #[error(transparent)]
    RepositoryDispatch(#[from] InvalidRepositoryDispatch),
    /// Only what is on can be switched off.
    #[error("the workflow is not active, so it cannot be switched off")]
    WorkflowNotActive,
    /// Nothing starts a workflow that is off (semantics R6.10).
    #[error("the workflow is disabled")]
    WorkflowDisabled,
    /// The same, asked for by hand.
    #[error("a disabled workflow cannot be dispatched")]
    DispatchOfDisabled,
    /// A runner that has a job is not forgotten.
    #[error("runner {name:?} is running a job")]
    RunnerBusy {
        /// Its name.
        name: String,
    },
    /// Nothing starts in a repository whose Actions are off.
    #[error("Actions are switched off in the repository")]
    ActionsDisabled,
    /// Actions are selected only where the repository says so.
    #[error("no actions are selected: {allowed} holds")]
    NothingSelected {
        /// What is allowed.
        allowed: AllowedActions,
    },
    /// A public repository keeps nothing from anybody.
    #[error("the repository is public, so everybody may use what it has")]
    NotPrivate,
    /// It would break a rule of uniqueness or reference.
    #[error("{0}")]
    Conflict(Conflict),
    /// The repository's source.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A log is not there yet, or not any more.
    #[error("there is no log: {why}")]
    NoLog {
        /// Why.
        why: MissingLog,
    },
    /// More than a limit allows.
    #[error("{what}: at most {limit} are allowed")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// Cannot be served now; later may do.
    #[error("not available: {reason}")]
    Unavailable {
        /// For the log.
        reason: String,
    },
    /// A defect of ours.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl EngineError {
    /// Whether a name was given that means no commit.
    pub fn is_unknown_commit(&self) -> bool {
        matches!(
            self,
            Self::Git(
                GitError::UnknownRef { .. }
                    | GitError::UnknownCommit { .. }
                    | GitError::NotACommit { .. }
            )
        )
    }
}

/// Why a log cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MissingLog {
    /// It is still written.
    #[error("its job or run has not ended")]
    NotEnded,
    /// The job was skipped, or ended before a runner took it.
    #[error("no runner ever had the job")]
    NeverRan,
    /// Somebody deleted it (semantics R8.10).
    #[error("it was deleted")]
    Deleted,
    /// It was kept for as long as it should be (semantics R8.11).
    #[error("it is not kept any longer")]
    Expired,
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what } => Self::NotFound { what },
            StoreError::Conflict(conflict) => Self::Conflict(conflict),
            StoreError::Unavailable { reason } => Self::Unavailable { reason },
            StoreError::Nul => Self::Unfit {
                field: "a text",
                problem: "holds a NUL character (U+0000), which is not allowed".to_owned(),
            },
            other @ (StoreError::Corrupt { .. }
            | StoreError::SchemaTooNew { .. }
            | StoreError::InUse { .. }) => Self::Internal(anyhow::Error::new(other)),
            StoreError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<LogError> for EngineError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Store(cause) => Self::Unavailable {
                reason: format!("the object store of the logs: {cause}"),
            },
            other @ (LogError::NotFound { .. }
            | LogError::Damaged { .. }
            | LogError::BadRow(_)
            | LogError::Probe { .. }
            | LogError::Altered
            | LogError::Archive(_)
            | LogError::Io(_)
            | LogError::Lost(_)) => Self::Internal(anyhow::Error::new(other)),
        }
    }
}

impl From<ChangeError> for EngineError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refusal) => Self::Refused(refusal),
            ChangeError::Store(error) => error.into(),
        }
    }
}

//! Every error that a client sees, by meaning, and the one JSON body it becomes (contract 3 and 6).

use crate::wire::{Excess, JSON};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
    error::QueryPayloadError,
    http::{StatusCode, header},
};
use runyard_domain::{
    Refusal,
    configuration::{BadName, NAME_CHARACTERS_MAX, ValueKind},
    run::BURST_WINDOW,
};
use runyard_engine::{EngineError, MissingLog, git::GitError};
use runyard_store::{Conflict, StoreError};
use serde_json::{Map, Value, json};

/// What `documentation_url` says when no operation has a page of its own (contract 3).
pub(crate) const DOCUMENTATION: &str = "https://docs.github.com/enterprise-server@3.19/rest";
/// After so many seconds a client may ask again when something is not available.
const RETRY_AFTER_SECONDS: u64 = 1;

/// An error as clients see it. The text is the `message` on the wire, so it follows GitHub's spelling.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The credential opens nothing.
    #[error("Bad credentials")]
    BadCredentials,
    /// A delivered event has no signature that fits, and no token either.
    #[error(
        "The event was not taken: its signature {0}. Sign it with the repository's secret in the header \
         X-Hub-Signature-256, or send a token that may write."
    )]
    BadSignature(&'static str),
    /// Needs a user, has none.
    #[error("Requires authentication")]
    RequiresAuthentication,
    /// Not there, or not for this caller to see.
    #[error("Not Found")]
    NotFound,
    /// Not there, in words of its own.
    #[error("{0}")]
    NotThere(String),
    /// A file that is too large to be read.
    #[error(
        "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API: clone the \
         repository to read it."
    )]
    BlobTooLarge,
    /// Rate limits are off, so there is nothing to tell about them (contract 5).
    #[error("Rate limiting is not enabled.")]
    NoRateLimits,
    /// Seen, but not allowed.
    #[error("{0}")]
    Forbidden(String),
    /// The body is no JSON.
    #[error("Problems parsing JSON")]
    BrokenJson,
    /// The body is JSON but no object.
    #[error("Body should be a JSON object")]
    NotAnObject,
    /// `X-GitHub-Api-Version` names no version of ours (contract 5).
    #[error("Bad Request")]
    UnknownVersion { asked: String },
    /// `Accept` allows no JSON (contract 3).
    #[error("Unsupported 'Accept' header: '{accept}'. Must accept 'application/json'.")]
    NotAcceptable { accept: String },
    /// A condition of the request on a file that is made anew each time, and so has no version to compare.
    #[error("The file has no version that '{header}' could be compared with.")]
    PreconditionFailed { header: &'static str },
    /// None of the ranges that are asked for is within the file.
    #[error("The header 'Range' asks for nothing that is within the file.")]
    RangeNotSatisfiable,
    /// A member or a parameter is missing, of a wrong type, or outside of what is allowed.
    #[error("Invalid request.\n\n{detail}")]
    InvalidRequest { detail: String },
    /// Well-formed, but it cannot be done so.
    #[error("{0}")]
    Unprocessable(String),
    /// The state does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// It is over.
    #[error("{0}")]
    Gone(String),
    /// More than a limit allows.
    #[error("{message}")]
    TooLarge {
        message: String,
        /// Bytes of a log that are stored.
        ack: Option<u64>,
    },
    /// More than the wire takes.
    #[error(transparent)]
    Excess(#[from] Excess),
    /// A caller has asked as often as it may in an hour (contract 5).
    #[error("API rate limit exceeded for {whom}.")]
    RateLimited {
        /// A user, or an address.
        whom: String,
        /// After so many seconds it begins anew.
        seconds: u64,
    },
    /// A repository has as many runs as it may have; later may do.
    #[error("You have exceeded a limit: {0}. Try again later.")]
    TooManyRuns(String),
    /// Later may do.
    #[error("Service Unavailable")]
    Unavailable { reason: String },
    /// A defect of ours.
    #[error("Server Error")]
    Internal(anyhow::Error),
}

impl ApiError {
    /// 403 with this sentence.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::Forbidden(message.into())
    }

    /// 503 of a server that is about to go: another one, or the next start, can do it.
    pub(crate) fn stopping() -> Self {
        Self::Unavailable {
            reason: "the server is stopping".to_owned(),
        }
    }

    /// The answer, with the page that documents the failing operation.
    pub(crate) fn render(&self, documentation: &str) -> HttpResponse {
        let mut answer = HttpResponseBuilder::new(self.status_code());
        answer.insert_header((header::CONTENT_TYPE, JSON));
        if let Self::Unavailable { .. } = self {
            answer.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()));
        }
        if let Self::TooManyRuns(_) = self {
            let seconds = BURST_WINDOW.as_secs();
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Self::RateLimited { seconds, .. } = self {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Self::Excess(excess) = self {
            if let Some(seconds) = excess.retry_after() {
                answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            if excess.ends_connection() {
                answer.force_close();
            }
        }
        answer.body(self.body(documentation).to_string())
    }

    fn body(&self, documentation: &str) -> Value {
        let mut body = Map::new();
        body.insert("message".to_owned(), self.to_string().into());
        if let Self::UnknownVersion { asked } = self {
            body.insert("errors".to_owned(), unknown_version(asked).into());
        }
        if let Self::BlobTooLarge = self {
            let errors = json!([{ "resource": "Blob", "field": "data", "code": "too_large" }]);
            body.insert("errors".to_owned(), errors);
        }
        if let Self::TooLarge { ack: Some(ack), .. } = self {
            body.insert("ack".to_owned(), json!(ack));
        }
        body.insert("documentation_url".to_owned(), documentation.into());
        body.insert("status".to_owned(), self.status_code().as_str().into());
        Value::Object(body)
    }

    /// Says the cause to the log, once; clients never see it.
    pub(crate) fn log(&self) {
        if let Self::Internal(cause) = self {
            log::error!("{cause:#}");
        }
        if let Self::Unavailable { reason } = self {
            log::warn!("not available: {reason}");
        }
    }
}

fn unknown_version(asked: &str) -> String {
    format!(
        "The version you specified in the \"X-GitHub-API-Version\" request header, \"{asked}\", is not a supported \
         version. The following versions are currently supported: 2022-11-28."
    )
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadCredentials | Self::RequiresAuthentication | Self::BadSignature(_) => {
                StatusCode::UNAUTHORIZED
            }
            Self::NotFound | Self::NotThere(_) | Self::NoRateLimits => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::BlobTooLarge | Self::RateLimited { .. } => {
                StatusCode::FORBIDDEN
            }
            Self::BrokenJson | Self::NotAnObject | Self::UnknownVersion { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::NotAcceptable { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PreconditionFailed { .. } => StatusCode::PRECONDITION_FAILED,
            Self::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::InvalidRequest { .. } | Self::Unprocessable(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Gone(_) => StatusCode::GONE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Excess(excess) => excess.status(),
            Self::TooManyRuns(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        self.log();
        self.render(DOCUMENTATION)
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound { .. } => Self::NotFound,
            EngineError::NoLog { why } => match why {
                // In the words that were recorded (contract 8).
                MissingLog::Expired => Self::Gone("Server Error".to_owned()),
                MissingLog::NotEnded | MissingLog::NeverRan | MissingLog::Deleted => Self::NotFound,
            },
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::Invalid {
                field,
                value,
                problem,
            } => Self::Unprocessable(format!("{field}: {value:?} {problem}")),
            error @ EngineError::Unfit { .. } => Self::Unprocessable(error.to_string()),
            error @ EngineError::NoSealingKey => Self::Conflict(error.to_string()),
            EngineError::Sealing(error) => Self::Internal(error.into()),
            EngineError::NoDispatchTrigger { .. } => {
                Self::Unprocessable("Workflow does not have 'workflow_dispatch' trigger".to_owned())
            }
            error @ (EngineError::Payload(_) | EngineError::RepositoryDispatch(_)) => {
                Self::Unprocessable(error.to_string())
            }
            EngineError::WorkflowNotActive => {
                Self::forbidden("Unable to disable a workflow that is not active.")
            }
            EngineError::DispatchOfDisabled => Self::Unprocessable(
                "Cannot trigger a 'workflow_dispatch' on a disabled workflow".to_owned(),
            ),
            EngineError::WorkflowDisabled => {
                Self::forbidden("This workflow is disabled: enable it to run it.")
            }
            EngineError::BadName { of, why } => Self::Unprocessable(bad_name(of, why)),
            EngineError::ArtifactExpired => Self::Gone("Artifact has expired".to_owned()),
            EngineError::Conflict(Conflict::VariableName) => {
                Self::Conflict("Already exists - Variable already exists".to_owned())
            }
            EngineError::RunnerBusy { name } => Self::Unprocessable(format!(
                "Runner \"{name}\" is currently running a job and cannot be deleted."
            )),
            EngineError::ActionsDisabled => {
                Self::forbidden("Actions are disabled for this repository.")
            }
            EngineError::NothingSelected { allowed } => Self::Conflict(format!(
                "No actions are selected, as allowed_actions is \"{allowed}\": set it to \"selected\" first."
            )),
            EngineError::NotPrivate => Self::Unprocessable(
                "Access policy only applies to internal and private repositories.".to_owned(),
            ),
            EngineError::Conflict(conflict) => Self::Conflict(conflict.to_string()),
            EngineError::Git(error) => error.into(),
            error @ EngineError::TooMuch { .. } => Self::Unprocessable(error.to_string()),
            EngineError::Unavailable { reason } => Self::Unavailable { reason },
            EngineError::Internal(cause) => Self::Internal(cause),
        }
    }
}

/// In GitHub's words, as far as they are known.
fn bad_name(of: ValueKind, why: BadName) -> String {
    let kind = match of {
        ValueKind::Secret => "Secret",
        ValueKind::Variable => "Variable",
    };
    match why {
        BadName::Characters | BadName::Digit => format!(
            "{kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces \
             are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_)."
        ),
        BadName::Reserved => format!("{kind} names must not start with GITHUB_."),
        BadName::Long => {
            format!("{kind} names must not have more than {NAME_CHARACTERS_MAX} characters.")
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<GitError> for ApiError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::UnknownRef { reference } => {
                Self::Unprocessable(format!("No ref found for: {reference}"))
            }
            GitError::Timeout { .. } => Self::Unavailable {
                reason: error.to_string(),
            },
            GitError::Internal(_) => Self::Internal(anyhow::Error::new(error)),
            GitError::NotFound { .. }
            | GitError::NotARepository { .. }
            | GitError::InvalidLocation { .. }
            | GitError::ProtocolRefused { .. }
            | GitError::Unreachable { .. }
            | GitError::NotFetched { .. }
            | GitError::RequestRefused
            | GitError::NotACommit { .. }
            | GitError::UnknownCommit { .. }
            | GitError::TooManyWorkflowFiles { .. }
            | GitError::WorkflowFilesTooLarge { .. }
            | GitError::TooManyRefs { .. }
            | GitError::TooLarge { .. }
            | GitError::HostRefused { .. } => Self::Unprocessable(error.to_string()),
        }
    }
}

/// What the state does not allow, in the statuses and sentences of contract 6 and semantics R4.8.
impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::RunCompleted => {
                Self::Conflict("Cannot cancel a workflow run that is completed.".to_owned())
            }
            Refusal::RunNotCompleted { .. } => Self::forbidden("This workflow is already running"),
            Refusal::NeverPlanned | Refusal::NothingFailed => {
                Self::forbidden("This workflow run cannot be retried")
            }
            Refusal::JobOfOlderAttempt { .. } => {
                Self::forbidden("Only jobs from the current attempt can be re-run")
            }
            Refusal::RunNotDeletable { .. } => Self::forbidden("Could not delete the workflow run"),
            Refusal::OtherAttempt => Self::Unavailable {
                reason: refusal.to_string(),
            },
            Refusal::RerunTooLate { .. } => Self::forbidden(
                "Unable to retry this workflow run because it was created over a month ago",
            ),
            Refusal::TooManyReruns { reruns } => Self::forbidden(format!(
                "Unable to retry this workflow run because it was retried {reruns} times already"
            )),
            Refusal::QueueFull { .. } | Refusal::TooManyNewRuns { .. } => {
                Self::TooManyRuns(refusal.to_string())
            }
            Refusal::UnknownJob { .. } => Self::NotFound,
            Refusal::ExecutionEnded { .. } | Refusal::JobNotQueued { .. } => {
                Self::Gone(refusal.to_string())
            }
            Refusal::ExecutionStarted { .. }
            | Refusal::ExecutionNotStarted { .. }
            | Refusal::JobNotInProgress { .. }
            | Refusal::OtherResultStored { .. }
            | Refusal::NotExpired { .. } => Self::Conflict(refusal.to_string()),
            Refusal::AlreadyPlanned
            | Refusal::TooFewIds
            | Refusal::OutputsNotLoaded { .. }
            | Refusal::TooNarrow
            | Refusal::WrongLoad
            | Refusal::GroupsNotLoaded { .. }
            | Refusal::RunNotExpired
            | Refusal::NotDue
            | Refusal::WrongDefinition { .. } => Self::Internal(anyhow::Error::new(refusal)),
        }
    }
}

/// What a query that does not fit becomes.
pub(crate) fn bad_query(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    let detail = format!("The query could not be read: {error}.");
    ApiError::InvalidRequest { detail }.into()
}

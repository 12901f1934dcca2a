//! Who asks a query, and the errors that answer in part of it.

use crate::{ApiState, error::ApiError, wire::Origin};
use async_graphql::{Error, ErrorExtensions, Result};
use runyard_domain::{access::Caller, account::User};
use runyard_engine::EngineError;

/// The member of an error that says of what kind it is.
pub(super) const TYPE: &str = "type";

/// What every field can look at.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) state: ApiState,
    pub(super) caller: Caller,
    pub(super) origin: Origin,
}

impl Asking {
    /// The user who asks. A job is none.
    pub(super) fn user(&self) -> Result<&User> {
        self.caller
            .user()
            .ok_or_else(|| forbidden("Resource not accessible by integration"))
    }

    /// What a failure of ours says: its cause is for the log alone.
    pub(super) fn failed(&self, error: EngineError) -> Error {
        let error = ApiError::from(error);
        error.log();
        Error::new(error.to_string())
    }
}

/// Not there, or not for this caller to see.
pub(super) fn not_found(message: String) -> Error {
    typed(&message, "NOT_FOUND")
}

/// Seen, but not allowed.
pub(super) fn forbidden(message: &str) -> Error {
    typed(message, "FORBIDDEN")
}

/// An error with GitHub's word for its kind.
pub(super) fn typed(message: &str, kind: &'static str) -> Error {
    Error::new(message).extend_with(|_, members| members.set(TYPE, kind))
}

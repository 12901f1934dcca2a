//! What a `repository_dispatch` may carry (semantics R6.5); it must not start anything.

use serde_json::{Map, Value as Json};

/// An `event_type` has at most this many characters.
pub const MAX_EVENT_TYPE: usize = 100;
/// A `client_payload` has at most this many keys at its top level.
pub const MAX_CLIENT_PAYLOAD_KEYS: usize = 10;
/// A `client_payload` has at most this many characters as JSON.
pub const MAX_CLIENT_PAYLOAD: usize = 65_535;

/// Why a `repository_dispatch` is refused. Names the field and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRepositoryDispatch {
    /// Nothing is asked for.
    #[error("event_type is empty; it must have 1 to {MAX_EVENT_TYPE} characters")]
    NoType,
    /// Too long a word.
    #[error("event_type has {length} characters; at most {MAX_EVENT_TYPE} are allowed")]
    LongType {
        /// How long it is.
        length: usize,
    },
    /// Too many keys.
    #[error("client_payload has {count} keys; at most {MAX_CLIENT_PAYLOAD_KEYS} are allowed")]
    Keys {
        /// How many there are.
        count: usize,
    },
    /// Too much text.
    #[error("client_payload has {length} characters; at most {MAX_CLIENT_PAYLOAD} are allowed")]
    LongPayload {
        /// How long it is.
        length: usize,
    },
}

/// Checks the two fields of a `repository_dispatch`.
///
/// # Errors
/// The first limit that is exceeded.
pub fn check_repository_dispatch(
    event_type: &str,
    client_payload: &Map<String, Json>,
) -> Result<(), InvalidRepositoryDispatch> {
    let length = event_type.chars().count();
    if length == 0 {
        return Err(InvalidRepositoryDispatch::NoType);
    }
    if length > MAX_EVENT_TYPE {
        return Err(InvalidRepositoryDispatch::LongType { length });
    }
    let count = client_payload.len();
    if count > MAX_CLIENT_PAYLOAD_KEYS {
        return Err(InvalidRepositoryDispatch::Keys { count });
    }
    let length = super::length(client_payload);
    if length > MAX_CLIENT_PAYLOAD {
        return Err(InvalidRepositoryDispatch::LongPayload { length });
    }
    Ok(())
}

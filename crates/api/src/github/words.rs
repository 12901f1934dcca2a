//! Words of a query that must be one of a few.

use super::runs::Parameters;
use crate::error::ApiError;
use runyard_store::Order;
use std::str::FromStr;

const DIRECTIONS: [&str; 2] = ["asc", "desc"];

/// The word of this parameter; nothing when it is absent or empty.
pub(super) fn word<T: FromStr>(
    query: &Parameters,
    name: &str,
    allowed: &[&str],
) -> Result<Option<T>, ApiError> {
    let given = query.get(name).filter(|word| !word.is_empty());
    let Some(given) = given else {
        return Ok(None);
    };
    given
        .parse()
        .map(Some)
        .map_err(|_| not_one_of(name, given, allowed))
}

fn not_one_of(name: &str, given: &str, allowed: &[&str]) -> ApiError {
    let allowed = allowed.join(", ");
    ApiError::InvalidRequest {
        detail: format!("For '{name}', {given:?} is not one of {allowed}."),
    }
}

/// `direction`: the newest, the largest first when nothing else is said.
pub(super) fn direction(query: &Parameters) -> Result<Order, ApiError> {
    match query.get("direction").map(String::as_str) {
        None | Some("" | "desc") => Ok(Order::Descending),
        Some("asc") => Ok(Order::Ascending),
        Some(other) => Err(not_one_of("direction", other, &DIRECTIONS)),
    }
}

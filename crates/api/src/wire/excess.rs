//! Requests that are too much: what is looked at before anything else, and how the refusal reads. No routes here.

use super::connections::Connection;
use crate::{ApiLimits, ApiState};
use actix_web::{dev::ServiceRequest, http::StatusCode, http::header::HeaderMap, web::Data};
use std::time::Duration;

/// After so many seconds a client may try again when too many are here at once.
const CROWDED_SECONDS: u64 = 5;

/// More than is taken. Each text names what was sent and what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Excess {
    #[error("The path has {bytes} bytes, at most {allowed} are allowed.")]
    Path { bytes: usize, allowed: usize },
    #[error("The query has {bytes} bytes, at most {allowed} are allowed.")]
    Query { bytes: usize, allowed: usize },
    #[error("The query has {count} parameters, at most {allowed} are allowed.")]
    Parameters { count: usize, allowed: usize },
    #[error("The request has {count} headers, at most {allowed} are allowed.")]
    Headers { count: usize, allowed: usize },
    #[error("The headers have {bytes} bytes, at most {allowed} are allowed.")]
    HeaderBytes { bytes: usize, allowed: usize },
    #[error("The body was not here after {seconds} seconds.")]
    SlowBody { seconds: u64 },
    #[error("This address has more than {allowed} connections.")]
    Connections { allowed: usize },
    #[error("Nothing is there yet, and {allowed} calls wait already. Ask again.")]
    Waiting { allowed: usize },
}

impl Excess {
    pub(crate) fn slow_body(limit: Duration) -> Self {
        let seconds = limit.as_secs();
        Self::SlowBody { seconds }
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Path { .. } | Self::Query { .. } => StatusCode::URI_TOO_LONG,
            Self::Parameters { .. } => StatusCode::BAD_REQUEST,
            Self::Headers { .. } | Self::HeaderBytes { .. } => {
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            }
            Self::SlowBody { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Connections { .. } | Self::Waiting { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Seconds after which the same may do.
    pub(crate) fn retry_after(self) -> Option<u64> {
        let crowded = self.status() == StatusCode::SERVICE_UNAVAILABLE;
        crowded.then_some(CROWDED_SECONDS)
    }

    /// Whether the connection is of no more use: what else it brings cannot be told from what was too much.
    pub(crate) fn ends_connection(self) -> bool {
        match self {
            Self::Waiting { .. } => false,
            Self::Path { .. }
            | Self::Query { .. }
            | Self::Parameters { .. }
            | Self::Headers { .. }
            | Self::HeaderBytes { .. }
            | Self::SlowBody { .. }
            | Self::Connections { .. } => true,
        }
    }
}

/// Looks at all of a request but its body.
pub(crate) fn check(request: &ServiceRequest) -> Result<(), Excess> {
    let Some(state) = request.app_data::<Data<ApiState>>() else {
        return Ok(());
    };
    let limits = &state.limits;
    let connection = request.conn_data::<Connection>();
    if connection.is_some_and(Connection::is_one_too_many) {
        let allowed = limits.connections_per_address;
        return Err(Excess::Connections { allowed });
    }
    check_target(request.uri().path(), request.query_string(), limits)?;
    check_headers(request.headers(), limits)
}

fn check_target(path: &str, query: &str, limits: &ApiLimits) -> Result<(), Excess> {
    let (bytes, allowed) = (path.len(), limits.path_bytes);
    if bytes > allowed {
        return Err(Excess::Path { bytes, allowed });
    }
    let (bytes, allowed) = (query.len(), limits.query_bytes);
    if bytes > allowed {
        return Err(Excess::Query { bytes, allowed });
    }
    let (count, allowed) = (parameters(query), limits.query_parameters);
    if count > allowed {
        return Err(Excess::Parameters { count, allowed });
    }
    Ok(())
}

fn parameters(query: &str) -> usize {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.count()
}

fn check_headers(headers: &HeaderMap, limits: &ApiLimits) -> Result<(), Excess> {
    let (count, allowed) = (headers.iter().count(), limits.header_count);
    if count > allowed {
        return Err(Excess::Headers { count, allowed });
    }
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    let (bytes, allowed) = (sizes.sum(), limits.header_bytes);
    if bytes > allowed {
        return Err(Excess::HeaderBytes { bytes, allowed });
    }
    Ok(())
}

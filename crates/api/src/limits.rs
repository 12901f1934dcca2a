//! How much of anything a request may have or hold. Numbers only: who checks them says what happens beyond.

use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// Headers that the HTTP library reads at most; beyond them it answers 431 by itself, without a body.
const HEADERS_READ: usize = 96;
/// Most headers that may be allowed, so that one more is still answered with a body.
pub const HEADER_COUNT_MAX: usize = HEADERS_READ - 1;
/// Longest path and query together that the HTTP library reads.
const TARGET_READ: usize = 65_534;
/// Longest path that may be allowed.
pub const PATH_BYTES_MAX: usize = TARGET_READ / 2 - 1;
/// Longest query that may be allowed.
pub const QUERY_BYTES_MAX: usize = TARGET_READ / 2 - 1;
/// Most bytes of headers that may be allowed: the HTTP library reads 128 KiB of them and the request line together.
pub const HEADER_BYTES_MAX: usize = 48 * 1024;

/// What one request, one client and one server may have at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiLimits {
    /// Any JSON body that no other limit names, in bytes after unpacking. Beyond: 413.
    pub json_bytes: usize,
    /// Events that are delivered, in bytes after unpacking. Beyond: 413.
    pub event_bytes: usize,
    /// What a git client says when it clones, in bytes after unpacking. Beyond: 413.
    pub git_request_bytes: usize,
    /// The path, in bytes as sent. Beyond: 414.
    pub path_bytes: usize,
    /// The query, in bytes as sent. Beyond: 414.
    pub query_bytes: usize,
    /// Parameters of the query. Beyond: 400.
    pub query_parameters: usize,
    /// Headers. Beyond: 431.
    pub header_count: usize,
    /// Names and values of all headers, in bytes. Beyond: 431.
    pub header_bytes: usize,
    /// A body must be here after this time. Beyond: 408.
    pub body_time: Duration,
    /// Calls of runners that this server lets wait for something at one time. Beyond: 503 when there is nothing yet.
    pub waiting_calls: usize,
    /// Requests of GitHub's REST API, and as many of GraphQL, that one token, or one address without a token, may send
    /// in an hour; 0 is any number. Beyond: 403.
    pub requests_per_hour: u64,
    /// Connections from one address that is no trusted proxy's; 0 is any number. Beyond: 503.
    pub connections_per_address: usize,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            json_bytes: MIB,
            // GitHub's own limit for webhooks.
            event_bytes: 25 * MIB,
            git_request_bytes: 16 * MIB,
            path_bytes: 4096,
            query_bytes: 8192,
            query_parameters: 100,
            header_count: 64,
            header_bytes: 32 * 1024,
            body_time: Duration::from_secs(60),
            waiting_calls: 4096,
            requests_per_hour: 0,
            connections_per_address: 1024,
        }
    }
}

//! HTTP over the engine: GitHub's REST API, Runyard's own API and the runner protocol. No rules and no SQL here.
//!
//! Without the feature `server` only [`runner::messages`] is built: the bodies that a runner sends and receives.
//! With it, [`serve()`] answers on a listener, and [`configure()`] mounts the same routes into any actix application.

#![warn(missing_docs)]

pub mod runner;

#[cfg(feature = "server")]
mod auth;
#[cfg(feature = "server")]
mod downloads;
#[cfg(feature = "server")]
mod error;
#[cfg(feature = "server")]
mod git_http;
#[cfg(feature = "server")]
mod github;
#[cfg(feature = "server")]
mod graphql;
#[cfg(feature = "server")]
mod health;
#[cfg(feature = "server")]
mod lifecycle;
#[cfg(feature = "server")]
mod limits;
#[cfg(feature = "server")]
mod metrics;
#[cfg(feature = "server")]
mod openapi;
#[cfg(feature = "server")]
mod pages;
#[cfg(feature = "server")]
mod requests;
#[cfg(feature = "server")]
mod routes;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod state;
#[cfg(feature = "server")]
mod tls;
#[cfg(feature = "server")]
mod wire;

#[cfg(feature = "server")]
pub use github::WebhookPayloads;
#[cfg(feature = "server")]
pub use limits::{ApiLimits, HEADER_BYTES_MAX, HEADER_COUNT_MAX, PATH_BYTES_MAX, QUERY_BYTES_MAX};
#[cfg(feature = "server")]
pub use openapi::document as openapi_document;
#[cfg(feature = "server")]
pub use routes::configure;
#[cfg(feature = "server")]
pub use serve::{Listeners, ServeOptions, serve};
#[cfg(feature = "server")]
pub use state::ApiState;
#[cfg(feature = "server")]
pub use tls::{Tls, TlsError};
#[cfg(feature = "server")]
pub use wire::proxies::{NotAProxy, TrustedProxies};

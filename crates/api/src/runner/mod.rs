//! The native runner protocol: its bodies, and with the feature `server` its routes.

pub mod messages;

#[cfg(feature = "server")]
mod assignment;
#[cfg(feature = "server")]
mod executions;
#[cfg(feature = "server")]
mod operations;
#[cfg(feature = "server")]
mod registration;
#[cfg(feature = "server")]
mod reports;
#[cfg(feature = "server")]
mod routes;

#[cfg(feature = "server")]
pub(crate) use operations::operations;
#[cfg(feature = "server")]
pub(crate) use registration::new_token_for_runners;
#[cfg(feature = "server")]
pub(crate) use routes::routes;

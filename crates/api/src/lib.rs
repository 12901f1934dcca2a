//! HTTP over the engine: GitHub's REST API, Runyard's own API and the runner protocol. No rules and no SQL here.
//!
//! Without the feature `server` only [`runner::messages`] is built: the bodies that a runner sends and receives.

#![warn(missing_docs)]

pub mod runner;

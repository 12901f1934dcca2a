//! Git sources, by real repositories in temporary folders and servers on the loopback. No other network.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cloning;
mod contents;
mod credentials;
mod fetching;
mod hostile;
mod http;
mod limits;
mod reading;
mod source;

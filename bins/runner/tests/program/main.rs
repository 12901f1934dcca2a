//! The real program against a server that speaks the runner protocol: what its users notice.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it is"
)]

mod actions;
mod cancel;
mod checkout;
mod commands;
mod embedded;
mod jobs;
mod network;
mod steps;
mod support;

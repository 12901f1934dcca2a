//! The real program against a server that speaks the runner protocol: what its users notice.

mod cancel;
mod checkout;
mod commands;
mod embedded;
mod jobs;
mod network;
mod support;

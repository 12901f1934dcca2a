//! The API over a real port, on the memory store and real git repositories: what clients send, what they get.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answer;
mod artifacts;
mod checks;
mod clones;
mod contents;
mod credentials;
mod deletes;
mod errors;
mod events;
mod fake_runner;
mod force;
mod git;
mod graphql;
mod headers;
mod html;
mod lifecycle;
mod limits;
mod logs;
mod pages;
mod permissions;
mod rates;
mod reports;
mod requests;
mod reruns;
mod retention;
mod runner_protocol;
mod runners;
mod runs;
mod secrets;
mod server;
mod sources;
mod token_kinds;
mod tokens;
mod variables;

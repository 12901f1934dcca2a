//! Pages for people at the addresses that `html_url` and its like name: read only, without scripts, in plain HTML.
//!
//! They show what the API shows, to whom the API shows it. A browser signs in with a token as the password of HTTP's
//! Basic authentication, as git does; nothing is remembered here.

mod ansi;
mod error;
mod files;
mod front;
mod job;
mod layout;
mod log;
mod repository;
mod routes;
mod run;
mod runs;
mod sign_in;
mod viewer;
mod words;
mod workflow;

pub(crate) use layout::{Page, shown};
pub(crate) use routes::routes;
pub(crate) use sign_in::is_forged;

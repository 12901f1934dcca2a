//! Bodies of GitHub's API, each built in one place. No queries here.

pub(super) mod annotation;
pub(super) mod artifact;
pub(super) mod check;
pub(super) mod contents;
pub(super) mod job;
pub(super) mod pull_request;
pub(super) mod repository;
mod repository_links;
pub(super) mod root;
pub(super) mod run;
pub(super) mod runner;
pub(super) mod user;
pub(super) mod workflow;

//! The rules that keep the source tree in shape, each as a test; they read sources and manifests only.
//!
//! Every rule is a function over plain values, so that a test can feed it a planted violation and
//! show that the rule is able to fail.

mod edges;
mod licences;
mod migrations;
mod openapi;
mod purity;
mod routes;
mod rules;
mod suites;
mod top_level;
mod workspace;

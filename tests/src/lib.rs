//! What the end-to-end tests share: programs, repositories and the one client. No rules of Runyard here.
//!
//! Tests reach a server through [`Client`] alone, and it judges every answer: a route that drifts from GitHub's API
//! description fails the test that calls it, whatever that test is about.

mod certificate;
mod client;
mod database;
mod eventually;
mod gh;
mod git;
mod marker;
mod postgres;
mod process;
pub mod routes;
mod runner;
pub mod schema;
mod sealed_box;
mod server;
mod stores;

pub use certificate::Certificate;
pub use client::{Answer, Client, Download, Request, judge};
pub use database::Database;
pub use eventually::eventually;
pub use gh::Gh;
pub use git::Repository;
pub use marker::Marker;
pub use postgres::{Postgres, Stop};
pub use process::{Finished, Program};
pub use runner::Runner;
pub use sealed_box::sealed;
pub use server::{Server, Settings};
pub use stores::{Store, skips};

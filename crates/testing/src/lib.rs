//! A whole Runyard in the process of a test, for those who write bots, dashboards and other clients of GitHub Actions.
//!
//! [`Service::start`] serves everything that the program `runyard` serves, on a free port, on a store that keeps
//! nothing. A [`World`] (every service is one) makes users, tokens, real git repositories and runs in any state,
//! by the same commands that people and runners cause; nothing is written behind the rules. [`PlayedRunner`] takes jobs
//! as a runner does and says of them what the test wants.
//!
//! ```
//! use runyard_testing::{RepositorySeed, RunSeed, Scope, Service, State};
//!
//! const WORKFLOW: &str = "
//! on: workflow_dispatch
//! jobs:
//!   build:
//!     runs-on: ubuntu-latest
//!     steps:
//!       - run: make
//! ";
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), runyard_testing::SeedError> {
//! let service = Service::start().await?;
//! service.create_user("mona").await?;
//! let token = service.token("mona", &[Scope::Repo]).await?;
//! let repository = RepositorySeed::new("mona/app").file(".github/workflows/ci.yml", WORKFLOW);
//! service.create_repository(&repository).await?;
//! let run = service.run(&RunSeed::new("mona/app", "ci.yml", State::Failure)).await?;
//!
//! // What is tested asks `service.api()` with `token`, as it would ask GitHub Enterprise Server.
//! assert!(service.api().ends_with("/api/v3"));
//! assert!(token.starts_with("ryp_"));
//! assert_eq!(service.state_of(run).await?, State::Failure);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/rerun_bot.rs` tests a small bot. Those who do not write Rust say the same in a file: see [`Seed`] and
//! `runyard serve --store memory --seed FILE`.

#![warn(missing_docs)]

mod error;
mod leases;
mod people;
mod play;
mod repository;
mod run;
mod runner;
mod seed;
mod service;
mod state;
mod world;

pub use error::SeedError;
pub use people::{TokenSeed, UserSeed};
pub use repository::RepositorySeed;
pub use run::{AgainSeed, AnnotationSeed, JobSeed, Rerun, RunSeed};
pub use runner::{PlayedJob, PlayedRunner};
pub use runyard_domain::{
    Conclusion, RunId,
    account::{Scope, User},
    execution::AnnotationLevel,
    repository::{Repository, Role},
};
pub use runyard_engine::{Engine, Settings};
pub use seed::{Seed, SeededToken};
pub use service::Service;
pub use state::State;
pub use world::World;

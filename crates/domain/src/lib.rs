//! Workflow runs, attempts, jobs, steps and executions as pure state machines: no clock, no I/O, no randomness.
//!
//! [`run::Run`] and [`execution::Execution`] are the aggregates. Their methods are the only commands; a command
//! checks, records events and returns them, or returns a [`Refusal`]. Time and ids come in as arguments.
//! Replaying the events of a run gives the same run back.
//!
//! ```
//! use runyard_domain::concurrency::Groups;
//! use runyard_domain::execution::Patience;
//! use runyard_domain::run::{Cause, Contexts, Planning, Rerun, RerunOf, RunIdentity, single};
//! use runyard_domain::runner::RunnerRef;
//! use runyard_domain::{
//!     CheckSuiteId, Conclusion, Execution, ExecutionId, JobId, JobIds, JobStatus, RepositoryId, Run,
//!     RunId, RunStatus, RunnerId, Timestamp, UserId, WorkflowId, handover,
//! };
//!
//! // The language crate reads the file.
//! let text = "on: push
//! jobs:
//!   build: {runs-on: linux, steps: [{run: make}]}
//!   test: {needs: build, runs-on: linux, steps: [{run: make test}]}
//! ";
//! let definition = single(runyard_workflow::parse("ci.yml", text)?);
//!
//! // What caused the run is decided elsewhere; here it only is asked for.
//! let created_at = Timestamp::from_unix_micros(1_767_225_600_000_000).expect("a moment");
//! let ada = UserId::new(1);
//! let (mut run, mut history) = Run::request(RunIdentity {
//!     id: RunId::new(1),
//!     repository: RepositoryId::new(1),
//!     workflow: WorkflowId::new(1),
//!     check_suite: CheckSuiteId::new(1),
//!     number: 1,
//!     index: 1,
//!     event: "push".to_owned(),
//!     head_branch: Some("main".to_owned()),
//!     head_sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e".to_owned(),
//!     git_ref: "refs/heads/main".to_owned(),
//!     actor: ada,
//!     parent: None,
//!     trigger_key: "push:1".to_owned(),
//!     name: "CI".to_owned(),
//!     path: ".github/workflows/ci.yml".to_owned(),
//!     display_title: "Say hello".to_owned(),
//!     definition: "d".repeat(64),
//!     referenced: Vec::new(),
//!     cause: Cause::default(),
//!     created_at,
//! });
//!
//! // Every command takes the time, ids for new jobs, and what expressions see.
//! let contexts = Contexts::default();
//! let mut groups = Groups::default();
//! let mut ids = JobIds::new((1..100).map(JobId::new));
//! macro_rules! planning {
//!     () => {
//!         Planning {
//!             definition: &definition,
//!             contexts: &contexts,
//!             ids: &mut ids,
//!             groups: &mut groups,
//!             now: created_at,
//!         }
//!     };
//! }
//! history.extend(run.plan(planning!())?);
//! let build = run.attempt().planned().next().expect("it needs nothing").id;
//! assert_eq!(run.job(build)?.state.status(), JobStatus::Queued);
//!
//! // A runner is offered the job, takes it, and says how it ended.
//! let runner = RunnerRef {
//!     id: RunnerId::new(1),
//!     name: "pier".to_owned(),
//!     group: "Default".to_owned(),
//! };
//! let patience = Patience::default();
//! let offered = (run.id(), build);
//! let mut execution =
//!     Execution::offer(ExecutionId::new(1), offered, runner, created_at, patience);
//! let started = handover::start(&mut run, &mut execution, planning!(), patience)?;
//! history.extend(started.expect("the job was still queued"));
//! assert_eq!(run.status(), RunStatus::InProgress);
//! let (this, end) = (execution.id, (Conclusion::Failure, Vec::new()));
//! let all = std::slice::from_mut(&mut execution);
//! history.extend(handover::finish(&mut run, all, this, end, planning!(), patience)?);
//! assert_eq!(run.attempt().conclusion(), Some(Conclusion::Failure), "`test` was skipped");
//!
//! // What failed is run again: a new attempt of the same run.
//! let wish = Rerun { of: RerunOf::Failed, by: ada, debug: false, referenced: None };
//! history.extend(run.rerun(wish, planning!())?);
//! assert_eq!((run.attempt().number, run.status()), (2, RunStatus::Queued));
//!
//! // The events are all that there is to know of a run.
//! assert_eq!(Run::replay(&history)?, run);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod access;
pub mod account;
pub mod actions;
pub mod artifact;
pub mod cache;
pub mod concurrency;
pub mod configuration;
pub mod event;
pub mod execution;
pub mod handover;
mod ids;
pub mod permission;
pub mod pull_request;
mod refusal;
pub mod repository;
pub mod retention;
pub mod run;
pub mod runner;
mod status;
mod time;

pub use event::Event;
pub use execution::Execution;
pub use ids::*;
pub use refusal::Refusal;
pub use run::Run;
pub use status::{Conclusion, JobStatus, RunStatus, StepConclusion, StepStatus, UnknownWord};
pub use time::Timestamp;

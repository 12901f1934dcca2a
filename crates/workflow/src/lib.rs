//! The workflow language: reads GitHub Actions workflow files, checks them and models them; it
//! must not do I/O, read a clock or draw random numbers.
//!
//! A file goes through four stages: [`parse`] reads YAML into a tree with positions, walks the
//! tree by the tables of GitHub's known keys, builds the [`Workflow`] and checks its graph. All
//! errors of a file are reported, each with the line and column of what is wrong. Nothing is
//! ignored silently: [`unhonoured`] lists what GitHub knows and this version does not do yet.
//!
//! ```
//! use runyard_workflow::{EventName, parse};
//!
//! let workflow = parse(
//!     ".github/workflows/ci.yml",
//!     "on: push
//! jobs:
//!   build:
//!     runs-on: linux
//!     steps:
//!       - uses: actions/checkout@v4
//!       - run: make test
//! ",
//! )?;
//! assert!(workflow.on.has(EventName::Push));
//! assert_eq!(workflow.jobs[0].steps()[1].display_name(), "Run make test");
//!
//! let broken = "on: push\njobs:\n  build:\n    runs_on: linux\n";
//! let errors = parse("ci.yml", broken).expect_err("`runs_on` is not a key");
//! let listed: Vec<String> = errors.diagnostics.iter().map(ToString::to_string).collect();
//! assert_eq!(listed.len(), 2);
//! assert!(listed[0].starts_with("ci.yml:4:5: Unexpected value 'runs_on'"));
//! assert!(listed[1].starts_with("ci.yml:4:5: There's not enough info"));
//! # Ok::<(), runyard_workflow::InvalidWorkflow>(())
//! ```
#![warn(missing_docs)]

mod build;
pub mod cron;
mod diagnostic;
pub mod dispatch;
pub mod expression;
pub mod matrix;
pub mod model;
mod needs;
mod parse;
pub mod pattern;
pub mod plan;
mod reader;
pub mod reusable;
mod schema;
pub mod trigger;
mod unhonoured;

pub use diagnostic::{Diagnostic, InvalidWorkflow, MAX_DIAGNOSTICS};
pub use model::{
    EventName, InvalidName, Job, JobName, MAX_DISPLAY_NAME, Position, Step, StepAction, Trigger,
    Triggers, UnknownEvent, Workflow,
};
pub use needs::order;
pub use parse::{check_action, parse, parse_measured, parse_within};
pub use reader::limits;
pub use unhonoured::{UNHONOURED, unhonoured};

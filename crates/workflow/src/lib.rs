//! The workflow language: reads GitHub Actions workflow files, checks them and models them; it
//! must not do I/O, read a clock or draw random numbers.
//!
//! A file goes through four stages: [`parse`] reads YAML into a tree with positions, walks the
//! tree by the tables of GitHub's known keys, builds the [`Workflow`] and checks its graph. All
//! errors of a file are reported, each with the line and column of what is wrong. Nothing is
//! ignored silently: [`unhonoured`] lists what GitHub knows and this version does not do yet.
//!
//! ```
//! use runyard_workflow::expression::{NoFunctions, Object, Place};
//! use runyard_workflow::plan::{WorkflowOutline, github_context, plan};
//! use runyard_workflow::{expression, parse, trigger::EventFacts};
//!
//! // A file becomes a model, with everything that it says.
//! let path = ".github/workflows/ci.yml";
//! let workflow = parse(
//!     path,
//!     "on: {push: {branches: [main]}}
//! jobs:
//!   test:
//!     runs-on: ${{ matrix.os }}
//!     strategy: {matrix: {os: [linux, windows]}}
//!     steps:
//!       - uses: actions/checkout@v4
//!       - run: make test
//! ",
//! )?;
//! assert_eq!(workflow.jobs[0].steps()[1].display_name(), "Run make test");
//!
//! // Every error of a file is listed with its place.
//! let broken = "on: push\njobs:\n  build:\n    runs_on: linux\n    steps: []\n";
//! let errors = parse("ci.yml", broken).expect_err("`runs_on` is not a key");
//! let listed: Vec<String> = errors.diagnostics.iter().map(ToString::to_string).collect();
//! assert!(listed[0].starts_with("ci.yml:4:5: Unexpected value 'runs_on'"));
//! assert_eq!(listed[1], "ci.yml:4:5: Required property is missing: runs-on");
//!
//! // An event is planned: does it start, and with which jobs?
//! let payload = serde_json::json!({
//!     "ref": "refs/heads/main", "before": "0".repeat(40), "after": "a".repeat(40),
//!     "commits": [], "head_commit": {"message": "Test"},
//! });
//! let facts = EventFacts::from_payload("push", &payload)?;
//! let mut contexts = Object::new();
//! let github = github_context(&facts, &facts.run_place("main"), &payload);
//! contexts.insert("github", github);
//! let planned = plan(&WorkflowOutline::of(&workflow, path), &facts, &contexts, "main");
//! assert!(planned.starts);
//!
//! // An expression has a value in its contexts.
//! let main = expression::parse("github.ref_name == 'MAIN'", &Place::JobIf.allowed())?;
//! assert!(main.evaluate(&contexts, &NoFunctions)?.is_truthy());
//! # Ok::<(), Box<dyn std::error::Error>>(())
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

pub use diagnostic::{Diagnostic, InvalidAction, InvalidWorkflow, MAX_DIAGNOSTICS};
pub use model::{
    Action, EventName, InvalidName, Job, JobName, MAX_DISPLAY_NAME, Position, Step, StepAction,
    Trigger, Triggers, UnknownEvent, Workflow,
};
pub use needs::order;
pub use parse::{check_action, parse, parse_action, parse_measured, parse_within};
pub use reader::limits;
pub use unhonoured::{UNHONOURED, unhonoured};

//! What an event would start of a workflow: jobs, legs, order and conditions (what `runyard workflow
//! plan` prints); it must not plan real runs, whose needs have results.

mod condition;
mod outline;
mod planned;
mod tree;
mod whole;

pub use outline::{JobOutline, StrategyOutline};
pub use planned::{Legs, PlannedJob, PlannedLeg, Verdict, expand_strategy, plan_jobs};
pub use tree::ValueTemplate;
pub use whole::{Plan, PlannedRun, WorkflowOutline, from_json, github_context, plan};

//! The store between the engine and a real one: it watches, fails on purpose, and can be made wrong on purpose.

mod defect;
mod failing;
mod passing;
mod plan;

pub(crate) use defect::Defect;
pub(crate) use failing::FailingStore;
pub(crate) use plan::{CallPlan, PLAN, Trouble};

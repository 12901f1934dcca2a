//! The outermost keys of a workflow file; it must not know what stands inside a job.

use super::events::ON;
use super::job::JOBS;
use super::scalars::{TEXT, VARIABLES};
use super::settings::{PERMISSIONS, WORKFLOW_CONCURRENCY, WORKFLOW_DEFAULTS};
use crate::expression::Place;
use crate::schema::definition::{Definition, Mapping, Shape, at, known, may, must, plain};

pub(crate) static WORKFLOW: Definition =
    plain("a workflow is a mapping", &[Shape::Mapping(&WORKFLOW_KEYS)]);

static WORKFLOW_KEYS: Mapping = known(&[
    must("on", &ON),
    may("name", &TEXT),
    may("run-name", &RUN_NAME),
    may("description", &TEXT),
    may("permissions", &PERMISSIONS),
    may("env", &ENV),
    may("defaults", &WORKFLOW_DEFAULTS),
    may("concurrency", &WORKFLOW_CONCURRENCY),
    must("jobs", &JOBS),
]);

static RUN_NAME: Definition = at(Place::RunName, "run-name is a string", &[Shape::Text]);

static ENV: Definition = at(
    Place::Env,
    "env is a mapping of names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

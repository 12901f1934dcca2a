//! The keys of a job (semantics R2.60, R7.64); it must not know steps.

use super::scalars::{ANY, BOOLEAN, FILLED, NUMBER, SCALARS, TEXT_OR_TEXTS, VARIABLES};
use super::settings::{
    CONTAINER, ENVIRONMENT, JOB_CONCURRENCY, JOB_DEFAULTS, PERMISSIONS, SERVICES,
};
use super::step::STEPS;
use crate::expression::Place;
use crate::schema::definition::{
    Definition, Mapping, Shape, at, beside, free, known, may, must, plain,
};

pub(super) static JOBS: Definition = plain(
    "jobs is a mapping of job ids to jobs",
    &[Shape::Mapping(&JOB_IDS)],
);

static JOB_IDS: Mapping = free(&JOB);

static JOB: Definition = plain(
    "a job is a mapping",
    &[Shape::Mapping(&STEPS_JOB), Shape::Mapping(&CALL_JOB)],
);

static STEPS_JOB: Mapping = known(&[
    may("name", &NAME),
    may("needs", &TEXT_OR_TEXTS),
    may("if", &IF),
    may("permissions", &PERMISSIONS),
    must("runs-on", &RUNS_ON),
    may("environment", &ENVIRONMENT),
    may("concurrency", &JOB_CONCURRENCY),
    may("strategy", &STRATEGY),
    may("env", &ENV),
    may("defaults", &JOB_DEFAULTS),
    may("outputs", &OUTPUTS),
    may("timeout-minutes", &JOB_NUMBER),
    may("cancel-timeout-minutes", &JOB_NUMBER),
    may("continue-on-error", &JOB_BOOLEAN),
    may("container", &CONTAINER),
    may("services", &SERVICES),
    may("snapshot", &SNAPSHOT),
    may("steps", &STEPS),
]);

static CALL_JOB: Mapping = known(&[
    may("name", &NAME),
    may("needs", &TEXT_OR_TEXTS),
    may("if", &IF),
    may("permissions", &PERMISSIONS),
    must("uses", &FILLED),
    may("with", &CALL_WITH),
    may("secrets", &CALL_SECRETS),
    may("strategy", &STRATEGY),
    may("concurrency", &JOB_CONCURRENCY),
]);

static NAME: Definition = at(
    Place::JobName,
    "the name of a job is a string",
    &[Shape::Text],
);

static IF: Definition = at(
    Place::JobIf,
    "if is an expression",
    &[Shape::Condition, Shape::Text],
);

static JOB_NUMBER: Definition = at(
    Place::JobTimeout,
    "a number is allowed here",
    &[Shape::Number],
);

static JOB_BOOLEAN: Definition = at(
    Place::JobContinueOnError,
    "true or false is allowed here",
    &[Shape::Boolean],
);

static RUNS_ON: Definition = at(
    Place::RunsOn,
    "runs-on is a runner's label, a list of labels, or a mapping with group and labels",
    &[
        Shape::Filled,
        Shape::Sequence(&FILLED),
        Shape::Mapping(&RUNS_ON_KEYS),
    ],
);

static RUNS_ON_KEYS: Mapping = known(&[may("group", &FILLED), may("labels", &TEXT_OR_TEXTS)]);

static STRATEGY: Definition = at(
    Place::Strategy,
    "strategy is a mapping with matrix, fail-fast and max-parallel",
    &[Shape::Mapping(&STRATEGY_KEYS)],
);

static STRATEGY_KEYS: Mapping = known(&[
    may("matrix", &MATRIX),
    may("fail-fast", &BOOLEAN),
    may("max-parallel", &NUMBER),
]);

static MATRIX: Definition = plain(
    "matrix is a mapping of names to lists",
    &[Shape::Mapping(&MATRIX_KEYS)],
);

static MATRIX_KEYS: Mapping = beside(
    &[may("include", &FILTERS), may("exclude", &FILTERS)],
    &VECTOR,
);

static FILTERS: Definition = plain(
    "a list of mappings is allowed here",
    &[Shape::Sequence(&FILTER)],
);

static FILTER: Definition = plain(
    "a mapping of names to values is allowed here",
    &[Shape::Mapping(&FILTER_KEYS)],
);

static FILTER_KEYS: Mapping = free(&ANY);

static VECTOR: Definition = plain("a list of values is allowed here", &[Shape::Sequence(&ANY)]);

static ENV: Definition = at(
    Place::JobEnv,
    "env is a mapping of names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

static OUTPUTS: Definition = at(
    Place::JobOutputs,
    "outputs is a mapping of names to strings",
    &[Shape::Mapping(&VARIABLES)],
);

static SNAPSHOT: Definition = at(
    Place::RunsOn,
    "snapshot is an image name or a mapping with image-name and version",
    &[Shape::Filled, Shape::Mapping(&SNAPSHOT_KEYS)],
);

static SNAPSHOT_KEYS: Mapping = known(&[
    must("image-name", &FILLED),
    may("version", &FILLED),
    may("if", &SNAPSHOT_IF),
]);

static SNAPSHOT_IF: Definition = at(
    Place::RunsOn,
    "if is an expression",
    &[Shape::Condition, Shape::Text],
);

static CALL_WITH: Definition = at(
    Place::CallWith,
    "with is a mapping of input names to scalars",
    &[Shape::Mapping(&SCALARS)],
);

static CALL_SECRETS: Definition = at(
    Place::CallSecrets,
    "secrets is inherit or a mapping of names to strings",
    &[Shape::Words(&["inherit"]), Shape::Mapping(&VARIABLES)],
);

//! The keys of a step (semantics R7.64); it must not know jobs.

use super::scalars::{BOOLEAN, FILLED, TEXT_OR_TEXTS, VARIABLES};
use crate::expression::Place;
use crate::schema::definition::{Definition, Mapping, Shape, at, known, may, must, plain};

pub(super) static STEPS: Definition = plain("steps is a list of steps", &[Shape::Sequence(&STEP)]);

static STEP: Definition = plain(
    "a step is a mapping",
    &[
        Shape::Mapping(&RUN_STEP),
        Shape::Mapping(&USES_STEP),
        Shape::Mapping(&WAIT_STEP),
        Shape::Mapping(&WAIT_ALL_STEP),
        Shape::Mapping(&CANCEL_STEP),
        Shape::Mapping(&PARALLEL_STEP),
    ],
);

static RUN_STEP: Mapping = known(&[
    may("id", &FILLED),
    may("name", &NAME),
    may("if", &IF),
    must("run", &RUN),
    may("shell", &STRING),
    may("working-directory", &STRING),
    may("env", &ENV),
    may("continue-on-error", &STEP_BOOLEAN),
    may("timeout-minutes", &STEP_NUMBER),
    may("background", &BOOLEAN),
]);

static USES_STEP: Mapping = known(&[
    may("id", &FILLED),
    may("name", &NAME),
    may("if", &IF),
    must("uses", &FILLED),
    may("with", &WITH),
    may("env", &ENV),
    may("continue-on-error", &STEP_BOOLEAN),
    may("timeout-minutes", &STEP_NUMBER),
    may("background", &BOOLEAN),
]);

static WAIT_STEP: Mapping = known(&[
    may("id", &FILLED),
    may("name", &NAME),
    must("wait", &TEXT_OR_TEXTS),
]);

static WAIT_ALL_STEP: Mapping = known(&[
    may("id", &FILLED),
    may("name", &NAME),
    must("wait-all", &WAIT_ALL),
]);

static WAIT_ALL: Definition = plain(
    "nothing, or true, is allowed here",
    &[Shape::Null, Shape::Boolean],
);

static CANCEL_STEP: Mapping = known(&[
    may("id", &FILLED),
    may("name", &NAME),
    must("cancel", &FILLED),
]);

static PARALLEL_STEP: Mapping = known(&[
    may("id", &FILLED),
    may("name", &NAME),
    must("parallel", &STEPS),
]);

pub(super) static NAME: Definition = at(
    Place::Step,
    "the name of a step is a string",
    &[Shape::Text],
);

pub(super) static IF: Definition = at(
    Place::StepIf,
    "if is an expression",
    &[Shape::Condition, Shape::Text],
);

pub(super) static RUN: Definition = at(Place::Step, "run is a string", &[Shape::Text]);

pub(super) static STRING: Definition = at(Place::Step, "a string is allowed here", &[Shape::Text]);

pub(super) static FILLED_STRING: Definition = at(
    Place::Step,
    "a string that is not empty is allowed here",
    &[Shape::Filled],
);

pub(super) static ENV: Definition = at(
    Place::Step,
    "env is a mapping of names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

pub(super) static WITH: Definition = at(
    Place::Step,
    "with is a mapping of input names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

pub(super) static STEP_BOOLEAN: Definition = at(
    Place::Step,
    "true or false is allowed here",
    &[Shape::Boolean],
);

static STEP_NUMBER: Definition = at(Place::Step, "a number is allowed here", &[Shape::Number]);

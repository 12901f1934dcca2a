//! The keys of a step of a job (semantics R7.64) or of a composite action; it must not know jobs.

use super::scalars::{BOOLEAN, FILLED, NUMBER, TEXT, VARIABLES};
use crate::expression::Place;
use crate::schema::definition::{Definition, Mapping, Shape, at, holding, known, may, must, plain};

/// Values have the contexts of the steps that they stand in, unless they say otherwise.
pub(super) static STEPS: Definition = holding(
    Place::Step,
    "steps is a list of steps",
    &[Shape::Sequence(&STEP)],
);

static STEP: Definition = holding(
    Place::Step,
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
    may("id", &PLAIN),
    may("name", &NAME),
    may("if", &IF),
    must("run", &RUN),
    may("shell", &TEXT),
    may("working-directory", &TEXT),
    may("env", &ENV),
    may("continue-on-error", &BOOLEAN),
    may("timeout-minutes", &NUMBER),
    may("background", &PLAIN_BOOLEAN),
]);

static USES_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    may("if", &IF),
    must("uses", &PLAIN),
    may("with", &WITH),
    may("env", &ENV),
    may("continue-on-error", &BOOLEAN),
    may("timeout-minutes", &NUMBER),
    may("background", &PLAIN_BOOLEAN),
]);

static WAIT_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    must("wait", &PLAIN_TEXTS),
]);

static WAIT_ALL_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    must("wait-all", &WAIT_ALL),
]);

static WAIT_ALL: Definition = at(
    Place::Nowhere,
    "nothing, or true, is allowed here",
    &[Shape::Null, Shape::Boolean],
);

static CANCEL_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    must("cancel", &PLAIN),
]);

static PARALLEL_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    must("parallel", &STEPS),
]);

pub(super) static COMPOSITE_STEPS: Definition = holding(
    Place::CompositeStep,
    "steps is a list of steps",
    &[Shape::Sequence(&COMPOSITE_STEP)],
);

static COMPOSITE_STEP: Definition = holding(
    Place::CompositeStep,
    "a step is a mapping",
    &[
        Shape::Mapping(&COMPOSITE_RUN_STEP),
        Shape::Mapping(&COMPOSITE_USES_STEP),
    ],
);

static COMPOSITE_RUN_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    may("if", &COMPOSITE_IF),
    must("run", &RUN),
    must("shell", &FILLED),
    may("working-directory", &TEXT),
    may("env", &ENV),
    may("continue-on-error", &BOOLEAN),
]);

static COMPOSITE_USES_STEP: Mapping = known(&[
    may("id", &PLAIN),
    may("name", &NAME),
    may("if", &COMPOSITE_IF),
    must("uses", &PLAIN),
    may("with", &WITH),
    may("env", &ENV),
    may("continue-on-error", &BOOLEAN),
]);

/// What says which step or action is meant, and is no expression.
static PLAIN: Definition = at(
    Place::Nowhere,
    "a string that is not empty is allowed here",
    &[Shape::Filled],
);

static PLAIN_BOOLEAN: Definition = at(
    Place::Nowhere,
    "true or false is allowed here",
    &[Shape::Boolean],
);

static PLAIN_TEXTS: Definition = at(
    Place::Nowhere,
    "a string or a list of strings is allowed here",
    &[Shape::Filled, Shape::Sequence(&FILLED)],
);

static NAME: Definition = plain("the name of a step is a string", &[Shape::Text]);

static IF: Definition = at(
    Place::StepIf,
    "if is an expression",
    &[Shape::Condition, Shape::Text],
);

static COMPOSITE_IF: Definition = at(
    Place::CompositeStepIf,
    "if is an expression",
    &[Shape::Condition, Shape::Text],
);

static RUN: Definition = plain("run is a string", &[Shape::Text]);

static ENV: Definition = plain(
    "env is a mapping of names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

static WITH: Definition = plain(
    "with is a mapping of input names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

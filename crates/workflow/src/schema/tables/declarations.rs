//! What `workflow_dispatch` and `workflow_call` declare (semantics R6.31, R2.63, R2.64, R2.68); it must
//! not check given values.

use super::scalars::{BOOLEAN, FILLED, TEXT};
use crate::expression::Place;
use crate::schema::definition::{Definition, Mapping, Shape, at, free, known, may, must, plain};

pub(super) static WORKFLOW_DISPATCH: Definition = plain(
    "workflow_dispatch takes nothing or a mapping with inputs",
    &[Shape::Null, Shape::Mapping(&DISPATCH_KEYS)],
);

static DISPATCH_KEYS: Mapping = known(&[may("inputs", &DISPATCH_INPUTS)]);

static DISPATCH_INPUTS: Definition = plain(
    "inputs is a mapping of names to inputs",
    &[Shape::Null, Shape::Mapping(&DISPATCH_INPUT_NAMES)],
);

static DISPATCH_INPUT_NAMES: Mapping = free(&DISPATCH_INPUT);

static DISPATCH_INPUT: Definition = plain(
    "an input takes nothing or a mapping",
    &[Shape::Null, Shape::Mapping(&DISPATCH_INPUT_KEYS)],
);

static DISPATCH_INPUT_KEYS: Mapping = known(&[
    may("description", &TEXT),
    may("type", &DISPATCH_KIND),
    may("required", &BOOLEAN),
    may("default", &DISPATCH_DEFAULT),
    may("options", &OPTIONS),
    may("deprecationMessage", &TEXT),
]);

static DISPATCH_KIND: Definition = plain(
    "string, boolean, number, choice or environment is allowed here",
    &[Shape::Words(&[
        "string",
        "boolean",
        "number",
        "choice",
        "environment",
    ])],
);

static DISPATCH_DEFAULT: Definition = plain(
    "a string, a number or a boolean is allowed here",
    &[Shape::Null, Shape::Boolean, Shape::Number, Shape::Text],
);

static OPTIONS: Definition = plain(
    "options is a list of strings that are not empty",
    &[Shape::Sequence(&FILLED)],
);

pub(super) static WORKFLOW_CALL: Definition = plain(
    "workflow_call takes nothing or a mapping with inputs, secrets and outputs",
    &[Shape::Null, Shape::Mapping(&CALL_KEYS)],
);

static CALL_KEYS: Mapping = known(&[
    may("inputs", &CALL_INPUTS),
    may("secrets", &CALL_SECRETS),
    may("outputs", &CALL_OUTPUTS),
]);

static CALL_INPUTS: Definition = plain(
    "inputs is a mapping of names to inputs",
    &[Shape::Null, Shape::Mapping(&CALL_INPUT_NAMES)],
);

static CALL_INPUT_NAMES: Mapping = free(&CALL_INPUT);

static CALL_INPUT: Definition = plain(
    "an input is a mapping with type",
    &[Shape::Mapping(&CALL_INPUT_KEYS)],
);

static CALL_INPUT_KEYS: Mapping = known(&[
    must("type", &CALL_KIND),
    may("description", &TEXT),
    may("required", &BOOLEAN),
    may("default", &CALL_DEFAULT),
    may("deprecationMessage", &TEXT),
]);

static CALL_KIND: Definition = plain(
    "string, boolean or number is allowed here",
    &[Shape::Words(&["string", "boolean", "number"])],
);

static CALL_DEFAULT: Definition = at(
    Place::CallInputDefault,
    "a string, a number or a boolean is allowed here",
    &[Shape::Null, Shape::Boolean, Shape::Number, Shape::Text],
);

static CALL_SECRETS: Definition = plain(
    "secrets is a mapping of names to secrets",
    &[Shape::Null, Shape::Mapping(&CALL_SECRET_NAMES)],
);

static CALL_SECRET_NAMES: Mapping = free(&CALL_SECRET);

static CALL_SECRET: Definition = plain(
    "a secret takes nothing or a mapping with description and required",
    &[Shape::Null, Shape::Mapping(&CALL_SECRET_KEYS)],
);

static CALL_SECRET_KEYS: Mapping = known(&[may("description", &TEXT), may("required", &BOOLEAN)]);

static CALL_OUTPUTS: Definition = plain(
    "outputs is a mapping of names to outputs",
    &[Shape::Null, Shape::Mapping(&CALL_OUTPUT_NAMES)],
);

static CALL_OUTPUT_NAMES: Mapping = free(&CALL_OUTPUT);

static CALL_OUTPUT: Definition = plain(
    "an output is a mapping with value",
    &[Shape::Mapping(&CALL_OUTPUT_KEYS)],
);

static CALL_OUTPUT_KEYS: Mapping =
    known(&[may("description", &TEXT), must("value", &CALL_OUTPUT_VALUE)]);

static CALL_OUTPUT_VALUE: Definition = at(
    Place::CallOutputValue,
    "the value of an output is a string",
    &[Shape::Text],
);

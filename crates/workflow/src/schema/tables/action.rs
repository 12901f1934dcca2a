//! The keys of `action.yml`: composite, JavaScript and docker actions; it must not know workflows.

use super::scalars::{FILLED, TEXT, VARIABLES};
use super::step::COMPOSITE_STEPS;
use crate::expression::Place;
use crate::schema::definition::{
    Definition, Mapping, Shape, Switch, at, free, known, loosely, may, must, plain,
};

pub(crate) static ACTION: Definition =
    plain("an action is a mapping", &[Shape::Mapping(&ACTION_KEYS)]);

/// GitHub's runner reads over other keys, as it does in inputs.
pub(crate) static ACTION_KEYS: Mapping = loosely(&[
    may("name", &TEXT),
    may("author", &TEXT),
    may("description", &TEXT),
    may("inputs", &INPUTS),
    may("outputs", &OUTPUTS),
    must("runs", &RUNS),
    may("branding", &BRANDING),
]);

static BRANDING: Definition = plain(
    "branding is a mapping with icon and color",
    &[Shape::Mapping(&BRANDING_KEYS)],
);

static BRANDING_KEYS: Mapping = known(&[may("icon", &TEXT), may("color", &TEXT)]);

static INPUTS: Definition = plain(
    "inputs is a mapping of names to inputs",
    &[Shape::Null, Shape::Mapping(&INPUT_NAMES)],
);

static INPUT_NAMES: Mapping = free(&INPUT);

static INPUT: Definition = plain(
    "an input takes nothing or a mapping",
    &[Shape::Null, Shape::Mapping(&INPUT_KEYS)],
);

pub(crate) static INPUT_KEYS: Mapping = loosely(&[
    may("description", &TEXT),
    may("required", &REQUIRED),
    may("default", &INPUT_DEFAULT),
    may("deprecationMessage", &TEXT),
    may("type", &TEXT),
]);

/// Texts are read over, too.
static REQUIRED: Definition = plain(
    "true or false is allowed here",
    &[Shape::Boolean, Shape::Text],
);

static INPUT_DEFAULT: Definition = at(
    Place::ActionInputDefault,
    "the default of an input is a scalar",
    &[Shape::Text],
);

static OUTPUTS: Definition = plain(
    "outputs is a mapping of names to outputs",
    &[Shape::Null, Shape::Mapping(&OUTPUT_NAMES)],
);

static OUTPUT_NAMES: Mapping = free(&OUTPUT);

static OUTPUT: Definition = plain(
    "an output takes nothing or a mapping with description and value",
    &[Shape::Null, Shape::Mapping(&OUTPUT_KEYS)],
);

static OUTPUT_KEYS: Mapping = known(&[may("description", &TEXT), may("value", &OUTPUT_VALUE)]);

static OUTPUT_VALUE: Definition = at(
    Place::ActionOutput,
    "the value of an output is a string",
    &[Shape::Text],
);

static RUNS: Definition = plain(
    "runs is a mapping with using, and with steps, main or image",
    &[Shape::Switch(&KINDS)],
);

static KINDS: Switch = Switch {
    key: "using",
    cases: &[
        (&["composite"], &COMPOSITE),
        (&["node12", "node16", "node20", "node24"], &JAVASCRIPT),
        (&["docker"], &DOCKER),
    ],
};

static COMPOSITE: Mapping = known(&[must("using", &FILLED), must("steps", &COMPOSITE_STEPS)]);

static JAVASCRIPT: Mapping = known(&[
    must("using", &FILLED),
    must("main", &FILLED),
    may("pre", &FILLED),
    may("pre-if", &CONDITION),
    may("post", &FILLED),
    may("post-if", &CONDITION),
]);

static DOCKER: Mapping = known(&[
    must("using", &FILLED),
    must("image", &FILLED),
    may("args", &ARGUMENTS),
    may("entrypoint", &FILLED),
    may("pre-entrypoint", &FILLED),
    may("pre-if", &CONDITION),
    may("post-entrypoint", &FILLED),
    may("post-if", &CONDITION),
    may("env", &DOCKER_ENV),
]);

static ARGUMENTS: Definition = plain("args is a list of strings", &[Shape::Sequence(&ARGUMENT)]);

static ARGUMENT: Definition = at(
    Place::DockerAction,
    "an argument is a string",
    &[Shape::Text],
);

static DOCKER_ENV: Definition = at(
    Place::DockerAction,
    "env is a mapping of names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

static CONDITION: Definition = at(
    Place::CompositeStepIf,
    "an expression is allowed here",
    &[Shape::HookCondition, Shape::Text],
);

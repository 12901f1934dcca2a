//! Builds the declarations of `workflow_dispatch` and `workflow_call` (semantics R6.31, R2.63,
//! R2.64, R2.68); it must not check given values.

use super::read;
use crate::diagnostic::Diagnostics;
use crate::model::{
    CallDeclaration, CallInput, CallOutput, CallSecret, DispatchInput, InputKind, Located, Scalar,
    Tree, TreeValue,
};
use crate::reader::quoted;

/// Inputs of a dispatch (semantics R6.31).
const DISPATCH_INPUTS_MAX: usize = 25;

/// The inputs of `workflow_dispatch`.
pub(super) fn dispatch(body: &Tree, diagnostics: &mut Diagnostics) -> Vec<DispatchInput> {
    let Some(inputs) = body.get("inputs") else {
        return Vec::new();
    };
    if inputs.entries().len() > DISPATCH_INPUTS_MAX {
        let message = format!(
            "workflow_dispatch declares {} inputs, at most {DISPATCH_INPUTS_MAX} are allowed",
            inputs.entries().len()
        );
        diagnostics.report(inputs.position, message);
    }
    let entries = inputs.entries().iter();
    entries
        .filter_map(|(key, tree)| dispatch_input(key, tree, diagnostics))
        .collect()
}

fn dispatch_input(key: &Tree, tree: &Tree, diagnostics: &mut Diagnostics) -> Option<DispatchInput> {
    let kind = kind(tree);
    if kind == InputKind::Choice && tree.get("options").is_none() {
        let message = "Required property is missing: options; an input of type choice lists them";
        diagnostics.report(tree.position, message);
    }
    let default = tree.get("default").filter(|default| !default.is_null());
    if let Some(default) = default {
        check_default(kind, default, diagnostics);
    }
    Some(DispatchInput {
        name: read::located(key)?,
        description: read::plain(tree.get("description")),
        deprecation_message: read::plain(tree.get("deprecationMessage")),
        required: flag(tree, "required").unwrap_or(false),
        default: default
            .and_then(|tree| Some(Located::new(read::plain_scalar(tree)?, tree.position))),
        kind,
        options: tree.get("options").map(read::texts).unwrap_or_default(),
    })
}

fn kind(tree: &Tree) -> InputKind {
    match tree.get("type").and_then(Tree::text).as_deref() {
        Some("boolean") => InputKind::Boolean,
        Some("number") => InputKind::Number,
        Some("choice") => InputKind::Choice,
        Some("environment") => InputKind::Environment,
        Some(_) | None => InputKind::String,
    }
}

fn flag(tree: &Tree, name: &str) -> Option<bool> {
    tree.get(name).and_then(read::plain_boolean)
}

/// A plain default has the type of its input.
fn check_default(kind: InputKind, default: &Tree, diagnostics: &mut Diagnostics) {
    let TreeValue::Scalar(scalar) = &default.value else {
        return;
    };
    if !kind.takes(scalar) {
        let message = format!(
            "Unexpected value {}: the default of an input of this type is {}",
            quoted(&scalar.to_text()),
            kind.says()
        );
        diagnostics.report(default.position, message);
    }
}

impl InputKind {
    /// Whether `scalar` may be given for it (semantics R2.63, R7.63).
    pub(crate) fn takes(self, scalar: &Scalar) -> bool {
        match self {
            Self::Boolean => matches!(scalar, Scalar::Boolean(_)),
            Self::Number => matches!(scalar, Scalar::Number(_)),
            Self::String | Self::Choice | Self::Environment => true,
        }
    }

    /// What it takes, for messages.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::String | Self::Choice | Self::Environment => "a string",
        }
    }
}

/// What `workflow_call` declares.
pub(super) fn call(body: &Tree, diagnostics: &mut Diagnostics) -> CallDeclaration {
    let entries = |name: &str| body.get(name).map(Tree::entries).unwrap_or_default();
    CallDeclaration {
        inputs: entries("inputs")
            .iter()
            .filter_map(|(key, tree)| call_input(key, tree, diagnostics))
            .collect(),
        secrets: entries("secrets")
            .iter()
            .filter_map(|(key, tree)| call_secret(key, tree))
            .collect(),
        outputs: entries("outputs")
            .iter()
            .filter_map(|(key, tree)| call_output(key, tree))
            .collect(),
    }
}

fn call_input(key: &Tree, tree: &Tree, diagnostics: &mut Diagnostics) -> Option<CallInput> {
    let kind = kind(tree);
    let default = tree.get("default").filter(|default| !default.is_null());
    if let Some(default) = default {
        check_default(kind, default, diagnostics);
    }
    Some(CallInput {
        name: read::located(key)?,
        description: read::plain(tree.get("description")),
        deprecation_message: read::plain(tree.get("deprecationMessage")),
        required: flag(tree, "required"),
        default: default.and_then(read::scalar),
        kind,
    })
}

fn call_secret(key: &Tree, tree: &Tree) -> Option<CallSecret> {
    Some(CallSecret {
        name: read::located(key)?,
        description: read::plain(tree.get("description")),
        required: flag(tree, "required"),
        has_body: matches!(tree.value, TreeValue::Mapping(_)),
    })
}

fn call_output(key: &Tree, tree: &Tree) -> Option<CallOutput> {
    Some(CallOutput {
        name: read::located(key)?,
        description: read::plain(tree.get("description")),
        value: read::text(tree.get("value")?)?,
    })
}

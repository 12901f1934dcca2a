//! Whether a call gives what the called workflow declares (semantics R2.63, R2.64); it must not
//! compute values.

use crate::diagnostic::Diagnostics;
use crate::model::{
    Call, CallDeclaration, CallInput, CallSecrets, Field, Position, Scalar, Templated, Variable,
    Variables,
};

/// Reports what is wrong with the inputs and secrets of `call`.
pub(super) fn check(call: &Call, declared: &CallDeclaration, diagnostics: &mut Diagnostics) {
    inputs(call, declared, diagnostics);
    secrets(call, declared, diagnostics);
}

/// The pairs that are written one by one; `None` when an expression stands for them or in a name.
fn pairs(variables: Option<&Variables>) -> Option<Vec<(&str, &Variable)>> {
    let Some(variables) = variables else {
        return Some(Vec::new());
    };
    let pairs = variables.literal()?;
    pairs
        .iter()
        .map(|pair| Some((pair.name.literal()?.as_str(), pair)))
        .collect()
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// An empty secret counts as not passed (semantics R2.64).
fn is_empty(value: &Field<Scalar>) -> bool {
    let text = value.literal().map(Scalar::to_text);
    text.is_some_and(|text| text.is_empty())
}

fn inputs(call: &Call, declared: &CallDeclaration, diagnostics: &mut Diagnostics) {
    let Some(given) = pairs(call.with.as_ref()) else {
        return;
    };
    for (name, pair) in &given {
        let input = declared.inputs.iter().find(|input| same(&input.name, name));
        match input {
            Some(input) => check_type(input, pair, diagnostics),
            None => {
                let message =
                    format!("Invalid input, {name} is not defined in the referenced workflow.");
                diagnostics.report(pair.value.position, message);
            }
        }
    }
    let missing = |input: &&CallInput| !given.iter().any(|(name, _)| same(name, &input.name));
    let required = declared
        .inputs
        .iter()
        .filter(|input| input.required == Some(true));
    for input in required.filter(missing) {
        let name = &input.name.value;
        let message = format!("Input {name} is required, but not provided while calling.");
        diagnostics.report(call.uses.position, message);
    }
}

/// A plain value has the type of its input (semantics R2.63).
fn check_type(input: &CallInput, pair: &Variable, diagnostics: &mut Diagnostics) {
    let Templated::Literal(value) = &pair.value.value else {
        return;
    };
    if !input.kind.takes(value) {
        let message = format!(
            "Unexpected value '{}': input {} is {}",
            value.to_text(),
            input.name.value,
            input.kind.says()
        );
        diagnostics.report(pair.value.position, message);
    }
}

fn secrets(call: &Call, declared: &CallDeclaration, diagnostics: &mut Diagnostics) {
    let named = match call.secrets.as_ref().map(|secrets| &secrets.value) {
        Some(CallSecrets::Inherit) => return,
        Some(CallSecrets::Named(named)) => Some(named),
        None => None,
    };
    let Some(given) = pairs(named) else { return };
    for (name, pair) in &given {
        if !declared
            .secrets
            .iter()
            .any(|secret| same(&secret.name, name))
        {
            let message =
                format!("Invalid secret, {name} is not defined in the referenced workflow.");
            diagnostics.report(pair.value.position, message);
        }
    }
    let position: Position = call.uses.position;
    for secret in declared
        .secrets
        .iter()
        .filter(|secret| secret.required == Some(true))
    {
        let passes =
            |(name, pair): &(&str, &Variable)| same(name, &secret.name) && !is_empty(&pair.value);
        if !given.iter().any(passes) {
            let name = &secret.name.value;
            let message = format!("Secret {name} is required, but not provided while calling.");
            diagnostics.report(position, message);
        }
    }
}

//! Whether a call gives what the called workflow declares (semantics R2.63, R2.64); it must not
//! compute values.

use crate::diagnostic::Diagnostics;
use crate::model::{
    Call, CallDeclaration, CallInput, CallSecret, CallSecrets, Field, Scalar, Templated, Variable,
    Variables,
};
use std::collections::{HashMap, HashSet};

/// Reports what is wrong with the inputs and secrets of `call`.
pub(super) fn check(call: &Call, declared: &CallDeclaration, diagnostics: &mut Diagnostics) {
    inputs(call, declared, diagnostics);
    secrets(call, declared, diagnostics);
}

/// What a call gives, by name without regard to case.
type Given<'a> = HashMap<String, (&'a str, &'a Variable)>;

/// The pairs that are written one by one, in file order; `None` when an expression stands for them
/// or in a name.
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

/// Names are compared ignoring case.
fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn by_name<'a>(given: &[(&'a str, &'a Variable)]) -> Given<'a> {
    given.iter().map(|pair| (key(pair.0), *pair)).collect()
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
    let inputs = declared.inputs.iter();
    let inputs: HashMap<String, &CallInput> =
        inputs.map(|input| (key(&input.name), input)).collect();
    for (name, pair) in &given {
        match inputs.get(&key(name)) {
            Some(input) => check_type(input, pair, diagnostics),
            None => {
                let message =
                    format!("Invalid input, {name} is not defined in the referenced workflow.");
                diagnostics.report(pair.value.position, message);
            }
        }
    }
    let given = by_name(&given);
    let missing =
        |input: &&CallInput| input.required == Some(true) && !given.contains_key(&key(&input.name));
    for input in declared.inputs.iter().filter(missing) {
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
    let secrets = declared.secrets.iter();
    let secrets: HashSet<String> = secrets.map(|secret| key(&secret.name)).collect();
    for (name, pair) in &given {
        if !secrets.contains(&key(name)) {
            let message =
                format!("Invalid secret, {name} is not defined in the referenced workflow.");
            diagnostics.report(pair.value.position, message);
        }
    }
    let given = by_name(&given);
    let missing = |secret: &&CallSecret| {
        let passed = given.get(&key(&secret.name));
        secret.required == Some(true) && passed.is_none_or(|(_, pair)| is_empty(&pair.value))
    };
    for secret in declared.secrets.iter().filter(missing) {
        let name = &secret.name.value;
        let message = format!("Secret {name} is required, but not provided while calling.");
        diagnostics.report(call.uses.position, message);
    }
}

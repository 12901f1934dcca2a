//! Given values against declared inputs (semantics R6.32, R6.33); it must not start anything.

use crate::expression::{Object, Value, equal_ignoring_case};
use crate::model::{DispatchInput, InputKind, Located};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// A dispatch gives at most this many inputs (semantics R6.31).
pub const MAX_DISPATCH_INPUTS: usize = 25;
/// The inputs of a dispatch have at most this many characters as JSON (semantics R6.31).
pub const MAX_DISPATCH_PAYLOAD: usize = 65_535;

/// The values of every declared input, in the order of the file.
#[derive(Debug, Clone)]
pub struct DispatchInputs {
    /// The `inputs` context: booleans and numbers are such (semantics R6.33).
    pub typed: Object,
    /// `github.event.inputs`: the same as texts.
    pub texts: Vec<(String, String)>,
}

/// An input that cannot be used. Displays as a sentence that names input, value and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("input '{input}' {fault}")]
pub struct InvalidInput {
    /// The input's name.
    pub input: String,
    /// What is wrong.
    pub fault: InputFault,
}

/// What is wrong with an input (semantics R6.32).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputFault {
    /// The workflow does not declare it.
    #[error("is not declared by the workflow; {allowed}")]
    Unknown {
        /// Which inputs there are.
        allowed: String,
    },
    /// It is required, has no default and was not given.
    #[error("is required and not given; its type is {}", kind.name())]
    Missing {
        /// Its type.
        kind: InputKind,
    },
    /// Not one of the options.
    #[error("is '{value}', which is not one of its options: {options}")]
    Choice {
        /// What was given.
        value: String,
        /// What is allowed.
        options: String,
    },
    /// Not a boolean.
    #[error("is '{value}'; it must be true or false")]
    Boolean {
        /// What was given.
        value: String,
    },
    /// Not a number.
    #[error("is '{value}'; it must be a number")]
    Number {
        /// What was given.
        value: String,
    },
    /// No such environment.
    #[error("is '{value}', which is not an environment of the repository: {environments}")]
    Environment {
        /// What was given.
        value: String,
        /// Which there are.
        environments: String,
    },
    /// Null, a list or a mapping.
    #[error("is {value}; it must be a text, a number or a boolean")]
    NotScalar {
        /// What was given, as JSON.
        value: String,
    },
    /// Too many are given.
    #[error("is one of {count}; at most {MAX_DISPATCH_INPUTS} inputs may be given")]
    TooMany {
        /// How many are given.
        count: usize,
    },
    /// Too much is given.
    #[error("belongs to inputs of {length} characters; at most {MAX_DISPATCH_PAYLOAD} are allowed")]
    TooLong {
        /// How long they are together.
        length: usize,
    },
}

/// Checks given values and types them. `environments` are the repository's, when they are known;
/// `None` lets any name through (semantics R6.32).
///
/// # Errors
/// Every input that is wrong, in the order of the file, then those that it does not declare.
pub fn read_inputs(
    declared: &[DispatchInput],
    given: &Map<String, Json>,
    environments: Option<&[String]>,
) -> Result<DispatchInputs, Vec<InvalidInput>> {
    within_limits(given)?;
    let mut errors = Vec::new();
    let mut inputs = DispatchInputs {
        typed: Object::new(),
        texts: Vec::new(),
    };
    for input in declared {
        match input.read(find(given, &input.name), environments) {
            Ok((typed, text)) => {
                inputs.typed.insert(input.name.value.as_str(), typed);
                inputs.texts.push((input.name.value.clone(), text));
            }
            Err(fault) => errors.push(invalid(&input.name, fault)),
        }
    }
    let unknown = given.keys().filter(|name| {
        let same = |input: &DispatchInput| equal_ignoring_case(&input.name, name);
        !declared.iter().any(same)
    });
    let allowed = names_of(declared);
    errors.extend(unknown.map(|name| {
        let allowed = allowed.clone();
        invalid(name, InputFault::Unknown { allowed })
    }));
    if errors.is_empty() {
        Ok(inputs)
    } else {
        Err(errors)
    }
}

fn within_limits(given: &Map<String, Json>) -> Result<(), Vec<InvalidInput>> {
    let Some(last) = given.keys().next_back() else {
        return Ok(());
    };
    let count = given.len();
    if count > MAX_DISPATCH_INPUTS {
        return Err(vec![invalid(last, InputFault::TooMany { count })]);
    }
    let length = length(given);
    if length > MAX_DISPATCH_PAYLOAD {
        return Err(vec![invalid(last, InputFault::TooLong { length })]);
    }
    Ok(())
}

/// How many characters a mapping has as JSON.
pub(super) fn length(pairs: &Map<String, Json>) -> usize {
    let written = serde_json::to_string(pairs).expect("JSON can be written");
    written.chars().count()
}

fn invalid(input: &str, fault: InputFault) -> InvalidInput {
    InvalidInput {
        input: input.to_owned(),
        fault,
    }
}

fn find<'a>(given: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    let other_case = || given.iter().find(|(key, _)| equal_ignoring_case(key, name));
    given
        .get(name)
        .or_else(|| other_case().map(|(_, value)| value))
}

fn names_of(declared: &[DispatchInput]) -> String {
    if declared.is_empty() {
        return "it declares none".to_owned();
    }
    let names: Vec<&str> = declared
        .iter()
        .map(|input| input.name.value.as_str())
        .collect();
    format!("it declares: {}", names.join(", "))
}

impl DispatchInput {
    /// The value with its type, and as text.
    fn read(
        &self,
        given: Option<&Json>,
        environments: Option<&[String]>,
    ) -> Result<(Value, String), InputFault> {
        let text = match (given.map(scalar).transpose()?, &self.default) {
            (Some(text), _) if !(text.is_empty() && self.required) => text,
            (_, Some(default)) => Cow::Owned(default.to_text()),
            (_, None) if self.required => return Err(InputFault::Missing { kind: self.kind }),
            (_, None) => return Ok(self.absent()),
        };
        let typed = self.typed(&text, environments)?;
        Ok((typed, text.into_owned()))
    }

    /// What an optional input without default and value is (semantics R6.33).
    fn absent(&self) -> (Value, String) {
        match self.kind {
            InputKind::Boolean => (Value::from(false), "false".to_owned()),
            InputKind::String | InputKind::Choice | InputKind::Number | InputKind::Environment => {
                (Value::from(""), String::new())
            }
        }
    }

    fn typed(&self, text: &str, environments: Option<&[String]>) -> Result<Value, InputFault> {
        let value = || text.to_owned();
        // An optional input may be left empty, whatever its type.
        if text.is_empty() && !self.required {
            return Ok(self.absent().0);
        }
        match self.kind {
            InputKind::String => Ok(Value::from(text)),
            InputKind::Boolean => match text {
                "true" => Ok(Value::from(true)),
                "false" => Ok(Value::from(false)),
                _ => Err(InputFault::Boolean { value: value() }),
            },
            InputKind::Choice => {
                let listed = self.options.iter().any(|option| option.value == text);
                let options = || joined(&self.options);
                listed
                    .then(|| Value::from(text))
                    .ok_or_else(|| InputFault::Choice {
                        value: value(),
                        options: options(),
                    })
            }
            InputKind::Number => {
                let number = Value::from(text).to_number();
                let readable = number.is_finite() && !text.trim().is_empty();
                readable
                    .then(|| Value::from(number))
                    .ok_or_else(|| InputFault::Number { value: value() })
            }
            InputKind::Environment => {
                let known = environments.unwrap_or_default();
                let listed = known.iter().any(|name| equal_ignoring_case(name, text));
                if environments.is_none() || listed {
                    return Ok(Value::from(text));
                }
                Err(InputFault::Environment {
                    value: value(),
                    environments: known.join(", "),
                })
            }
        }
    }
}

fn joined(options: &[Located<String>]) -> String {
    let options: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
    options.join(", ")
}

fn scalar(given: &Json) -> Result<Cow<'_, str>, InputFault> {
    match given {
        Json::String(text) => Ok(Cow::Borrowed(text)),
        Json::Bool(_) | Json::Number(_) => Ok(Cow::Owned(given.to_string())),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(InputFault::NotScalar {
            value: given.to_string(),
        }),
    }
}

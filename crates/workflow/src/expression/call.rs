//! The functions of the language (semantics 7.4). Arguments are evaluated only when they are needed;
//! it must not know the caller's functions.

use super::compare::equal;
use super::error::EvaluationError;
use super::evaluate::{Evaluator, Outcome};
use super::memory::{Counter, text_size};
use super::syntax::Node;
use super::text::upper;
use super::value::Value;
use super::{format, json};

/// The arguments of a call, not evaluated yet.
pub(super) struct Arguments<'e, 'a, 'n> {
    evaluator: &'e mut Evaluator<'a>,
    nodes: &'n [Node],
    level: usize,
}

impl<'e, 'a, 'n> Arguments<'e, 'a, 'n> {
    pub(super) fn new(evaluator: &'e mut Evaluator<'a>, nodes: &'n [Node], level: usize) -> Self {
        Self {
            evaluator,
            nodes,
            level,
        }
    }

    /// The value of one; the parser has made sure that it is there.
    pub(super) fn get(&mut self, place: usize) -> Result<Value, EvaluationError> {
        self.evaluator.node(&self.nodes[place], self.level)
    }

    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn all(&mut self) -> Result<Vec<Value>, EvaluationError> {
        (0..self.count()).map(|place| self.get(place)).collect()
    }

    /// The two as texts without case, when both are scalars; a collection makes the second unread.
    fn texts(&mut self) -> Result<Option<(String, String)>, EvaluationError> {
        let whole = self.get(0)?;
        if !whole.is_scalar() {
            return Ok(None);
        }
        let part = self.get(1)?;
        Ok(part
            .is_scalar()
            .then(|| (upper(&whole.to_text()), upper(&part.to_text()))))
    }
}

/// `case(condition, value, ..., otherwise)`
pub(super) fn case(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let otherwise = arguments.count() - 1;
    for condition in (0..otherwise).step_by(2) {
        match arguments.get(condition)?.as_bool() {
            Some(true) => return arguments.get(condition + 1).map(Outcome::computed),
            Some(false) => {}
            None => return Err(EvaluationError::CasePredicate),
        }
    }
    arguments.get(otherwise).map(Outcome::computed)
}

/// `contains(whole, part)`: a text in a text, or an item equal to the part.
pub(super) fn contains(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let whole = arguments.get(0)?;
    let found = match whole.as_array() {
        Some([]) => false,
        Some(items) => {
            let part = arguments.get(1)?;
            items.iter().any(|item| equal(&part, item))
        }
        None if whole.is_scalar() => {
            let part = arguments.get(1)?;
            part.is_scalar() && upper(&whole.to_text()).contains(&upper(&part.to_text()))
        }
        None => false,
    };
    Ok(Outcome::computed(found))
}

/// `startsWith(whole, part)`
pub(super) fn starts_with(
    arguments: &mut Arguments<'_, '_, '_>,
) -> Result<Outcome, EvaluationError> {
    let texts = arguments.texts()?;
    Ok(Outcome::computed(
        texts.is_some_and(|(whole, part)| whole.starts_with(&part)),
    ))
}

/// `endsWith(whole, part)`
pub(super) fn ends_with(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let texts = arguments.texts()?;
    Ok(Outcome::computed(
        texts.is_some_and(|(whole, part)| whole.ends_with(&part)),
    ))
}

/// `format(text, ...)`
pub(super) fn format(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let format = arguments.get(0)?.to_text();
    let supplied = arguments.count() - 1;
    let segments = format::segments(&format, supplied)?;
    let mut known: Vec<Option<Value>> = vec![None; supplied];
    let mut counter = Counter::default();
    let mut result = String::new();
    for segment in segments {
        let text = match segment {
            format::Segment::Text(text) => text.into(),
            format::Segment::Argument { place, specifiers } => {
                let value = match &known[place] {
                    Some(value) => value.clone(),
                    None => known[place].insert(arguments.get(place + 1)?).clone(),
                };
                if !specifiers.is_empty() {
                    let kind = value.kind().name();
                    return Err(EvaluationError::FormatSpecifiers { specifiers, kind });
                }
                value.to_text()
            }
        };
        if !text.is_empty() {
            counter.add(text_size(&text))?;
            result.push_str(&text);
        }
    }
    Ok(Outcome::computed(result))
}

/// `join(items, separator)`
pub(super) fn join(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let items = arguments.get(0)?;
    let Some(items) = items.as_array() else {
        let text = if items.is_scalar() {
            items.to_text()
        } else {
            "".into()
        };
        return Ok(Outcome::computed(Value::String(text)));
    };
    let mut separator = Value::from(",").to_text();
    if items.len() > 1 && arguments.count() > 1 {
        let given = arguments.get(1)?;
        if given.is_scalar() {
            separator = given.to_text();
        }
    }
    let mut counter = Counter::default();
    let mut result = String::new();
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            counter.add(text_size(&separator))?;
            result.push_str(&separator);
        }
        let text = item.to_text();
        counter.add(text_size(&text))?;
        result.push_str(&text);
    }
    Ok(Outcome::computed(result))
}

/// `fromJSON(text)`
pub(super) fn from_json(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let text = arguments.get(0)?.to_text();
    json::read(&text).map(Outcome::data)
}

/// `toJSON(value)`
pub(super) fn to_json(arguments: &mut Arguments<'_, '_, '_>) -> Result<Outcome, EvaluationError> {
    let value = arguments.get(0)?;
    json::write(&value).map(Outcome::computed)
}

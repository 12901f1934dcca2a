//! Checks scalars and parses the expressions in them; it must not know any particular key.

use super::check::Checker;
use super::definition::{Definition, ReadCondition, Shape};
use crate::expression::{ParseError, Place, Template};
use crate::model::{Computed, Scalar, TreeValue};
use crate::reader::{Position, quoted};

const OPEN: &str = "${{";

impl Checker<'_> {
    pub(super) fn scalar(
        &mut self,
        scalar: &Scalar,
        position: Position,
        definition: &Definition,
        place: Option<Place>,
    ) -> TreeValue {
        if let Some(read) = definition.condition() {
            return self.condition(&scalar.to_text(), position, place, read);
        }
        let value = match scalar {
            Scalar::Text(text) if text.contains(OPEN) => self.text(text, position, place, false).0,
            Scalar::Null | Scalar::Boolean(_) | Scalar::Number(_) | Scalar::Text(_) => {
                TreeValue::Scalar(scalar.clone())
            }
        };
        match value {
            TreeValue::Scalar(scalar) => self.fit(scalar, position, definition),
            TreeValue::Computed(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => value,
        }
    }

    /// The text with its expressions parsed, and whether nothing was wrong; otherwise the text as
    /// it is.
    pub(super) fn text(
        &mut self,
        text: &str,
        position: Position,
        place: Option<Place>,
        key: bool,
    ) -> (TreeValue, bool) {
        let raw = || TreeValue::Scalar(Scalar::Text(text.to_owned()));
        if !text.contains(OPEN) {
            return (raw(), true);
        }
        let Some(place) = place.filter(|place| *place != Place::Nowhere) else {
            let message = "An expression is not allowed here; only plain text is";
            self.report(position, message);
            return (raw(), false);
        };
        match Template::parse(text, &place.allowed()) {
            Err(errors) => {
                self.expression_errors(position, errors);
                (raw(), false)
            }
            Ok(Template::Literal(text)) => (TreeValue::Scalar(Scalar::Text(text)), true),
            Ok(Template::Insert) if !key => {
                let message = "The directive 'insert' is not allowed in this context; it stands \
                               as a key";
                self.report(position, message);
                (raw(), false)
            }
            Ok(Template::Insert) => (raw(), true),
            Ok(Template::Expression(expression) | Template::Format(expression)) => {
                let value = match constant(expression.source()) {
                    Some(text) => TreeValue::Scalar(Scalar::Text(text)),
                    None => TreeValue::Computed(Computed {
                        text: text.to_owned(),
                        expression,
                    }),
                };
                (value, true)
            }
        }
    }

    fn condition(
        &mut self,
        text: &str,
        position: Position,
        place: Option<Place>,
        read: ReadCondition,
    ) -> TreeValue {
        let place = place.unwrap_or(Place::Nowhere);
        match read(text, &place.allowed()) {
            Ok(expression) => TreeValue::Computed(Computed {
                text: text.to_owned(),
                expression,
            }),
            Err(errors) => {
                self.expression_errors(position, errors);
                TreeValue::Scalar(Scalar::Text(text.to_owned()))
            }
        }
    }

    fn expression_errors(&mut self, position: Position, errors: Vec<ParseError>) {
        for error in errors {
            self.report(position, error.message);
        }
    }

    /// The scalar in one of the shapes that may stand here; reported when there is none.
    fn fit(&mut self, scalar: Scalar, position: Position, definition: &Definition) -> TreeValue {
        let fits = |scalar: &Scalar| definition.shapes.iter().any(|shape| shape.fits(scalar));
        if fits(&scalar) {
            return TreeValue::Scalar(scalar);
        }
        let text = scalar.to_text();
        let as_text = Scalar::Text(text.clone());
        if fits(&as_text) {
            return TreeValue::Scalar(as_text);
        }
        let message = format!("Unexpected value {}: {}", quoted(&text), definition.says);
        self.report(position, message);
        TreeValue::Scalar(as_text)
    }
}

impl Shape {
    fn fits(&self, scalar: &Scalar) -> bool {
        match (self, scalar) {
            (Self::Any, _)
            | (Self::Null, Scalar::Null)
            | (Self::Boolean, Scalar::Boolean(_))
            | (Self::Number, Scalar::Number(_))
            | (Self::Text | Self::Condition | Self::HookCondition, Scalar::Text(_)) => true,
            (Self::Filled, Scalar::Text(text)) => !text.is_empty(),
            (Self::Words(words), Scalar::Text(text)) => words.contains(&text.as_str()),
            (
                Self::Null
                | Self::Boolean
                | Self::Number
                | Self::Text
                | Self::Filled
                | Self::Words(_)
                | Self::Condition
                | Self::HookCondition
                | Self::Sequence(_)
                | Self::Mapping(_)
                | Self::Switch(_),
                _,
            ) => false,
        }
    }
}

/// The text that an expression stands for which is nothing but that text in quotes; GitHub reads
/// it as if the file said so plainly.
fn constant(source: &str) -> Option<String> {
    let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character == '\'' && characters.next() != Some('\'') {
            return None;
        }
        text.push(character);
    }
    Some(text)
}

//! Reads scalars where strings are expected (semantics R7.63); it must not evaluate expressions,
//! which this version refuses.

use super::walker::Walker;
use crate::reader::{Node, Position, Value, quoted};

/// What opens an expression (semantics R7.1).
const EXPRESSION: &str = "${{";

impl Walker<'_> {
    /// A scalar as text; null is the empty text.
    pub(super) fn text(&mut self, node: &Node, expected: &str) -> String {
        let Value::Scalar(scalar) = &node.value else {
            self.unexpected(node, expected);
            return String::new();
        };
        let text = scalar.to_text();
        self.refuse_expression(&text, node.position);
        text
    }

    /// A scalar as text, `None` when it is null or empty.
    pub(super) fn optional_text(&mut self, node: Option<&Node>, expected: &str) -> Option<String> {
        node.map(|node| self.text(node, expected))
            .filter(|text| !text.is_empty())
    }

    /// A scalar as text that must not be empty; `None` when it was reported.
    pub(super) fn required_text(&mut self, node: &Node, expected: &str) -> Option<String> {
        match &node.value {
            Value::Scalar(scalar) if scalar.to_text().is_empty() => {
                self.unexpected(node, expected);
                None
            }
            Value::Scalar(scalar) => {
                let text = scalar.to_text();
                self.refuse_expression(&text, node.position).then_some(text)
            }
            Value::Sequence(_) | Value::Mapping(_) => {
                self.unexpected(node, expected);
                None
            }
        }
    }

    /// One scalar or a sequence of them (semantics R6.2, R2.1), none of them empty, each with its
    /// place.
    pub(super) fn texts(&mut self, node: &Node, expected: &str) -> Vec<(String, Position)> {
        let items: Vec<&Node> = match &node.value {
            Value::Sequence(items) => items.iter().map(|item| &**item).collect(),
            Value::Scalar(_) | Value::Mapping(_) => vec![node],
        };
        items
            .into_iter()
            .filter_map(|item| Some((self.required_text(item, expected)?, item.position)))
            .collect()
    }

    /// Reports `text` if it holds an expression, and says whether it does not.
    pub(super) fn refuse_expression(&mut self, text: &str, position: Position) -> bool {
        let Some(at) = text.find(EXPRESSION) else {
            return true;
        };
        let shown = quoted(&text[at..]);
        let message = format!(
            "The expression {shown} is valid in GitHub Actions but not honoured yet by this \
             version; only plain text is allowed here"
        );
        self.report(position, message);
        false
    }
}

//! Expressions as a file writes them and as they are computed; it must not compute them.

use crate::expression::{Allowed, Expression, Template};
use crate::reader::Position;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A scalar with `${{ }}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The scalar as the file writes it.
    pub text: String,
    /// What it means: the expression alone, or `format` of text and expressions (semantics R7.1).
    pub expression: Expression,
}

impl Serialize for Computed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// What was written was checked when its file was read, so any name is taken.
impl<'de> Deserialize<'de> for Computed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match Template::parse(&text, &Allowed::ANYTHING) {
            Ok(Template::Expression(expression) | Template::Format(expression)) => {
                Ok(Self { text, expression })
            }
            Ok(Template::Literal(_) | Template::Insert) => {
                Err(de::Error::custom("text without an expression"))
            }
            Err(errors) => Err(de::Error::custom(errors[0].clone())),
        }
    }
}

/// An `if`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Where the file has it; absent when it has none.
    pub position: Option<Position>,
    /// What decides, a status function included (semantics R2.10).
    pub expression: Expression,
}

//! The values of expressions and their conversions (semantics 7.3); it must not evaluate or print JSON.

use super::number;
use super::object::Object;
use std::sync::Arc;

/// A value. Copies are cheap, and a copied array or object is still the same one (semantics R7.20).
#[derive(Debug, Clone)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// Any number; all are doubles.
    Number(f64),
    /// Text.
    String(Arc<str>),
    /// Items in order.
    Array(Arc<Array>),
    /// Pairs in order, found ignoring case.
    Object(Arc<Object>),
}

/// The kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A double.
    Number,
    /// Text.
    String,
    /// Items.
    Array,
    /// Pairs.
    Object,
}

impl Kind {
    /// GitHub's word: `Null`, `Boolean`, `Number`, `String`, `Array`, `Object`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Boolean => "Boolean",
            Self::Number => "Number",
            Self::String => "String",
            Self::Array => "Array",
            Self::Object => "Object",
        }
    }
}

/// The items of an array.
#[derive(Debug, Default)]
pub struct Array {
    items: Vec<Value>,
    filtered: bool,
}

impl Array {
    /// The items in order.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// Whether a filter `.*` made it, so that a further access applies to each item (semantics 7.3).
    pub fn is_filtered(&self) -> bool {
        self.filtered
    }

    pub(super) fn filtered(items: Vec<Value>) -> Self {
        Self {
            items,
            filtered: true,
        }
    }
}

impl From<Vec<Value>> for Array {
    fn from(items: Vec<Value>) -> Self {
        Self {
            items,
            filtered: false,
        }
    }
}

impl Value {
    /// Which kind it is of.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Boolean(_) => Kind::Boolean,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
            Self::Array(_) => Kind::Array,
            Self::Object(_) => Kind::Object,
        }
    }

    /// Null, a boolean, a number or a string.
    pub fn is_scalar(&self) -> bool {
        match self {
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::String(_) => true,
            Self::Array(_) | Self::Object(_) => false,
        }
    }

    /// What `if`, `!`, `&&` and `||` make of it (semantics R7.30).
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::String(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }

    /// The value as a number; not a number for collections and other texts (semantics 7.3).
    pub fn to_number(&self) -> f64 {
        match self {
            Self::Null => 0.0,
            Self::Boolean(value) => f64::from(u8::from(*value)),
            Self::Number(number) => *number,
            Self::String(text) => number::parse(text),
            Self::Array(_) | Self::Object(_) => f64::NAN,
        }
    }

    /// The value as text; `Array` and `Object` for collections (semantics 7.3).
    pub fn to_text(&self) -> Arc<str> {
        match self {
            Self::Null => Arc::from(""),
            Self::Boolean(value) => Arc::from(if *value { "true" } else { "false" }),
            Self::Number(number) => number::print(*number).into(),
            Self::String(text) => Arc::clone(text),
            Self::Array(_) | Self::Object(_) => Arc::from(self.kind().name()),
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The truth value, if it is one: what a `boolean` field takes (semantics R7.31).
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Null | Self::Number(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The number, if it is one: what a `number` field takes (semantics R7.31).
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Null | Self::Boolean(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The items, if it is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(array) => Some(array.items()),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => {
                None
            }
        }
    }

    /// The pairs, if it is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => {
                None
            }
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(items.into()))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

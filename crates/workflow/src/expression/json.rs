//! Values from JSON and to JSON, as `fromJSON` and `toJSON` read and print them (semantics 7.4) and
//! as serde does; it must not evaluate.

use super::error::EvaluationError;
use super::memory::{Counter, text_size};
use super::number;
use super::object::Object;
use super::value::Value;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// How deep the JSON that `fromJSON` reads may be.
const MAX_NESTING: usize = 100;

/// The one value that a text holds.
pub(super) fn read(text: &str) -> Result<Value, EvaluationError> {
    let failed = |error: serde_json::Error| EvaluationError::Json {
        reason: error.to_string(),
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Reader { left: MAX_NESTING }
        .deserialize(&mut deserializer)
        .map_err(failed)?;
    deserializer.end().map_err(failed)?;
    Ok(value)
}

/// The value with two spaces for each level and line feeds.
pub(super) fn write(value: &Value) -> Result<String, EvaluationError> {
    let mut writer = Writer::default();
    writer.value("", value, 0)?;
    Ok(writer.text)
}

/// Prints token after token, counting their memory as GitHub does.
#[derive(Default)]
struct Writer {
    text: String,
    counter: Counter,
}

impl Writer {
    fn token(&mut self, prefix: &str, token: &str) -> Result<(), EvaluationError> {
        self.counter
            .add(text_size(prefix) + text_size(token) - text_size(""))?;
        self.text.push_str(prefix);
        self.text.push_str(token);
        Ok(())
    }

    fn value(&mut self, prefix: &str, value: &Value, level: usize) -> Result<(), EvaluationError> {
        match value {
            Value::Null => self.token(prefix, "null"),
            Value::Boolean(_) | Value::Number(_) => self.token(prefix, &value.to_text()),
            Value::String(text) => self.token(prefix, &quoted(text)),
            Value::Array(array) if array.items().is_empty() => self.token(prefix, "[]"),
            Value::Object(object) if object.is_empty() => self.token(prefix, "{}"),
            Value::Array(array) => {
                self.token(prefix, "[")?;
                for (place, item) in array.items().iter().enumerate() {
                    self.value(&line(place > 0, level + 1), item, level + 1)?;
                }
                self.token(&line(false, level), "]")
            }
            Value::Object(object) => {
                self.token(prefix, "{")?;
                for (place, (name, item)) in object.iter().enumerate() {
                    self.token(&line(place > 0, level + 1), &quoted(name))?;
                    self.value(": ", item, level + 1)?;
                }
                self.token(&line(false, level), "}")
            }
        }
    }
}

/// The start of a line, after a comma if one is due.
fn line(comma: bool, level: usize) -> String {
    format!("{}\n{}", if comma { "," } else { "" }, "  ".repeat(level))
}

/// A text in double quotes, with what JSON cannot hold escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Reads any value, so many levels deep at most.
#[derive(Clone, Copy)]
struct Reader {
    left: usize,
}

impl Reader {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1);
        left.map(|left| Self { left })
            .ok_or_else(|| E::custom(format!("more than {MAX_NESTING} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let reader = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(reader)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let reader = self.deeper()?;
        let mut object = Object::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(reader)?;
            object.insert_parsed(name, value);
        }
        Ok(object.into())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { left: usize::MAX }.deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let object = value.as_object().cloned();
        object.ok_or_else(|| D::Error::custom("an object was expected"))
    }
}

/// Whole numbers are written without a point; those that JSON lacks as their names.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(number) if !number.is_finite() => {
                serializer.serialize_str(&number::print(*number))
            }
            Self::Number(number) if is_safe_integer(*number) => {
                serializer.serialize_i64(*number as i64)
            }
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(array) => {
                let mut sequence = serializer.serialize_seq(Some(array.items().len()))?;
                for item in array.items() {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Whole, and no other whole number has the same double.
fn is_safe_integer(number: f64) -> bool {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    number.trunc() == number && number.abs() <= LARGEST
}

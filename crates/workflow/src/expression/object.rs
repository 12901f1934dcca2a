//! Objects as contexts are: pairs in the order they came, found ignoring case (semantics R7.32); it
//! must not know what they mean.

use super::text::upper;
use super::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pairs in insertion order. Names are found ignoring case, unless the object is case-sensitive.
#[derive(Debug, Clone, Default)]
pub struct Object {
    entries: Vec<(Arc<str>, Value)>,
    places: BTreeMap<String, usize>,
    case_sensitive: bool,
}

impl Object {
    /// Without pairs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Without pairs, and `A` is not `a`: `env` on Linux and macOS (semantics R7.32).
    pub fn case_sensitive() -> Self {
        Self {
            case_sensitive: true,
            ..Self::default()
        }
    }

    /// Adds a pair at the end; a name that is there keeps its place and spelling and gets the new
    /// value. Says whether the name is new.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> bool {
        let name = name.into();
        let key = self.key(&name);
        match self.places.get(&key) {
            Some(&place) => {
                self.entries[place].1 = value.into();
                false
            }
            None => {
                self.places.insert(key, self.entries.len());
                self.entries.push((name, value.into()));
                true
            }
        }
    }

    /// Adds a pair as JSON readers do: the last value of a name counts, but a name that differs
    /// from an earlier one by case alone is left out.
    pub(super) fn insert_parsed(&mut self, name: String, value: Value) {
        match self.places.get(&self.key(&name)) {
            Some(&place) if *self.entries[place].0 == *name => self.entries[place].1 = value,
            Some(_) => {}
            None => {
                self.insert(name, value);
            }
        }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let place = *self.places.get(&self.key(name))?;
        Some(&self.entries[place].1)
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(name, value)| (&**name, value))
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn key(&self, name: &str) -> String {
        if self.case_sensitive {
            name.to_owned()
        } else {
            upper(name)
        }
    }
}

impl<N: Into<Arc<str>>, V: Into<Value>> FromIterator<(N, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut object = Self::new();
        for (name, value) in pairs {
            object.insert(name, value);
        }
        object
    }
}

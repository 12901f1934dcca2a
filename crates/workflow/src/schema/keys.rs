//! Finds out which of several mappings a file means, by the keys that it has; it must not read
//! values.

use super::definition::{Definition, Mapping};

/// The mappings that the keys so far allow, and those keys.
pub(super) struct Candidates {
    mappings: Vec<&'static Mapping>,
    seen: Vec<&'static str>,
}

impl Candidates {
    pub(super) fn new(mappings: Vec<&'static Mapping>) -> Self {
        Self {
            mappings,
            seen: Vec::new(),
        }
    }

    /// What the key `name` holds; mappings that do not know it are given up.
    pub(super) fn take(&mut self, name: &str) -> Option<&'static Definition> {
        let mut value = None;
        let knows = |mapping: &&'static Mapping| mapping.property(name);
        if let Some(property) = self.mappings.iter().find_map(knows) {
            self.mappings.retain(|mapping| knows(mapping).is_some());
            self.seen.push(property.name);
            value = Some(property.value);
        }
        value.or_else(|| self.free())
    }

    /// Whether other keys are only remarked.
    pub(super) fn strays(&self) -> bool {
        matches!(self.mappings.as_slice(), [mapping] if mapping.strays)
    }

    /// What a free key holds.
    pub(super) fn free(&self) -> Option<&'static Definition> {
        match self.mappings.as_slice() {
            [mapping] => mapping.free,
            _ => None,
        }
    }

    /// What is wrong when the file has no more keys than those so far.
    pub(super) fn missing(&self) -> Vec<String> {
        let properties = self.mappings.iter().flat_map(|mapping| mapping.keys);
        let missing: Vec<&str> = properties
            .filter(|property| property.required && !self.seen.contains(&property.name))
            .map(|property| property.name)
            .collect();
        match self.mappings.as_slice() {
            [_] => {
                let sentence = |name| format!("Required property is missing: {name}");
                missing.into_iter().map(sentence).collect()
            }
            _ => vec![format!(
                "There's not enough info to determine what you meant. Add one of these \
                 properties: {}",
                missing.join(", ")
            )],
        }
    }

    /// The keys that may stand here, for messages.
    pub(super) fn allowed(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for property in self.mappings.iter().flat_map(|mapping| mapping.keys) {
            if !names.contains(&property.name) {
                names.push(property.name);
            }
        }
        match names.as_slice() {
            [] => "no keys are allowed here".to_owned(),
            names => format!("allowed keys: {}", names.join(", ")),
        }
    }
}

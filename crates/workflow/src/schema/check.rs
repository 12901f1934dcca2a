//! Checks a tree by the tables and gives what it says, expressions parsed; it must not know any
//! particular key.

use super::definition::{Definition, Mapping};
use super::keys::Candidates;
use crate::diagnostic::Diagnostics;
use crate::expression::Place;
use crate::model::{Scalar, Tree, TreeValue};
use crate::reader::{Entry, Node, Position, Value, quoted};

/// Checks `root` by `definition`. Every fault is reported; what is faulty is left out of the
/// answer, or stands in it as the file writes it.
pub(crate) fn check(root: &Node, definition: &Definition, diagnostics: &mut Diagnostics) -> Tree {
    Checker { diagnostics }.node(root, definition, None)
}

pub(super) struct Checker<'d> {
    pub(super) diagnostics: &'d mut Diagnostics,
}

impl Checker<'_> {
    /// The depth of the tree is limited by the reader, and with it this recursion.
    fn node(&mut self, node: &Node, definition: &Definition, around: Option<Place>) -> Tree {
        let place = definition.place.or(around);
        let value = match &node.value {
            Value::Scalar(scalar) => {
                self.scalar(scalar, node.position, definition, definition.own(place))
            }
            Value::Sequence(items) => match self.item_of(node, definition) {
                Some(item) => {
                    let items = items.iter().map(|node| self.node(node, item, place));
                    TreeValue::Sequence(items.collect())
                }
                None => TreeValue::Scalar(Scalar::Null),
            },
            Value::Mapping(entries) => self.mapping(node, entries, definition, place),
        };
        Tree {
            value,
            position: node.position,
        }
    }

    /// What the items of a list are, unless no list may stand here, which is reported.
    fn item_of<'s>(&mut self, node: &Node, definition: &'s Definition) -> Option<&'s Definition> {
        if definition.is_any() {
            return Some(definition);
        }
        let item = definition.item();
        if item.is_none() {
            let message = format!("A sequence was not expected: {}", definition.says);
            self.report(node.position, message);
        }
        item
    }

    fn mapping(
        &mut self,
        node: &Node,
        entries: &[Entry],
        definition: &Definition,
        place: Option<Place>,
    ) -> TreeValue {
        if definition.is_any() {
            let free = |_: &Entry| Some(definition);
            return self.entries(entries, definition, place, free);
        }
        let mappings = mappings(definition, entries);
        if mappings.is_empty() {
            let message = format!("A mapping was not expected: {}", definition.says);
            self.report(node.position, message);
            return TreeValue::Scalar(Scalar::Null);
        }
        self.known_mapping(node, entries, Candidates::new(mappings), definition, place)
    }

    fn known_mapping(
        &mut self,
        node: &Node,
        entries: &[Entry],
        mut candidates: Candidates,
        definition: &Definition,
        place: Option<Place>,
    ) -> TreeValue {
        let mut pairs = Vec::new();
        let mut computed_key = false;
        for entry in entries {
            let Some(key) = self.key(entry, definition.own(place)) else {
                continue;
            };
            if matches!(key.value, TreeValue::Computed(_)) {
                computed_key = true;
                let value = candidates.free().unwrap_or(&super::tables::ANYTHING);
                pairs.push((key, self.node(&entry.value, value, place)));
                continue;
            }
            match candidates.take(&entry.key.text) {
                Some(value) => pairs.push((key, self.node(&entry.value, value, place))),
                None if candidates.strays() => {
                    self.remark_key(entry, &candidates, definition);
                    pairs.push((
                        key,
                        self.node(&entry.value, &super::tables::ANYTHING, place),
                    ));
                }
                None => {
                    let message = unknown_key(entry, &candidates, definition);
                    self.report(entry.key.position, message);
                }
            }
        }
        let missing = if computed_key {
            Vec::new()
        } else {
            candidates.missing()
        };
        for sentence in missing {
            self.report(node.position, sentence);
        }
        TreeValue::Mapping(pairs)
    }

    fn entries<'s>(
        &mut self,
        entries: &[Entry],
        definition: &'s Definition,
        place: Option<Place>,
        value: impl Fn(&Entry) -> Option<&'s Definition>,
    ) -> TreeValue {
        let mut pairs = Vec::new();
        for entry in entries {
            if let Some(key) = self.key(entry, place) {
                let value = value(entry).unwrap_or(definition);
                pairs.push((key, self.node(&entry.value, value, place)));
            }
        }
        TreeValue::Mapping(pairs)
    }

    /// A key, which may be an expression where contexts are allowed; `None` when it was reported.
    fn key(&mut self, entry: &Entry, place: Option<Place>) -> Option<Tree> {
        let key = &entry.key;
        if key.text.is_empty() {
            self.report(key.position, "Unexpected value '': a key must not be empty");
            return None;
        }
        let (value, sound) = self.text(&key.text, key.position, place, true);
        sound.then_some(Tree {
            value,
            position: key.position,
        })
    }

    fn remark_key(&mut self, entry: &Entry, candidates: &Candidates, definition: &Definition) {
        let message = unknown_key(entry, candidates, definition);
        self.diagnostics.remark(entry.key.position, message);
    }

    pub(super) fn report(&mut self, position: Position, message: impl Into<String>) {
        self.diagnostics.report(position, message);
    }
}

/// The mappings that may be meant, as far as the value of one key decides that.
fn mappings(definition: &Definition, entries: &[Entry]) -> Vec<&'static Mapping> {
    let decided = definition.switch().and_then(|switch| {
        let entry = entries.iter().find(|entry| entry.key.text == switch.key)?;
        match &entry.value.value {
            Value::Scalar(scalar) => switch.case(&scalar.to_text()),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    });
    match decided {
        Some(mapping) => vec![mapping],
        None => definition.mappings().collect(),
    }
}

fn unknown_key(entry: &Entry, candidates: &Candidates, definition: &Definition) -> String {
    format!(
        "Unexpected value {}: {}; {}",
        quoted(&entry.key.text),
        definition.says,
        candidates.allowed()
    )
}

//! Takes mappings, sequences and scalars out of the tree and reports what does not fit; it must
//! not know any particular key.

use super::keys::{Level, Standing};
use crate::diagnostic::Diagnostics;
use crate::reader::{Entry, Key, Node, Position, Value, quoted};
use std::rc::Rc;

/// Walks one file. Every reading answers something usable, so that a fault in one place does not
/// hide the next; whether anything was reported decides at the end.
#[derive(Debug)]
pub(super) struct Walker<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl<'d> Walker<'d> {
    /// A walk that reports to `diagnostics`.
    pub(super) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        Self { diagnostics }
    }

    /// Notes an error.
    pub(super) fn report(&mut self, position: Position, message: impl Into<String>) {
        self.diagnostics.report(position, message);
    }

    /// Whether nothing was reported so far, by the reader either.
    pub(super) fn is_clean(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The pairs of a mapping with any keys but empty ones.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> Vec<&'n Entry> {
        let Value::Mapping(entries) = &node.value else {
            self.unexpected(node, expected);
            return Vec::new();
        };
        let (named, unnamed): (Vec<&Entry>, Vec<&Entry>) =
            entries.iter().partition(|entry| !entry.key.text.is_empty());
        for entry in unnamed {
            self.report(
                entry.key.position,
                "Unexpected value '': a key must not be empty",
            );
        }
        named
    }

    /// The pairs of a mapping whose keys `level` lists.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, level: &Level) -> Fields<'n> {
        let mut fields = Fields {
            entries: Vec::new(),
        };
        let Value::Mapping(entries) = &node.value else {
            self.unexpected(node, &format!("{} is a mapping", level.place));
            return fields;
        };
        for entry in entries {
            self.check_name(&entry.key.text, entry.key.position, level, "key");
            fields.entries.push(entry);
        }
        fields
    }

    /// Reports `name` unless `level` honours it, and says how it stands. `kind` is "key" or
    /// "event".
    pub(super) fn check_name(
        &mut self,
        name: &str,
        position: Position,
        level: &Level,
        kind: &str,
    ) -> Standing {
        let standing = level.standing(name);
        let shown = quoted(name);
        let Level {
            place, honoured, ..
        } = level;
        let allowed = match honoured {
            [] => format!("{place} takes no {kind}s in this version"),
            names => format!("allowed in {place}: {}", names.join(", ")),
        };
        match standing {
            Standing::Honoured => {}
            Standing::NotYet => self.report(
                position,
                format!(
                    "The {kind} {shown} is valid in GitHub Actions but not honoured yet by this \
                     version; {allowed}"
                ),
            ),
            Standing::Unknown => self.report(
                position,
                format!("Unexpected value {shown}: unknown {kind}; {allowed}"),
            ),
        }
        standing
    }

    /// The items of a sequence.
    pub(super) fn items<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [Rc<Node>] {
        match &node.value {
            Value::Sequence(items) => items,
            Value::Scalar(_) | Value::Mapping(_) => {
                self.unexpected(node, expected);
                &[]
            }
        }
    }

    /// Reports `node` as something that does not belong here.
    pub(super) fn unexpected(&mut self, node: &Node, expected: &str) {
        let found = match &node.value {
            Value::Scalar(scalar) => {
                format!("Unexpected value {}", quoted(&scalar.to_text()))
            }
            Value::Sequence(_) => "A sequence was not expected".to_owned(),
            Value::Mapping(_) => "A mapping was not expected".to_owned(),
        };
        self.report(node.position, format!("{found}: {expected}"));
    }
}

/// The pairs of a mapping with known keys.
#[derive(Debug)]
pub(super) struct Fields<'n> {
    entries: Vec<&'n Entry>,
}

impl<'n> Fields<'n> {
    /// The value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|entry| &*entry.value)
    }

    /// The key `name` as the file has it.
    pub(super) fn key(&self, name: &str) -> Option<&'n Key> {
        self.entry(name).map(|entry| &entry.key)
    }

    /// Whether the file has any of `names`.
    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.entry(name).is_some())
    }

    fn entry(&self, name: &str) -> Option<&'n Entry> {
        self.entries
            .iter()
            .copied()
            .find(|entry| entry.key.text == name)
    }
}

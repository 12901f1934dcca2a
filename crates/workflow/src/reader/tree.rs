//! Builds the tree from events within the limits of semantics R7.62; it must not recurse, and
//! must not copy what an alias repeats.

use super::events::{Event, Events, SyntaxError, Tag};
use super::lenient::Lenient;
use super::limits::{Limits, MAX_DEPTH};
use super::{Entry, Key, Node, Position, Scalar, Value, quoted};
use crate::diagnostic::Diagnostics;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Bytes that GitHub counts for each node, each text and each of its UTF-16 units.
const NODE_BYTES: usize = 24;
const TEXT_BYTES: usize = 26;
const UNIT_BYTES: usize = 2;

/// Reads `source` as one YAML document. What does not stop the reading (a wrong tag, a key
/// twice) is reported and read on; what does is reported, and the answer is `None`.
pub(crate) fn read(
    file: &str,
    source: &str,
    limits: &Limits,
    diagnostics: &mut Diagnostics,
) -> Option<Read> {
    if source.len() > limits.file_bytes {
        let max = limits.file_bytes;
        let message = format!("The maximum file size of {max} bytes has been exceeded");
        diagnostics.report(Position::START, message);
        return None;
    }
    let mut text = Lenient::new(source.strip_prefix('\u{feff}').unwrap_or(source));
    loop {
        let mut found = Diagnostics::new();
        match Builder::new(file, limits, &mut found).run(&text) {
            Err(Stop {
                position,
                message,
                offset: Some(offset),
            }) if text.repair(offset, position, &message) => {}
            read => {
                diagnostics.append(found);
                return finished(read, &text, diagnostics);
            }
        }
    }
}

/// A file that was read.
pub(crate) struct Read {
    /// The outermost node.
    pub(crate) root: Rc<Node>,
    /// What counts towards [`Limits::result_bytes`], the file's name included.
    pub(crate) bytes: usize,
}

fn finished(
    read: Result<Option<Read>, Stop>,
    text: &Lenient,
    diagnostics: &mut Diagnostics,
) -> Option<Read> {
    match read {
        Ok(Some(read)) => return Some(read),
        Ok(None) => {
            let message = "The file is empty; it must hold one YAML document";
            diagnostics.report(Position::START, message);
        }
        Err(Stop {
            position,
            message,
            offset,
        }) => {
            let position = match offset {
                Some(_) => text.original(position),
                None => position,
            };
            diagnostics.report(position, message);
        }
    }
    None
}

/// Why reading cannot go on.
struct Stop {
    position: Position,
    message: String,
    /// The byte at which the parser stopped, when it did.
    offset: Option<usize>,
}

impl Stop {
    fn new(position: Position, message: impl Into<String>) -> Self {
        Self {
            position,
            message: message.into(),
            offset: None,
        }
    }
}

impl From<SyntaxError> for Stop {
    fn from(error: SyntaxError) -> Self {
        Self {
            position: error.position,
            message: error.message,
            offset: error.offset,
        }
    }
}

/// How much of the limits a part takes, with all that it holds.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    nodes: usize,
    bytes: usize,
    /// Sequences and mappings inside each other.
    depth: usize,
}

/// A finished part that an alias may repeat.
struct Anchored {
    node: Rc<Node>,
    weight: Weight,
}

/// A sequence or mapping whose end has not come yet.
struct Open {
    position: Position,
    anchor: Option<usize>,
    inside: Weight,
    items: Items,
}

enum Items {
    Sequence(Vec<Rc<Node>>),
    Mapping {
        entries: Vec<Entry>,
        seen: HashSet<String>,
        key: Option<PendingKey>,
    },
}

/// A key whose value has not come yet.
enum PendingKey {
    Good(Key),
    /// Reported already; its value is read and dropped.
    Bad,
}

struct Builder<'d> {
    limits: &'d Limits,
    diagnostics: &'d mut Diagnostics,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    total: Weight,
    documents: usize,
    root: Option<Rc<Node>>,
}

impl<'d> Builder<'d> {
    fn new(file: &str, limits: &'d Limits, diagnostics: &'d mut Diagnostics) -> Self {
        Self {
            limits,
            diagnostics,
            open: Vec::new(),
            anchors: HashMap::new(),
            total: Weight {
                bytes: name_bytes(file),
                ..Weight::default()
            },
            documents: 0,
            root: None,
        }
    }

    fn run(mut self, text: &Lenient) -> Result<Option<Read>, Stop> {
        let mut events = Events::new(text.as_str());
        while let Some(event) = events.next() {
            let (event, position) = event.map_err(Stop::from)?;
            self.take(event, text.original(position))?;
        }
        let bytes = self.total.bytes;
        Ok(self.root.map(|root| Read { root, bytes }))
    }

    fn take(&mut self, event: Event, position: Position) -> Result<(), Stop> {
        match event {
            Event::Document => self.begin_document(position),
            Event::Alias(anchor) => self.alias(anchor, position),
            Event::Scalar {
                text,
                plain,
                tag,
                anchor,
            } => {
                let weight = Weight {
                    nodes: 1,
                    bytes: text_bytes(&text),
                    depth: 0,
                };
                self.charge(weight, position)?;
                let merge = plain && tag.is_none() && text == "<<";
                let scalar = self.scalar(text, plain, tag, position);
                let node = Rc::new(Node {
                    position,
                    value: Value::Scalar(scalar),
                });
                self.finish(node, anchor, weight, merge);
                Ok(())
            }
            Event::Sequence { tag, anchor } => {
                self.begin(Items::Sequence(Vec::new()), tag, anchor, position)
            }
            Event::Mapping { tag, anchor } => {
                let items = Items::Mapping {
                    entries: Vec::new(),
                    seen: HashSet::new(),
                    key: None,
                };
                self.begin(items, tag, anchor, position)
            }
            Event::End => self.end(),
        }
    }

    fn begin_document(&mut self, position: Position) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let message = "A second document begins here; a workflow file is one YAML document";
        Err(Stop::new(position, message))
    }

    fn begin(
        &mut self,
        items: Items,
        tag: Option<Tag>,
        anchor: Option<usize>,
        position: Position,
    ) -> Result<(), Stop> {
        if let Some(tag) = tag {
            self.refuse_tag(&tag, position);
        }
        let own = Weight {
            nodes: 1,
            bytes: NODE_BYTES,
            depth: 1,
        };
        self.charge(own, position)?;
        self.open.push(Open {
            position,
            anchor,
            inside: own,
            items,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Stop> {
        let open = self.open.pop().expect("the parser ends only what it began");
        let value = match open.items {
            Items::Sequence(items) => Value::Sequence(items),
            Items::Mapping { entries, .. } => Value::Mapping(entries),
        };
        let node = Rc::new(Node {
            position: open.position,
            value,
        });
        self.finish(node, open.anchor, open.inside, false);
        Ok(())
    }

    /// Puts the part that `anchor` names where the alias stands.
    fn alias(&mut self, anchor: usize, position: Position) -> Result<(), Stop> {
        let Some(Anchored { node, weight }) = self.anchors.get(&anchor) else {
            let message = "An alias must not stand inside the node that its anchor names";
            return Err(Stop::new(position, message));
        };
        let (node, weight) = (Rc::clone(node), *weight);
        self.charge(weight, position)?;
        self.place(node, weight, false);
        Ok(())
    }

    /// Takes `weight` out of what the file may still hold.
    fn charge(&mut self, weight: Weight, position: Position) -> Result<(), Stop> {
        self.total.nodes = self.total.nodes.saturating_add(weight.nodes);
        self.total.bytes = self.total.bytes.saturating_add(weight.bytes);
        let exceeded = if self.open.len() + weight.depth > self.limits.depth.min(MAX_DEPTH) {
            let max = self.limits.depth.min(MAX_DEPTH);
            format!("Maximum object depth exceeded: at most {max} levels are allowed")
        } else if self.total.nodes > self.limits.nodes {
            let max = self.limits.nodes;
            format!("Maximum number of nodes exceeded: at most {max} are allowed")
        } else if self.total.bytes > self.limits.result_bytes {
            let max = self.limits.result_bytes;
            format!("Maximum object size exceeded: at most {max} bytes are allowed")
        } else {
            return Ok(());
        };
        Err(Stop::new(position, exceeded))
    }

    fn finish(&mut self, node: Rc<Node>, anchor: Option<usize>, weight: Weight, merge: bool) {
        if let Some(anchor) = anchor {
            self.anchors.insert(
                anchor,
                Anchored {
                    node: Rc::clone(&node),
                    weight,
                },
            );
        }
        self.place(node, weight, merge);
    }

    /// Gives a finished part to what holds it.
    fn place(&mut self, node: Rc<Node>, weight: Weight, merge: bool) {
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        open.inside.nodes = open.inside.nodes.saturating_add(weight.nodes);
        open.inside.bytes = open.inside.bytes.saturating_add(weight.bytes);
        open.inside.depth = open.inside.depth.max(weight.depth + 1);
        match &mut open.items {
            Items::Sequence(items) => items.push(node),
            Items::Mapping { entries, seen, key } => match key.take() {
                None => *key = Some(pending_key(&node, merge, seen, self.diagnostics)),
                Some(PendingKey::Good(key)) => entries.push(Entry { key, value: node }),
                Some(PendingKey::Bad) => {}
            },
        }
    }

    fn scalar(
        &mut self,
        text: String,
        plain: bool,
        tag: Option<Tag>,
        position: Position,
    ) -> Scalar {
        let Some(tag) = tag else {
            return Scalar::resolve(text, plain);
        };
        let Some(core @ ("str" | "bool" | "int" | "float" | "null")) = tag.core.as_deref() else {
            self.refuse_tag(&tag, position);
            return Scalar::Text(text);
        };
        Scalar::tagged(text.clone(), plain, core).unwrap_or_else(|| {
            let shown = quoted(&text);
            let style = if plain {
                ""
            } else {
                " in quotes or as a block"
            };
            let message = format!(
                "The value {shown}{style} is invalid for the type 'tag:yaml.org,2002:{core}'"
            );
            self.diagnostics.report(position, message);
            stand_in(core)
        })
    }

    fn refuse_tag(&mut self, tag: &Tag, position: Position) {
        let tag = quoted(&tag.written);
        let message = format!(
            "The tag {tag} is not allowed here; scalars may be tagged !!str, !!bool, !!int, \
             !!float or !!null, and nothing else may be"
        );
        self.diagnostics.report(position, message);
    }
}

/// A value of the type that a tag names, for one that cannot have it: one error is enough.
fn stand_in(core: &str) -> Scalar {
    match core {
        "bool" => Scalar::Boolean(false),
        "int" | "float" => Scalar::Number(f64::NAN),
        _ => Scalar::Null,
    }
}

/// What `node` is as a key, after the checks of semantics R7.61 and R7.62.
fn pending_key(
    node: &Node,
    merge: bool,
    seen: &mut HashSet<String>,
    diagnostics: &mut Diagnostics,
) -> PendingKey {
    let position = node.position;
    let text = match &node.value {
        Value::Scalar(scalar) => scalar.to_text(),
        Value::Sequence(_) => {
            diagnostics.report(position, "A sequence was not expected: a key is a scalar");
            return PendingKey::Bad;
        }
        Value::Mapping(_) => {
            diagnostics.report(position, "A mapping was not expected: a key is a scalar");
            return PendingKey::Bad;
        }
    };
    if merge {
        let message = "Unexpected value '<<': merge keys are not supported; repeat the entries or \
                       use an alias for the whole value";
        diagnostics.report(position, message);
        return PendingKey::Bad;
    }
    if !seen.insert(text.to_lowercase()) {
        let message = format!(
            "{} is already defined in this mapping; keys are compared ignoring case",
            quoted(&text)
        );
        diagnostics.report(position, message);
        return PendingKey::Bad;
    }
    PendingKey::Good(Key { text, position })
}

fn text_bytes(text: &str) -> usize {
    NODE_BYTES + name_bytes(text)
}

/// What the name of a file counts: a text without a node.
pub(crate) fn name_bytes(text: &str) -> usize {
    let units: usize = text.chars().map(char::len_utf16).sum();
    TEXT_BYTES + UNIT_BYTES * units
}

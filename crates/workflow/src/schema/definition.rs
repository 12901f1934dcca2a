//! The words in which the tables describe what may stand where; it must not describe anything.

use crate::expression::Place;

/// What may stand at one place of a file.
#[derive(Debug)]
pub(crate) struct Definition {
    /// What it is and what is allowed there, as messages say it.
    pub(crate) says: &'static str,
    /// Where it stands for expressions (semantics 7.5); without one as what holds it, and at the
    /// outermost none is allowed.
    pub(crate) place: Option<Place>,
    /// The shapes it may have, any one of them.
    pub(crate) shapes: &'static [Shape],
}

/// One shape that a part of a file may have.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Nothing, or `null`.
    Null,
    /// A boolean.
    Boolean,
    /// A number.
    Number,
    /// Text; scalars of other types become it (semantics R7.63).
    Text,
    /// Text that is not empty.
    Filled,
    /// One of these texts.
    Words(&'static [&'static str]),
    /// Text that is an expression without `${{ }}` (semantics R2.12).
    Condition,
    /// A list.
    Sequence(&'static Definition),
    /// Keys with values.
    Mapping(&'static Mapping),
    /// Whatever it is.
    Any,
}

/// Keys that belong together.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// The keys that GitHub knows here, in the order that messages list them.
    pub(crate) keys: &'static [Property],
    /// What other keys hold, where they are free.
    pub(crate) free: Option<&'static Definition>,
}

/// A known key.
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) value: &'static Definition,
    pub(crate) required: bool,
}

/// A key that may be absent.
pub(super) const fn may(name: &'static str, value: &'static Definition) -> Property {
    Property {
        name,
        value,
        required: false,
    }
}

/// A key that must be there.
pub(super) const fn must(name: &'static str, value: &'static Definition) -> Property {
    Property {
        name,
        value,
        required: true,
    }
}

/// What may stand at a place with its own contexts.
pub(super) const fn at(place: Place, says: &'static str, shapes: &'static [Shape]) -> Definition {
    Definition {
        says,
        place: Some(place),
        shapes,
    }
}

/// What may stand at a place without contexts of its own.
pub(super) const fn plain(says: &'static str, shapes: &'static [Shape]) -> Definition {
    Definition {
        says,
        place: None,
        shapes,
    }
}

/// Keys that are all known.
pub(super) const fn known(keys: &'static [Property]) -> Mapping {
    Mapping { keys, free: None }
}

/// Keys that are all free.
pub(super) const fn free(value: &'static Definition) -> Mapping {
    Mapping {
        keys: &[],
        free: Some(value),
    }
}

impl Mapping {
    pub(crate) fn property(&self, name: &str) -> Option<&'static Property> {
        self.keys.iter().find(|property| property.name == name)
    }
}

impl Definition {
    pub(crate) fn mappings(&self) -> impl Iterator<Item = &'static Mapping> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Mapping(mapping) => Some(*mapping),
            Shape::Null
            | Shape::Boolean
            | Shape::Number
            | Shape::Text
            | Shape::Filled
            | Shape::Words(_)
            | Shape::Condition
            | Shape::Sequence(_)
            | Shape::Any => None,
        })
    }

    pub(crate) fn item(&self) -> Option<&'static Definition> {
        self.shapes.iter().find_map(|shape| match shape {
            Shape::Sequence(item) => Some(*item),
            Shape::Null
            | Shape::Boolean
            | Shape::Number
            | Shape::Text
            | Shape::Filled
            | Shape::Words(_)
            | Shape::Condition
            | Shape::Mapping(_)
            | Shape::Any => None,
        })
    }

    pub(crate) fn is_any(&self) -> bool {
        self.shapes.iter().any(|shape| matches!(shape, Shape::Any))
    }

    pub(crate) fn is_condition(&self) -> bool {
        let condition = |shape: &Shape| matches!(shape, Shape::Condition);
        self.shapes.iter().any(condition)
    }
}

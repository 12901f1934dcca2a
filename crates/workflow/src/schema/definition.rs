//! The words in which the tables describe what may stand where; it must not describe anything.

use crate::expression::{Allowed, Expression, ParseError, Place, condition, hook_condition};

/// How the text of a condition is read.
pub(super) type ReadCondition = fn(&str, &Allowed<'_>) -> Result<Expression, Vec<ParseError>>;

/// What may stand at one place of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definition {
    /// What it is and what is allowed there, as messages say it.
    pub(crate) says: &'static str,
    /// Where it stands for expressions (semantics 7.5); without one as what holds it, and at the
    /// outermost none is allowed.
    pub(crate) place: Option<Place>,
    /// Whether the place is only that of what stands in it, and it is no expression itself.
    pub(crate) inside: bool,
    /// The shapes it may have, any one of them.
    pub(crate) shapes: &'static [Shape],
}

/// One shape that a part of a file may have.
#[derive(Debug, Clone, Copy)]
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
    /// As a condition, but no status is asked that the text does not ask for.
    HookCondition,
    /// A list.
    Sequence(&'static Definition),
    /// Keys with values.
    Mapping(&'static Mapping),
    /// Keys with values; which, the value of one of them decides.
    Switch(&'static Switch),
    /// Whatever it is.
    Any,
}

/// Keys that belong together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mapping {
    /// The keys that GitHub knows here, in the order that messages list them.
    pub(crate) keys: &'static [Property],
    /// What other keys hold, where they are free.
    pub(crate) free: Option<&'static Definition>,
    /// Whether other keys are only remarked: GitHub reads over them.
    pub(crate) strays: bool,
}

/// Mappings of which the value of `key` names one, whatever its case.
#[derive(Debug)]
pub(crate) struct Switch {
    pub(crate) key: &'static str,
    pub(crate) cases: &'static [(&'static [&'static str], &'static Mapping)],
}

/// A known key.
#[derive(Debug, Clone, Copy)]
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
        inside: false,
        shapes,
    }
}

/// What is no expression and holds values with the contexts of a place.
pub(super) const fn holding(
    place: Place,
    says: &'static str,
    shapes: &'static [Shape],
) -> Definition {
    Definition {
        says,
        place: Some(place),
        inside: true,
        shapes,
    }
}

/// What may stand at a place without contexts of its own.
pub(super) const fn plain(says: &'static str, shapes: &'static [Shape]) -> Definition {
    Definition {
        says,
        place: None,
        inside: false,
        shapes,
    }
}

/// Keys that are all known.
pub(super) const fn known(keys: &'static [Property]) -> Mapping {
    Mapping {
        keys,
        free: None,
        strays: false,
    }
}

/// Known keys, beside which others are read over.
pub(super) const fn loosely(keys: &'static [Property]) -> Mapping {
    Mapping {
        keys,
        free: None,
        strays: true,
    }
}

/// Known keys beside free ones.
pub(super) const fn beside(keys: &'static [Property], value: &'static Definition) -> Mapping {
    Mapping {
        keys,
        free: Some(value),
        strays: false,
    }
}

/// Keys that are all free.
pub(super) const fn free(value: &'static Definition) -> Mapping {
    beside(&[], value)
}

impl Mapping {
    pub(crate) fn property(&self, name: &str) -> Option<&'static Property> {
        self.keys.iter().find(|property| property.name == name)
    }
}

impl Switch {
    /// The mapping that `text` names.
    pub(super) fn case(&self, text: &str) -> Option<&'static Mapping> {
        let names = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(text));
        let case = self.cases.iter().find(|(named, _)| names(named));
        case.map(|(_, mapping)| *mapping)
    }
}

impl Definition {
    /// The place of the thing itself, where what it holds has this one.
    pub(super) fn own(&self, place: Option<Place>) -> Option<Place> {
        place.filter(|_| !self.inside)
    }

    pub(crate) fn mappings(&self) -> impl Iterator<Item = &'static Mapping> {
        let plain = |shape: &Shape| {
            let Shape::Mapping(mapping) = shape else {
                return None;
            };
            Some(*mapping)
        };
        let cases = self.switch().map_or(&[][..], |switch| switch.cases);
        let plain = self.shapes.iter().filter_map(plain);
        plain.chain(cases.iter().map(|(_, mapping)| *mapping))
    }

    pub(super) fn switch(&self) -> Option<&'static Switch> {
        self.shapes.iter().find_map(|shape| {
            let Shape::Switch(switch) = shape else {
                return None;
            };
            Some(*switch)
        })
    }

    pub(crate) fn item(&self) -> Option<&'static Definition> {
        self.shapes.iter().find_map(|shape| {
            let Shape::Sequence(item) = shape else {
                return None;
            };
            Some(*item)
        })
    }

    pub(crate) fn is_any(&self) -> bool {
        self.shapes.iter().any(|shape| matches!(shape, Shape::Any))
    }

    /// How a condition is read here, if one stands here.
    pub(super) fn condition(&self) -> Option<ReadCondition> {
        let has = |wanted: fn(&Shape) -> bool| self.shapes.iter().any(wanted);
        if has(|shape| matches!(shape, Shape::Condition)) {
            return Some(condition);
        }
        let hook = has(|shape| matches!(shape, Shape::HookCondition));
        hook.then_some(hook_condition)
    }
}

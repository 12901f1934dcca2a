//! Takes plain and computed values out of a checked tree; what does not fit was reported by the
//! check and is left out here.

use crate::model::{Field, Located, Scalar, Tree, TreeValue, Variable, Variables};

/// Text; scalars of other types were made text by the check.
pub(super) fn text(tree: &Tree) -> Option<Field<String>> {
    tree.field(Tree::text)
}

/// Text, `None` when it is empty.
pub(super) fn filled(tree: &Tree) -> Option<Field<String>> {
    tree.field(|tree| tree.text().filter(|text| !text.is_empty()))
}

/// Text without expressions, `None` when it is empty.
pub(super) fn plain(tree: Option<&Tree>) -> Option<String> {
    tree?.text().filter(|text| !text.is_empty())
}

/// Text without expressions, with its place.
pub(super) fn located(tree: &Tree) -> Option<Located<String>> {
    Some(Located::new(tree.text()?, tree.position))
}

pub(super) fn boolean(tree: &Tree) -> Option<Field<bool>> {
    tree.field(plain_boolean)
}

pub(super) fn plain_boolean(tree: &Tree) -> Option<bool> {
    match tree.value {
        TreeValue::Scalar(Scalar::Boolean(value)) => Some(value),
        TreeValue::Scalar(_)
        | TreeValue::Computed(_)
        | TreeValue::Sequence(_)
        | TreeValue::Mapping(_) => None,
    }
}

pub(super) fn number(tree: &Tree) -> Option<Field<f64>> {
    tree.field(|tree| match tree.value {
        TreeValue::Scalar(Scalar::Number(value)) => Some(value),
        TreeValue::Scalar(_)
        | TreeValue::Computed(_)
        | TreeValue::Sequence(_)
        | TreeValue::Mapping(_) => None,
    })
}

pub(super) fn scalar(tree: &Tree) -> Option<Field<Scalar>> {
    tree.field(plain_scalar)
}

pub(super) fn plain_scalar(tree: &Tree) -> Option<Scalar> {
    match &tree.value {
        TreeValue::Scalar(scalar) => Some(scalar.clone()),
        TreeValue::Computed(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => None,
    }
}

/// One text or a list of them (semantics R6.2, R2.1), none of them empty, each with its place.
pub(super) fn texts(tree: &Tree) -> Vec<Located<String>> {
    let items = match &tree.value {
        TreeValue::Sequence(items) => items.as_slice(),
        TreeValue::Scalar(_) | TreeValue::Computed(_) | TreeValue::Mapping(_) => {
            std::slice::from_ref(tree)
        }
    };
    let texts = items.iter().filter_map(located);
    texts.filter(|text| !text.is_empty()).collect()
}

/// A list of texts, or an expression for the whole.
pub(super) fn fields(tree: &Tree) -> Option<Field<Vec<Field<String>>>> {
    tree.field(|tree| match &tree.value {
        TreeValue::Sequence(items) => Some(items.iter().filter_map(text).collect()),
        TreeValue::Scalar(_) | TreeValue::Computed(_) => Some(text(tree).into_iter().collect()),
        TreeValue::Mapping(_) => None,
    })
}

/// Free names with scalars.
pub(super) fn variables(tree: &Tree) -> Option<Variables> {
    mapping(tree, |tree| {
        tree.entries()
            .iter()
            .filter_map(|(key, value)| {
                Some(Variable {
                    name: text(key)?,
                    value: scalar(value)?,
                })
            })
            .collect()
    })
}

/// What `read` makes of a mapping, unless it is an expression.
pub(super) fn mapping<T>(tree: &Tree, read: impl FnOnce(&Tree) -> T) -> Option<Field<T>> {
    tree.field(|tree| matches!(tree.value, TreeValue::Mapping(_)).then(|| read(tree)))
}

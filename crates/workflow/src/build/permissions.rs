//! Builds `permissions` (semantics R2.80); it must not compare them.

use crate::model::{Level, Located, Permissions, Tree, TreeValue};

/// `None` when they are faulty, which was reported.
pub(super) fn build(tree: &Tree) -> Option<Located<Permissions>> {
    Some(Located::new(permissions(tree)?, tree.position))
}

fn permissions(tree: &Tree) -> Option<Permissions> {
    match &tree.value {
        TreeValue::Mapping(entries) => Some(Permissions::Scopes(
            entries
                .iter()
                .filter_map(|(scope, level)| Some((scope.text()?, level_of(&level.text()?)?)))
                .collect(),
        )),
        TreeValue::Scalar(_) => match tree.text()?.as_str() {
            "read-all" => Some(Permissions::ReadAll),
            "write-all" => Some(Permissions::WriteAll),
            _ => None,
        },
        TreeValue::Computed(_) | TreeValue::Sequence(_) => None,
    }
}

fn level_of(text: &str) -> Option<Level> {
    match text {
        "none" => Some(Level::None),
        "read" => Some(Level::Read),
        "write" => Some(Level::Write),
        _ => None,
    }
}

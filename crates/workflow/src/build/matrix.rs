//! Builds `strategy` and checks as much of a matrix as the file shows (semantics 2.5 step 1); it
//! must not expand it.

use super::read;
use crate::diagnostic::Diagnostics;
use crate::model::{Field, Strategy, Tree, TreeValue};
use crate::reader::quoted;
use std::collections::HashSet;

const SPECIAL: &[&str] = &["include", "exclude"];

/// `strategy` of a job.
pub(super) fn strategy(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Field<Strategy>> {
    if let Some(matrix) = tree.get("matrix") {
        check(matrix, diagnostics);
    }
    read::mapping(tree, |tree| Strategy {
        matrix: tree.get("matrix").cloned(),
        fail_fast: tree.get("fail-fast").and_then(read::boolean),
        max_parallel: tree.get("max-parallel").and_then(read::number),
    })
}

fn check(matrix: &Tree, diagnostics: &mut Diagnostics) {
    let TreeValue::Mapping(entries) = &matrix.value else {
        return;
    };
    let mut vectors = HashSet::new();
    let mut computed = false;
    for (key, values) in entries {
        let Some(name) = key.text() else {
            computed = true;
            continue;
        };
        if SPECIAL.contains(&name.to_lowercase().as_str()) {
            continue;
        }
        check_vector(&name, values, diagnostics);
        vectors.insert(name.to_lowercase());
    }
    let include = matrix.get("include");
    check_items("include", include, diagnostics);
    let empty = include.is_none_or(is_empty);
    if vectors.is_empty() && empty && !computed {
        let message = "Matrix must define at least one vector, or include with at least one item";
        diagnostics.report(matrix.position, message);
    }
    let exclude = matrix.get("exclude");
    check_items("exclude", exclude, diagnostics);
    if let Some(exclude) = exclude.filter(|_| !computed) {
        check_filters(exclude, &vectors, diagnostics);
    }
}

fn is_empty(tree: &Tree) -> bool {
    matches!(&tree.value, TreeValue::Sequence(items) if items.is_empty())
}

fn check_vector(name: &str, values: &Tree, diagnostics: &mut Diagnostics) {
    if is_empty(values) {
        let name = quoted(name);
        let message = format!("Matrix vector {name} does not contain any values");
        diagnostics.report(values.position, message);
    }
}

fn check_items(key: &str, list: Option<&Tree>, diagnostics: &mut Diagnostics) {
    for item in list.map(Tree::items).unwrap_or_default() {
        if matches!(&item.value, TreeValue::Mapping(entries) if entries.is_empty()) {
            let message = format!("An item of {key} is empty; it must name at least one value");
            diagnostics.report(item.position, message);
        }
    }
}

fn check_filters(exclude: &Tree, vectors: &HashSet<String>, diagnostics: &mut Diagnostics) {
    for (key, _) in exclude.items().iter().flat_map(Tree::entries) {
        let Some(name) = key.text() else { continue };
        if !vectors.contains(&name.to_lowercase()) {
            let message = format!(
                "Matrix exclude key {} does not match any key within the matrix",
                quoted(&name)
            );
            diagnostics.report(key.position, message);
        }
    }
}

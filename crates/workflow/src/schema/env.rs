//! Reads `env` at every level (semantics R2.83); it must not merge levels.

use super::walker::Walker;
use crate::model::Env;
use crate::reader::Node;

/// The variables of an `env` mapping: names are free, values are scalars and become text.
pub(super) fn read(walker: &mut Walker<'_>, node: Option<&Node>) -> Env {
    let Some(node) = node else {
        return Env::new();
    };
    let mut env = Env::new();
    for entry in walker.entries(node, "env is a mapping of names to scalars") {
        walker.refuse_expression(&entry.key.text, entry.key.position);
        let value = walker.text(&entry.value, "the value of a variable is a scalar");
        env.push((entry.key.text.clone(), value));
    }
    env
}

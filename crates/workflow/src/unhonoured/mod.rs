//! What GitHub accepts and this version does not do yet: nothing of it is ignored silently.

mod keys;
mod list;
mod step_keys;

use crate::diagnostic::Diagnostic;
use crate::model::{Position, Workflow};
pub use list::UNHONOURED;

/// Every key of `workflow` that is valid and that the engine does not honour yet, in file order,
/// as errors of `file`. A run of such a file ends as a startup failure at these lines.
pub fn unhonoured(file: &str, workflow: &Workflow) -> Vec<Diagnostic> {
    let mut found: Vec<(Position, &str)> = keys::of(workflow)
        .into_iter()
        .filter(|(_, key)| UNHONOURED.contains(&key.as_str()))
        .filter_map(|(position, key)| {
            let listed = UNHONOURED.iter().find(|listed| **listed == key)?;
            Some((position, *listed))
        })
        .collect();
    found.sort_by_key(|(position, _)| *position);
    found.dedup();
    found
        .into_iter()
        .map(|(position, key)| Diagnostic {
            file: file.to_owned(),
            line: position.line,
            column: position.column,
            message: format!(
                "{key} is valid in GitHub Actions but not honoured yet by this version"
            ),
        })
        .collect()
}

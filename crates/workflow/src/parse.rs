//! The door of the crate: one file in, a workflow or all of its errors out; it must not know what
//! stands in a file.

use crate::diagnostic::{Diagnostics, InvalidWorkflow};
use crate::model::Workflow;
use crate::{reader, schema};

/// Reads the workflow file `source`; `file` is the name that errors give it.
///
/// Whatever the text, the answer comes in time that grows with the text: files larger than
/// [`crate::limits`] allow are refused. Two parses of the same text give the same answer.
pub fn parse(file: &str, source: &str) -> Result<Workflow, InvalidWorkflow> {
    let mut diagnostics = Diagnostics::new();
    let (workflow, triggers) = match reader::read(source, &mut diagnostics) {
        Some(root) => schema::read(&root, &mut diagnostics),
        None => (None, None),
    };
    workflow.ok_or_else(|| InvalidWorkflow {
        diagnostics: diagnostics.into_list(file),
        triggers,
    })
}

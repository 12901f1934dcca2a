//! The door of the crate: one file in, a workflow or all of its errors out; it must not know what
//! stands in a file.

use crate::diagnostic::{Diagnostic, Diagnostics, InvalidWorkflow};
use crate::model::Workflow;
use crate::reader::limits::Limits;
use crate::{build, reader, schema};

/// Reads the workflow file `source`; `file` is the name that errors give it.
///
/// Whatever the text, the answer comes in time that grows with the text: files larger than
/// [`crate::limits`] allow are refused. Two parses of the same text give the same answer.
///
/// # Errors
/// Everything for which GitHub would refuse the file.
pub fn parse(file: &str, source: &str) -> Result<Workflow, InvalidWorkflow> {
    parse_within(file, source, &Limits::default())
}

/// As [`parse`], with other limits.
///
/// # Errors
/// As [`parse`].
pub fn parse_within(
    file: &str,
    source: &str,
    limits: &Limits,
) -> Result<Workflow, InvalidWorkflow> {
    parse_measured(file, source, limits).0
}

/// As [`parse_within`], with the bytes that the file takes of [`Limits::result_bytes`].
pub fn parse_measured(
    file: &str,
    source: &str,
    limits: &Limits,
) -> (Result<Workflow, InvalidWorkflow>, usize) {
    let mut diagnostics = Diagnostics::new();
    let read = reader::read(file, source, limits, &mut diagnostics);
    let bytes = read.as_ref().map_or(0, |read| read.bytes);
    let (workflow, triggers) = match read {
        Some(read) => {
            let tree = schema::check(&read.root, &schema::WORKFLOW, &mut diagnostics);
            build::build(&tree, &mut diagnostics)
        }
        None => (None, None),
    };
    let workflow = workflow.ok_or_else(|| InvalidWorkflow {
        diagnostics: diagnostics.into_list(file),
        triggers,
    });
    (workflow, bytes)
}

/// Everything that is wrong with the action file (`action.yml`) `source`; nothing when it is
/// sound. `file` is the name that errors give it.
pub fn check_action(file: &str, source: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::new();
    if let Some(read) = reader::read(file, source, &Limits::default(), &mut diagnostics) {
        schema::check(&read.root, &schema::ACTION, &mut diagnostics);
    }
    diagnostics.into_list(file)
}

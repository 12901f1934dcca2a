//! The door of the crate: one file in, a workflow or all of its errors out; it must not know what
//! stands in a file.

use crate::diagnostic::{Diagnostic, Diagnostics, InvalidAction, InvalidWorkflow};
use crate::model::{Action, Workflow};
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

/// Reads the action file (`action.yml`) `source`; `file` is the name that errors give it.
///
/// Keys that GitHub's runner reads over are no errors; they are kept as
/// [`Action::strays`]. [`check_action`] tells them.
///
/// ```
/// use runyard_workflow::{model::ActionRuns, parse_action};
///
/// let action = parse_action(
///     ".github/actions/greet/action.yml",
///     "name: Greet
/// inputs: {who: {default: '${{ github.actor }}'}}
/// outputs: {text: {value: '${{ steps.greet.outputs.text }}'}}
/// runs:
///   using: composite
///   steps:
///     - {id: greet, shell: bash, run: 'echo \"text=Hi ${{ inputs.who }}\" >> $GITHUB_OUTPUT'}
/// ",
/// )?;
/// assert!(matches!(action.runs.value, ActionRuns::Composite(_)));
/// assert_eq!(action.steps()[0].key, "greet");
/// # Ok::<(), runyard_workflow::InvalidAction>(())
/// ```
///
/// # Errors
/// Everything for which GitHub's runner would refuse the file.
pub fn parse_action(file: &str, source: &str) -> Result<Action, InvalidAction> {
    let (action, diagnostics) = read_action(file, source);
    action.ok_or_else(|| InvalidAction {
        diagnostics: diagnostics.into_list(file),
    })
}

/// Everything that is wrong with the action file `source`, remarks included: keys that GitHub's
/// runner does not know and reads over. Nothing when it is sound.
pub fn check_action(file: &str, source: &str) -> Vec<Diagnostic> {
    let (_, diagnostics) = read_action(file, source);
    diagnostics.strict().into_list(file)
}

fn read_action(file: &str, source: &str) -> (Option<Action>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let read = reader::read(file, source, &Limits::default(), &mut diagnostics);
    let action = read.and_then(|read| {
        let tree = schema::check(&read.root, &schema::ACTION, &mut diagnostics);
        build::action(&tree, &mut diagnostics)
    });
    (action, diagnostics)
}

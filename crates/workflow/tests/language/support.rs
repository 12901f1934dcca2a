//! What the tests of this folder share: short ways to parse.

use runyard_workflow::{Diagnostic, InvalidWorkflow, StepAction, Workflow, parse, unhonoured};

pub(crate) const FILE: &str = ".github/workflows/ci.yml";

/// The workflow in `source`, which must be valid.
pub(crate) fn valid(source: &str) -> Workflow {
    parse(FILE, source).unwrap_or_else(|invalid| panic!("{invalid}\n---\n{source}"))
}

/// What is wrong with `source`, which must be invalid.
pub(crate) fn invalid(source: &str) -> InvalidWorkflow {
    parse(FILE, source)
        .err()
        .unwrap_or_else(|| panic!("was accepted:\n{source}"))
}

/// The errors of `source` as `line:column: message`; of a valid file, what is not honoured yet.
pub(crate) fn errors(source: &str) -> Vec<String> {
    let shown = |d: &Diagnostic| format!("{}:{}: {}", d.line, d.column, d.message);
    let found = match parse(FILE, source) {
        Ok(workflow) => unhonoured(FILE, &workflow),
        Err(invalid) => invalid.diagnostics,
    };
    assert!(!found.is_empty(), "was accepted and honoured:\n{source}");
    found.iter().map(shown).collect()
}

/// Asserts that `source` has exactly the errors that begin as `expected` says, in this order.
pub(crate) fn refused(source: &str, expected: &[&str]) {
    let found = errors(source);
    let same = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, start)| found.starts_with(start));
    assert!(
        same,
        "\nfound:    {found:#?}\nexpected: {expected:#?}\n---\n{source}"
    );
}

/// A file with one job that holds `body`, indented already by four, from line 4 on.
pub(crate) fn job(body: &str) -> String {
    format!("on: push\njobs:\n  build:\n{body}")
}

/// A file with one step that holds `body`, the first line of which stands on line 6, column 9.
pub(crate) fn step(body: &str) -> String {
    job(&format!("    runs-on: linux\n    steps:\n      - {body}"))
}

/// The script of the only step.
pub(crate) fn script(workflow: &Workflow) -> &str {
    let action = &workflow.jobs[0].steps()[0].action.value;
    let StepAction::Run { script, .. } = action else {
        panic!("the step is {action:?}");
    };
    script.literal().unwrap()
}

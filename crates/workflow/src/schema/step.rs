//! Reads one entry of `steps`; it must not run or resolve anything.

use super::keys::{OTHER_STEP_KINDS, STEP};
use super::walker::{Fields, Walker};
use super::{env, job, uses};
use crate::model::{Shell, Step, StepAction};
use crate::reader::limits::MAX_RUN_CHARACTERS;
use crate::reader::{Node, Value, quoted};
use std::collections::HashSet;

/// Shells that GitHub's runner also knows by name; any text with `{0}` in it names another.
const OTHER_SHELLS: &[&str] = &["pwsh", "powershell", "cmd"];

/// Reads a step; `seen` holds the ids of the job's steps so far, in lower case. `None` when the
/// step does nothing, which was reported.
pub(super) fn read(
    walker: &mut Walker<'_>,
    node: &Node,
    seen: &mut HashSet<String>,
) -> Option<Step> {
    if !matches!(node.value, Value::Mapping(_)) {
        walker.unexpected(node, "a step is a mapping");
        return None;
    }
    let fields = walker.fields(node, &STEP);
    let id = fields.get("id").and_then(|id| read_id(walker, id, seen));
    let name = walker.optional_text(fields.get("name"), "the name of a step is a string");
    let env = env::read(walker, fields.get("env"));
    let action = action(walker, &fields, node)?;
    Some(Step {
        id,
        name,
        env,
        action,
    })
}

fn read_id(walker: &mut Walker<'_>, node: &Node, seen: &mut HashSet<String>) -> Option<String> {
    let id = walker.required_text(node, "the id of a step is a string")?;
    if !job::check_id(walker, &id, node.position) {
        return None;
    }
    if !seen.insert(id.to_lowercase()) {
        let message = format!(
            "The identifier {} may not be used more than once within the same scope. Ids of steps \
             are unique in their job, ignoring case.",
            quoted(&id)
        );
        walker.report(node.position, message);
    }
    Some(id)
}

fn action(walker: &mut Walker<'_>, fields: &Fields<'_>, step: &Node) -> Option<StepAction> {
    match (fields.get("run"), fields.get("uses")) {
        (Some(run), None) => Some(script(walker, fields, run)),
        (None, Some(uses)) => {
            only_with_run(walker, fields);
            uses::read(walker, uses)
        }
        (Some(run), Some(uses)) => {
            report_both(walker, fields);
            uses::read(walker, uses);
            Some(script(walker, fields, run))
        }
        (None, None) => {
            report_neither(walker, fields, step);
            None
        }
    }
}

fn script(walker: &mut Walker<'_>, fields: &Fields<'_>, run: &Node) -> StepAction {
    let script = walker.text(run, "run is a string");
    if script.chars().count() > MAX_RUN_CHARACTERS {
        let message =
            format!("The script is too long; run has at most {MAX_RUN_CHARACTERS} characters");
        walker.report(run.position, message);
    }
    StepAction::Run {
        script,
        shell: fields.get("shell").and_then(|node| shell(walker, node)),
        working_directory: walker.optional_text(
            fields.get("working-directory"),
            "working-directory is a string",
        ),
    }
}

fn shell(walker: &mut Walker<'_>, node: &Node) -> Option<Shell> {
    let text = walker.required_text(node, "shell is bash, sh or python")?;
    if let Ok(shell) = text.parse() {
        return Some(shell);
    }
    let shown = quoted(&text);
    let message = if OTHER_SHELLS.contains(&text.as_str()) || text.contains("{0}") {
        format!(
            "The shell {shown} is valid in GitHub Actions but not honoured yet by this version; \
             allowed: bash, sh, python"
        )
    } else {
        format!("Unexpected value {shown}: unknown shell; allowed: bash, sh, python")
    };
    walker.report(node.position, message);
    None
}

/// `shell` and `working-directory` belong to `run`.
fn only_with_run(walker: &mut Walker<'_>, fields: &Fields<'_>) {
    for name in ["shell", "working-directory"] {
        if let Some(key) = fields.key(name) {
            let message = format!("Unexpected value '{name}': only a step with run may have it");
            walker.report(key.position, message);
        }
    }
}

/// As GitHub does, the first of the two decides and the second is too much.
fn report_both(walker: &mut Walker<'_>, fields: &Fields<'_>) {
    let both = [fields.key("run"), fields.key("uses")];
    let second = both.into_iter().flatten().max_by_key(|key| key.position);
    if let Some(key) = second {
        let message = format!(
            "Unexpected value '{}': a step has exactly one of run and uses",
            key.text
        );
        walker.report(key.position, message);
    }
}

fn report_neither(walker: &mut Walker<'_>, fields: &Fields<'_>, step: &Node) {
    // A step of another kind was reported as not honoured already.
    if fields.has_any(OTHER_STEP_KINDS) {
        return;
    }
    let missing = if fields.has_any(&["shell", "working-directory"]) {
        "Required property is missing: run"
    } else if fields.has_any(&["with"]) {
        "Required property is missing: uses"
    } else {
        "There's not enough info to determine what you meant. Add one of these properties: run, \
         uses"
    };
    walker.report(step.position, missing);
}

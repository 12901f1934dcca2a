//! Our steps in the form of GitHub's published answers.

use crate::model::{Keys, Writer};
use runyard_workflow::model::{Step, StepAction};
use serde_json::{Value, json};

pub(crate) fn steps(writer: Writer<'_>, steps: &[Step]) -> Value {
    steps.iter().map(|found| step(writer, found)).collect()
}

fn step(writer: Writer<'_>, step: &Step) -> Value {
    let mut keys = Keys::default();
    let id = step.id.as_ref().map(|id| writer.located(id));
    keys.add("id", Some(id.unwrap_or_else(|| json!(step.key))));
    keys.add("name", step.name.as_ref().map(|name| writer.text(name)));
    let condition = json!({ "expr": step.condition.expression.source() });
    let runs = matches!(
        step.action.value,
        StepAction::Run { .. } | StepAction::Uses { .. }
    );
    keys.add("if", runs.then_some(condition));
    let continues = step.continue_on_error.as_ref();
    keys.add(
        "continue-on-error",
        continues.map(|found| writer.boolean(found)),
    );
    let timeout = step.timeout_minutes.as_ref();
    keys.add("timeout-minutes", timeout.map(|found| writer.number(found)));
    keys.add(
        "env",
        step.env.as_ref().and_then(|env| writer.variables(env)),
    );
    let background = step.background.as_ref();
    keys.add("background", background.map(|found| json!(found.value)));
    action(writer, step, &mut keys);
    Value::Object(keys.0)
}

fn action(writer: Writer<'_>, step: &Step, keys: &mut Keys) {
    match &step.action.value {
        StepAction::Run {
            script,
            shell,
            working_directory,
        } => {
            keys.add("run", Some(writer.text(script)));
            keys.add("shell", shell.as_ref().map(|shell| writer.text(shell)));
            let folder = working_directory.as_ref();
            keys.add(
                "working-directory",
                folder.map(|folder| writer.text(folder)),
            );
        }
        StepAction::Uses { text, with, .. } => {
            keys.add("uses", Some(writer.located(text)));
            keys.add(
                "with",
                with.as_ref().and_then(|with| writer.variables(with)),
            );
        }
        StepAction::Wait(steps) => {
            named(step, "Wait", keys);
            let steps = steps.iter().map(|found| json!(found.value)).collect();
            keys.add("wait", Some(steps));
        }
        StepAction::WaitAll => {
            named(step, "Wait for all", keys);
            keys.add("wait-all", Some(json!(true)));
        }
        StepAction::Cancel(id) => {
            named(step, "Cancel", keys);
            keys.add("cancel", Some(json!(id.value)));
        }
        StepAction::Parallel(inside) => keys.add("parallel", Some(steps(writer, inside))),
    }
}

/// GitHub gives these steps a name in its model already.
fn named(step: &Step, name: &str, keys: &mut Keys) {
    if step.name.is_none() {
        assert_eq!(step.display_name(), name);
        keys.add("name", Some(json!(name)));
    }
}

//! Builds the entries of `steps`; it must not run or resolve anything.

use super::job::{check_id, if_of};
use super::step_key::Keys;
use super::{read, uses};
use crate::diagnostic::Diagnostics;
use crate::expression::Place;
use crate::model::{Field, Located, Step, StepAction, Tree, TreeValue};
use crate::reader::limits::MAX_RUN_CHARACTERS;
use crate::reader::quoted;

/// Every step of a job; ids are unique among them.
pub(super) fn all(tree: &Tree, diagnostics: &mut Diagnostics) -> Vec<Step> {
    let mut keys = Keys::default();
    let ids: Vec<_> = tree
        .items()
        .iter()
        .map(|step| id(step, &mut keys, diagnostics))
        .collect();
    tree.items()
        .iter()
        .zip(ids)
        .filter_map(|(step, id)| build(step, id, &mut keys, diagnostics))
        .collect()
}

fn id(tree: &Tree, keys: &mut Keys, diagnostics: &mut Diagnostics) -> Option<Located<String>> {
    let id = read::located(tree.get("id")?)?;
    if id.is_empty() || !check_id(&id, id.position, diagnostics) {
        return None;
    }
    if !keys.take(&id) {
        let message = format!(
            "The identifier {} may not be used more than once within the same scope. Ids of steps \
             are unique in their job, ignoring case.",
            quoted(&id)
        );
        diagnostics.report(id.position, message);
    }
    Some(id)
}

fn build(
    tree: &Tree,
    id: Option<Located<String>>,
    keys: &mut Keys,
    diagnostics: &mut Diagnostics,
) -> Option<Step> {
    let action = action(tree, diagnostics)?;
    let key = match &id {
        Some(id) => id.value.clone(),
        None => keys.generate(&action.value),
    };
    Some(Step {
        id,
        key,
        name: tree.get("name").and_then(read::filled),
        condition: if_of(tree, Place::StepIf),
        env: tree.get("env").and_then(read::variables),
        continue_on_error: tree.get("continue-on-error").and_then(read::boolean),
        timeout_minutes: tree.get("timeout-minutes").and_then(read::number),
        background: background(tree),
        action,
    })
}

fn background(tree: &Tree) -> Option<Located<bool>> {
    let tree = tree.get("background")?;
    Some(Located::new(read::plain_boolean(tree)?, tree.position))
}

fn action(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Located<StepAction>> {
    let kinds = ["run", "uses", "wait", "wait-all", "cancel", "parallel"];
    let (key, value) = kinds.iter().find_map(|kind| tree.entry(kind))?;
    let action = match key.text()?.as_str() {
        "run" => Some(run(tree, value, diagnostics)?),
        "uses" => uses::step(tree, value, diagnostics),
        "wait" => Some(StepAction::Wait(read::texts(value))),
        "wait-all" => Some(StepAction::WaitAll),
        "cancel" => read::located(value).map(StepAction::Cancel),
        _ => Some(StepAction::Parallel(all(value, diagnostics))),
    };
    Some(Located::new(action?, key.position))
}

fn run(tree: &Tree, run: &Tree, diagnostics: &mut Diagnostics) -> Option<StepAction> {
    let script: Field<String> = read::text(run)?;
    let length = match &run.value {
        TreeValue::Computed(computed) => computed.text.chars().count(),
        TreeValue::Scalar(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => {
            run.text().map_or(0, |text| text.chars().count())
        }
    };
    if length > MAX_RUN_CHARACTERS {
        let message =
            format!("The script is too long; run has at most {MAX_RUN_CHARACTERS} characters");
        diagnostics.report(run.position, message);
    }
    Some(StepAction::Run {
        script,
        shell: tree.get("shell").and_then(read::filled),
        working_directory: tree.get("working-directory").and_then(read::filled),
    })
}

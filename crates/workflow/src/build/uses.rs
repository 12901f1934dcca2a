//! Builds `uses` of steps and jobs (semantics R2.61); it must not fetch anything.

use super::read;
use crate::diagnostic::Diagnostics;
use crate::model::{Call, CallSecrets, CalledFile, Located, StepAction, StepUses, Tree, TreeValue};
use crate::reader::quoted;

/// What the name of an image begins with.
pub(super) const DOCKER: &str = "docker://";

/// What a step uses; `None` when it was reported.
pub(super) fn step(tree: &Tree, uses: &Tree, diagnostics: &mut Diagnostics) -> Option<StepAction> {
    let text = read::located(uses).filter(|text| !text.is_empty())?;
    let Some(action) = action(&text) else {
        let message = format!(
            "Expected format {{owner}}/{{repo}}[/path]@{{ref}}, ./path or docker://image. Actual \
             {}",
            quoted(&text)
        );
        diagnostics.report(uses.position, message);
        return None;
    };
    Some(StepAction::Uses {
        text,
        action,
        with: tree.get("with").and_then(read::variables),
    })
}

fn action(text: &str) -> Option<StepUses> {
    if let Some(image) = text.strip_prefix(DOCKER) {
        let image = image.to_owned();
        return (!image.is_empty()).then_some(StepUses::Docker { image });
    }
    if text.starts_with("./") || text.starts_with(".\\") {
        let path = text.to_owned();
        return Some(StepUses::Local { path });
    }
    let (named, reference) = text.split_once('@')?;
    let mut parts = named.splitn(3, ['/', '\\']);
    let (owner, name) = (parts.next()?, parts.next()?);
    let filled = ![owner, name, reference].contains(&"");
    filled.then(|| StepUses::Repository {
        owner: owner.to_owned(),
        name: name.to_owned(),
        path: parts.next().map(str::to_owned),
        reference: reference.to_owned(),
    })
}

/// What a job calls; `None` when it was reported.
pub(super) fn call(tree: &Tree, uses: &Tree, diagnostics: &mut Diagnostics) -> Option<Call> {
    let text = read::located(uses).filter(|text| !text.is_empty())?;
    let file = match called_file(&text) {
        Ok(file) => file,
        Err(reason) => {
            let message = format!("Invalid workflow reference {}: {reason}", quoted(&text));
            diagnostics.report(uses.position, message);
            return None;
        }
    };
    Some(Call {
        uses: text,
        file,
        with: tree.get("with").and_then(read::variables),
        secrets: tree.get("secrets").and_then(secrets),
    })
}

const FORMS: &str = "allowed are owner/repo/.github/workflows/file.yml@ref and \
                     ./.github/workflows/file.yml";

fn called_file(text: &str) -> Result<CalledFile, String> {
    if let Some(path) = text.strip_prefix("./") {
        if text.contains('@') {
            return Err("a file of the same repository is called without @ and a version".into());
        }
        return Ok(CalledFile::Local {
            path: workflow_path(path)?,
        });
    }
    let (named, reference) = text.split_once('@').ok_or("no version specified")?;
    let mut parts = named.splitn(3, '/');
    let mut part = || parts.next().filter(|part| !part.is_empty()).ok_or(FORMS);
    let (owner, name, path) = (part()?, part()?, part()?);
    if reference.is_empty() {
        return Err("no version specified".to_owned());
    }
    Ok(CalledFile::Repository {
        owner: owner.to_owned(),
        name: name.to_owned(),
        path: workflow_path(path)?,
        reference: reference.to_owned(),
    })
}

/// A workflow stands in `.github/workflows` itself; folders that a server adds are for it to know.
fn workflow_path(path: &str) -> Result<String, String> {
    let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    if !is_yaml || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err(FORMS.to_owned());
    }
    Ok(path.to_owned())
}

fn secrets(tree: &Tree) -> Option<Located<CallSecrets>> {
    let secrets = match &tree.value {
        TreeValue::Scalar(_) => CallSecrets::Inherit,
        TreeValue::Mapping(_) | TreeValue::Computed(_) => {
            CallSecrets::Named(read::variables(tree)?)
        }
        TreeValue::Sequence(_) => return None,
    };
    Some(Located::new(secrets, tree.position))
}

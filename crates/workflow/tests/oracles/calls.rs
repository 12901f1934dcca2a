//! Calls of other workflows in the form of GitHub's published answers, and the files for them.

use crate::case::Case;
use crate::model::{Keys, Writer, common, jobs, permissions, scalar};
use runyard_workflow::model::{
    Call, CallDeclaration, CallSecrets, CalledFile, EventName, Job, Permissions,
};
use runyard_workflow::reusable::{Loaded, Loader, ResolvedCall, Source};
use serde_json::{Map, Value, json};

/// The files of a case.
pub(crate) struct Files<'a>(pub(crate) &'a Case);

impl Loader for Files<'_> {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let name = match file {
            CalledFile::Local { path } => format!("./{path}"),
            CalledFile::Repository {
                owner,
                name,
                path,
                reference,
            } => format!("{owner}/{name}/{path}@{reference}"),
        };
        let found = self.0.called.iter().find(|(called, _)| *called == name);
        let (path, text) = found.ok_or("workflow was not found")?;
        Ok(Some(Loaded {
            source: Source {
                path: path.clone(),
                sha: String::new(),
                reference: None,
            },
            text: text.clone(),
        }))
    }
}

/// What a calling job becomes.
pub(crate) fn calling(
    writer: Writer<'_>,
    job: &Job,
    call: &Call,
    inherited: Option<&Permissions>,
    calls: &[ResolvedCall],
) -> Value {
    let mut keys = common(writer, job, "reusableWorkflowJob");
    keys.add("ref", Some(writer.located(&call.uses)));
    let resolved = calls.iter().find(|found| found.job == job.id.value);
    let Some(resolved) = resolved else {
        keys.add("permissions", inherited.map(permissions));
        return Value::Object(keys.0);
    };
    keys.add(
        "permissions",
        resolved.permissions.as_ref().map(permissions),
    );
    let declared = resolved.workflow.on.get(EventName::WorkflowCall);
    if let Some(declared) = declared.and_then(|trigger| trigger.call.as_ref()) {
        definitions(declared, &mut keys);
    }
    let given = call.with.as_ref().and_then(|with| writer.variables(with));
    keys.add("input-values", given);
    match call.secrets.as_ref().map(|secrets| &secrets.value) {
        Some(CallSecrets::Inherit) => keys.add("inherit-secrets", Some(json!(true))),
        Some(CallSecrets::Named(named)) => keys.add("secret-values", writer.variables(named)),
        None => {}
    }
    let inside = writer.of(&resolved.source);
    let inherited = resolved.permissions.as_ref();
    let jobs = jobs(inside, &resolved.workflow, inherited, &resolved.calls);
    keys.add("jobs", Some(jobs));
    Value::Object(keys.0)
}

fn definitions(declared: &CallDeclaration, keys: &mut Keys) {
    let writer = Writer::without_places();
    let inputs = declared.inputs.iter().map(|input| {
        let mut keys = Keys::default();
        keys.add("type", Some(json!(input.kind)));
        keys.add(
            "description",
            input.description.as_ref().map(|text| json!(text)),
        );
        keys.add("required", input.required.map(|required| json!(required)));
        let default = input.default.as_ref();
        keys.add("default", default.map(|found| writer.field(found, scalar)));
        (input.name.value.clone(), Value::Object(keys.0))
    });
    keys.add("input-definitions", filled(inputs.collect()));
    let secrets = declared.secrets.iter().map(|secret| {
        let mut keys = Keys::default();
        keys.add(
            "description",
            secret.description.as_ref().map(|text| json!(text)),
        );
        keys.add("required", secret.required.map(|required| json!(required)));
        let body = secret.has_body.then_some(Value::Object(keys.0));
        (secret.name.value.clone(), body.unwrap_or_default())
    });
    keys.add("secret-definitions", filled(secrets.collect()));
}

fn filled(pairs: Map<String, Value>) -> Option<Value> {
    (!pairs.is_empty()).then_some(Value::Object(pairs))
}

//! Our triggers in the form of GitHub's published answers.

use crate::model::{Keys, Writer, scalar};
use runyard_workflow::model::{
    CallDeclaration, DispatchInput, EventName, InputKind, Located, Trigger, Triggers,
};
use serde_json::{Value, json};

pub(crate) fn events(triggers: &Triggers) -> Value {
    let mut keys = Keys::default();
    for trigger in triggers.declared() {
        keys.add(trigger.event.name(), Some(event(trigger)));
    }
    Value::Object(keys.0)
}

fn event(trigger: &Trigger) -> Value {
    if trigger.event == EventName::Schedule {
        let entries = trigger.schedule.iter();
        return entries
            .map(|entry| json!({ "cron": entry.cron.value }))
            .collect();
    }
    let mut keys = Keys::default();
    let lists = [
        ("types", &trigger.types),
        ("branches", &trigger.branches),
        ("branches-ignore", &trigger.branches_ignore),
        ("tags", &trigger.tags),
        ("tags-ignore", &trigger.tags_ignore),
        ("paths", &trigger.paths),
        ("paths-ignore", &trigger.paths_ignore),
        ("workflows", &trigger.workflows),
        ("names", &trigger.names),
        ("versions", &trigger.versions),
    ];
    for (key, list) in lists {
        keys.add(key, list.as_deref().map(texts));
    }
    if !trigger.inputs.is_empty() {
        let inputs = trigger
            .inputs
            .iter()
            .map(|input| (input.name.value.clone(), dispatch(input)));
        keys.add("inputs", Some(Value::Object(inputs.collect())));
    }
    if let Some(declared) = &trigger.call {
        call(declared, &mut keys);
    }
    Value::Object(keys.0)
}

fn texts(list: &[Located<String>]) -> Value {
    list.iter().map(|item| json!(item.value)).collect()
}

fn kind(kind: InputKind) -> Value {
    json!(kind)
}

fn dispatch(input: &DispatchInput) -> Value {
    let mut keys = Keys::default();
    keys.add("type", Some(kind(input.kind)));
    keys.add(
        "description",
        input.description.as_ref().map(|text| json!(text)),
    );
    keys.add("required", input.required.then_some(json!(true)));
    keys.add(
        "default",
        input.default.as_ref().map(|found| scalar(&found.value)),
    );
    let options = (!input.options.is_empty()).then(|| texts(&input.options));
    keys.add("options", options);
    Value::Object(keys.0)
}

fn call(declared: &CallDeclaration, keys: &mut Keys) {
    let inputs: serde_json::Map<String, Value> = declared
        .inputs
        .iter()
        .map(|input| {
            let mut keys = Keys::default();
            keys.add("type", Some(kind(input.kind)));
            keys.add(
                "description",
                input.description.as_ref().map(|text| json!(text)),
            );
            keys.add("required", input.required.map(|required| json!(required)));
            let writer = Writer::without_places();
            let default = input.default.as_ref();
            keys.add("default", default.map(|found| writer.field(found, scalar)));
            (input.name.value.clone(), Value::Object(keys.0))
        })
        .collect();
    keys.add(
        "inputs",
        (!inputs.is_empty()).then_some(Value::Object(inputs)),
    );
    let secrets: serde_json::Map<String, Value> = declared
        .secrets
        .iter()
        .map(|secret| {
            let mut keys = Keys::default();
            keys.add(
                "description",
                secret.description.as_ref().map(|text| json!(text)),
            );
            keys.add("required", secret.required.map(|required| json!(required)));
            (secret.name.value.clone(), Value::Object(keys.0))
        })
        .collect();
    keys.add(
        "secrets",
        (!secrets.is_empty()).then_some(Value::Object(secrets)),
    );
}

//! What GitHub's description says about the payloads of webhooks.

use std::sync::LazyLock;

use serde_json::{Value, json};

const MAX_FAULTS: usize = 5;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../contract/webhooks.schema.json");
    serde_json::from_str(text).expect("the description is JSON")
});

/// Checks a payload of the webhook `event`, whose activity is its `action`.
///
/// # Errors
/// The JSON pointers and the reasons of what is wrong.
pub fn check_webhook(event: &str, payload: &Value) -> Result<(), String> {
    let action = payload["action"].as_str().unwrap_or_default();
    let name = format!("webhook-{event}-{action}").replace('_', "-");
    let definitions = &DESCRIPTION["$defs"];
    if definitions.get(&name).is_none() {
        return Err(format!("the description has no {name}"));
    }
    let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": definitions });
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the description's schemas are valid");
    let faults: Vec<String> = validator
        .iter_errors(payload)
        .take(MAX_FAULTS)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{name}: {}", faults.join("; "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_lacks_something_does_not_fit() {
        let faults = check_webhook("workflow_run", &json!({ "action": "completed" }));
        let faults = faults.expect_err("it has no run");
        assert!(faults.contains("workflow_run"), "{faults}");
        assert!(check_webhook("workflow_run", &json!({ "action": "began" })).is_err());
    }
}

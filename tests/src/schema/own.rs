//! What Runyard's description of its own API says about an answer. The program under test prints that description.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::process::printed;

const DOOR: &str = "/api/v1";
/// What a request is refused with before it is known what it asks for: that no such thing is served, its framing, its
/// time, its size, its path, its rate, its head.
const BEFORE_ROUTES: [u16; 7] = [400, 404, 408, 413, 414, 429, 431];
/// How many faults of one body are named.
const MAX_FAULTS: usize = 5;

/// As `runyard openapi` prints it.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = printed("runyard", &["openapi"]);
    serde_json::from_str(&text).expect("the program prints JSON")
});

/// Method and path of every operation that is described.
#[must_use]
pub fn own_operations() -> Vec<(String, String)> {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    let methods = paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, _)| (method.to_uppercase(), path.clone()))
    });
    methods.collect()
}

/// Checks an answer to `method path` (relative to `/api/v1`): its status is one that is described, its body fits.
///
/// # Errors
/// The operation and what is wrong.
pub fn check_own(method: &str, path: &str, status: u16, body: &Value) -> Result<(), String> {
    if method == "OPTIONS" || method == "HEAD" {
        return Ok(());
    }
    let path = path.split('?').next().unwrap_or_default();
    let Some(template) = template(method, path) else {
        return match BEFORE_ROUTES.contains(&status) {
            true => Ok(()),
            false => Err(format!(
                "{method} {path} is not described, and was answered with {status}"
            )),
        };
    };
    let operation = &DOCUMENT["paths"][template][method.to_lowercase()];
    let answers = &operation["responses"];
    let key = status.to_string();
    let schema = match answers.get(&key) {
        Some(answer) => answer["content"]["application/json"].get("schema").cloned(),
        None if status >= 400 => Some(json!({ "$ref": "#/components/schemas/Problem" })),
        None => return Err(format!("{method} {template} has no answer {status}")),
    };
    let Some(schema) = schema else {
        return Ok(());
    };
    let validator = validator(&schema);
    let faults = validator.iter_errors(body).take(MAX_FAULTS);
    let faults: Vec<String> = faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{method} {template}, status {status}: {}",
            faults.join("; ")
        )),
    }
}

/// The described path that a concrete one, or a template of its own, is meant by: fewest placeholders first.
fn template(method: &str, path: &str) -> Option<&'static str> {
    let whole = format!("{DOOR}{path}");
    let given: Vec<&str> = whole.split('/').collect();
    let fits = |template: &str| {
        let segments: Vec<&str> = template.split('/').collect();
        let same = |(own, given): (&&str, &&str)| own == given || own.starts_with('{');
        segments.len() == given.len() && segments.iter().zip(&given).all(same)
    };
    let paths = DOCUMENT["paths"].as_object()?;
    let known = paths
        .iter()
        .filter(|(path, item)| item.get(method.to_lowercase()).is_some() && fits(path));
    let best = known.min_by_key(|(path, _)| path.matches('{').count());
    best.map(|(path, _)| path.as_str())
}

fn validator(schema: &Value) -> Arc<Validator> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> =
        LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = compiled
        .entry(schema.to_string())
        .or_insert_with(|| Arc::new(compile(schema)));
    Arc::clone(validator)
}

fn compile(schema: &Value) -> Validator {
    let whole = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    jsonschema::draft202012::options()
        .build(&whole)
        .expect("the description's schemas are valid")
}

#[cfg(test)]
mod tests {
    use super::{check_own, template};
    use serde_json::json;

    #[test]
    fn a_path_means_the_operation_with_the_fewest_placeholders() {
        for (method, path, expected) in [
            ("PUT", "/runners/self", Some("/api/v1/runners/self")),
            ("DELETE", "/runners/7", Some("/api/v1/runners/{runner_id}")),
            ("GET", "/runs/7", Some("/api/v1/runs/{run_id}")),
            ("GET", "/runs", None),
            ("PATCH", "/runs/7", None),
        ] {
            assert_eq!(template(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn bodies_that_are_not_as_described_are_found() {
        let user = json!({ "id": 1, "login": "mona", "name": null, "site_admin": false, "created_at": "x" });
        assert_eq!(check_own("GET", "/user", 200, &user), Ok(()));
        let mut wrong = user.clone();
        wrong["id"] = json!("1");
        assert!(check_own("GET", "/user", 200, &wrong).is_err());
        let mut missing = user.clone();
        missing.as_object_mut().expect("an object").remove("login");
        assert!(check_own("GET", "/user", 200, &missing).is_err());
        assert!(
            check_own("GET", "/user", 201, &user).is_err(),
            "a status of another operation"
        );
        for (status, is_before) in [(404, true), (414, true), (200, false), (403, false)] {
            let checked = check_own("GET", "/nowhere", status, &json!({}));
            assert_eq!(checked.is_ok(), is_before, "{status}");
        }
    }
}

//! Holds an answer against the schema of its operation. It knows nothing of headers.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

use super::convert::{self, Times};
use super::errors::check_error;
use super::operations::{DESCRIPTION, OPERATIONS, Operation, find};

/// Name of the converted description among the validators' documents.
const DOCUMENT: &str = "urn:contract";
/// How many faults of one body are named.
const MAX_FAULTS: usize = 5;
/// What `OPTIONS` is answered with, on any path (contract 1).
const OPTIONS_STATUS: u16 = 204;

/// Checks an answer to `method path` (relative to `/api/v3`; concrete, or a template of the description).
///
/// Errors must have the common shape whatever the operation; every other answer must be one that the description
/// lists, with a body that fits.
///
/// # Errors
/// The operation, the JSON pointer and the reason of what is wrong.
pub fn check(method: &str, path: &str, status: u16, body: &[u8]) -> Result<(), String> {
    let operation = find(method, path);
    let name = operation.map_or("no operation", |operation| operation.name.as_str());
    judge(operation, method, status, body)
        .map_err(|reason| format!("{name} ({method} {path}), status {status}: {reason}"))
}

fn judge(
    operation: Option<&Operation>,
    method: &str,
    status: u16,
    body: &[u8],
) -> Result<(), String> {
    if method == "HEAD" || status == 304 {
        return no_body(body);
    }
    if status >= 400 {
        return check_error(status, &json_of(body)?);
    }
    if method == "OPTIONS" && status == OPTIONS_STATUS {
        return no_body(body);
    }
    let operation = operation.ok_or("the description has no such operation")?;
    let response = operation.responses.get(&status.to_string());
    match response.ok_or("the description has no such answer")?["content"]["application/json"]
        .get("schema")
    {
        None => no_body(body),
        Some(_) => fits(operation, status, &json_of(body)?),
    }
}

fn no_body(body: &[u8]) -> Result<(), String> {
    let text = || String::from_utf8_lossy(body).into_owned();
    if body.is_empty() {
        Ok(())
    } else {
        Err(format!("must have no body, has {}", text()))
    }
}

fn json_of(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body)
        .map_err(|error| format!("no JSON ({error}): {:?}", String::from_utf8_lossy(body)))
}

fn fits(operation: &Operation, status: u16, body: &Value) -> Result<(), String> {
    let validator = validator(operation, status);
    let faults: Vec<String> = validator
        .iter_errors(body)
        .take(MAX_FAULTS)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    if !faults.is_empty() {
        return Err(faults.join("; "));
    }
    only_one_list(body)
}

/// A list's envelope holds `total_count` and one array: Octokit takes the first remaining key (contract 1).
fn only_one_list(body: &Value) -> Result<(), String> {
    let Some(members) = body
        .as_object()
        .filter(|members| members.contains_key("total_count"))
    else {
        return Ok(());
    };
    let lists = members.values().filter(|value| value.is_array()).count();
    if members.len() == 2 && lists == 1 {
        return Ok(());
    }
    Err(format!(
        "a list holds total_count and one array, not {:?}",
        members.keys().collect::<Vec<_>>()
    ))
}

/// What was compiled so far, by operation and status.
type Validators = HashMap<(usize, u16), Arc<Validator>>;

fn validator(operation: &Operation, status: u16) -> Arc<Validator> {
    static COMPILED: LazyLock<Mutex<Validators>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (operation.index, status);
    Arc::clone(
        compiled
            .entry(key)
            .or_insert_with(|| Arc::new(compile(key))),
    )
}

fn compile((index, status): (usize, u16)) -> Validator {
    static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
        let builder = Registry::new()
            .add(DOCUMENT, document())
            .expect("the name is a valid one");
        builder
            .prepare()
            .expect("the description's references lead somewhere")
    });
    jsonschema::options()
        .with_registry(&REGISTRY)
        .should_validate_formats(true)
        .build(&json!({ "$ref": format!("{DOCUMENT}#/answers/{index}/{status}") }))
        .expect("the description's schemas are valid")
}

/// All schemas in one document, so that their references to each other hold.
fn document() -> Value {
    let schemas = DESCRIPTION["components"]["schemas"]
        .as_object()
        .expect("a description has schemas");
    let pairs = schemas
        .iter()
        .map(|(name, schema)| (name.clone(), convert::schema(schema, times_of(name))));
    let components: Map<String, Value> = pairs.collect();
    let answers: Map<String, Value> = OPERATIONS
        .iter()
        .map(|operation| (operation.index.to_string(), answers_of(operation)))
        .collect();
    json!({ "components": { "schemas": components }, "answers": answers })
}

fn answers_of(operation: &Operation) -> Value {
    let described = operation.responses.iter();
    let schemas = described.filter_map(|(status, response)| {
        let schema = response["content"]["application/json"].get("schema")?;
        Some((status.clone(), convert::schema(schema, Times::WholeSeconds)))
    });
    Value::Object(schemas.collect())
}

/// Workflow objects write milliseconds and an offset (contract 1).
fn times_of(schema: &str) -> Times {
    if schema == "workflow" {
        Times::Free
    } else {
        Times::WholeSeconds
    }
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS, check, compile};
    use serde_json::{Value, json};

    const JOB: &str = "/repos/o/r/actions/jobs/1";

    fn job() -> Value {
        json!({
            "id": 1, "node_id": "CR_1", "run_id": 2, "run_url": "http://h/api/v3/x", "run_attempt": 1,
            "head_sha": "00", "workflow_name": "CI", "head_branch": "main", "name": "build",
            "url": "http://h/x", "html_url": null, "status": "in_progress", "conclusion": null,
            "created_at": "2026-01-02T03:04:05Z", "started_at": "2026-01-02T03:04:05Z", "completed_at": null,
            "check_run_url": "http://h/x", "labels": [], "runner_id": null, "runner_name": null,
            "runner_group_id": null, "runner_group_name": null,
            "steps": [{ "name": "Run make", "status": "pending", "conclusion": null, "number": 1 }],
        })
    }

    fn judged(method: &str, path: &str, status: u16, body: &Value) -> Result<(), String> {
        check(method, path, status, body.to_string().as_bytes())
    }

    #[test]
    fn a_job_as_real_servers_send_it_fits() {
        assert_eq!(judged("GET", JOB, 200, &job()), Ok(()));
    }

    #[test]
    fn a_fault_is_named_with_its_operation_and_pointer() {
        for (pointer, value) in [
            ("/status", json!("sleeping")),
            ("/steps/0/number", json!("1")),
            ("/started_at", json!("2026-01-02T03:04:05.678Z")),
            ("/conclusion", json!("startup_failure")),
        ] {
            let mut body = job();
            *body.pointer_mut(pointer).expect("the job has it") = value;
            let reason = judged("GET", JOB, 200, &body).expect_err(pointer);
            assert!(
                reason.starts_with("actions/get-job-for-workflow-run"),
                "{reason}"
            );
            assert!(reason.contains(&format!("{pointer}: ")), "{reason}");
        }
    }

    #[test]
    fn a_missing_member_is_a_fault() {
        let mut body = job();
        body.as_object_mut().expect("an object").remove("steps");
        let reason = judged("GET", JOB, 200, &body).expect_err("steps are always sent");
        assert!(reason.contains("steps"), "{reason}");
    }

    #[test]
    fn unlisted_answers_and_unknown_operations_are_faults() {
        let cancel = "/repos/o/r/actions/runs/1/cancel";
        assert_eq!(judged("POST", cancel, 202, &json!({})), Ok(()));
        assert!(judged("POST", cancel, 200, &json!({})).is_err());
        assert!(judged("POST", cancel, 202, &json!({ "id": 1 })).is_err());
        assert!(check("POST", cancel, 202, b"").is_err());
        assert!(judged("POST", "/repos/o/r/actions/nothing", 200, &json!({})).is_err());
    }

    #[test]
    fn an_error_has_the_common_shape_on_any_path() {
        let page = "https://docs.github.com/enterprise-server@3.19/rest";
        let body = json!({ "message": "Not Found", "documentation_url": page, "status": "404" });
        assert_eq!(judged("GET", "/nowhere", 404, &body), Ok(()));
        assert!(judged("GET", JOB, 404, &json!({ "message": "Not Found" })).is_err());
    }

    #[test]
    fn answers_without_a_body_have_none() {
        let logs = "/repos/o/r/actions/runs/1/logs";
        assert_eq!(check("GET", logs, 302, b""), Ok(()));
        assert!(check("GET", logs, 302, b"{}").is_err());
        assert_eq!(check("HEAD", JOB, 200, b""), Ok(()));
        assert_eq!(check("GET", JOB, 304, b""), Ok(()));
    }

    #[test]
    fn a_list_holds_its_count_and_one_array_only() {
        let path = "/repos/o/r/actions/runs/1/jobs";
        assert_eq!(
            judged(
                "GET",
                path,
                200,
                &json!({ "total_count": 1, "jobs": [job()] })
            ),
            Ok(())
        );
        let crowded = json!({ "total_count": 0, "jobs": [], "next": null });
        assert!(judged("GET", path, 200, &crowded).is_err());
    }

    #[test]
    fn every_answer_of_the_description_compiles() {
        for operation in OPERATIONS.iter() {
            for (status, response) in &operation.responses {
                if response["content"]["application/json"]
                    .get("schema")
                    .is_some()
                {
                    compile((operation.index, status.parse().expect("a status code")));
                }
            }
        }
    }
}

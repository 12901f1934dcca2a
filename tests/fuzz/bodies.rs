//! Good bodies and queries: from GitHub's description, and by hand for routes that are not in it. Nothing is sent.

use serde_json::{Map, Value, json};

use crate::case::{Case, encoded};
use crate::random::Random;
use crate::routes::Route;
use crate::values;
use crate::world::{LABEL, NAME, OWNER, World, credential, runner_body};
use runyard_tests::{schema::follow, sealed};

/// Deeper schemas are filled with null.
const DEPTH: usize = 6;
/// What routes outside of the description read from queries.
const QUERIES: [&str; 9] = [
    "after",
    "per_page",
    "page",
    "offset",
    "seal",
    "wait_s",
    "service",
    "expires",
    "signature",
];
/// A git client that wants nothing.
const FLUSH: &[u8] = b"0000";

/// Completes `case` with a body, a query and headers that its route takes.
pub(crate) fn complete(case: &mut Case, route: &Route, world: &World, random: &mut Random) {
    for (name, schema) in route.query() {
        if random.once_in(4) {
            let value = of_schema(name, schema, 0, random);
            let text = value.as_str().map_or(value.to_string(), String::from);
            case.query.push(format!("{name}={}", encoded(&text)));
        }
    }
    if route.path.ends_with("/secrets/{secret_name}") && route.method == "PUT" {
        set_json(case, &sealed(&world.secrets_key, "open-sesame"));
    } else if let Some(schema) = route.body() {
        set_json(case, &of_schema("", schema, 0, random));
    } else if route.takes_body() {
        by_hand(case, route, world, random);
    } else if route.path.ends_with("/info/refs") {
        case.query.push("service=git-upload-pack".to_owned());
    } else if route.body().is_none() && route.query().is_empty() && random.once_in(3) {
        case.query.push(format!("per_page={}", random.below(5)));
    }
}

/// A name and a value that some route reads from its query.
pub(crate) fn any_query(route: &Route, random: &mut Random) -> String {
    let known = route.query();
    match known.is_empty() || random.once_in(4) {
        true => (*random.pick(&QUERIES)).to_owned(),
        false => random.pick(&known).0.to_owned(),
    }
}

/// The same with `body` as JSON.
pub(crate) fn set_json(case: &mut Case, body: &Value) {
    case.set_header("content-type", b"application/json");
    case.body = Some(values::written(body).into_bytes());
}

fn by_hand(case: &mut Case, route: &Route, world: &World, random: &mut Random) {
    let path = route.path.strip_prefix("/api/v1").unwrap_or(&route.path);
    match (path, route.method.as_str()) {
        ("/repos/{owner}/{repo}/events", "POST") => {
            let event = *random.pick(&["push", "push", "ping", "issues", "create"]);
            case.set_header("x-github-event", event.as_bytes());
            let delivery = random.below(1000).to_string();
            case.set_header("x-github-delivery", delivery.as_bytes());
        }
        ("/executions/{execution_id}/log", "PUT") => {
            case.query.push("offset=0".to_owned());
            let rows = b"[2,1767323045678,\"one\"]\n[3,1767323045679,\"two\"]\n";
            case.body = Some(rows.to_vec());
            return;
        }
        ("/{owner}/{repo}/git-upload-pack", "POST") => {
            case.set_header("content-type", b"application/x-git-upload-pack-request");
            case.body = Some(wanted(world, random));
            return;
        }
        ("/jobs/{job_id}/cancel-check", "POST") => case.query.push("wait_s=0".to_owned()),
        _ => {}
    }
    let body = body_by_hand(path, &route.method, world, random);
    set_json(case, &body);
}

/// A clone of the whole repository, or of nothing.
fn wanted(world: &World, random: &mut Random) -> Vec<u8> {
    match random.once_in(2) {
        true => FLUSH.to_vec(),
        false => {
            let line = format!("want {}\n", world.repository.head());
            format!("{:04x}{line}00000009done\n", line.len() + 4).into_bytes()
        }
    }
}

fn body_by_hand(path: &str, method: &str, world: &World, random: &mut Random) -> Value {
    let login = format!("user-{}", random.below(30));
    let name = format!("yard-{}", random.below(20));
    match (path, method) {
        ("/users", _) => json!({ "login": login, "name": "Mona", "site_admin": false }),
        ("/tokens", _) => {
            let scope = *random.pick(&["repo", "repo:write", "public_repo", "read:org"]);
            json!({ "name": "fuzz", "scopes": [scope], "expires_at": "2030-01-02T03:04:05Z" })
        }
        ("/repos", _) => match random.once_in(4) {
            true => json!({ "owner": OWNER, "name": name, "url": "https://127.0.0.1:1/x.git" }),
            false => world.repository_body(&name),
        },
        ("/repos/{owner}/{repo}/collaborators/{login}", _) => {
            json!({ "role": *random.pick(&["read", "write", "admin"]) })
        }
        ("/repos/{owner}/{repo}/events", _) => push(world),
        ("/repos/{owner}/{repo}/credentials", _) => credential(),
        ("/repos/{owner}/{repo}/polling", _) => json!({ "seconds": *random.pick(&[0, 3_600]) }),
        // Long enough for nothing to go that the others need.
        ("/repos/{owner}/{repo}/retention", _) => json!({
            "run_days": *random.pick(&[0, 90, 400]), "log_days": 90,
            "workflows": [{ "path": ".github/workflows/ci.yml", "run_days": 30 }],
        }),
        ("/repos/{owner}/{repo}/runs/delete", _) => match random.once_in(2) {
            true => json!({ "status": "completed", "dry_run": true }),
            false => json!({ "created": "<2020-01-01", "branch": "main" }),
        },
        ("/runners/register", _) => runner_body(&name),
        ("/runners/self", "PUT") => {
            json!({ "labels": [LABEL], "version": "0.1.0", "capacity": 4, "state": "ready" })
        }
        ("/runners/claim", _) => {
            let key = random.below(1_000_000).to_string();
            json!({ "request_key": key, "free_slots": 2, "wait_s": 0 })
        }
        ("/executions/{execution_id}/start", _) => {
            json!({ "started_at_ms": 1_767_323_045_678_i64 })
        }
        ("/executions/{execution_id}/sync", _) => {
            json!({ "rev": random.below(9), "steps": steps(), "annotations": annotations() })
        }
        ("/executions/{execution_id}/release", _) => json!({ "reason": "no_disk" }),
        ("/executions/{execution_id}/finish", _) => json!({
            "result": *random.pick(&["success", "failure", "cancelled"]), "steps": steps(),
            "log_bytes": 0, "stopped_at_ms": 1_767_323_045_999_i64, "annotations": annotations(),
            "outputs": [["one", "1"], ["two", "zwei"]],
        }),
        ("/api/graphql", _) => json!({
            "query": "query($owner: String!, $name: String!) { viewer { login } repository(owner: $owner, name: $name) \
                { ...it parent { ...it } pullRequests(first: 3) { nodes { number headRepository { name } } } } } \
                fragment it on Repository { id name owner { login } viewerPermission defaultBranchRef { name } }",
            "variables": { "owner": OWNER, "name": NAME },
        }),
        _ => json!({}),
    }
}

fn push(world: &World) -> Value {
    let head = world.repository.head();
    json!({
        "ref": "refs/heads/main", "before": "0".repeat(40), "after": head, "created": true,
        "deleted": false, "forced": false, "commits": [],
        "repository": { "name": NAME, "full_name": format!("{OWNER}/{NAME}") },
        "head_commit": { "id": head, "message": "Change the harbour" },
    })
}

fn steps() -> Value {
    json!([
        { "number": 1, "name": "Set up job", "status": "completed", "conclusion": "success",
          "started_at_ms": 1_767_323_045_678_i64, "completed_at_ms": 1_767_323_045_679_i64 },
        { "number": 2, "name": "Run echo one", "status": "in_progress", "conclusion": null,
          "started_at_ms": 1_767_323_045_680_i64, "completed_at_ms": null },
    ])
}

fn annotations() -> Value {
    json!([
        { "number": 1, "step": 2, "level": "warning", "message": "careful" },
        { "number": 2, "step": 2, "level": "failure", "message": "no", "title": "T", "path": "a.rs",
          "start_line": 3, "end_line": 4, "start_column": 5, "end_column": 6 },
    ])
}

/// A value that a schema of OpenAPI allows, or nearly: what a member is called says more than its type.
fn of_schema(name: &str, schema: &Value, depth: usize, random: &mut Random) -> Value {
    let schema = follow(schema);
    match name {
        "ref" | "branch" => return "main".into(),
        _ => {}
    }
    if name == "name" {
        return format!("FUZZ_{}", random.below(20)).into();
    }
    if let Some(words) = schema["enum"].as_array() {
        return random.pick(words).clone();
    }
    if depth > DEPTH {
        return Value::Null;
    }
    for list in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[list].as_array() {
            return of_schema(name, random.pick(choices), depth + 1, random);
        }
    }
    match schema["type"].as_str() {
        Some("object") => object(schema, depth, random),
        Some("array") => json!([of_schema(name, &schema["items"], depth + 1, random)]),
        Some("integer" | "number") => json!(random.below(5)),
        Some("boolean") => json!(random.once_in(2)),
        _ => "2026-01-02T03:04:05Z".into(),
    }
}

/// What is required, and each other member in one of three cases. Inputs are left out: workflows declare them.
fn object(schema: &Value, depth: usize, random: &mut Random) -> Value {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|list| list.iter().any(|it| it == name));
    let mut members = Map::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let wanted = is_required(name) || (name != "inputs" && random.once_in(3));
        if wanted {
            members.insert(name.clone(), of_schema(name, member, depth + 1, random));
        }
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use super::{Random, of_schema};
    use serde_json::json;

    #[test]
    fn a_body_has_what_its_schema_asks_for() {
        let schema = json!({
            "type": "object", "required": ["ref", "ids", "state"],
            "properties": {
                "ref": { "type": "string" },
                "ids": { "type": "array", "items": { "type": "integer" } },
                "state": { "type": "string", "enum": ["approved"] },
            },
        });
        let body = of_schema("", &schema, 0, &mut Random::of_case(1, 1));
        assert_eq!(
            (&body["ref"], &body["state"]),
            (&json!("main"), &json!("approved"))
        );
        assert!(body["ids"][0].is_number(), "{body}");
    }
}

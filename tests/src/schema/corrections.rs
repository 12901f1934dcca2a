//! Where the description must not be taken literally (contract 7 and 11). Each change names its reason.

use serde_json::{Value, json};

/// The statuses and conclusions of a run, which the description leaves free (contract 7 and 11).
const RUN_STATUSES: [&str; 6] = [
    "completed",
    "in_progress",
    "queued",
    "requested",
    "waiting",
    "pending",
];
const RUN_CONCLUSIONS: [&str; 9] = [
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "skipped",
    "stale",
    "startup_failure",
    "success",
    "timed_out",
];

/// Members that real servers always send (contract 7), although the description does not ask for them.
const ALWAYS_IN_A_RUN: [&str; 9] = [
    "actor",
    "check_suite_id",
    "check_suite_node_id",
    "name",
    "previous_attempt_url",
    "referenced_workflows",
    "run_attempt",
    "run_started_at",
    "triggering_actor",
];
const ALWAYS_IN_A_CACHE: [&str; 7] = [
    "created_at",
    "id",
    "key",
    "last_accessed_at",
    "ref",
    "size_in_bytes",
    "version",
];
const ALWAYS_IN_A_JOB: [&str; 2] = ["run_attempt", "steps"];

/// Changes the description, as read from the file, into what real servers send.
pub(super) fn apply(description: &mut Value) {
    add_user_by_login(&mut description["paths"]);
    add_details_of_a_dispatch(&mut description["paths"]);
    add_cache_usage(&mut description["paths"]);
    add_check_runs_of_a_suite(&mut description["paths"]);
    add_contents(&mut description["paths"]);
    add_removal_token(&mut description["paths"]);
    let schemas = &mut description["components"]["schemas"];
    correct_job(&mut schemas["job"]);
    correct_run(&mut schemas["workflow-run"]);
    let caches = &mut schemas["actions-cache-list"]["properties"]["actions_caches"]["items"];
    caches["required"] = json!(ALWAYS_IN_A_CACHE);
    // Sent by github.com while a rule holds the deployment.
    append(
        &mut schemas["deployment-status"]["properties"]["state"]["enum"],
        ["waiting"],
    );
}

/// Any client's way to a user; the file holds only what belongs to Actions.
fn add_user_by_login(paths: &mut Value) {
    let schema = json!({ "$ref": "#/components/schemas/public-user" });
    let answer = json!({ "content": { "application/json": { "schema": schema } } });
    paths["/users/{username}"] = json!({
        "get": { "operationId": "users/get-by-username", "responses": { "200": answer } },
    });
}

/// What newer releases answer to a dispatch that asks for its run.
fn add_details_of_a_dispatch(paths: &mut Value) {
    let schema = json!({
        "type": "object",
        "required": ["workflow_run_id", "run_url", "html_url"],
        "properties": {
            "workflow_run_id": { "type": "integer" },
            "run_url": { "type": "string", "format": "uri" },
            "html_url": { "type": "string", "format": "uri" },
        },
    });
    let path = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
    paths[path]["post"]["responses"]["200"] = json!({ "description": "Its run", "content": { "application/json": { "schema": schema } } });
}

/// Documented as the other operations of caches are; the file does not hold it.
fn add_cache_usage(paths: &mut Value) {
    let names = [
        "full_name",
        "active_caches_size_in_bytes",
        "active_caches_count",
    ];
    let schema = json!({
        "type": "object", "required": names, "additionalProperties": false,
        "properties": { names[0]: { "type": "string" }, names[1]: { "type": "integer" },
            names[2]: { "type": "integer" } },
    });
    let answer = json!({ "content": { "application/json": { "schema": schema } } });
    paths["/repos/{owner}/{repo}/actions/cache/usage"] = json!({
        "get": { "operationId": "actions/get-actions-cache-usage", "responses": { "200": answer } },
    });
}

/// As those of a commit; the file holds only the latter.
fn add_check_runs_of_a_suite(paths: &mut Value) {
    let mut runs = paths["/repos/{owner}/{repo}/commits/{ref}/check-runs"]["get"].clone();
    runs["operationId"] = json!("checks/list-for-suite");
    paths["/repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs"] =
        json!({ "get": runs });
}

/// As the token that a runner registers with; the file holds only that.
fn add_removal_token(paths: &mut Value) {
    let mut token = paths["/repos/{owner}/{repo}/actions/runners/registration-token"].clone();
    token["post"]["operationId"] = json!("actions/create-remove-token-for-repo");
    paths["/repos/{owner}/{repo}/actions/runners/remove-token"] = token;
}

/// What is at a path: the file holds only what belongs to Actions. One thing, or the list of what is in a folder.
fn add_contents(paths: &mut Value) {
    let text = json!({ "type": "string" });
    let link = json!({ "type": "string", "nullable": true });
    let properties = json!({
        "name": text, "path": text, "sha": text, "size": { "type": "integer" }, "url": text,
        "html_url": link, "git_url": link, "download_url": link, "content": text,
        "type": { "type": "string", "enum": ["file", "dir", "symlink", "submodule"] },
        "encoding": { "type": "string", "enum": ["base64", "none"] }, "target": text,
        "submodule_git_url": link, "entries": { "type": "array" },
        "_links": {
            "type": "object", "required": ["self", "git", "html"], "additionalProperties": false,
            "properties": { "self": text, "git": link, "html": link },
        },
    });
    let always = [
        "name",
        "path",
        "sha",
        "size",
        "url",
        "html_url",
        "git_url",
        "download_url",
        "type",
        "_links",
    ];
    let thing = json!({
        "type": "object", "required": always, "properties": properties, "additionalProperties": false,
    });
    let folder = json!({ "type": "array", "items": thing.clone() });
    let schema = json!({ "oneOf": [thing, folder] });
    let answer = json!({ "content": { "application/json": { "schema": schema } } });
    let get = json!({ "operationId": "repos/get-content", "responses": { "200": answer } });
    for path in ["contents", "contents/{path}"] {
        paths[format!("/repos/{{owner}}/{{repo}}/{path}")] = json!({ "get": get });
    }
}

fn correct_job(job: &mut Value) {
    // Sent by github.com before the runner reaches the step.
    append(
        &mut job["properties"]["steps"]["items"]["properties"]["status"]["enum"],
        ["pending"],
    );
    append(&mut job["required"], ALWAYS_IN_A_JOB);
}

fn correct_run(run: &mut Value) {
    append(&mut run["required"], ALWAYS_IN_A_RUN);
    let properties = &mut run["properties"];
    properties["status"] = json!({ "type": "string", "enum": RUN_STATUSES });
    properties["conclusion"] =
        json!({ "type": "string", "nullable": true, "enum": RUN_CONCLUSIONS });
    // Null once the fork is deleted.
    properties["head_repository"] = json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/minimal-repository" }] });
}

fn append<const N: usize>(list: &mut Value, words: [&str; N]) {
    let list = list.as_array_mut().expect("the description has this list");
    list.extend(words.map(|word| json!(word)));
}

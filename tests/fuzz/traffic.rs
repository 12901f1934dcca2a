//! What goes on meanwhile: runs are made, jobs are taken and end, and lists are read. Good requests only.

use runyard_tests::{Answer, Request};
use serde_json::{Value, json};

use crate::random::Random;
use crate::routes::Route;
use crate::world::{Execution, NAME, OWNER, SPARE, World, allow};

/// More are not made while so many wait.
const QUEUED_MAX: i64 = 20;
/// Runs whose logs are asked for, until there are some.
const LOOKED_AT: usize = 6;

/// One thing happens.
pub(crate) async fn happen(world: &mut World, random: &mut Random) {
    match random.below(24) {
        0..=2 => dispatch(world).await,
        3..=7 => claim(world, random).await,
        8..=12 => start(world, random).await,
        13..=14 => log(world, random).await,
        15..=18 => finish(world, random).await,
        19..=20 => change_run(world, random).await,
        21 => world.renew().await,
        _ => read(world, random).await,
    }
}

/// Everything once, so that there is something of each kind.
pub(crate) async fn begin(world: &mut World, random: &mut Random) {
    for _ in 0..4 {
        dispatch(world).await;
    }
    declare(world).await;
    for result in ["success", "failure"] {
        claim(world, random).await;
        for execution in world.executions.clone() {
            start_one(world, &execution).await;
            log_one(world, &execution).await;
        }
        let taken = world.executions.len() / 2;
        for execution in &world.executions[..taken] {
            finish_one(world, execution, result).await;
        }
    }
    read(world, random).await;
    change_run(world, random).await;
    read(world, random).await;
}

/// What a good request of a route needs: a run in the right state, a job, a link that still works, or something that
/// may be deleted.
pub(crate) async fn prepare(world: &mut World, route: &Route, random: &mut Random) {
    let path = route.path.as_str();
    if route.method == "DELETE" {
        world.renew().await;
        // One with open runs may not be deleted; the other spare one may have got some.
        let name = format!("gone-{}", random.below(1_000_000));
        let body = world.repository_body(&name);
        allow(world.site.post("/api/v1/repos", &body).await);
        world.things.put("repo=spare", &name);
    } else if path.contains("/secrets/{") || path.contains("/variables/{") {
        world.give_values().await;
    } else if path.starts_with("/api/downloads/") {
        links(world, random).await;
    } else if path.ends_with("cancel") || path.contains("/rerun") {
        open_run(world, path.contains("/rerun")).await;
    } else if path.contains("/executions/") || path.ends_with("/cancel-check") {
        let is_started = !path.ends_with("/start") && !path.ends_with("/release");
        take_job(world, is_started, random).await;
    }
}

/// A run that waits for runners, or one that was cancelled at once.
async fn open_run(world: &mut World, is_done: bool) {
    make_run(world).await;
    let listed = world
        .site
        .get(&format!("{}/runs?per_page=1", actions()))
        .await;
    let run = listed.json()["workflow_runs"][0]["id"].to_string();
    let jobs = world
        .site
        .get(&format!("{}/runs/{run}/jobs", actions()))
        .await;
    let job = jobs.json()["jobs"][0]["id"].to_string();
    if is_done {
        let cancel = format!("{}/runs/{run}/cancel", actions());
        allow(world.site.post_empty(&cancel).await);
        world.things.put("run_id=done", &run);
        world.things.put("job_id=done", &job);
    } else {
        world.things.put("run_id=open", &run);
        world.things.put("job_id=open", &job);
    }
}

/// A job that was just claimed; the requests that come next are about it.
async fn take_job(world: &mut World, is_started: bool, random: &mut Random) {
    make_run(world).await;
    let known = std::mem::take(&mut world.executions);
    claim(world, random).await;
    match world.executions.first().cloned() {
        None => world.executions = known,
        Some(execution) if is_started => start_one(world, &execution).await,
        Some(_) => {}
    }
    world.executions.truncate(1);
}

async fn dispatch(world: &World) {
    let path = format!("{}/runs?status=queued&per_page=1", actions());
    let queued = world.site.get(&path).await.json();
    if queued["total_count"].as_i64().unwrap_or_default() < QUEUED_MAX {
        make_run(world).await;
    }
}

/// Requests may have switched the workflow off.
async fn make_run(world: &World) {
    let on = format!("{}/workflows/ci.yml/enable", actions());
    allow(world.site.put(&on, &json!({})).await);
    let path = format!("{}/workflows/ci.yml/dispatches", actions());
    allow(world.site.post(&path, &json!({ "ref": "main" })).await);
}

/// The runner says again what it is: requests may have told otherwise, or ended it.
async fn declare(world: &mut World) {
    let body = json!({
        "labels": [crate::world::LABEL], "version": "0.1.0", "capacity": 4, "state": "ready",
    });
    let declared = world
        .client("runner")
        .put("/api/v1/runners/self", &body)
        .await;
    if allow(declared).status == 401 {
        world.renew().await;
    }
}

async fn claim(world: &mut World, random: &mut Random) {
    declare(world).await;
    let key = random.below(usize::MAX).to_string();
    let body = json!({ "request_key": key, "free_slots": 2, "wait_s": 0 });
    let claimed = world
        .client("runner")
        .post("/api/v1/runners/claim", &body)
        .await;
    if allow(claimed.clone()).status == 200 {
        world.take_offers(&claimed.json());
    }
}

fn some(world: &World, random: &mut Random) -> Option<Execution> {
    let known = &world.executions;
    (!known.is_empty()).then(|| random.pick(known).clone())
}

async fn start(world: &World, random: &mut Random) {
    let chosen = [some(world, random), world.executions.last().cloned()];
    for execution in chosen.into_iter().flatten() {
        start_one(world, &execution).await;
    }
}

async fn put(world: &World, execution: &Execution, call: &str, body: Option<Value>) -> Answer {
    let path = format!("/api/v1/executions/{}/{call}", execution.id);
    let request = Request::new("PUT", &path);
    let request = match body {
        Some(body) => request.json(&body),
        None => request.body("[2,1767323045678,\"one\"]\n"),
    };
    let client = world.site.with_token(&execution.token);
    allow(client.send(request).await)
}

async fn start_one(world: &World, execution: &Execution) {
    let body = json!({ "started_at_ms": 1 });
    put(world, execution, "start", Some(body)).await;
}

async fn log(world: &World, random: &mut Random) {
    if let Some(execution) = some(world, random) {
        log_one(world, &execution).await;
    }
}

async fn log_one(world: &World, execution: &Execution) {
    put(world, execution, "log?offset=0", None).await;
}

async fn finish(world: &World, random: &mut Random) {
    let result = *random.pick(&["success", "success", "failure"]);
    if let Some(execution) = some(world, random) {
        finish_one(world, &execution, result).await;
    }
}

async fn finish_one(world: &World, execution: &Execution, result: &str) {
    let step = json!({
        "number": 2, "name": "Run echo one", "status": "completed", "conclusion": "success",
        "started_at_ms": 1_767_323_045_678_i64, "completed_at_ms": 1_767_323_045_679_i64,
    });
    let body = json!({ "result": result, "steps": [step], "log_bytes": 0, "stopped_at_ms": 1 });
    put(world, execution, "finish", Some(body)).await;
}

/// A run is cancelled, and a completed one run again, both ways.
async fn change_run(world: &mut World, random: &mut Random) {
    if let Some(run) = world.things.get("run_id", random) {
        allow(
            world
                .site
                .post_empty(&format!("{}/runs/{run}/cancel", actions()))
                .await,
        );
    }
    let path = format!("{}/runs?status=completed&per_page=5", actions());
    let completed = world.site.get(&path).await.json();
    let id = completed["workflow_runs"][random.below(5)]["id"].as_i64();
    if let Some(run) = id {
        let path = match random.once_in(4) {
            true => format!("/api/v1/runs/{run}/rerun"),
            false => format!("{}/runs/{run}/rerun", actions()),
        };
        allow(world.site.post_empty(&path).await);
        world.things.put("run_id", &run.to_string());
    }
}

/// Lists tell of ids, and logs of links.
async fn read(world: &mut World, random: &mut Random) {
    let run = world.things.get("run_id", random).unwrap_or_default();
    let paths = [
        format!("{}/runs?per_page=10", actions()),
        format!("{}/workflows", actions()),
        format!("{}/runs/{run}/jobs?filter=all", actions()),
        format!("/api/v3/repos/{OWNER}/{NAME}"),
        "/api/v1/runners?per_page=10".to_owned(),
        format!("/api/v1/tokens?user={SPARE}"),
    ];
    for path in paths {
        let answer = allow(world.site.get(&path).await);
        if answer.status == 200 && !path.starts_with("/api/v1/tokens") {
            world.things.harvest(&answer.json());
        }
    }
    links(world, random).await;
}

async fn links(world: &mut World, random: &mut Random) {
    let path = format!("{}/runs?status=completed&per_page=100", actions());
    let completed = world.site.get(&path).await.json();
    let runs = completed["workflow_runs"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if runs.is_empty() {
        return;
    }
    // Runs that were cancelled before anything was said have no logs.
    let mut wanted = vec![("run", "link to a run"), ("job", "link to a job")];
    for _ in 0..LOOKED_AT {
        let run = random.pick(&runs)["id"].to_string();
        let jobs = world
            .site
            .get(&format!("{}/runs/{run}/jobs", actions()))
            .await;
        let job = allow(jobs).json()["jobs"][0]["id"].to_string();
        for (what, kind) in wanted.clone() {
            let id = if what == "run" { &run } else { &job };
            if link(world, what, kind, id).await {
                wanted.retain(|(other, _)| *other != what);
            }
        }
    }
}

async fn link(world: &mut World, what: &str, kind: &str, id: &str) -> bool {
    if !follow(world, kind, &format!("{}/{what}s/{id}/logs", actions())).await {
        return false;
    }
    if what == "run" {
        let of_attempt = format!("{}/runs/{id}/attempts/1/logs", actions());
        follow(world, "link to an attempt", &of_attempt).await;
    }
    world.things.put(&format!("{what}_id=logged"), id);
    true
}

/// Keeps the link that the logs lead to, if it works.
async fn follow(world: &mut World, kind: &str, logs: &str) -> bool {
    let answer = world.site.get(logs).await;
    if allow(answer.clone()).status != 302 {
        return false;
    }
    let location = answer.location();
    let path = location.trim_start_matches(world.site.base()).to_owned();
    if world.site.download(&location).await.status() != 200 {
        return false;
    }
    world.things.put(kind, &path);
    true
}

fn actions() -> String {
    format!("/api/v3/repos/{OWNER}/{NAME}/actions")
}

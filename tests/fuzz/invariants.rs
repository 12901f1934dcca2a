//! What must hold of the state whatever was sent before: lists and single things say the same, and runs agree with
//! their jobs. It reads only.

use runyard_tests::{Client, eventually};
use serde_json::Value;
use std::time::Duration;

use crate::random::Random;
use crate::world::{NAME, OWNER, World};

/// The clocks of the server change things between two looks; after this they must agree.
const LIMIT: Duration = Duration::from_secs(20);
/// Runs that are looked at.
const LOOKED_AT: usize = 3;

/// Fails the test when something does not hold.
pub(crate) async fn hold(world: &World, random: &mut Random) {
    let site = &world.site;
    let _ = site.anonymous().get("/readyz").await.expect(200);
    let listed = get(site, "runs?per_page=100").await;
    let runs = listed["workflow_runs"].as_array().expect("a list").clone();
    let total = listed["total_count"].as_u64().expect("a number");
    assert!(
        runs.len() as u64 == total.min(100),
        "{total}, {} are listed",
        runs.len()
    );
    let ids: Vec<i64> = runs.iter().filter_map(|run| run["id"].as_i64()).collect();
    assert!(
        ids.is_sorted_by(|one, next| one > next),
        "newest first: {ids:?}"
    );
    for _ in 0..LOOKED_AT.min(ids.len()) {
        let run = *random.pick(&ids);
        let agreed = async || disagreement(site, run).await.is_none().then_some(());
        if disagreement(site, run).await.is_some() {
            let what = format!("run {run}: {:?}", disagreement(site, run).await);
            eventually(&what, LIMIT, agreed).await;
        }
    }
}

async fn get(site: &Client, rest: &str) -> Value {
    let path = format!("/api/v3/repos/{OWNER}/{NAME}/actions/{rest}");
    site.get(&path).await.expect(200).json()
}

/// What two views of one run say differently.
async fn disagreement(site: &Client, id: i64) -> Option<String> {
    let run = get(site, &format!("runs/{id}")).await;
    let number = &run["run_attempt"];
    let attempt = get(site, &format!("runs/{id}/attempts/{number}")).await;
    let own = site
        .get(&format!("/api/v1/runs/{id}"))
        .await
        .expect(200)
        .json();
    let jobs = get(site, &format!("runs/{id}/jobs?per_page=100")).await;
    let again = get(
        site,
        &format!("runs/{id}/attempts/{number}/jobs?per_page=100"),
    )
    .await;
    for member in ["status", "conclusion"] {
        if run[member] != attempt[member] || run[member] != own[member] {
            return Some(format!("{member}: {run} {attempt} {own}"));
        }
    }
    if jobs != again {
        return Some(format!("jobs: {jobs} {again}"));
    }
    let jobs = jobs["jobs"].as_array().cloned().unwrap_or_default();
    for job in &jobs {
        let id = &job["id"];
        let single = get(site, &format!("jobs/{id}")).await;
        if single != *job {
            return Some(format!("job {id}: {job} {single}"));
        }
    }
    between(&run, &jobs)
}

/// Completed are a run and all its jobs, or neither; an end has a conclusion.
fn between(run: &Value, jobs: &[Value]) -> Option<String> {
    let ended = |thing: &Value| thing["status"] == "completed";
    let wrong = |thing: &Value| ended(thing) == thing["conclusion"].is_null();
    if let Some(thing) = jobs.iter().chain([run]).find(|thing| wrong(thing)) {
        return Some(format!("status and conclusion: {thing}"));
    }
    let open = jobs.iter().filter(|job| !ended(job)).count();
    (ended(run) && open > 0).then(|| format!("{open} open jobs: {run}"))
}

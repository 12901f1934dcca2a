//! What test writers are given: runs in every state, by real commands; a runner that they play; a clock that they move.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use reqwest::StatusCode;
use runyard_testing::{
    AgainSeed, AnnotationLevel, Conclusion, JobSeed, RepositorySeed, Rerun, Role, RunId, RunSeed,
    Scope, Service, State,
};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

const WORKFLOW: &str = "
name: CI
on: [push, workflow_dispatch]
permissions: {actions: read}
jobs:
  build:
    runs-on: [self-hosted, big]
    outputs:
      version: ${{ steps.none.outputs.none }}
    steps:
      - run: make
      - run: make install
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: make test
  tell:
    if: always()
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: make news
";
const ALONE: &str = "
name: Alone
on: workflow_dispatch
concurrency: alone
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: make
";
const NEVER: &str = "
on: workflow_dispatch
jobs:
  one:
    if: false
    runs-on: ubuntu-latest
    steps:
      - run: make
";

/// A service with a private repository, and the token of its owner.
async fn service() -> (Service, String) {
    let service = Service::start().await.unwrap();
    service.create_user("mona").await.unwrap();
    service.create_user("hubot").await.unwrap();
    let token = service.token("mona", &[Scope::Repo]).await.unwrap();
    let repository = RepositorySeed::new("mona/app")
        .private()
        .collaborator("hubot", Role::Write)
        .file(".github/workflows/ci.yml", WORKFLOW)
        .file(".github/workflows/alone.yml", ALONE)
        .file(".github/workflows/never.yml", NEVER);
    service.create_repository(&repository).await.unwrap();
    (service, token)
}

async fn get(service: &Service, token: &str, path: &str) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client
        .get(format!("{}{path}", service.api()))
        .bearer_auth(token);
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap()
}

async fn jobs(service: &Service, token: &str, run: RunId) -> BTreeMap<String, Value> {
    let path = format!("/repos/mona/app/actions/runs/{run}/jobs");
    let listed = get(service, token, &path).await;
    let jobs = listed["jobs"].as_array().unwrap().iter();
    jobs.map(|job| (job["name"].as_str().unwrap().to_owned(), job.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_had_in_every_state() {
    let (service, token) = service().await;
    for (workflow, state) in [
        ("ci.yml", State::Queued),
        ("ci.yml", State::InProgress),
        ("ci.yml", State::Success),
        ("ci.yml", State::Failure),
        ("ci.yml", State::Cancelled),
        ("never.yml", State::Ended(Conclusion::Skipped)),
        ("alone.yml", State::InProgress),
        ("alone.yml", State::Pending),
    ] {
        let run = service
            .run(&RunSeed::new("mona/app", workflow, state))
            .await;
        let run = run.unwrap_or_else(|error| panic!("{workflow} {state}: {error}"));
        let shown = get(
            &service,
            &token,
            &format!("/repos/mona/app/actions/runs/{run}"),
        )
        .await;
        let word = shown["conclusion"].as_str().or(shown["status"].as_str());
        assert_eq!(word, Some(state.name()), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_go_as_is_said_and_leave_logs_and_remarks() {
    let (service, token) = service().await;
    let build = JobSeed::new(State::Success).log("one\ntwo");
    let test = JobSeed::new(State::Failure).annotation(AnnotationLevel::Failure, "4 is not 3");
    let wanted = RunSeed::new("mona/app", "ci.yml", State::Failure)
        .event("push")
        .actor("hubot")
        .job("build", build)
        .job("test", test);
    let run = service.run(&wanted).await.unwrap();
    let jobs = jobs(&service, &token, run).await;
    let ends: Vec<_> = jobs
        .values()
        .map(|job| job["conclusion"].as_str().unwrap())
        .collect();
    assert_eq!(ends, ["success", "success", "failure"], "build, tell, test");
    let steps = jobs["test"]["steps"].as_array().unwrap();
    let steps: Vec<_> = steps
        .iter()
        .map(|step| {
            (
                step["number"].as_i64().unwrap(),
                step["conclusion"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(steps, [(1, "success"), (2, "failure"), (3, "success")]);
    let path = format!(
        "/repos/mona/app/check-runs/{}/annotations",
        jobs["test"]["id"]
    );
    let remarks = get(&service, &token, &path).await;
    assert_eq!(remarks[0]["message"], "4 is not 3");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let path = format!(
        "{}/repos/mona/app/actions/jobs/{}/logs",
        service.api(),
        jobs["build"]["id"]
    );
    let log = client.get(path).bearer_auth(&token).send().await.unwrap();
    let log = log.text().await.unwrap();
    assert!(log.contains("Z one\n") && log.ends_with("Z two\n"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_have_several_attempts() {
    let (service, token) = service().await;
    let mut wanted = RunSeed::new("mona/app", "ci.yml", State::Failure);
    wanted.again.push(AgainSeed {
        rerun: Rerun::Failed,
        actor: Some("hubot".to_owned()),
        state: State::Cancelled,
        jobs: BTreeMap::new(),
    });
    let run = service.run(&wanted.then(State::InProgress)).await.unwrap();
    for (attempt, state) in [(1, "failure"), (2, "cancelled"), (3, "in_progress")] {
        let path = format!("/repos/mona/app/actions/runs/{run}/attempts/{attempt}");
        let shown = get(&service, &token, &path).await;
        let word = shown["conclusion"].as_str().or(shown["status"].as_str());
        assert_eq!(word, Some(state));
        let by = if attempt == 2 { "hubot" } else { "mona" };
        assert_eq!(shown["triggering_actor"]["login"], by);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_brought_about_is_told_with_what_came_instead() {
    let (service, _) = service().await;
    let unlike = RunSeed::new("mona/app", "ci.yml", State::Ended(Conclusion::TimedOut));
    let nobody = RunSeed::new("mona/app", "ci.yml", State::Queued).actor("nobody");
    let typo = RunSeed::new("mona/app", "ci.yml", State::Success).job("biuld", JobSeed::default());
    let event = RunSeed::new("mona/app", "ci.yml", State::Queued).event("schedule");
    for (wanted, words) in [
        (
            unlike,
            [
                "state: the run is success, not timed_out",
                "build is success",
            ],
        ),
        (nobody, ["actor", "\"nobody\" is not the login"]),
        (typo, ["jobs.biuld: no such job", "tell is success"]),
        (event, ["event", "a clock makes it"]),
    ] {
        let said = service.run(&wanted).await.err().unwrap().to_string();
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_played_runner_takes_what_fits_and_hears_of_a_cancel() {
    let (service, token) = service().await;
    let run = service
        .run(&RunSeed::new("mona/app", "ci.yml", State::Queued))
        .await
        .unwrap();
    let small = service.runner("small", &["ubuntu-latest"]).await.unwrap();
    assert!(small.take().await.unwrap().is_none(), "it lacks a label");
    let big = service
        .runner("big", &["self-hosted", "big"])
        .await
        .unwrap();
    let mut job = big.take().await.unwrap().unwrap();
    assert_eq!(
        (job.name(), job.run(), job.steps().len()),
        ("build", run, 2)
    );
    job.log("half\n").await.unwrap();
    assert!(!job.is_cancelled(Duration::ZERO).await.unwrap());
    // The job's own token reads its repository while it runs.
    let path = format!("/repos/mona/app/actions/runs/{run}");
    get(&service, job.github_token(), &path).await;

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let cancel = client.post(format!("{}{path}/cancel", service.api()));
    let answer = cancel.bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert!(job.is_cancelled(Duration::from_secs(10)).await.unwrap());
    job.finish(Conclusion::Cancelled).await.unwrap();
    let last = small
        .take_within(Duration::from_secs(10))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(last.name(), "tell", "it says always()");
    last.finish(Conclusion::Success).await.unwrap();
    assert_eq!(service.state_of(run).await.unwrap(), State::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_passes_when_the_test_says_so() {
    let (service, token) = service().await;
    let old = service
        .run(&RunSeed::new("mona/app", "ci.yml", State::Success))
        .await
        .unwrap();
    service.pass(Duration::from_secs(40 * 24 * 60 * 60));
    let new = service
        .run(&RunSeed::new("mona/app", "ci.yml", State::Success))
        .await
        .unwrap();
    let created = async |run: RunId| {
        let shown = get(
            &service,
            &token,
            &format!("/repos/mona/app/actions/runs/{run}"),
        )
        .await;
        shown["created_at"].as_str().unwrap().to_owned()
    };
    assert!(created(old).await[..10] < created(new).await[..10]);
    let again = service.engine().user_by_login("mona").await.unwrap();
    let too_late = service
        .engine()
        .rerun(old, runyard_domain::run::RerunOf::All, again.id, false);
    assert!(
        too_late.await.is_err(),
        "a run is run again for a month only"
    );
}

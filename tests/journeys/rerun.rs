//! Somebody runs a completed run again: as a new attempt, and as a new run.

use std::collections::BTreeSet;

use runyard_tests::{Server, Store, stores};
use serde_json::{Value, json};

use crate::project::{Project, conclusions, id, text};

stores!(memory, sqlite, postgres, replicas => [
    a_rerun_makes_a_second_attempt_with_its_own_jobs_and_logs,
    e38_a_rerun_by_our_own_api_makes_a_linked_new_run,
    e36_an_open_run_cannot_be_run_again,
    e35_what_failed_is_run_again_and_the_rest_is_carried,
    one_leg_is_run_again_and_the_others_keep_their_logs,
]);

const ATTEMPTS: &str = "
on: workflow_dispatch
jobs:
  count:
    runs-on: ubuntu-latest
    steps:
      - run: echo this is attempt $GITHUB_RUN_ATTEMPT
  after:
    needs: count
    runs-on: ubuntu-latest
    steps:
      - run: echo after
";

fn ids<'a>(jobs: impl Iterator<Item = &'a Value>) -> BTreeSet<i64> {
    jobs.map(id).collect()
}

async fn a_rerun_makes_a_second_attempt_with_its_own_jobs_and_logs(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, ATTEMPTS).await;
    let run = project.dispatch().await;
    let first = project.completed(run).await;
    let first_jobs = project.jobs(run).await;

    let _ = project
        .client
        .post_empty(&project.actions(&format!("runs/{run}/rerun")))
        .await
        .expect(201);

    let second = project.completed(run).await;
    assert_eq!(second["run_attempt"], 2);
    assert_eq!(text(&second, "conclusion"), "success");
    assert_eq!(
        (&second["id"], &second["created_at"]),
        (&first["id"], &first["created_at"])
    );
    assert!(text(&second, "previous_attempt_url").ends_with(&format!("/runs/{run}/attempts/1")));
    let second_jobs = project.jobs(run).await;
    let (old, new) = (ids(first_jobs.values()), ids(second_jobs.values()));
    assert!(old.is_disjoint(&new), "{old:?} {new:?}");
    let all = project
        .client
        .get(&project.actions(&format!("runs/{run}/jobs?filter=all")))
        .await
        .expect(200)
        .json();
    assert_eq!(
        ids(all["jobs"].as_array().expect("jobs").iter()),
        &old | &new
    );
    for (jobs, words) in [
        (&first_jobs, "this is attempt 1"),
        (&second_jobs, "this is attempt 2"),
    ] {
        let log = project.job_log(id(&jobs["count"])).await;
        assert!(log.contains(words), "{log}");
    }
    let archive = project.run_logs(run).await;
    assert!(
        archive
            .iter()
            .any(|(_, text)| text.contains("this is attempt 2")),
        "{archive:?}"
    );
    assert!(
        !archive
            .iter()
            .any(|(_, text)| text.contains("this is attempt 1")),
        "{archive:?}"
    );
}

async fn e38_a_rerun_by_our_own_api_makes_a_linked_new_run(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, ATTEMPTS).await;
    let run = project.dispatch().await;
    let original = project.completed(run).await;

    let answer = project
        .client
        .post_empty(&format!("/api/v1/runs/{run}/rerun"))
        .await
        .expect(201)
        .json();

    let new = answer["run_id"].as_i64().expect("an id");
    assert!(new > run);
    let expected = json!({
        "run_id": new,
        "run_index": 2,
        "parent_run_id": run,
        "repo_id": original["repository"]["id"],
        "workflow_file": ".github/workflows/ci.yml",
        "head_sha": project.repository.head(),
    });
    assert_eq!(answer, expected);
    let copy = project.completed(new).await;
    assert_eq!(
        (&copy["run_attempt"], &copy["head_sha"]),
        (&json!(1), &original["head_sha"])
    );
    assert_eq!(text(&copy, "conclusion"), "success");
    assert_eq!(project.run(run).await["run_attempt"], 1);
}

const NOBODY_TAKES_IT: &str = "
on: workflow_dispatch
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";

async fn e36_an_open_run_cannot_be_run_again(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, NOBODY_TAKES_IT).await;
    let run = project.dispatch().await;

    let refused = project
        .client
        .post_empty(&project.actions(&format!("runs/{run}/rerun")))
        .await
        .expect(403);
    assert_eq!(refused.message(), "This workflow is already running");
    let _ = project
        .client
        .post_empty(&format!("/api/v1/runs/{run}/rerun"))
        .await
        .expect(409);
    assert_eq!(project.run(run).await["run_attempt"], 1);
}

/// `b` fails in the first attempt only.
const HALF: &str = "
on: workflow_dispatch
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo a in attempt $GITHUB_RUN_ATTEMPT
  b:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo b in attempt $GITHUB_RUN_ATTEMPT
          test $GITHUB_RUN_ATTEMPT -gt 1
  c:
    needs: b
    runs-on: ubuntu-latest
    steps:
      - run: echo c in attempt $GITHUB_RUN_ATTEMPT
  d:
    runs-on: ubuntu-latest
    steps:
      - run: echo d in attempt $GITHUB_RUN_ATTEMPT
";

/// E35.
async fn e35_what_failed_is_run_again_and_the_rest_is_carried(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, HALF).await;
    let run = project.dispatch().await;
    let done = project.completed(run).await;
    assert_eq!(text(&done, "conclusion"), "failure");
    let first = project.jobs(run).await;
    let wanted = [
        ("a", "success"),
        ("b", "failure"),
        ("c", "skipped"),
        ("d", "success"),
    ];
    assert_eq!(conclusions(&first), wanted.into());

    let path = project.actions(&format!("runs/{run}/rerun-failed-jobs"));
    let _ = project.client.post_empty(&path).await.expect(201);

    let done = project.completed(run).await;
    assert_eq!(
        (&done["run_attempt"], text(&done, "conclusion")),
        (&json!(2), "success")
    );
    let second = project.jobs(run).await;
    let (old, new) = (ids(first.values()), ids(second.values()));
    assert!(old.is_disjoint(&new), "every job has a new id");
    for (name, attempt) in [("a", 1), ("b", 2), ("c", 2), ("d", 1)] {
        assert_eq!(text(&second[name], "conclusion"), "success");
        let log = project.job_log(id(&second[name])).await;
        let words = format!("{name} in attempt {attempt}");
        assert!(log.contains(&words), "{words:?} is not in {log}");
        let same = first[name]["started_at"] == second[name]["started_at"];
        assert!(same || attempt == 2, "{name} is carried with its times");
    }
    let of_attempt = async |attempt: u32| {
        let path = project.actions(&format!("runs/{run}/attempts/{attempt}/logs"));
        let link = project.client.get(&path).await.expect(302);
        let archive = project.client.download(&link.location()).await.zip();
        let tops = archive.into_iter().map(|(name, _)| name);
        let tops = tops.filter_map(|name| Some(name.strip_suffix(".txt")?.to_owned()));
        let tops = tops.filter(|name| !name.contains('/'));
        let jobs = tops.filter_map(|name| Some(name.split_once('_')?.1.to_owned()));
        jobs.collect::<BTreeSet<String>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(of_attempt(1).await, set(&["a", "b", "d"]));
    assert_eq!(of_attempt(2).await, set(&["b", "c"]), "R4.11");

    let again = project.client.post_empty(&path).await.expect(403);
    assert_eq!(
        again.message(),
        "This workflow run cannot be retried",
        "R4.9"
    );
}

/// Both legs fail in the first attempt.
const LEGS: &str = "
on: workflow_dispatch
jobs:
  leg:
    strategy: {fail-fast: false, matrix: {v: [one, two]}}
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo attempt $GITHUB_RUN_ATTEMPT
          test $GITHUB_RUN_ATTEMPT -gt 1
  after:
    needs: leg
    runs-on: ubuntu-latest
    steps:
      - run: echo after
";

async fn one_leg_is_run_again_and_the_others_keep_their_logs(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, LEGS).await;
    let run = project.dispatch().await;
    project.completed(run).await;
    let first = project.jobs(run).await;

    let leg = id(&first["leg (one)"]);
    let path = project.actions(&format!("jobs/{leg}/rerun"));
    let _ = project.client.post_empty(&path).await.expect(201);

    let done = project.completed(run).await;
    assert_eq!(
        text(&done, "conclusion"),
        "failure",
        "the other leg had failed"
    );
    let second = project.jobs(run).await;
    let wanted = [
        ("leg (one)", "success"),
        ("leg (two)", "failure"),
        ("after", "skipped"),
    ];
    assert_eq!(conclusions(&second), wanted.into());
    for (name, words) in [("leg (one)", "attempt 2"), ("leg (two)", "attempt 1")] {
        let log = project.job_log(id(&second[name])).await;
        assert!(log.contains(words), "{name}: {log}");
    }
    let refused = project.client.post_empty(&path).await.expect(403);
    assert_eq!(
        refused.message(),
        "Only jobs from the current attempt can be re-run"
    );
    let path = project.actions(&format!("runs/{run}/rerun-failed-jobs"));
    let _ = project.client.post_empty(&path).await.expect(201);
    let done = project.completed(run).await;
    assert_eq!(text(&done, "conclusion"), "success");
    let first_log = project.job_log(leg).await;
    assert!(
        first_log.contains("attempt 1"),
        "history stays: {first_log}"
    );
}

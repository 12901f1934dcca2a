//! Somebody runs a completed run again: as a new attempt, and as a new run.

use std::collections::BTreeSet;

use runyard_tests::{Server, Store, stores};
use serde_json::{Value, json};

use crate::project::{Project, id, text};

stores!(memory, sqlite, postgres, replicas => [
    a_rerun_makes_a_second_attempt_with_its_own_jobs_and_logs,
    a_rerun_by_our_own_api_makes_a_linked_new_run,
    an_open_run_cannot_be_run_again,
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

async fn a_rerun_by_our_own_api_makes_a_linked_new_run(store: Store) {
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

async fn an_open_run_cannot_be_run_again(store: Store) {
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

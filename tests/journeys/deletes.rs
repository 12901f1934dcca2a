//! Somebody deletes logs, and then the run, of a job that really ran.

use runyard_tests::{Server, Store, stores};

use crate::project::{Project, id, text};

stores!(memory, sqlite, postgres, replicas => [
    logs_and_then_the_run_are_deleted,
]);

const SAYS: &str = "
on: workflow_dispatch
jobs:
  say:
    runs-on: ubuntu-latest
    steps:
      - run: echo said in attempt $GITHUB_RUN_ATTEMPT
";

async fn logs_and_then_the_run_are_deleted(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, SAYS).await;
    let run = project.dispatch().await;
    project.completed(run).await;
    let first = id(&project.jobs(run).await["say"]);
    let log = project.job_log(first).await;
    assert!(log.contains("said in attempt 1"), "{log}");
    let at = |what: &str| project.actions(&format!("runs/{run}{what}"));

    let _ = project.client.delete(&at("/logs")).await.expect(204);
    let of_job = project.actions(&format!("jobs/{first}/logs"));
    for path in [at("/logs"), at("/attempts/1/logs"), of_job.clone()] {
        let _ = project.client.get(&path).await.expect(404);
    }
    assert_eq!(text(&project.run(run).await, "conclusion"), "success");

    let _ = project.client.post_empty(&at("/rerun")).await.expect(201);
    project.completed(run).await;
    let second = id(&project.jobs(run).await["say"]);
    let log = project.job_log(second).await;
    assert!(log.contains("said in attempt 2"), "{log}");
    let _ = project.client.get(&of_job).await.expect(404);

    let _ = project.client.delete(&at("")).await.expect(204);
    for path in [
        at(""),
        at("/jobs"),
        at("/attempts/1"),
        at("/attempts/2/logs"),
        project.actions(&format!("jobs/{second}")),
        project.actions(&format!("jobs/{second}/logs")),
        format!("/api/v1/runs/{run}"),
    ] {
        let _ = project.client.get(&path).await.expect(404);
    }
    let _ = project.client.delete(&at("")).await.expect(404);
}

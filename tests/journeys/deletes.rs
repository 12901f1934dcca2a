//! Somebody deletes logs, and then the run, of a job that really ran.

use runyard_tests::{Server, Store, stores};

use crate::project::{NAME, OWNER, Project, id, text};
use serde_json::json;

stores!(memory, sqlite, postgres, replicas => [
    logs_and_then_the_run_are_deleted,
    many_runs_are_deleted_and_a_retention_is_kept,
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

async fn many_runs_are_deleted_and_a_retention_is_kept(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, SAYS).await;
    let mut runs = Vec::new();
    for _ in 0..3 {
        let run = project.dispatch().await;
        project.completed(run).await;
        runs.push(run);
    }
    let repository = format!("/api/v1/repos/{OWNER}/{NAME}");
    let delete = format!("{repository}/runs/delete");
    for (is_dry, status) in [(true, 200), (false, 404)] {
        let wish = json!({ "status": "success", "workflow": "ci.yml", "dry_run": is_dry });
        let told = project.client.post(&delete, &wish).await.expect(200).json();
        let deleted = if is_dry { 0 } else { 3 };
        assert_eq!(
            (&told["matching"], &told["deleted"]),
            (&json!(3), &json!(deleted))
        );
        for run in &runs {
            let path = project.actions(&format!("runs/{run}"));
            let _ = project.client.get(&path).await.expect(status);
        }
    }
    let retention = format!("{repository}/retention");
    let said = json!({ "run_days": 7, "log_days": 3 });
    let _ = project.client.put(&retention, &said).await.expect(200);
    let shown = project.client.get(&retention).await.expect(200).json();
    assert_eq!(shown["in_force"], said);
    let _ = project.client.delete(&retention).await.expect(204);
    let shown = project.client.get(&retention).await.expect(200).json();
    assert_eq!(shown["in_force"]["run_days"], 90);
}

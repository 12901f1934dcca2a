//! octocrab, whose types are strict: what it does not find in an answer is an error.

use crate::yard::{NAME, OWNER, Yard};
use octocrab::{Octocrab, models::RunId, params::workflows::Filter};
use runyard_tests::Store;
use serde_json::{Value, json};

pub(crate) async fn run(store: Store) {
    let yard = Yard::start(store).await;
    let base = format!("{}/api/v3", yard.client.base());
    let octocrab = Octocrab::builder()
        .base_uri(base)
        .expect("an address")
        .personal_token(yard.server.token().to_owned())
        .build()
        .expect("a client");
    reads(&yard, &octocrab).await;
    acts(&yard, &octocrab).await;
}

fn run_id(id: i64) -> RunId {
    RunId(u64::try_from(id).expect("ids are positive"))
}

async fn reads(yard: &Yard, octocrab: &Octocrab) {
    let me = octocrab.current().user().await.expect("a user");
    assert!(!me.login.is_empty());
    let repository = octocrab
        .repos(OWNER, NAME)
        .get()
        .await
        .expect("a repository");
    assert_eq!(repository.name, NAME);
    let workflows = octocrab.workflows(OWNER, NAME);
    let listed = workflows.list().send().await.expect("workflows");
    assert_eq!(listed.items.len(), 2);
    let runs = workflows
        .list_all_runs()
        .branch("main")
        .status("failure")
        .per_page(10)
        .send()
        .await
        .expect("runs");
    let run = runs.items.first().expect("one run");
    assert_eq!(
        (run.name.as_str(), run.head_branch.as_str()),
        ("Half", "main")
    );
    assert_eq!(run.conclusion.as_deref(), Some("failure"));
    let again = workflows.get(run.id).await.expect("the run");
    assert_eq!(again.head_sha, yard.head());
    let of_file = workflows.list_runs("half.yml").send().await.expect("runs");
    assert_eq!(of_file.items[0].id, run.id);
    let jobs = workflows.list_jobs(run.id).filter(Filter::All).send();
    let jobs = jobs.await.expect("jobs");
    let names: Vec<&str> = jobs.items.iter().map(|job| job.name.as_str()).collect();
    assert_eq!(names, ["good", "bad", "after"]);
    let job = workflows.get_job(jobs.items[0].id).await.expect("a job");
    assert!(job.steps.iter().any(|step| step.name == "Say it"));
    let actions = octocrab.actions();
    let logs = actions.download_workflow_run_logs(OWNER, NAME, run.id);
    assert!(logs.await.expect("an archive").starts_with(b"PK"));
    let missing = workflows.get(RunId(u64::MAX >> 1)).await;
    let octocrab::Error::GitHub { source, .. } = missing.expect_err("there is none") else {
        panic!("it is GitHub's error");
    };
    assert_eq!(source.message, "Not Found");
}

async fn acts(yard: &Yard, octocrab: &Octocrab) {
    let actions = octocrab.actions();
    let run = yard.dispatch("half.yml").await;
    assert_eq!(yard.completed(run).await, "failure");
    let path = |rest: &str| format!("/repos/{OWNER}/{NAME}/actions/runs/{run}/{rest}");
    let again: Value = octocrab
        .post(path("rerun-failed-jobs"), None::<&()>)
        .await
        .expect("it runs again");
    assert_eq!(again, json!({}));
    assert_eq!(yard.completed(run).await, "success");
    let refused: Result<Value, _> = octocrab.post(path("cancel"), None::<&()>).await;
    assert!(refused.is_err(), "it has ended");
    actions
        .delete_workflow_run_logs(OWNER, NAME, run_id(run))
        .await
        .expect("its logs go");
    actions
        .create_workflow_dispatch(OWNER, NAME, "half.yml", "main")
        .inputs(json!({ "what": "some of it" }))
        .send()
        .await
        .expect("a run");
    let waiting = yard.dispatch("wait.yml").await;
    actions
        .cancel_workflow_run(OWNER, NAME, run_id(waiting))
        .await
        .expect("it is cancelled");
    assert_eq!(yard.completed(waiting).await, "cancelled");
}

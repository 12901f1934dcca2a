//! What starts workflows beside pushes and people: pull requests, clocks, other runs, events of one's own.

use std::time::Duration;

use runyard_tests::schema::check_webhook;
use runyard_tests::{Repository, Server, Store, eventually, stores};
use serde_json::{Value, json};

use crate::project::{NAME, OWNER, PATIENCE, Project, id, text};

stores!(memory, sqlite, postgres, replicas => [
    an_opened_pull_request_runs_its_merge_commit,
    a_pull_request_that_was_not_merged_on_trial_runs_its_head_and_says_so,
    a_run_is_followed_by_another_that_is_told_of_it,
    a_cron_entry_fires_once,
    an_event_of_one_s_own_starts_what_waits_for_it,
    a_workflow_that_is_off_starts_by_nothing,
]);

const PULLED: &str = "
name: Pulled
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cat cargo.txt && echo $GITHUB_SHA $GITHUB_REF $GITHUB_BASE_REF $GITHUB_HEAD_REF
";

/// Pull request 7, of the branch `topic`, which has one more file.
struct Pulled {
    project: Project,
    head: String,
}

impl Pulled {
    async fn new(server: &Server) -> Self {
        let project = Project::with_workflow(server, PULLED).await;
        let head = project
            .repository
            .branch("topic", "cargo.txt", "forty crates\n");
        Self { project, head }
    }

    async fn opened(&self) -> i64 {
        let repo = json!({ "id": 1, "full_name": format!("{OWNER}/{NAME}") });
        let payload = json!({
            "action": "opened",
            "number": 7,
            "pull_request": {
                "id": 70, "number": 7, "state": "open", "title": "Load the ship",
                "head": { "ref": "topic", "sha": self.head, "repo": repo },
                "base": { "ref": "main", "sha": self.project.repository.head(), "repo": repo },
            },
        });
        let runs = self.project.tell("pull_request", &payload).await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs[0]
    }

    async fn log(&self, run: i64) -> String {
        let jobs = self.project.jobs(run).await;
        self.project.job_log(id(&jobs["build"])).await
    }
}

async fn an_opened_pull_request_runs_its_merge_commit(store: Store) {
    let server = Server::start(store).await;
    let pulled = Pulled::new(&server).await;
    let merge = pulled.project.repository.merge_ref(7, "topic");

    let run = pulled.opened().await;

    let shown = pulled.project.completed(run).await;
    assert_eq!(text(&shown, "conclusion"), "success");
    assert_eq!(text(&shown, "event"), "pull_request");
    assert_eq!(text(&shown, "head_sha"), pulled.head);
    assert_eq!(text(&shown, "head_branch"), "topic");
    assert_eq!(text(&shown, "display_title"), "Load the ship");
    assert_eq!(shown["pull_requests"][0]["number"], 7);
    let log = pulled.log(run).await;
    assert!(log.contains("Z forty crates"), "{log}");
    let seen = format!("Z {merge} refs/pull/7/merge main topic");
    assert!(log.contains(&seen), "{log}");
}

async fn a_pull_request_that_was_not_merged_on_trial_runs_its_head_and_says_so(store: Store) {
    let server = Server::start(store).await;
    let pulled = Pulled::new(&server).await;

    let run = pulled.opened().await;

    let shown = pulled.project.completed(run).await;
    assert_eq!(text(&shown, "conclusion"), "success");
    let log = pulled.log(run).await;
    assert!(log.contains("Z forty crates"), "{log}");
    let told = format!(
        "Z the source has no refs/pull/7/merge: the head commit {} runs",
        pulled.head
    );
    assert!(log.contains(&told), "{log}");
}

const BUILD: &str = "
name: Build
on: [push, workflow_dispatch]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: exit 1
";
const REPORT: &str = "
name: Report
on:
  workflow_run: {workflows: [Build], types: [completed], branches: [main]}
jobs:
  report:
    name: It was a ${{ github.event.workflow_run.conclusion }}
    runs-on: ubuntu-latest
    steps:
      - run: cat $GITHUB_EVENT_PATH
";

async fn a_run_is_followed_by_another_that_is_told_of_it(store: Store) {
    let server = Server::start(store).await;
    let repository = Repository::new();
    repository.write(".github/workflows/ci.yml", BUILD);
    repository.write(".github/workflows/report.yml", REPORT);
    let head = repository.commit("Report");
    repository.push();
    let project = Project::register(&server, repository).await;

    let run = project.dispatch().await;

    let followed = only_run(&project, "workflow_run", PATIENCE).await;
    let shown = project.completed(followed).await;
    assert_eq!(text(&shown, "conclusion"), "success");
    assert_eq!(text(&shown, "name"), "Report");
    assert_eq!(text(&shown, "head_sha"), head);
    let jobs = project.jobs(followed).await;
    let log = project.job_log(id(&jobs["It was a failure"])).await;
    let payload = log.lines().find_map(|line| {
        let (_, said) = line.split_once(' ')?;
        let payload: Value = serde_json::from_str(said).ok()?;
        payload.is_object().then_some(payload)
    });
    let payload = payload.unwrap_or_else(|| panic!("no payload in {log}"));
    check_webhook("workflow_run", &payload).expect("it is as GitHub describes it");
    assert_eq!(payload["workflow_run"]["id"], run);
    assert_eq!(payload["workflow_run"]["conclusion"], "failure");
    // Of two servers, which have URLs of their own here, any may have told it.
    let jobs = project.actions(&format!("runs/{run}/jobs"));
    let jobs_url = text(&payload["workflow_run"], "jobs_url");
    assert!(jobs_url.ends_with(&jobs), "{jobs_url}");
}

/// The run of an event, once it is there; there is one of them only.
async fn only_run(project: &Project, event: &str, patience: Duration) -> i64 {
    let path = project.actions(&format!("runs?event={event}"));
    let listed = async || {
        let list = project.client.get(&path).await.expect(200).json();
        assert!(list["total_count"].as_i64() <= Some(1), "{list}");
        list["workflow_runs"][0]["id"].as_i64()
    };
    eventually(&format!("a run by {event} is there"), patience, listed).await
}

const EVERY_MINUTE: &str = "
name: Tick
on:
  schedule: [{cron: '* * * * *'}]
jobs:
  tick:
    name: At ${{ github.event.schedule }}
    runs-on: ubuntu-latest
    steps:
      - run: echo tick
";
/// The next minute begins within one, and then a server looks within a second.
const NEXT_MINUTE: Duration = Duration::from_secs(90);

/// Both servers of the replicas have clocks, which look every second while the run goes on.
async fn a_cron_entry_fires_once(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, EVERY_MINUTE).await;

    let run = only_run(&project, "schedule", NEXT_MINUTE).await;

    let shown = project.completed(run).await;
    assert_eq!(text(&shown, "conclusion"), "success");
    assert_eq!(text(&shown, "head_branch"), "main");
    assert_eq!(text(&shown, "display_title"), "Tick");
    assert!(project.jobs(run).await.contains_key("At * * * * *"));
    assert_eq!(only_run(&project, "schedule", PATIENCE).await, run);
}

const DEPLOY: &str = "
name: Deploy
on:
  repository_dispatch: {types: [deploy]}
jobs:
  deploy:
    name: To ${{ github.event.client_payload.to }}
    runs-on: ubuntu-latest
    steps:
      - run: echo deployed
";

async fn an_event_of_one_s_own_starts_what_waits_for_it(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, DEPLOY).await;
    let path = format!("/api/v3/repos/{OWNER}/{NAME}/dispatches");
    for event in ["other", "deploy"] {
        let body = json!({ "event_type": event, "client_payload": { "to": "production" } });
        let _ = project.client.post(&path, &body).await.expect(204);
    }

    let run = only_run(&project, "repository_dispatch", PATIENCE).await;

    let shown = project.completed(run).await;
    assert_eq!(text(&shown, "conclusion"), "success");
    assert!(project.jobs(run).await.contains_key("To production"));
}

async fn a_workflow_that_is_off_starts_by_nothing(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, BUILD).await;
    let put = async |word: &str| {
        let path = project.actions(&format!("workflows/ci.yml/{word}"));
        project.client.put(&path, &json!({})).await
    };
    let _ = put("disable").await.expect(204);
    let again = put("disable").await.expect(403);
    assert_eq!(
        again.message(),
        "Unable to disable a workflow that is not active."
    );
    let before = project.repository.head();
    project.repository.commit("Change nothing");
    project.repository.push();
    assert_eq!(project.tell_of_push(&before).await, Vec::<i64>::new());

    let _ = put("enable").await.expect(204);

    let run = project.dispatch().await;
    assert_eq!(text(&project.completed(run).await, "conclusion"), "failure");
}

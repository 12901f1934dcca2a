//! What users of GitHub's command line program do with runs: list, view, watch, cancel, rerun.

use runyard_tests::{Finished, Gh, Server, Settings, Store, stores};
use serde_json::{Value, json};

use crate::project::{NAME, OWNER, Project, text};

stores!(memory, sqlite, postgres, replicas => [
    runs_are_listed_watched_viewed_and_run_again_with_gh,
    a_run_is_cancelled_with_gh,
    what_failed_is_run_again_and_the_run_is_deleted_with_gh,
    gh_knows_who_it_is_and_starts_workflows_of_the_default_branch,
    gh_shows_the_pull_request_of_a_run,
]);

const GREETING: &str = "
name: Greeting
on: workflow_dispatch
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - name: Say it
        run: echo good morning
";
const NOBODY_TAKES_IT: &str = "
on: workflow_dispatch
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";

/// What it printed, if it ended with success.
#[track_caller]
fn printed(finished: Finished) -> String {
    assert_eq!(finished.code, Some(0), "{finished:?}");
    finished.stdout
}

/// A server that listens where gh can reach it.
async fn with_socket(store: Store) -> Server {
    let settings = Settings::new(store).variable("RUNYARD__SERVER__UNIX_SOCKET", Gh::SOCKET);
    Server::start_with(settings).await
}

/// `gh run COMMAND...` on the repository of the stories.
async fn gh_run(gh: &Gh, arguments: &[&str]) -> Finished {
    let arguments = [&["run"], arguments].concat();
    gh.run(&format!("{OWNER}/{NAME}"), &arguments).await
}

async fn runs_are_listed_watched_viewed_and_run_again_with_gh(store: Store) {
    let server = with_socket(store).await;
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let project = Project::with_workflow(&server, GREETING).await;
    let run = project.dispatch().await;
    let id = run.to_string();

    let watched = printed(gh_run(&gh, &["watch", &id, "--exit-status", "--interval", "1"]).await);
    assert!(watched.contains("Greeting"), "{watched}");
    assert_eq!(text(&project.run(run).await, "conclusion"), "success");

    let listed = printed(gh_run(&gh, &["list"]).await);
    for words in [
        "completed",
        "success",
        "Greeting",
        "main",
        "workflow_dispatch",
        &id,
    ] {
        assert!(listed.contains(words), "{words:?} is not in {listed}");
    }
    let viewed = printed(gh_run(&gh, &["view", &id, "--verbose"]).await);
    for words in ["greet", "Say it", &id] {
        assert!(viewed.contains(words), "{words:?} is not in {viewed}");
    }
    let log = printed(gh_run(&gh, &["view", &id, "--log"]).await);
    assert!(
        log.contains("greet\tSay it\t") && log.contains("good morning"),
        "{log}"
    );

    printed(gh_run(&gh, &["rerun", &id]).await);
    let again = project.completed(run).await;
    assert_eq!(
        (&again["run_attempt"], text(&again, "conclusion")),
        (&Value::from(2), "success")
    );
    let refused = gh_run(&gh, &["cancel", &id]).await;
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("completed"), "{refused:?}");
}

async fn a_run_is_cancelled_with_gh(store: Store) {
    let server = with_socket(store).await;
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let project = Project::with_workflow(&server, NOBODY_TAKES_IT).await;
    let run = project.dispatch().await;
    let id = run.to_string();
    let refused = gh_run(&gh, &["rerun", &id]).await;
    assert!(refused.stderr.contains("cannot be rerun"), "{refused:?}");

    printed(gh_run(&gh, &["cancel", &id]).await);

    assert_eq!(
        text(&project.completed(run).await, "conclusion"),
        "cancelled"
    );
    let shown = printed(gh_run(&gh, &["view", &id, "--json", "conclusion,status,jobs"]).await);
    let shown: Value = serde_json::from_str(&shown).expect("it prints JSON");
    assert_eq!(text(&shown, "conclusion"), "cancelled");
    assert_eq!(text(&shown["jobs"][0], "conclusion"), "cancelled");
}

/// The second job fails in the first attempt.
const HALF: &str = "
name: Half
on: workflow_dispatch
jobs:
  good:
    runs-on: ubuntu-latest
    steps:
      - run: echo good in attempt $GITHUB_RUN_ATTEMPT
  bad:
    runs-on: ubuntu-latest
    steps:
      - run: test $GITHUB_RUN_ATTEMPT -gt 1
";

async fn what_failed_is_run_again_and_the_run_is_deleted_with_gh(store: Store) {
    let server = with_socket(store).await;
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let project = Project::with_workflow(&server, HALF).await;
    let run = project.dispatch().await;
    let id = run.to_string();
    assert_eq!(text(&project.completed(run).await, "conclusion"), "failure");

    printed(gh_run(&gh, &["rerun", &id, "--failed"]).await);
    let again = project.completed(run).await;
    assert_eq!(
        (&again["run_attempt"], text(&again, "conclusion")),
        (&Value::from(2), "success")
    );
    let actions = format!("repos/{OWNER}/{NAME}/actions");
    // The archive lacks the job that was carried; its own log is that of the first attempt.
    let log = printed(gh_run(&gh, &["view", &id, "--log"]).await);
    assert!(!log.contains("good in attempt"), "{log}");
    let good = crate::project::id(&project.jobs(run).await["good"]);
    let log = printed(gh.api("GET", &format!("{actions}/jobs/{good}/logs")).await);
    assert!(log.contains("good in attempt 1"), "{log}");
    let first = gh
        .api("GET", &format!("{actions}/runs/{id}/attempts/1"))
        .await;
    assert!(printed(first).contains(r#""conclusion":"failure""#));
    let job = crate::project::id(&project.jobs(run).await["good"]).to_string();
    printed(gh_run(&gh, &["rerun", "--job", &job]).await);
    assert_eq!(project.completed(run).await["run_attempt"], 3);

    printed(gh.api("DELETE", &format!("{actions}/runs/{id}")).await);
    let gone = gh_run(&gh, &["view", &id]).await;
    assert_ne!(gone.code, Some(0), "{gone:?}");
}

async fn gh_knows_who_it_is_and_starts_workflows_of_the_default_branch(store: Store) {
    let server = with_socket(store).await;
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let project = Project::with_workflow(&server, GREETING).await;
    let status = gh.alone(&["auth", "status"]).await;
    assert_eq!(status.code, Some(0), "{status:?}");
    let said = format!("{}{}", status.stdout, status.stderr);
    assert!(said.contains("Logged in to"), "{said}");

    let repository = format!("{OWNER}/{NAME}");
    printed(gh.run(&repository, &["workflow", "run", "ci.yml"]).await);
    let run = project.newest().await;
    assert_eq!(text(&run, "head_branch"), "main");
    let shown = printed(
        gh.run(&repository, &["workflow", "view", "ci.yml", "--yaml"])
            .await,
    );
    assert!(shown.contains("echo good morning"), "{shown}");
    let fields = "id,name,owner,defaultBranchRef,viewerPermission,isPrivate,hasIssuesEnabled,parent,squashMergeAllowed";
    let shown = printed(
        gh.alone(&["repo", "view", &repository, "--json", fields])
            .await,
    );
    let shown: Value = serde_json::from_str(&shown).expect("it prints JSON");
    assert_eq!(text(&shown["defaultBranchRef"], "name"), "main");
    assert_eq!(text(&shown, "viewerPermission"), "ADMIN");
    assert_eq!(shown["isPrivate"], true);
}

async fn gh_shows_the_pull_request_of_a_run(store: Store) {
    let server = with_socket(store).await;
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let workflow = GREETING.replace("on: workflow_dispatch", "on: pull_request");
    let project = Project::with_workflow(&server, &workflow).await;
    let head = project
        .repository
        .branch("topic", "cargo.txt", "forty crates\n");
    let repo = json!({ "id": 1, "full_name": format!("{OWNER}/{NAME}") });
    let payload = json!({
        "action": "opened", "number": 7,
        "pull_request": {
            "id": 70, "number": 7, "state": "open", "title": "Load the ship",
            "head": { "ref": "topic", "sha": head, "repo": repo },
            "base": { "ref": "main", "sha": project.repository.head(), "repo": repo },
        },
    });
    let runs = project.tell("pull_request", &payload).await;
    let viewed = printed(gh_run(&gh, &["view", &runs[0].to_string()]).await);
    assert!(
        viewed.contains("topic") && viewed.contains("#7"),
        "{viewed}"
    );
}

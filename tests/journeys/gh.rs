//! What users of GitHub's command line program do with runs: list, view, watch, cancel, rerun.

use runyard_tests::{Finished, Gh, Server, Settings, Store, stores};
use serde_json::Value;

use crate::project::{NAME, OWNER, Project, text};

stores!(memory, sqlite, postgres, replicas => [
    runs_are_listed_watched_viewed_and_run_again_with_gh,
    a_run_is_cancelled_with_gh,
    what_failed_is_run_again_and_the_run_is_deleted_with_gh,
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
    // The archive lacks the job that was carried: gh asks for its own log then.
    let log = printed(gh_run(&gh, &["view", &id, "--log"]).await);
    assert!(log.contains("good in attempt 1"), "{log}");
    let first = gh_run(
        &gh,
        &["view", &id, "--attempt", "1", "--json", "conclusion"],
    )
    .await;
    assert!(printed(first).contains("failure"));
    let job = crate::project::id(&project.jobs(run).await["good"]).to_string();
    printed(gh_run(&gh, &["rerun", "--job", &job]).await);
    assert_eq!(project.completed(run).await["run_attempt"], 3);

    printed(gh_run(&gh, &["delete", &id]).await);
    let gone = gh_run(&gh, &["view", &id]).await;
    assert_ne!(gone.code, Some(0), "{gone:?}");
}

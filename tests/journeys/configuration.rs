//! Somebody gives workflows variables, which they read, and secrets, which nobody reads any more.

use std::path::Path;

use runyard_tests::{Gh, Request, Server, Settings, Store, sealed, stores};
use serde_json::json;

use crate::project::{NAME, OWNER, Project, conclusions, id, text};

stores!(memory, sqlite, postgres, replicas => [
    workflows_read_the_variables_of_their_repository,
    secrets_are_kept_with_gh_and_never_seen_again,
]);

/// On the stores that keep something.
mod kept {
    use super::a_second_start_has_the_same_key_and_secrets;
    use runyard_tests::stores;

    stores!(sqlite, postgres => [a_second_start_has_the_same_key_and_secrets]);
}

const READS: &str = "
run-name: To ${{ vars.Place }}
on: workflow_dispatch
concurrency: g-${{ vars.PLACE }}
jobs:
  tell:
    if: vars.ENABLED == 'yes'
    name: at ${{ vars.place }}
    runs-on: ${{ vars.LABEL || 'ubuntu-latest' }}
    outputs:
      said: ${{ vars.PLACE }}
    steps:
      - if: vars.PLACE == 'harbour'
        env:
          WORD: ${{ vars.WORD }}
        run: echo \"it says $WORD, not ${{ vars.Nothing }}.\"
  after:
    needs: tell
    if: needs.tell.outputs.said == vars.PLACE
    runs-on: ubuntu-latest
    steps:
      - run: echo done
";
const SECRET: &str = "a-secret-that-nobody-sees";

async fn workflows_read_the_variables_of_their_repository(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, READS).await;
    let variables = project.actions("variables");
    for (name, value) in [
        ("Place", "harbour"),
        ("enabled", "yes"),
        ("LABEL", "ubuntu-latest"),
        ("WORD", "<s\u{e9}curit\u{e9}> \"$HOME\""),
    ] {
        let body = json!({ "name": name, "value": value });
        let _ = project.client.post(&variables, &body).await.expect(201);
        let _ = project.client.post(&variables, &body).await.expect(409);
    }
    let run = project.dispatch().await;
    let done = project.completed(run).await;
    assert_eq!(text(&done, "display_title"), "To harbour");
    let jobs = project.jobs(run).await;
    assert_eq!(conclusions(&jobs)["after"], "success", "{jobs:?}");
    let log = project.job_log(id(&jobs["at harbour"])).await;
    let said = "it says <s\u{e9}curit\u{e9}> \"$HOME\", not .";
    assert!(log.contains(said), "{log}");

    let change = |value: &str| {
        let path = project.actions("variables/PLACE");
        Request::new("PATCH", &path).json(&json!({ "value": value }))
    };
    let _ = project.client.send(change("pier")).await.expect(204);
    let gone = project.actions("variables/ENABLED");
    let _ = project.client.delete(&gone).await.expect(204);
    let run = project.dispatch().await;
    let done = project.completed(run).await;
    assert_eq!(text(&done, "display_title"), "To pier");
    let jobs = project.jobs(run).await;
    let ends = conclusions(&jobs);
    assert!(ends.values().all(|end| *end == "skipped"), "{jobs:?}");
    let listed = project.client.get(&variables).await.expect(200).json();
    assert_eq!(listed["total_count"], 3);
}

fn with_key(store: Store) -> Settings {
    Settings::new(store).variable("RUNYARD__SECRETS__KEY", &"0f".repeat(32))
}

async fn secrets_are_kept_with_gh_and_never_seen_again(store: Store) {
    let settings = with_key(store).variable("RUNYARD__SERVER__UNIX_SOCKET", Gh::SOCKET);
    let server = Server::start_with(settings.without_runner()).await;
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let project = Project::with_workflow(&server, READS).await;
    let repository = format!("{OWNER}/{NAME}");
    let secret = async |arguments: &[&str]| {
        let arguments = [&["secret"], arguments].concat();
        gh.run(&repository, &arguments).await
    };
    for _ in 0..2 {
        let set = secret(&["set", "deploy_key", "--body", SECRET]).await;
        assert_eq!(set.code, Some(0), "{set:?}");
    }
    let listed = secret(&["list"]).await;
    assert!(listed.stdout.contains("DEPLOY_KEY"), "{listed:?}");
    let shown = project
        .client
        .get(&project.actions("secrets/Deploy_Key"))
        .await;
    assert!(!shown.expect(200).text().contains(SECRET));
    let refused = secret(&["set", "GITHUB_X", "--body", SECRET]).await;
    assert!(
        refused.stderr.contains("must not start with GITHUB_"),
        "{refused:?}"
    );
    assert!(!server.output().contains(SECRET));
    assert!(!holds(server.folder(), SECRET), "it is kept as it is");
    let deleted = secret(&["delete", "DEPLOY_KEY"]).await;
    assert_eq!(deleted.code, Some(0), "{deleted:?}");
    let list = project.client.get(&project.actions("secrets")).await;
    assert_eq!(list.expect(200).json()["total_count"], 0);
}

/// Whether any file of a folder holds this text.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let content = std::fs::read(&path).unwrap_or_default();
        content
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

async fn a_second_start_has_the_same_key_and_secrets(store: Store) {
    let mut server = Server::start_with(with_key(store).without_runner()).await;
    let project = Project::with_workflow(&server, READS).await;
    let path = project.actions("secrets/public-key");
    let key = project.client.get(&path).await.expect(200).json();
    let secret = project.actions("secrets/TOKEN");
    let body = sealed(&key, SECRET);
    let _ = project.client.put(&secret, &body).await.expect(201);

    server.stop().await;
    server.start_again().await;

    assert_eq!(project.client.get(&path).await.expect(200).json(), key);
    let _ = project.client.put(&secret, &body).await.expect(204);
    let list = project.client.get(&project.actions("secrets")).await;
    assert_eq!(list.expect(200).json()["secrets"][0]["name"], "TOKEN");
}

//! A server with one repository, whose runs end in the ways that clients ask for.

use runyard_tests::{Client, Gh, Repository, Server, Settings, Store, eventually};
use serde_json::json;
use std::time::Duration;

pub(crate) const OWNER: &str = "octo";
pub(crate) const NAME: &str = "harbour";
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// `bad` fails in the first attempt of a run, and `after` is skipped by that.
const HALF: &str = "
name: Half
run-name: Half of ${{ inputs.what || 'it' }}
on:
  workflow_dispatch:
    inputs:
      what: {type: string, default: everything}
jobs:
  good:
    runs-on: ubuntu-latest
    steps:
      - name: Say it
        run: echo \"good morning from $GITHUB_JOB\"
  bad:
    runs-on: ubuntu-latest
    steps:
      - name: Warn
        run: echo '::warning file=src/main.rs,line=3::mind the gap'
      - name: Try
        run: test $GITHUB_RUN_ATTEMPT -gt 1
  after:
    needs: bad
    runs-on: ubuntu-latest
    steps:
      - run: echo afterwards
";
/// No runner has such a label.
const WAIT: &str = "
name: Wait
on: workflow_dispatch
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";

/// What a suite needs to know of the server.
pub(crate) struct Yard {
    pub(crate) server: Server,
    pub(crate) client: Client,
    repository: Repository,
}

impl Yard {
    pub(crate) async fn start(store: Store) -> Self {
        let settings = Settings::new(store)
            .variable("RUNYARD__SERVER__UNIX_SOCKET", Gh::SOCKET)
            .variable("RUNYARD__SECRETS__KEY", &"0f".repeat(32));
        let server = Server::start_with(settings).await;
        let client = server.client();
        let repository = Repository::new();
        repository.write(".github/workflows/half.yml", HALF);
        repository.write(".github/workflows/wait.yml", WAIT);
        repository.write("README.md", "# Harbour\n");
        repository.commit("Build a harbour");
        repository.push();
        let body = json!({ "login": OWNER, "site_admin": false });
        let _ = client.post("/api/v1/users", &body).await.expect(201);
        let path = repository.bare();
        let body = json!({ "owner": OWNER, "name": NAME, "path": path, "private": true });
        let _ = client.post("/api/v1/repos", &body).await.expect(201);
        let yard = Self {
            server,
            client,
            repository,
        };
        // The first look at the repository makes its workflows known.
        let _ = yard.completed(yard.dispatch("half.yml").await).await;
        yard
    }

    pub(crate) fn slug(&self) -> String {
        format!("{OWNER}/{NAME}")
    }

    pub(crate) fn head(&self) -> String {
        self.repository.head()
    }

    fn actions(&self, rest: &str) -> String {
        format!("/api/v3/repos/{OWNER}/{NAME}/actions/{rest}")
    }

    /// Starts a workflow and gives the id of its run.
    pub(crate) async fn dispatch(&self, file: &str) -> i64 {
        let path = self.actions(&format!("workflows/{file}/dispatches"));
        let body = json!({ "ref": "main", "return_run_details": true });
        let answer = self.client.post(&path, &body).await.expect(200).json();
        let id = answer["workflow_run_id"].as_i64();
        id.unwrap_or_else(|| panic!("no run: {answer}"))
    }

    /// How the run ended.
    pub(crate) async fn completed(&self, run: i64) -> String {
        let path = self.actions(&format!("runs/{run}"));
        let done = async || {
            let run = self.client.get(&path).await.expect(200).json();
            let end = run["conclusion"].as_str().map(str::to_owned);
            end.filter(|_| run["status"] == "completed")
        };
        eventually("the run is completed", PATIENCE, done).await
    }
}

//! A server with many runs, and what is asked of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use runyard_tests::{Client, Repository, Server, Settings, eventually};
use serde_json::json;

use super::fill::{Template, fill};
use super::raw::{Place, Raw};

const OWNER: &str = "octo";
const NAME: &str = "bench";
const PATIENCE: Duration = Duration::from_secs(30);
/// Runs that are asked for one by one.
const SAMPLES: usize = 2_000;
const WORKFLOW: &str = "
on: workflow_dispatch
jobs:
  only:
    runs-on: bench
    steps:
      - run: echo never run here
";

/// One of the runs.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) run: i64,
    pub(crate) suite: i64,
    pub(crate) commit: String,
}

/// A server on a filled store.
pub(crate) struct Site {
    server: Server,
    place: Place,
    template: Template,
    samples: Vec<Sample>,
    _repository: Repository,
}

impl Site {
    /// Starts a server, has it make one run, stops it, copies that run, and starts it again.
    pub(crate) async fn new(settings: Settings, runs: i64) -> Self {
        let settings = settings.without_runner();
        let is_sqlite = !settings.is_postgres();
        let mut server = Server::start_with(settings).await;
        let place = match is_sqlite {
            true => Place::Sqlite(server.folder().join("data").join("runyard.db")),
            false => Place::of(server.database()),
        };
        let (repository, run) = first_run(&server.client()).await;
        server.stop().await;
        let mut raw = Raw::open(&place).await;
        let template = template(&mut raw, run, runs).await;
        drop(raw);
        eprintln!("filling a store with {runs} runs ...");
        fill(&place, &template).await;
        let samples = samples(&mut Raw::open(&place).await, &template).await;
        server.start_again().await;
        Self {
            server,
            place,
            template,
            samples,
            _repository: repository,
        }
    }

    pub(crate) fn runs(&self) -> i64 {
        self.template.runs
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn template(&self) -> &Template {
        &self.template
    }

    /// Another one for each number.
    pub(crate) fn sample(&self, number: usize) -> &Sample {
        &self.samples[number % self.samples.len()]
    }

    /// The ids of all of them.
    pub(crate) fn sampled(&self) -> Vec<i64> {
        self.samples.iter().map(|sample| sample.run).collect()
    }

    /// Below the repository's Actions.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("/api/v3/repos/{OWNER}/{NAME}/actions/{path}")
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        let base = self.server.client().base().to_owned();
        base.trim_start_matches("http://").to_owned()
    }

    pub(crate) fn token(&self) -> &str {
        self.server.token()
    }
}

/// A run that was cancelled before anything of it ran.
async fn first_run(client: &Client) -> (Repository, i64) {
    let repository = Repository::with_workflow(WORKFLOW);
    let body = json!({ "login": OWNER, "site_admin": false });
    let _ = client.post("/api/v1/users", &body).await.expect(201);
    let path = repository.bare();
    let body = json!({ "owner": OWNER, "name": NAME, "path": path, "private": true });
    let _ = client.post("/api/v1/repos", &body).await.expect(201);
    let actions = format!("/api/v3/repos/{OWNER}/{NAME}/actions");
    let dispatches = format!("{actions}/workflows/ci.yml/dispatches");
    let body = json!({ "ref": "main" });
    let _ = client.post(&dispatches, &body).await.expect(204);
    let runs = format!("{actions}/runs");
    let made =
        async || client.get(&runs).await.expect(200).json()["workflow_runs"][0]["id"].as_i64();
    let run = eventually("a run is made", PATIENCE, made).await;
    let cancel = format!("{runs}/{run}/cancel");
    let _ = client.post_empty(&cancel).await.expect(202);
    let path = format!("{runs}/{run}");
    let done = async || {
        let status = client.get(&path).await.expect(200).json()["status"].clone();
        (status == "completed").then_some(())
    };
    eventually("the run is completed", PATIENCE, done).await;
    (repository, run)
}

async fn template(raw: &mut Raw, run: i64, runs: i64) -> Template {
    let query = format!(
        "SELECT repository_id || ' ' || workflow_id || ' ' || actor_id AS line FROM runs WHERE id = {run}"
    );
    let lines = raw.lines(&query).await;
    let line = lines.first().expect("the run that was made");
    let numbers = line.split(' ').map(|word| word.parse().expect("an id"));
    let numbers: Vec<i64> = numbers.collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("a clock after 1970").as_secs();
    let now = i64::try_from(now).expect("a clock before the end of time");
    Template {
        run,
        repository: numbers[0],
        workflow: numbers[1],
        actor: numbers[2],
        begun: Template::begun(now, runs),
        runs,
    }
}

/// Some runs of the repository, from all over the ids.
async fn samples(raw: &mut Raw, template: &Template) -> Vec<Sample> {
    let Template {
        run,
        repository,
        runs,
        ..
    } = template;
    let apart = (runs / i64::try_from(SAMPLES).expect("few")).max(1);
    let query = format!(
        "SELECT id || ' ' || check_suite_id || ' ' || head_sha AS line FROM runs \
         WHERE repository_id = {repository} AND id > {run} AND (id - {run}) % {apart} = 0"
    );
    let lines = raw.lines(&query).await;
    let samples = lines.iter().map(|line| {
        let mut words = line.split(' ');
        let mut next = || words.next().expect("three words");
        Sample {
            run: next().parse().expect("an id"),
            suite: next().parse().expect("an id"),
            commit: next().to_owned(),
        }
    });
    samples.collect()
}

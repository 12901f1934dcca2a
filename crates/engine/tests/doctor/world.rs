//! An engine over a store that tests may break by hand, with a repository and a runner.

use crate::database::OwnDatabase;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use runyard_domain::{
    Conclusion, Execution, RunId, RunStatus, Timestamp,
    account::User,
    repository::{Repository, Source},
    runner::Runner,
};
use runyard_engine::{
    Dispatch, Engine, Finish, NewRepository, NewRunner, NewUser, Offer, Payloads, Settings,
    ToldRun, WorkflowKey,
    doctor::{Checkup, Outcome},
    git::{Git, GitSettings},
    logs::{LogStorage, local_objects},
};
use runyard_store::{
    JobView, JobsOf, Page, Store, memory::MemoryStore, postgres::PostgresStore, sqlite::SqliteStore,
};
use serde_json::{Value, json};
use std::{
    any::Any,
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

/// Connections of one PostgreSQL store.
const POOL_SIZE: usize = 4;

/// One job, and one that needs it.
pub(crate) const CI: &str = "on: workflow_dispatch
jobs:
  first: {runs-on: linux, steps: [{run: x}]}
  second: {runs-on: linux, needs: first, steps: [{run: x}]}
";
/// Runs one after the other.
pub(crate) const LINE: &str = "on: workflow_dispatch
concurrency: {group: prod, queue: max}
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
";
/// A job that waits for another's slot, and a called workflow that does.
pub(crate) const PARTS: &str = "on: workflow_dispatch
jobs:
  one: {runs-on: linux, concurrency: {group: part, queue: max}, steps: [{run: x}]}
  two: {runs-on: linux, concurrency: {group: part, queue: max}, steps: [{run: x}]}
  legs:
    runs-on: linux
    strategy: {max-parallel: 1, matrix: {n: [1, 2]}}
    steps: [{run: x}]
  call: {uses: ./.github/workflows/called.yml}
";
const CALLED: &str = "on: workflow_call
concurrency: {group: part, queue: max}
jobs:
  inside: {runs-on: linux, steps: [{run: x}]}
";

/// How the database is reached by hand.
enum Raw {
    Memory,
    Sqlite(PathBuf),
    Postgres(String),
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) user: User,
    pub(crate) repository: Repository,
    pub(crate) runner: Runner,
    raw: Raw,
    folder: tempfile::TempDir,
    _gone_at_the_end: Box<dyn Any + Send>,
}

impl World {
    pub(crate) async fn memory() -> Option<Self> {
        let clock = || Timestamp::new(chrono::Utc::now());
        let store = Arc::new(MemoryStore::new(Arc::new(clock)));
        let folder = tempfile::tempdir().unwrap();
        Some(Self::over(store, Raw::Memory, folder, Box::new(())).await)
    }

    pub(crate) async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runyard.db");
        let store = Arc::new(SqliteStore::open(&path).await.unwrap());
        Some(Self::over(store, Raw::Sqlite(path), folder, Box::new(())).await)
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = env::var("TEST_POSTGRES_URL") else {
            let required = env::var_os("RUNYARD_REQUIRE_POSTGRES").is_some();
            assert!(!required, "TEST_POSTGRES_URL is not set");
            eprintln!("SKIPPED: TEST_POSTGRES_URL is not set");
            return None;
        };
        let database = OwnDatabase::create(&server).await;
        let url = database.url().to_owned();
        let store = PostgresStore::connect(&url, POOL_SIZE).await;
        let (store, folder) = (Arc::new(store.unwrap()), tempfile::tempdir().unwrap());
        Some(Self::over(store, Raw::Postgres(url), folder, Box::new(database)).await)
    }

    async fn over(
        store: Arc<dyn Store>,
        raw: Raw,
        folder: tempfile::TempDir,
        gone_at_the_end: Box<dyn Any + Send>,
    ) -> Self {
        let source = folder.path().join("source");
        commit(&source);
        let engine = engine(folder.path(), store.clone(), Settings::default()).await;
        let new = NewUser {
            login: "mona".to_owned(),
            name: None,
            site_admin: true,
        };
        let user = engine.create_user(new).await.unwrap();
        let mut world = Self {
            repository: register(&engine, &user, "hello", &source).await,
            runner: register_runner(&engine).await,
            engine,
            store,
            user,
            raw,
            folder,
            _gone_at_the_end: gone_at_the_end,
        };
        world.runner.draining = false;
        world
    }

    /// Another repository of the same source.
    pub(crate) async fn repository(&self, name: &str) -> Repository {
        let source = self.folder.path().join("source");
        register(&self.engine, &self.user, name, &source).await
    }

    /// A server with other settings, over the same store.
    pub(crate) async fn server(&self, settings: Settings) -> Engine {
        engine(
            &self.folder.path().join("other"),
            self.store.clone(),
            settings,
        )
        .await
    }

    /// Changes the database behind the product's back.
    pub(crate) async fn sql(&self, statements: &str) {
        match &self.raw {
            Raw::Memory => panic!("nothing speaks SQL in memory"),
            Raw::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                let all = format!("PRAGMA busy_timeout = 5000; {statements}");
                connection.batch_execute(&all).unwrap();
            }
            Raw::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                    .await
                    .unwrap();
                tokio::spawn(connection);
                client.batch_execute(statements).await.unwrap();
            }
        }
    }

    pub(crate) async fn run(&self, file: &str) -> RunId {
        let key = WorkflowKey::File(file.to_owned());
        let dispatch = Dispatch {
            reference: "main".to_owned(),
            inputs: serde_json::Map::new(),
        };
        let run = self
            .engine
            .dispatch(&self.repository, &key, dispatch, &self.user);
        run.await.unwrap()
    }

    pub(crate) async fn claim(&self, key: &str) -> Vec<Offer> {
        let claimed = self.engine.claim(&self.runner, key, 1, Duration::ZERO);
        claimed.await.unwrap()
    }

    /// Takes the next job; its hand-over as it is then.
    pub(crate) async fn start_next(&self, key: &str) -> Execution {
        let offer = self.claim(key).await.pop().expect("a job is queued");
        self.engine.start(&offer.execution).await.unwrap();
        self.execution(&offer.execution).await
    }

    pub(crate) async fn execution(&self, execution: &Execution) -> Execution {
        self.store.execution(execution.id).await.unwrap().unwrap()
    }

    pub(crate) async fn finish(&self, execution: &Execution, result: Conclusion) {
        let finish = Finish {
            result,
            steps: Vec::new(),
            log_bytes: 0,
            outputs: Vec::new(),
            annotations: Vec::new(),
        };
        self.engine.finish(execution, finish).await.unwrap();
    }

    pub(crate) async fn status(&self, run: RunId) -> (RunStatus, Option<Conclusion>) {
        let view = self.store.run(run).await.unwrap().unwrap();
        (view.attempt.status, view.attempt.conclusion)
    }

    pub(crate) async fn jobs(&self, run: RunId) -> Vec<JobView> {
        let page = Page {
            number: 1,
            per_page: 100,
        };
        let jobs = self.store.jobs(run, JobsOf::Latest, page).await;
        jobs.unwrap().items
    }

    /// What the doctor says, a sentence for each finding.
    pub(crate) async fn findings(&self) -> Vec<String> {
        self.visit(false)
            .await
            .0
            .into_iter()
            .map(|(told, _)| told)
            .collect()
    }

    pub(crate) async fn visit(&self, fix: bool) -> (Vec<(String, Outcome)>, Checkup) {
        let mut told = Vec::new();
        let mut tell = |diagnosis: &runyard_engine::doctor::Diagnosis| {
            told.push((diagnosis.finding.to_string(), diagnosis.outcome.clone()));
        };
        let checkup = self.engine.doctor(fix, &Plain, &mut tell).await.unwrap();
        (told, checkup)
    }

    /// Finds exactly this, mends it, and finds nothing any more.
    pub(crate) async fn heals(&self, wanted: &[&str]) {
        assert_eq!(self.findings().await, wanted);
        let again = self.findings().await;
        assert_eq!(again, wanted, "a look changes nothing");
        let (told, checkup) = self.visit(true).await;
        for (finding, outcome) in &told {
            let is_mended = matches!(outcome, Outcome::Mended(_));
            assert!(is_mended, "{finding}: {outcome:?}");
        }
        assert_eq!(checkup.left, 0);
        let first = told.first().map(|(told, _)| told.as_str());
        assert_eq!(
            first,
            wanted.first().copied(),
            "one repair may mend several"
        );
        assert_eq!(
            self.findings().await,
            Vec::<String>::new(),
            "after {told:?}"
        );
    }

    /// Lets what was noted of a bad row count again: the next try is one.
    pub(crate) async fn let_tries_pass(&self) {
        let ago = chrono::Utc::now() - chrono::Duration::seconds(20);
        let ago = ago.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        self.sql(&format!("UPDATE troubled_rows SET noted_at = '{ago}'"))
            .await;
    }
}

/// Payloads that say no more than is needed.
pub(crate) struct Plain;

impl Payloads for Plain {
    fn workflow_run(&self, told: &ToldRun<'_>) -> Value {
        json!({ "action": told.moment.name() })
    }
}

async fn engine(folder: &Path, store: Arc<dyn Store>, settings: Settings) -> Engine {
    let git = Git::new(GitSettings::new(folder.join("mirrors")));
    let logs = LogStorage::new(local_objects(&folder.join("objects")).unwrap());
    Engine::new(store, git, logs, settings).await.unwrap()
}

async fn register(engine: &Engine, owner: &User, name: &str, source: &Path) -> Repository {
    let new = NewRepository {
        owner: owner.clone(),
        name: name.to_owned(),
        source: Source::Path(source.to_string_lossy().into_owned()),
        private: false,
        default_branch: None,
    };
    engine.register_repository(new).await.unwrap()
}

async fn register_runner(engine: &Engine) -> Runner {
    let new = NewRunner {
        name: "r1".to_owned(),
        labels: vec!["linux".to_owned()],
        group: None,
        version: "1".to_owned(),
        os: "Linux".to_owned(),
        arch: "X64".to_owned(),
        capacity: 1,
        replace: false,
    };
    engine.register_runner(new).await.unwrap().0
}

fn commit(folder: &Path) {
    let workflows = folder.join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    let files = [
        ("ci.yml", CI),
        ("line.yml", LINE),
        ("parts.yml", PARTS),
        ("called.yml", CALLED),
    ];
    for (name, text) in files {
        std::fs::write(workflows.join(name), text).unwrap();
    }
    git(folder, &["init", "-q", "-b", "main"]);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "Add workflows"]);
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    let who = ["-c", "user.name=t", "-c", "user.email=t@localhost"];
    let output = command
        .arg("-C")
        .arg(folder)
        .args(who)
        .args(arguments)
        .output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

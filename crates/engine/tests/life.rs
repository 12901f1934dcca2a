//! The use cases together, over the memory store and a real git repository: from a dispatch to sealed logs.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

#[path = "life/allowed.rs"]
mod allowed;
#[path = "life/deletes.rs"]
mod deletes;
#[path = "life/events.rs"]
mod events;
#[path = "life/follows.rs"]
mod follows;
#[path = "life/force.rs"]
mod force;
#[path = "life/outputs.rs"]
mod outputs;
#[path = "life/reruns.rs"]
mod reruns;
#[path = "life/retention.rs"]
mod retention;
#[path = "life/schedules.rs"]
mod schedules;
#[path = "life/storage.rs"]
mod storage;
#[path = "life/switched_off.rs"]
mod switched_off;
#[path = "life/variables.rs"]
mod variables;

use runyard_domain::{
    Conclusion, Execution, JobStatus, Refusal, RunId, RunStatus, StepConclusion, Timestamp,
    account::User,
    execution::{Step, StepState},
    repository::{Repository, Source},
    run::RerunOf,
};
use runyard_engine::{
    Dispatch, Engine, EngineError, Finish, Finished, NewRepository, NewRunner, NewUser, Occurrence,
    Offer, Payloads, Settings, StopOrder, ToldRun, WorkflowKey,
    git::{Git, GitSettings},
    logs::{LogStorage, local_objects},
};
use runyard_store::{Appended, JobView, JobsOf, Page, RunFilter, RunView, memory::MemoryStore};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

const TWO_JOBS: &str = "on: [push, workflow_dispatch]
name: Two
jobs:
  first:
    runs-on: linux
    env: { A: job }
    steps:
      - run: echo one
  second:
    runs-on: [linux, X64]
    needs: first
    steps:
      - uses: actions/checkout@v4
";

/// Longer than anything takes that is waited for here.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two looks at what no event tells.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until it is so, at what an engine does by itself and tells nobody of.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let looked = async {
        while !is_so().await {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.unwrap();
}

struct World {
    engine: Engine,
    store: Arc<MemoryStore>,
    clock: Arc<AtomicI64>,
    user: User,
    repository: Repository,
    folder: tempfile::TempDir,
}

impl World {
    async fn new(workflow: &str) -> Self {
        let local =
            |folder: &Path| LogStorage::new(local_objects(&folder.join("objects")).unwrap());
        Self::with_logs(workflow, local).await
    }

    async fn with_settings(workflow: &str, settings: Settings) -> Self {
        let local =
            |folder: &Path| LogStorage::new(local_objects(&folder.join("objects")).unwrap());
        Self::with(workflow, local, settings).await
    }

    async fn with_logs(workflow: &str, logs: impl FnOnce(&Path) -> LogStorage) -> Self {
        Self::with(workflow, logs, Settings::default()).await
    }

    async fn with(
        workflow: &str,
        logs: impl FnOnce(&Path) -> LogStorage,
        settings: Settings,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        commit(&source, workflow);
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000_000));
        let store = store(clock.clone());
        let logs = logs(folder.path());
        let engine = engine(folder.path(), store.clone(), logs, settings).await;
        let new = NewUser {
            login: "mona".to_owned(),
            name: None,
            site_admin: true,
        };
        let user = engine.create_user(new).await.unwrap();
        let repository = engine
            .register_repository(NewRepository {
                owner: user.clone(),
                name: "hello".to_owned(),
                source: Source::Path(source.to_string_lossy().into_owned()),
                private: false,
                default_branch: None,
            })
            .await
            .unwrap();
        Self {
            engine,
            store,
            clock,
            user,
            repository,
            folder,
        }
    }

    /// The engine of another server over the same store, with mirrors of its own.
    async fn replica(&self) -> Engine {
        self.engine_with("replica", Settings::default()).await
    }

    /// Goes on with a server that has other settings.
    async fn set(&mut self, settings: Settings) {
        self.engine = self.engine_with("again", settings).await;
    }

    async fn engine_with(&self, name: &str, settings: Settings) -> Engine {
        let folder = self.folder.path().join(name);
        let logs = LogStorage::new(local_objects(&folder.join("objects")).unwrap());
        engine(&folder, self.store.clone(), logs, settings).await
    }

    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    async fn dispatch(&self) -> Result<RunId, EngineError> {
        let key = WorkflowKey::File("ci.yml".to_owned());
        let dispatch = Dispatch {
            reference: "main".to_owned(),
            inputs: serde_json::Map::new(),
        };
        self.engine
            .dispatch(&self.repository, &key, dispatch, &self.user)
            .await
    }

    async fn claim(&self, key: &str) -> Vec<Offer> {
        let runners = self
            .engine
            .store()
            .runners(runyard_domain::RunnerId::new(0), 10)
            .await;
        let runner = match runners.unwrap().pop() {
            Some(runner) => runner,
            None => self.register_runner().await,
        };
        self.engine
            .claim(&runner, key, 1, Duration::ZERO)
            .await
            .unwrap()
    }

    async fn register_runner(&self) -> runyard_domain::runner::Runner {
        let new = NewRunner {
            name: "r1".to_owned(),
            labels: vec!["Linux".to_owned(), "x64".to_owned()],
            group: None,
            version: "1".to_owned(),
            os: "Linux".to_owned(),
            arch: "X64".to_owned(),
            capacity: 1,
            replace: false,
        };
        self.engine.register_runner(new).await.unwrap().0
    }

    async fn rerun(&self, run: RunId, of: RerunOf) -> Result<(), EngineError> {
        self.engine.rerun(run, of, self.user.id, false).await
    }

    /// The execution as it is now.
    async fn execution(&self, offer: &Offer) -> Execution {
        let execution = self.engine.store().execution(offer.execution.id).await;
        execution.unwrap().unwrap()
    }

    async fn jobs(&self, run: RunId) -> Vec<JobView> {
        let page = Page {
            number: 1,
            per_page: 100,
        };
        self.engine
            .store()
            .jobs(run, JobsOf::Latest, page)
            .await
            .unwrap()
            .items
    }

    async fn status(&self, run: RunId) -> (RunStatus, Option<Conclusion>) {
        let view = self.engine.store().run(run).await.unwrap().unwrap();
        (view.attempt.status, view.attempt.conclusion)
    }

    fn source(&self) -> std::path::PathBuf {
        self.folder.path().join("source")
    }

    /// Commits a file of the source, and gives the commit.
    fn write(&self, path: &str, text: &str) -> String {
        let file = self.source().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", &format!("Write {path}")]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.source(), arguments)
    }

    /// What a webhook starts.
    async fn told(&self, event: &str, payload: Value) -> Vec<RunId> {
        let told = Occurrence::read(event, payload, None).unwrap();
        let runs = self.engine.occur(&self.repository, told, &self.user);
        runs.await.unwrap()
    }

    async fn view(&self, run: RunId) -> RunView {
        self.engine.store().run(run).await.unwrap().unwrap()
    }

    /// All runs, newest first.
    async fn runs(&self) -> Vec<RunView> {
        let page = Page {
            number: 1,
            per_page: 100,
        };
        let store = self.engine.store();
        let all = RunFilter::default();
        let runs = store.runs(self.repository.id, &all, page);
        runs.await.unwrap().items
    }

    /// Takes the next job and ends it so.
    async fn run_next(&self, result: Conclusion) -> Offer {
        self.run_next_giving(result, &[]).await
    }

    /// The same with outputs.
    async fn run_next_giving(&self, result: Conclusion, outputs: &[(&str, &str)]) -> Offer {
        let offer = self
            .claim(&format!("{:?}", self.clock))
            .await
            .pop()
            .expect("a job is queued");
        self.engine.start(&offer.execution).await.unwrap();
        let execution = self
            .engine
            .store()
            .execution(offer.execution.id)
            .await
            .unwrap()
            .unwrap();
        let row = b"[2,1700000000000,\"one\"]\n";
        let stored = self.engine.append_log(&execution, 0, row).await.unwrap();
        assert_eq!(
            stored,
            Appended::Stored {
                bytes: row.len() as u64
            }
        );
        let finish = Finish {
            result,
            steps: vec![step(2)],
            log_bytes: row.len() as u64,
            outputs: outputs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            annotations: Vec::new(),
        };
        assert_eq!(
            self.engine.finish(&execution, finish).await.unwrap(),
            Finished::Done
        );
        offer
    }
}

/// Payloads that say no more than tests look at.
struct Plain;

impl Payloads for Plain {
    fn workflow_run(&self, told: &ToldRun<'_>) -> Value {
        json!({
            "action": told.moment.name(),
            "workflow_run": {
                "id": told.run.identity.id.get(),
                "status": told.run.attempt.status.name(),
                "conclusion": told.run.attempt.conclusion.map(Conclusion::name),
            },
        })
    }
}

fn step(number: u32) -> Step {
    let state = StepState::Completed {
        conclusion: StepConclusion::Success,
        started_at: None,
        completed_at: None,
    };
    Step {
        number,
        name: "Run echo one".to_owned(),
        state,
    }
}

fn store(clock: Arc<AtomicI64>) -> Arc<MemoryStore> {
    let now = move || Timestamp::from_unix_micros(clock.load(Ordering::SeqCst)).unwrap();
    Arc::new(MemoryStore::new(Arc::new(now)))
}

async fn engine(
    folder: &Path,
    store: Arc<MemoryStore>,
    logs: LogStorage,
    settings: Settings,
) -> Engine {
    let git = Git::new(GitSettings::new(folder.join("mirrors")));
    Engine::new(store, git, logs, settings).await.unwrap()
}

fn commit(folder: &Path, workflow: &str) -> String {
    let workflows = folder.join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    std::fs::write(workflows.join("ci.yml"), workflow).unwrap();
    git(folder, &["init", "-q", "-b", "main"]);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "Change the workflow"]);
    git(folder, &["rev-parse", "HEAD"])
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@localhost"]);
    let output = command.args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_dispatched_run_goes_through_its_jobs_to_success() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    assert_eq!(world.status(run).await, (RunStatus::Queued, None));
    assert_eq!(
        world.jobs(run).await.len(),
        1,
        "r1_7: blocked jobs are not shown"
    );

    let first = world.run_next(Conclusion::Success).await;
    assert_eq!(first.assignment.file, ".github/workflows/ci.yml");
    assert_eq!(first.assignment.steps().next().unwrap().0, 2);
    world.run_next(Conclusion::Success).await;

    assert_eq!(
        world.status(run).await,
        (RunStatus::Completed, Some(Conclusion::Success))
    );
    let jobs = world.jobs(run).await;
    let log = world.engine.job_log(&jobs[0]).await.unwrap();
    assert_eq!(log, "2023-11-14T22:13:20.0000000Z one\n");
    let archive = world.engine.run_archive(run, None).await.unwrap();
    assert!(archive.metadata().unwrap().len() > 0);
}

#[tokio::test]
async fn r2_16_a_failed_job_skips_what_needs_it() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Failure).await;
    assert_eq!(
        world.status(run).await,
        (RunStatus::Completed, Some(Conclusion::Failure))
    );
    let jobs = world.jobs(run).await;
    assert_eq!(jobs[1].state.conclusion(), Some(Conclusion::Skipped));
}

#[tokio::test]
async fn r4_1_r4_14_a_rerun_makes_attempt_two_with_new_job_ids_and_the_first_stays_readable() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    let live = world.rerun(run, RerunOf::All).await.unwrap_err();
    assert!(
        matches!(live, EngineError::Refused(Refusal::RunNotCompleted { .. })),
        "{live}"
    );
    world.run_next(Conclusion::Failure).await;
    let before = world.jobs(run).await;

    world.rerun(run, RerunOf::All).await.unwrap();
    let after = world.jobs(run).await;
    assert!(
        after
            .iter()
            .all(|job| job.attempt == 2 && before.iter().all(|old| old.id != job.id))
    );
    let old = world.engine.store().attempt(run, 1).await.unwrap().unwrap();
    assert_eq!(old.attempt.conclusion, Some(Conclusion::Failure));
}

#[tokio::test]
async fn r4_15_r4_16_a_rerun_as_new_makes_a_linked_run_with_attempts_of_its_own() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Failure).await;
    let new = world.engine.rerun_as_new(run, world.user.id).await.unwrap();
    let view = world.engine.store().run(new).await.unwrap().unwrap();
    assert_eq!((view.identity.parent, view.identity.index), (Some(run), 2));
    assert_eq!(world.status(new).await, (RunStatus::Queued, None));

    world.run_next(Conclusion::Failure).await;
    world.rerun(new, RerunOf::All).await.unwrap();
    let view = world.engine.store().run(new).await.unwrap().unwrap();
    assert_eq!((view.attempt.number, view.identity.parent), (2, Some(run)));
    let old = world.engine.store().run(run).await.unwrap().unwrap();
    assert_eq!((old.attempt.number, old.identity.parent), (1, None));
}

#[tokio::test]
async fn r3_1_cancelling_tells_the_runner_and_r3_3_ends_a_job_that_does_not_stop() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    let offer = world.claim("k").await.pop().unwrap();
    world.engine.start(&offer.execution).await.unwrap();
    world.engine.cancel_run(run, world.user.id).await.unwrap();
    let told = world
        .engine
        .store()
        .execution(offer.execution.id)
        .await
        .unwrap()
        .unwrap();
    let order = world.engine.cancel_check(&told, Duration::ZERO).await;
    assert_eq!(order.unwrap(), StopOrder::Cancel);

    for _ in 0..6 {
        world.pass(55);
        let heard = world
            .engine
            .store()
            .execution(offer.execution.id)
            .await
            .unwrap()
            .unwrap();
        if world
            .engine
            .cancel_check(&heard, Duration::ZERO)
            .await
            .is_err()
        {
            break;
        }
        world.engine.expire().await.unwrap();
    }
    assert_eq!(
        world.status(run).await,
        (RunStatus::Completed, Some(Conclusion::Cancelled))
    );
}

#[tokio::test]
async fn a_cancel_wakes_the_pending_cancel_check() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    let offer = world.claim("k").await.pop().unwrap();
    world.engine.start(&offer.execution).await.unwrap();
    let running = world
        .engine
        .store()
        .execution(offer.execution.id)
        .await
        .unwrap()
        .unwrap();
    let checking = world.engine.cancel_check(&running, Duration::from_secs(50));
    let cancelling = world.engine.cancel_run(run, world.user.id);
    let (told, done) = tokio::join!(checking, cancelling);
    assert_eq!(told.unwrap(), StopOrder::Cancel);
    done.unwrap();
}

#[tokio::test]
async fn a_silent_runner_loses_its_job_and_an_offer_goes_back_to_the_queue() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    let offer = world.claim("k").await.pop().unwrap();
    assert!(
        world.claim("other").await.is_empty(),
        "the job is offered to somebody"
    );
    world.pass(31);
    world.engine.expire().await.unwrap();
    let late = world.engine.start(&offer.execution).await.unwrap_err();
    assert!(
        matches!(late, EngineError::Refused(Refusal::ExecutionEnded { .. })),
        "{late}"
    );

    let again = world.claim("again").await.pop().unwrap();
    world.engine.start(&again.execution).await.unwrap();
    world.pass(61);
    world.engine.expire().await.unwrap();
    assert_eq!(
        world.status(run).await,
        (RunStatus::Completed, Some(Conclusion::Failure))
    );
}

#[tokio::test]
async fn a_claim_wakes_for_a_job_that_is_queued_while_it_waits() {
    let world = World::new(TWO_JOBS).await;
    let runner = world.register_runner().await;
    let waiting = world.engine.claim(&runner, "k", 1, Duration::from_secs(50));
    let (offers, run) = tokio::join!(waiting, world.dispatch());
    assert_eq!(offers.unwrap()[0].execution.run, run.unwrap());
}

#[tokio::test]
async fn a_finish_waits_for_the_whole_log() {
    let world = World::new(TWO_JOBS).await;
    world.dispatch().await.unwrap();
    let offer = world.claim("k").await.pop().unwrap();
    world.engine.start(&offer.execution).await.unwrap();
    let execution = world
        .engine
        .store()
        .execution(offer.execution.id)
        .await
        .unwrap()
        .unwrap();
    let finish = Finish {
        result: Conclusion::Success,
        steps: Vec::new(),
        log_bytes: 5,
        outputs: Vec::new(),
        annotations: Vec::new(),
    };
    let answer = world.engine.finish(&execution, finish).await.unwrap();
    assert_eq!(answer, Finished::LogIncomplete { stored: 0 });
}

#[tokio::test]
async fn r6_90_a_broken_file_makes_a_startup_failure_with_its_place() {
    let world = World::new(TWO_JOBS).await;
    let broken = TWO_JOBS.replace("needs: first", "needs: nobody");
    let sha = commit(&world.folder.path().join("source"), &broken);
    let payload = json!({ "ref": "refs/heads/main", "before": "", "after": sha });
    let push = Occurrence::read("push", payload, Some("d1".to_owned())).unwrap();
    let runs = world
        .engine
        .occur(&world.repository, push.clone(), &world.user)
        .await
        .unwrap();
    assert_eq!(
        world.status(runs[0]).await.1,
        Some(Conclusion::StartupFailure)
    );
    let view = world.engine.store().run(runs[0]).await.unwrap().unwrap();
    assert_eq!(view.attempt.diagnostics[0].line, 11);
    let again = world
        .engine
        .occur(&world.repository, push, &world.user)
        .await
        .unwrap();
    assert_eq!(again, runs, "the same delivery makes no second run");
    let refused = world.rerun(runs[0], RerunOf::All).await.unwrap_err();
    assert!(
        matches!(refused, EngineError::Refused(Refusal::NeverPlanned)),
        "r4_8: {refused}"
    );
}

#[tokio::test]
async fn cancelling_a_queued_job_ends_it_and_its_dependents_are_skipped() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    let job = world.jobs(run).await[0].id;
    let done = world.engine.cancel_job(job, world.user.id).await.unwrap();
    assert_eq!(
        (done.changed_jobs, done.run_conclusion),
        (2, Some(Conclusion::Cancelled))
    );
    let again = world.engine.cancel_job(job, world.user.id).await.unwrap();
    assert_eq!(
        (again.changed_jobs, again.run_conclusion),
        (0, None),
        "r3_8"
    );
    assert_eq!(
        world.jobs(run).await[1].state.status(),
        JobStatus::Completed
    );
}

const NOBODY: &str = "on: workflow_dispatch
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
  after:
    needs: wait
    if: always()
    runs-on: linux
    steps:
      - run: echo after all
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rule_9_a_job_that_no_runner_takes_is_cancelled_after_a_day() {
    let world = World::new(NOBODY).await;
    let run = world.dispatch().await.unwrap();
    world.pass(24 * 60 * 60 - 1);
    world.engine.enforce_limits().await.unwrap();
    assert_eq!(world.status(run).await, (RunStatus::Queued, None));
    world.pass(1);
    // Two servers at once: the second finds nothing to do.
    let (first, second) =
        tokio::join!(world.engine.enforce_limits(), world.engine.enforce_limits());
    first.and(second).unwrap();
    let jobs = world.jobs(run).await;
    assert_eq!(jobs[0].state.conclusion(), Some(Conclusion::Cancelled));
    assert_eq!(jobs[1].state.status(), JobStatus::Queued);
    world.run_next(Conclusion::Success).await;
    let ended = (RunStatus::Completed, Some(Conclusion::Cancelled));
    assert_eq!(world.status(run).await, ended);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rule_9_a_run_is_cancelled_after_thirty_five_days_waits_included() {
    let text = NOBODY.replacen(
        "on: workflow_dispatch",
        "on: workflow_dispatch\nconcurrency: g",
        1,
    );
    let world = World::new(&text).await;
    let first = world.dispatch().await.unwrap();
    let second = world.dispatch().await.unwrap();
    assert_eq!(world.status(second).await, (RunStatus::Pending, None));
    let days = 24 * 60 * 60;
    world.pass(35 * days - 1);
    let limits = world.engine.enforce_limits();
    limits.await.unwrap();
    // The job of the first has been cancelled by its own limit long ago; what comes after it waits for a runner.
    assert_eq!(world.status(second).await, (RunStatus::Pending, None));
    world.pass(1);
    world.engine.enforce_limits().await.unwrap();
    let ended = (RunStatus::Completed, Some(Conclusion::Cancelled));
    assert_eq!(world.status(second).await, ended);
    let view = world.engine.store().run(second).await.unwrap().unwrap();
    let reason = view
        .attempt
        .cancel_reason
        .expect("a reason")
        .sentence()
        .into_owned();
    assert_eq!(reason, "the run did not end within 35 days");
    let view = world.engine.store().run(first).await.unwrap().unwrap();
    assert!(view.attempt.cancelled_at.is_some());
    // R3.2: its job with always() goes on.
    assert_eq!(view.attempt.status, RunStatus::Queued);
}

const SHORT: &str = "on: workflow_dispatch
jobs:
  short:
    runs-on: linux
    timeout-minutes: 1
    steps:
      - run: echo too long
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_75_a_runner_that_never_stops_loses_its_job_after_the_limit_and_the_grace() {
    let world = World::new(SHORT).await;
    let run = world.dispatch().await.unwrap();
    let offer = world.claim("key").await.pop().unwrap();
    world.engine.start(&offer.execution).await.unwrap();
    let id = offer.execution.id;
    let mut left = 60 + 5 * 60;
    while left > 30 {
        world.pass(30);
        left -= 30;
        let execution = world.engine.store().execution(id).await.unwrap().unwrap();
        // It is alive all the time.
        world
            .engine
            .sync(&execution, 0, Vec::new(), vec![])
            .await
            .unwrap();
        world.engine.expire().await.unwrap();
        assert_eq!(world.status(run).await, (RunStatus::InProgress, None));
    }
    world.pass(29);
    world.engine.expire().await.unwrap();
    assert_eq!(world.status(run).await, (RunStatus::InProgress, None));
    world.pass(1);
    world.engine.expire().await.unwrap();
    let ended = (RunStatus::Completed, Some(Conclusion::Cancelled));
    assert_eq!(world.status(run).await, ended);
    let late = world.engine.store().execution(id).await.unwrap().unwrap();
    assert!(
        world
            .engine
            .sync(&late, 0, Vec::new(), vec![])
            .await
            .is_err()
    );
}

const GROUPED: &str = "on: workflow_dispatch
concurrency: one-at-a-time
jobs:
  only:
    runs-on: linux
    steps:
      - run: echo done
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_58_messages_left_by_a_server_that_stopped_are_applied_by_the_next() {
    let world = World::new(GROUPED).await;
    let first = world.dispatch().await.unwrap();
    let second = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Success).await;
    let done = (RunStatus::Completed, Some(Conclusion::Success));
    assert_eq!(world.status(first).await, done);
    assert_eq!(world.status(second).await, (RunStatus::Pending, None));
    let (one, other) = tokio::join!(world.engine.apply_messages(), world.engine.apply_messages());
    assert!(one.unwrap() + other.unwrap() >= 1);
    assert_eq!(world.status(second).await, (RunStatus::Queued, None));
    assert_eq!(world.engine.apply_messages().await.unwrap(), 0);
    world.run_next(Conclusion::Success).await;
    assert_eq!(world.status(second).await, done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_58_the_clock_applies_a_message_as_soon_as_it_is_left() {
    let world = World::new(GROUPED).await;
    world.dispatch().await.unwrap();
    let second = world.dispatch().await.unwrap();
    let mut signals = world.engine.store().wakes().listen();
    let _clocks = world.engine.start_clocks(Arc::new(Plain)).await.unwrap();
    world.run_next(Conclusion::Success).await;
    while world.status(second).await.0 == RunStatus::Pending {
        signals.recv().await.unwrap();
    }
    assert_eq!(world.status(second).await, (RunStatus::Queued, None));
}

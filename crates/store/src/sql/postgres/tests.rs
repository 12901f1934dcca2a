//! What only PostgreSQL promises: servers beside each other, deadlocks that nobody sees, lost connections.

use super::{
    Connection, PostgresStore, address::Address, connect::connect, database::RETRIES_MAX, migrate,
    migrations::MIGRATIONS,
};
use crate::sql::failure::Failure;
use crate::{ClaimRequest, IdKind, NewExecution, Queue, Repositories, Store, StoreError, Wake};
use diesel_async::{SimpleAsyncConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::MigrationHarness;
use futures_util::future::BoxFuture;
use runyard_domain::{
    ExecutionId, JobId, RepositoryId, RunId, RunnerId,
    account::TokenHash,
    actions::{AccessLevel, ActionsSettings},
    permission::DefaultPermissions,
    runner::{DEFAULT_GROUP, LabelSet, RunnerRef},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::Barrier;

/// A database that goes away with this value.
struct Own {
    server: String,
    name: String,
}

impl Own {
    /// `None`, said out loud, when there is no server to test with.
    async fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
            let required = std::env::var_os("RUNYARD_REQUIRE_POSTGRES").is_some();
            assert!(!required, "TEST_POSTGRES_URL is not set");
            eprintln!("SKIPPED: TEST_POSTGRES_URL is not set");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("runyard_unit_{}_{count}", std::process::id());
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        Some(Self { server, name })
    }

    fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let server = self.server.clone();
        let dropping = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().unwrap();
            runtime.block_on(execute(&server, &drop));
        });
        dropping.join().unwrap();
    }
}

async fn connection(url: &str) -> Connection {
    connect(&Address::parse(url).unwrap()).await.unwrap()
}

async fn execute(url: &str, statement: &str) {
    let mut connection = connection(url).await;
    connection.batch_execute(statement).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_migrate_once() {
    let Some(own) = Own::create().await else {
        return;
    };
    let url = own.url();
    let (a, b, c) = tokio::join!(
        migrate(&url),
        migrate(&url),
        PostgresStore::connect(&url, 2)
    );
    c.unwrap();
    let (a, b) = (a.unwrap(), b.unwrap());
    assert!(a.is_empty() || b.is_empty(), "{a:?} {b:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused() {
    let Some(own) = Own::create().await else {
        return;
    };
    assert!(!migrate(&own.url()).await.unwrap().is_empty());
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    execute(&own.url(), newer).await;
    match PostgresStore::connect(&own.url(), 1).await {
        Err(StoreError::SchemaTooNew { found }) => assert_eq!(found, "9999"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_migration_can_be_taken_back_and_applied_again() {
    let Some(own) = Own::create().await else {
        return;
    };
    let applied = migrate(&own.url()).await.unwrap();
    let connection = connection(&own.url()).await;
    let reverting = tokio::task::spawn_blocking(move || {
        let mut connection = AsyncConnectionWrapper::<Connection>::from(connection);
        connection.revert_all_migrations(MIGRATIONS).unwrap();
    });
    reverting.await.unwrap();
    assert_eq!(migrate(&own.url()).await.unwrap(), applied);
}

/// Three repositories, of which the first is private, and what was said of them before there was one table for it.
const SAID_BEFORE: &str = r#"
    INSERT INTO users (id, login, login_key, site_admin, created_at) VALUES (1, 'ada', 'ada', false, '2026-01-02T03:04:05Z');
    INSERT INTO repositories
        (id, owner, name, owner_key, name_key, owner_id, private, default_branch, source, created_at) VALUES
        (1, 'ada', 'r1', 'ada', 'r1', 1, true, 'main', '{"kind":"path","location":"/srv"}', '2026-01-02T03:04:05Z'),
        (2, 'ada', 'r2', 'ada', 'r2', 1, false, 'main', '{"kind":"path","location":"/srv"}', '2026-01-02T03:04:05Z'),
        (3, 'ada', 'r3', 'ada', 'r3', 1, false, 'main', '{"kind":"path","location":"/srv"}', '2026-01-02T03:04:05Z');
    INSERT INTO actions_switched_off (repository_id) VALUES (1);
    INSERT INTO writing_tokens (repository_id) VALUES (2);
"#;
/// The migration that moves it.
const MOVED_BY: &str = "0046";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_of_actions_is_moved_into_one_table() {
    let Some(own) = Own::create().await else {
        return;
    };
    migrate(&own.url()).await.unwrap();
    let connection = connection(&own.url()).await;
    let reverting = tokio::task::spawn_blocking(move || {
        let mut connection = AsyncConnectionWrapper::<Connection>::from(connection);
        while connection
            .revert_last_migration(MIGRATIONS)
            .unwrap()
            .to_string()
            != MOVED_BY
        {}
    });
    reverting.await.unwrap();
    execute(&own.url(), SAID_BEFORE).await;
    let store = PostgresStore::connect(&own.url(), 1).await.unwrap();
    let settings = async |id| store.actions_settings(RepositoryId::new(id)).await.unwrap();
    let (first, second) = (settings(1).await, settings(2).await);
    assert!(!first.enabled && second.enabled);
    let (read, write) = (DefaultPermissions::Read, DefaultPermissions::Write);
    assert_eq!((first.tokens, second.tokens), (read, write));
    assert_eq!(first.access, AccessLevel::User, "as it was before");
    assert_eq!(second.access, AccessLevel::None);
    assert_eq!(settings(3).await, ActionsSettings::default());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_and_its_password_stays_unsaid() {
    let nobody_listens = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody_listens.local_addr().unwrap().port();
    drop(nobody_listens);
    let url = format!("postgres://ann:secret@127.0.0.1:{port}/yard");
    let error = PostgresStore::connect(&url, 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("ann@127.0.0.1") && text.contains("refused"),
        "{text}"
    );
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

/// A transaction that updates two settings in this order, and waits in between for the other one.
async fn lock_both(
    store: &PostgresStore,
    [first, second]: [&'static str; 2],
    between: Arc<Barrier>,
    tries: Arc<AtomicU32>,
) -> Result<(), StoreError> {
    let update = |name| format!("UPDATE settings SET value = '' WHERE name = '{name}'");
    let locking = store.database.write(move |connection| {
        let (between, tries) = (Arc::clone(&between), Arc::clone(&tries));
        Box::pin(async move {
            connection.batch_execute(&update(first)).await?;
            if tries.fetch_add(1, Ordering::SeqCst) < 2 {
                between.wait().await;
            }
            Ok(connection.batch_execute(&update(second)).await?)
        })
    });
    locking.await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_tried_again_and_nobody_sees_it() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 2).await.unwrap();
    for name in ["a", "b"] {
        store.setting(name, b"").await.unwrap();
    }
    let (between, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let lock = |order| lock_both(&store, order, Arc::clone(&between), Arc::clone(&tries));
    let (one, other) = tokio::join!(lock(["a", "b"]), lock(["b", "a"]));
    one.unwrap();
    other.unwrap();
    assert_eq!(
        tries.load(Ordering::SeqCst),
        3,
        "one of two was tried again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_again_ends() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 1).await.unwrap();
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let failing = store.database.write(move |connection| {
        counted.fetch_add(1, Ordering::SeqCst);
        let raise = "DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$";
        Box::pin(async move { Ok(connection.batch_execute(raise).await?) })
    });
    assert!(matches!(failing.await, Err(StoreError::Internal(_))));
    assert_eq!(tries.load(Ordering::SeqCst), RETRIES_MAX + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_cut_are_replaced() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 3).await.unwrap();
    let used = tokio::join!(store.now(), store.now(), store.now());
    assert!(used.0.is_ok() && used.1.is_ok() && used.2.is_ok());
    let cut = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = '{}' AND pid <> pg_backend_pid()",
        own.name
    );
    execute(&own.url(), &cut).await;
    assert_eq!(store.reserve(IdKind::Run, 1).await.unwrap(), 1..2);
    store.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_one_server_wakes_the_other() {
    let Some(own) = Own::create().await else {
        return;
    };
    let here = PostgresStore::connect(&own.url(), 1).await.unwrap();
    let there = PostgresStore::connect(&own.url(), 1).await.unwrap();
    let mut heard = there.wakes().listen();
    let told = Wake::Run(RunId::new(12));
    // The other server may still be about to listen: told again until it is heard.
    let telling = async {
        loop {
            here.wake(told);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        wake = heard.recv() => assert_eq!(wake.unwrap(), told),
        () = telling => {}
    }
}

const READY_JOB: &str = "
    INSERT INTO users (id, login, login_key, site_admin, created_at)
        VALUES (1, 'ann', 'ann', FALSE, now());
    INSERT INTO repositories (id, owner, name, owner_key, name_key, owner_id, private,
        default_branch, source, created_at)
        VALUES (1, 'ann', 'a', 'ann', 'a', 1, FALSE, 'main', '{}', now());
    INSERT INTO workflows (id, repository_id, path, name, state, created_at, updated_at)
        VALUES (1, 1, 'p', 'n', 'active', now(), now());
    INSERT INTO runs (id, repository_id, workflow_id, check_suite_id, number, repository_index,
        event, head_sha, git_ref, actor_id, trigger_key, name, path, display_title, definition,
        created_at, commit_facts, attempt, status, seq, updated_at)
        VALUES (1, 1, 1, 1, 1, 1, 'push', 's', 'r', 1, 'k', 'n', 'p', 't', 'd', now(), '{}', 1,
        'queued', 1, now());
    INSERT INTO label_sets (id, labels) VALUES (1, '[\"linux\"]');
    INSERT INTO queue (job_id, run_id, label_set_id) VALUES (5, 1, 1);
";

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_does_not_wait_for_whoever_changes_the_run() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 2).await.unwrap();
    execute(&own.url(), READY_JOB).await;
    let mut changing = connection(&own.url()).await;
    let lock = "BEGIN; SELECT * FROM runs FOR UPDATE; SELECT * FROM repositories FOR UPDATE";
    changing.batch_execute(lock).await.unwrap();
    // Were the claim to wait, it would wait until this test is stopped.
    let offers = store.claim(request()).await.unwrap();
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].job, JobId::new(5));
    changing.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_passes_over_a_job_that_another_is_about_to_take() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 2).await.unwrap();
    execute(&own.url(), READY_JOB).await;
    let next = "INSERT INTO queue (job_id, run_id, label_set_id) VALUES (6, 1, 1)";
    execute(&own.url(), next).await;
    let mut other = connection(&own.url()).await;
    let take = "BEGIN; SELECT * FROM queue WHERE job_id = 5 FOR UPDATE";
    other.batch_execute(take).await.unwrap();
    let offers = store.claim(request()).await.unwrap();
    assert_eq!(offers[0].job, JobId::new(6));
    other.batch_execute("ROLLBACK").await.unwrap();
}

fn request() -> ClaimRequest {
    ClaimRequest {
        runner: RunnerRef {
            group: DEFAULT_GROUP.to_owned(),
            id: RunnerId::new(1),
            name: "r".to_owned(),
        },
        labels: LabelSet::new(["linux"]),
        request_key: "k".to_owned(),
        executions: vec![NewExecution {
            id: ExecutionId::new(1),
            token: TokenHash::new([1; 32]),
            github_token: TokenHash::new([2; 32]),
        }],
        offer: Duration::from_secs(30),
    }
}

/// Ends the connection that commits, after all statements worked and before anything stayed.
const CUT_AT_COMMIT: &str = "
    CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER cut AFTER INSERT OR UPDATE ON settings
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut();
";

async fn setting_in_a_transaction(
    store: &PostgresStore,
    keyed: bool,
    tries: &Arc<AtomicU32>,
) -> Result<(), StoreError> {
    let tries = Arc::clone(tries);
    match keyed {
        true => {
            store
                .database
                .write_keyed(move |it| insert(it, &tries))
                .await
        }
        false => store.database.write(move |it| insert(it, &tries)).await,
    }
}

fn insert<'c>(
    connection: &'c mut Connection,
    tries: &AtomicU32,
) -> BoxFuture<'c, Result<(), Failure>> {
    tries.fetch_add(1, Ordering::SeqCst);
    let insert = "INSERT INTO settings (name, value) VALUES ('a', '')";
    Box::pin(async move { Ok(connection.batch_execute(insert).await?) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_the_server_cut_is_unavailable_and_not_tried_again() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 2).await.unwrap();
    execute(&own.url(), CUT_AT_COMMIT).await;
    let tries = Arc::new(AtomicU32::new(0));
    let cut = setting_in_a_transaction(&store, false, &tries).await;
    assert!(
        matches!(cut, Err(StoreError::Unavailable { .. })),
        "{cut:?}"
    );
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    store.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn work_with_a_key_is_tried_again_after_a_commit_that_was_cut() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 2).await.unwrap();
    execute(&own.url(), CUT_AT_COMMIT).await;
    let tries = Arc::new(AtomicU32::new(0));
    let mending = async {
        while tries.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        execute(&own.url(), "DROP TRIGGER cut ON settings").await;
    };
    let (written, ()) = tokio::join!(setting_in_a_transaction(&store, true, &tries), mending);
    written.unwrap();
    assert!(tries.load(Ordering::SeqCst) >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_the_server_cut_is_unavailable() {
    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 1).await.unwrap();
    let cut = store.database.write(|connection| {
        let cut = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)";
        Box::pin(async move { Ok(connection.batch_execute(cut).await?) })
    });
    let cut = cut.await;
    assert!(
        matches!(cut, Err(StoreError::Unavailable { .. })),
        "{cut:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_a_server_that_stalls_does_not_stand_in_the_way_for_ever() {
    use diesel_async::RunQueryDsl;

    let Some(own) = Own::create().await else {
        return;
    };
    let store = PostgresStore::connect(&own.url(), 1).await.unwrap();
    let limit = store.database.read(|connection| {
        let limit = diesel::sql_query(
            "SELECT current_setting('idle_in_transaction_session_timeout') AS value",
        );
        Box::pin(async move { Ok(limit.get_result::<Shown>(connection).await?.value) })
    });
    assert_eq!(limit.await.unwrap(), "10s");
}

#[derive(diesel::QueryableByName)]
struct Shown {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

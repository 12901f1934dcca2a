//! What only SQLite promises: one server, one writer, several commands in one durable commit.

use super::{SqliteStore, database::connect, migrate, migrations::MIGRATIONS, writer};
use crate::{
    ChangeError, Changes, Clock, IdKind, Loaded, Repositories, Scope, Store, StoreError,
    sql::{
        failure::Failure,
        schema::{id_series, settings},
    },
};
use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, RunQueryDsl, connection::SimpleConnection,
    sql_types::BigInt,
};
use diesel_migrations::MigrationHarness;
use futures_util::future::join_all;
use runyard_domain::{
    ExecutionId, RepositoryId, RunId, Timestamp,
    actions::{AccessLevel, ActionsSettings},
    permission::DefaultPermissions,
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
};
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data").join("runyard.db");
    (folder, path)
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_has_ended() {
    let (_folder, path) = place();
    let first = SqliteStore::open(&path).await.unwrap();
    let second = SqliteStore::open(&path).await;
    assert!(
        matches!(second, Err(StoreError::InUse { .. })),
        "{second:?}"
    );
    let migrated = migrate(&path).await;
    assert!(
        matches!(migrated, Err(StoreError::InUse { .. })),
        "{migrated:?}"
    );
    drop(first);
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_file_is_opened_again() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.reserve(IdKind::Run, 3).await.unwrap(), 1..4);
    drop(store);
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.reserve(IdKind::Run, 1).await.unwrap(), 4..5);
}

#[tokio::test]
async fn time_passes_as_the_clock_says_that_the_store_was_opened_with() {
    let (_folder, path) = place();
    let micros = Arc::new(AtomicI64::new(5));
    let told = Arc::clone(&micros);
    let at = |micros| Timestamp::from_unix_micros(micros).unwrap();
    let clock: Clock = Arc::new(move || at(told.load(Ordering::SeqCst)));
    let store = SqliteStore::open_with_clock(&path, clock).await.unwrap();
    assert_eq!(store.now().await.unwrap(), at(5));
    micros.store(1_700_000_000_000_000, Ordering::SeqCst);
    assert_eq!(store.now().await.unwrap(), at(1_700_000_000_000_000));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (_folder, path) = place();
    assert!(!migrate(&path).await.unwrap().is_empty());
    assert_eq!(migrate(&path).await.unwrap(), Vec::<String>::new());
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    connect(&path).unwrap().batch_execute(newer).unwrap();
    match SqliteStore::open(&path).await {
        Err(StoreError::SchemaTooNew { found }) => assert_eq!(found, "9999"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_migration_can_be_taken_back_and_applied_again() {
    let (_folder, path) = place();
    let applied = migrate(&path).await.unwrap();
    let mut connection = connect(&path).unwrap();
    connection.revert_all_migrations(MIGRATIONS).unwrap();
    drop(connection);
    assert_eq!(migrate(&path).await.unwrap(), applied);
}

/// Three repositories, of which the first is private, and what was said of them before there was one table for it.
const SAID_BEFORE: &str = r#"
    INSERT INTO users (id, login, login_key, site_admin, created_at) VALUES (1, 'ada', 'ada', 0, '2026-01-02T03:04:05.000000Z');
    INSERT INTO repositories
        (id, owner, name, owner_key, name_key, owner_id, private, default_branch, source, created_at) VALUES
        (1, 'ada', 'r1', 'ada', 'r1', 1, 1, 'main', '{"kind":"path","location":"/srv"}', '2026-01-02T03:04:05.000000Z'),
        (2, 'ada', 'r2', 'ada', 'r2', 1, 0, 'main', '{"kind":"path","location":"/srv"}', '2026-01-02T03:04:05.000000Z'),
        (3, 'ada', 'r3', 'ada', 'r3', 1, 0, 'main', '{"kind":"path","location":"/srv"}', '2026-01-02T03:04:05.000000Z');
    INSERT INTO actions_switched_off (repository_id) VALUES (1);
    INSERT INTO writing_tokens (repository_id) VALUES (2);
"#;
/// The migration that moves it.
const MOVED_BY: &str = "0046";

#[tokio::test]
async fn what_was_said_of_actions_is_moved_into_one_table() {
    let (_folder, path) = place();
    migrate(&path).await.unwrap();
    let mut connection = connect(&path).unwrap();
    while connection
        .revert_last_migration(MIGRATIONS)
        .unwrap()
        .to_string()
        != MOVED_BY
    {}
    connection.batch_execute(SAID_BEFORE).unwrap();
    drop(connection);
    let store = SqliteStore::open(&path).await.unwrap();
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
async fn a_path_that_is_no_file_is_unavailable() {
    let (folder, _) = place();
    let opened = SqliteStore::open(folder.path()).await;
    assert!(
        matches!(opened, Err(StoreError::Unavailable { .. })),
        "{opened:?}"
    );
}

#[derive(QueryableByName)]
struct Pragma {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[test]
fn every_commit_is_synced_and_references_are_checked() {
    let (folder, _) = place();
    let mut connection = connect(&folder.path().join("a.db")).unwrap();
    let mut value = |name: &str| {
        let query = format!("SELECT {name} AS value FROM pragma_{name}");
        let row: Pragma = diesel::sql_query(query)
            .get_result(&mut connection)
            .unwrap();
        row.value
    };
    let full = 2;
    assert_eq!(value("synchronous"), full);
    assert_eq!(value("foreign_keys"), 1);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    let written = store.database.read(|connection| {
        Box::pin(async move {
            let row = (id_series::kind.eq("run"), id_series::last.eq(1_i64));
            let insert = diesel::insert_into(id_series::table).values(row);
            Ok(diesel_async::RunQueryDsl::execute(insert, connection).await?)
        })
    });
    assert!(written.await.is_err());
}

/// Holds the writer until the returned sender is used or dropped.
fn hold_the_writer(store: &SqliteStore) -> (mpsc::Sender<()>, impl Future<Output = ()>) {
    let (go_on, held) = mpsc::channel::<()>();
    let holding = store.database.write(move |_| {
        let _ = held.recv();
        Box::pin(async { Ok(()) })
    });
    (go_on, async { holding.await.unwrap() })
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_of_a_group_fails_alone() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    let (go_on, holding) = hold_the_writer(&store);
    let write = |name: &'static str, fails: bool| {
        store.database.write(move |connection| {
            Box::pin(async move {
                let row = (settings::name.eq(name), settings::value.eq(vec![1_u8]));
                let insert = diesel::insert_into(settings::table).values(row);
                diesel_async::RunQueryDsl::execute(insert, connection).await?;
                if fails {
                    Err(Failure::not_found("nothing"))
                } else {
                    Ok(())
                }
            })
        })
    };
    let release = async {
        tokio::task::yield_now().await;
        drop(go_on);
    };
    let group = async { tokio::join!(write("a", false), write("b", true), write("c", false)) };
    let ((), (a, b, c), ()) = tokio::join!(holding, group, release);
    assert!(a.is_ok() && c.is_ok());
    assert!(matches!(b, Err(StoreError::NotFound { .. })), "{b:?}");
    let names = store.database.read(|connection| {
        Box::pin(async move {
            let names = settings::table.select(settings::name).order(settings::name);
            Ok(diesel_async::RunQueryDsl::load::<String>(names, connection).await?)
        })
    });
    assert_eq!(names.await.unwrap(), ["a", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_commands_than_one_commit_takes_are_all_answered() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    let (go_on, holding) = hold_the_writer(&store);
    let count = writer::COMMANDS_PER_COMMIT_MAX + 1;
    let reserving = join_all((0..count).map(|_| store.reserve(IdKind::Job, 1)));
    let release = async {
        tokio::task::yield_now().await;
        drop(go_on);
    };
    let ((), ranges, ()) = tokio::join!(holding, reserving, release);
    let mut ids: Vec<i64> = ranges.into_iter().flat_map(Result::unwrap).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=count as i64).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_panics_takes_nobody_with_it() {
    let (_folder, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    plant_execution(&path);
    let scope = Scope::Execution(ExecutionId::new(1));
    let panicking = store.change(scope.clone(), Box::new(|_, _| panic!("a defect")));
    let changed = panicking.await;
    let internal = matches!(changed, Err(ChangeError::Store(StoreError::Internal(_))));
    assert!(internal, "{changed:?}");
    let reading = store.change(
        scope,
        Box::new(|loaded, _| {
            assert!(matches!(loaded, Loaded::Execution(of) if of.run == RunId::new(1)));
            Ok(Vec::new())
        }),
    );
    reading.await.unwrap();
}

fn plant_execution(path: &std::path::Path) {
    let row = "INSERT INTO executions (id, run_id, job_id, runner_id, runner_name, request_key, \
        request_place, token, github_token, rev, steps, state, offered_until, due_at) VALUES \
        (1, 1, 1, 1, 'r', 'k', 0, zeroblob(32), zeroblob(32), 0, '[]', 'offered', \
        '2030-01-01T00:00:00.000000Z', '2030-01-01T00:00:00.000000Z')";
    connect(path).unwrap().batch_execute(row).unwrap();
}

//! What one commit costs that survives a power cut, without Runyard: one row changed by its key, on the same disk.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use runyard_tests::Database;
use tokio_postgres::NoTls;

const TABLE: &str = "CREATE TABLE commits (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);
     INSERT INTO commits VALUES (1, 0);";
const COMMIT: &str = "UPDATE commits SET number = number + 1 WHERE id = 1";

/// On SQLite, with the pragmas of the store.
pub(crate) fn sqlite(count: usize) -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("commits.db").display().to_string();
    let mut connection = SqliteConnection::establish(&file).expect("a new database");
    let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
    let mut run = |statement: &str| {
        connection
            .batch_execute(statement)
            .expect("SQLite takes it")
    };
    run(pragmas);
    run(TABLE);
    let timed = (0..count).map(|_| {
        let begun = Instant::now();
        run(COMMIT);
        begun.elapsed()
    });
    timed.collect()
}

/// On PostgreSQL, over a connection that is there already.
pub(crate) async fn postgres(database: &Database, count: usize) -> Vec<Duration> {
    let connected = tokio_postgres::connect(&database.url(), NoTls).await;
    let (client, connection) = connected.expect("the database can be reached");
    tokio::spawn(connection);
    let table = format!("DROP TABLE IF EXISTS commits; {TABLE}");
    client.batch_execute(&table).await.expect("a new table");
    let commit = client.prepare(COMMIT).await.expect("a statement");
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let begun = Instant::now();
        let changed = client.execute(&commit, &[]).await;
        assert_eq!(changed.expect("PostgreSQL takes it"), 1);
        times.push(begun.elapsed());
    }
    times
}

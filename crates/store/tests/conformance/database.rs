//! A PostgreSQL database for one test, dropped with it. Signals between servers stay inside of a database, so a
//! schema would not do.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio_postgres::{Client, NoTls};

/// A database that exists as long as this value.
pub(crate) struct OwnDatabase {
    server: String,
    name: String,
    url: String,
}

impl OwnDatabase {
    /// A new database on the server that this URL names.
    pub(crate) async fn create(server: &str) -> Self {
        let name = unused_name();
        let client = connect(server).await;
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        client.batch_execute(&create).await.unwrap();
        Self {
            server: server.to_owned(),
            url: with_database(server, &name),
            name,
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // The runtime of the test may not be waited for here.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async { connect(&server).await.batch_execute(&drop_it).await })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("the database {} of a test was not dropped", self.name);
        }
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn unused_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!("runyard_test_{}_{made}_{}", process::id(), now.as_micros())
}

/// The URL with another database in it.
fn with_database(url: &str, name: &str) -> String {
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, place) = place.split_once("://").expect("a URL has a scheme");
    let server = place.split('/').next().unwrap_or(place);
    format!("{scheme}://{server}/{name}?{options}")
}

#[test]
fn a_database_is_put_into_a_url() {
    let table = [
        ("postgres://u:p@h:1/old?a=b", "postgres://u:p@h:1/new?a=b"),
        ("postgres://h", "postgres://h/new?"),
        ("postgres://h/", "postgres://h/new?"),
    ];
    for (url, wanted) in table {
        assert_eq!(with_database(url, "new"), wanted);
    }
}

//! A PostgreSQL database for one test, dropped with it. Signals between servers stay inside of a database, so a
//! schema would not do.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

/// A database that exists as long as this value.
pub(crate) struct OwnDatabase {
    server: String,
    name: String,
    url: String,
}

/// The database that others are copied from: one for each program of tests.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

impl OwnDatabase {
    /// A new database on the server that this URL names, with all tables: copied, which is sooner done than making them.
    /// The database that it is copied from stays behind.
    pub(crate) async fn create(server: &str) -> Self {
        let template = TEMPLATE.get_or_init(async || make_template(server).await);
        let name = unused_name();
        create_from(server, &name, template.await).await;
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

async fn make_template(server: &str) -> String {
    let name = unused_name();
    create_from(server, &name, "template0 ENCODING 'UTF8'").await;
    let url = with_database(server, &name);
    // A store keeps its connections open while it is there, and what is copied may have none.
    runyard_store::postgres::migrate(&url).await.unwrap();
    name
}

async fn create_from(server: &str, name: &str, template: &str) {
    let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
    let client = connect(server).await;
    client.batch_execute(&create).await.unwrap();
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

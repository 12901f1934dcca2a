//! A PostgreSQL database of a history's own, in which `clock_timestamp()` says what the history says: a function of
//! that name stands in a schema that is searched before PostgreSQL's own. Triggers fail when they are told to.

use super::Table;
use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio_postgres::{Client, NoTls};

/// Names the server whose user may create databases.
const VARIABLE: &str = "TEST_POSTGRES_URL";
/// Set where a skipped database must fail, as in CI and by `make test`.
const REQUIRED: &str = "RUNYARD_REQUIRE_POSTGRES";

/// A database that exists as long as this value.
pub(crate) struct OwnDatabase {
    server: String,
    name: String,
    url: String,
    client: Client,
}

impl OwnDatabase {
    /// Whether there is a server to put databases on; that there is none is said aloud.
    pub(crate) fn is_available() -> bool {
        let is_set = std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty());
        let is_required = std::env::var_os(REQUIRED).is_some();
        assert!(is_set || !is_required, "{VARIABLE} is not set");
        if !is_set {
            eprintln!("skipped: {VARIABLE} is not set (make test starts a server)");
        }
        is_set
    }

    /// A new database whose clock stands at this moment.
    pub(crate) async fn create(micros: i64) -> Self {
        let server = std::env::var(VARIABLE).expect("the caller asked whether there is a server");
        let name = unused_name();
        let url = with_database(&server, &name);
        let first = connect(&server).await;
        execute(
            &first,
            &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"),
        )
        .await;
        let client = connect(&url).await;
        execute(&client, &own_clock(&name, micros)).await;
        Self {
            server,
            name,
            url,
            client,
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Adds what fails on purpose, once there are tables.
    pub(super) async fn prepare_to_break(&self) {
        execute(&self.client, BREAKING).await;
        for table in Table::ALL {
            execute(&self.client, &triggers(table)).await;
        }
    }

    /// Lets every statement fail from now on that writes to this table, or none.
    pub(super) async fn break_at(&self, table: Option<Table>) {
        let at = table.map_or("NULL".to_owned(), |table| format!("'{}'", table.name()));
        let set = format!("UPDATE history.broken SET at = {at}");
        execute(&self.client, &set).await;
    }

    /// Sets its clock.
    pub(crate) async fn set_clock(&self, micros: i64) {
        let set = format!("UPDATE history.clock SET micros = {micros}");
        execute(&self.client, &set).await;
    }
}

/// Fails on purpose.
const BREAKING: &str = "
    CREATE UNLOGGED TABLE history.broken (at text);
    INSERT INTO history.broken VALUES (NULL);
    CREATE FUNCTION history.break() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT at FROM history.broken) = TG_TABLE_NAME THEN
          RAISE EXCEPTION 'broken on purpose';
        END IF;
        RETURN NEW;
      END $$;";

fn triggers(table: Table) -> String {
    let name = table.name();
    let statements = table.statements().iter().map(|statement| {
        format!(
            "CREATE TRIGGER break_{name}_{statement} BEFORE {statement} ON history.{name}
             FOR EACH ROW EXECUTE FUNCTION history.break();"
        )
    });
    statements.collect()
}

/// What makes the clock, for every connection that comes later.
fn own_clock(database: &str, micros: i64) -> String {
    format!(
        "CREATE SCHEMA history;
         CREATE UNLOGGED TABLE history.clock (micros bigint NOT NULL);
         INSERT INTO history.clock VALUES ({micros});
         CREATE FUNCTION history.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
           'SELECT timestamptz ''epoch'' + micros * interval ''1 microsecond'' FROM history.clock';
         ALTER DATABASE {database} SET search_path = history, pg_catalog, public;"
    )
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
                .expect("a runtime");
            runtime.block_on(async { connect(&server).await.batch_execute(&drop_it).await })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("the database {} of a test was not dropped", self.name);
        }
    }
}

async fn execute(client: &Client, statements: &str) {
    let done = client.batch_execute(statements).await;
    done.unwrap_or_else(|error| panic!("{statements}: {error:?}"));
}

async fn connect(url: &str) -> Client {
    let connected = tokio_postgres::connect(url, NoTls).await;
    let (client, connection) = connected.expect("PostgreSQL can be reached");
    tokio::spawn(connection);
    client
}

fn unused_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let made = MADE.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("it is later than 1970").as_micros();
    format!("runyard_history_{}_{made}_{now}", process::id())
}

/// The URL with another database in it.
fn with_database(url: &str, name: &str) -> String {
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, place) = place.split_once("://").expect("a URL has a scheme");
    let server = place.split('/').next().unwrap_or(place);
    format!("{scheme}://{server}/{name}?{options}")
}

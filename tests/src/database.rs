//! A PostgreSQL database of a test's own, on the server of `TEST_POSTGRES_URL`; dropped with this value.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OnceCell;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use url::Url;

use crate::process::command;

/// Names the server whose user may create databases.
const VARIABLE: &str = "TEST_POSTGRES_URL";

const DEFAULT_PORT: u16 = 5432;
/// One row for each connection that it ends.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

static NEXT: AtomicU32 = AtomicU32::new(0);
/// The database that others are copied from: one for each program of tests.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// An empty database.
#[derive(Debug)]
pub struct Database {
    server: Url,
    name: String,
}

impl Database {
    /// Whether there is a server to put databases on.
    #[must_use]
    pub fn is_available() -> bool {
        std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty())
    }

    /// Creates one.
    ///
    /// # Panics
    /// If `TEST_POSTGRES_URL` is not set, leads nowhere, or its user may not create databases.
    pub async fn create() -> Self {
        let text = std::env::var(VARIABLE).expect("the caller asked whether there is a server");
        let server = Url::parse(&text).expect("TEST_POSTGRES_URL is a URL");
        Self::create_at(server).await
    }

    /// Creates one with the tables of the program under test, on the same server: copied, which is sooner done than making
    /// the tables. The database that it is copied from stays behind.
    ///
    /// # Panics
    /// As [`Self::create`].
    pub async fn with_tables() -> Self {
        let text = std::env::var(VARIABLE).expect("the caller asked whether there is a server");
        let server = Url::parse(&text).expect("TEST_POSTGRES_URL is a URL");
        let template = TEMPLATE.get_or_init(async || make_template(&server).await);
        let from = format!(" TEMPLATE {}", template.await);
        Self::create_from(server, &from).await
    }

    /// Creates one on another server.
    ///
    /// # Panics
    /// If that is not there, or its user may not create databases.
    pub async fn create_at(server: Url) -> Self {
        Self::create_from(server, "").await
    }

    async fn create_from(server: Url, from: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let time = chrono::Utc::now().timestamp_micros();
        let name = format!("runyard_test_{}_{number}_{time}", std::process::id());
        execute(&server, &format!("CREATE DATABASE {name}{from}"))
            .await
            .expect("TEST_POSTGRES_URL may create databases");
        Self { server, name }
    }

    /// Ends every connection to it, as an operator or a failing network would; says how many there were.
    ///
    /// # Panics
    /// If PostgreSQL refuses.
    pub async fn cut_connections(&self) -> usize {
        let url = self.url();
        let (client, connection) = tokio_postgres::connect(&url, NoTls)
            .await
            .expect("the database can be reached");
        tokio::spawn(connection);
        let ended = client.query(CUT, &[]).await;
        ended.expect("connections can be ended").len()
    }

    /// Runs one statement on a connection of its own and gives the first column of its rows as text.
    ///
    /// # Panics
    /// If PostgreSQL refuses.
    pub async fn ask(&self, statement: &str) -> Vec<String> {
        let connected = tokio_postgres::connect(&self.url(), NoTls).await;
        let (client, connection) = connected.expect("the database can be reached");
        tokio::spawn(connection);
        let messages = client.simple_query(statement).await;
        let messages = messages.expect("PostgreSQL takes the statement");
        let rows = messages.iter().filter_map(|message| {
            let SimpleQueryMessage::Row(row) = message else {
                return None;
            };
            row.get(0).map(str::to_owned)
        });
        rows.collect()
    }

    /// `host:port` of the server of `TEST_POSTGRES_URL`.
    ///
    /// # Panics
    /// If that is not set.
    #[must_use]
    pub fn server_address() -> String {
        let text = std::env::var(VARIABLE).expect("the caller asked whether there is a server");
        let url = Url::parse(&text).expect("TEST_POSTGRES_URL is a URL");
        let host = url.host_str().unwrap_or("127.0.0.1");
        format!("{host}:{}", url.port().unwrap_or(DEFAULT_PORT))
    }

    /// Where a server finds it.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.into()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own: a runtime cannot wait inside another.
        let dropped = std::thread::spawn(move || drop_database(&server, &name)).join();
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("the database {} is left behind: {dropped:?}", self.name);
        }
    }
}

/// A database with the tables of the program under test.
async fn make_template(server: &Url) -> String {
    let name = format!("runyard_template_{}", std::process::id());
    for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
        let made = execute(server, &format!("{statement} {name}")).await;
        made.expect("TEST_POSTGRES_URL may create databases");
    }
    let mut url = server.clone();
    url.set_path(&name);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut migrate = command("runyard", folder.path());
    let migrate = migrate
        .arg("migrate")
        .env("RUNYARD__STORE__KIND", "postgres")
        .env("RUNYARD__DATABASE__URL", url.as_str());
    let ended = migrate.output().await.expect("the program starts");
    assert!(ended.status.success(), "{ended:?}");
    name
}

fn drop_database(server: &Url, name: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(execute(
        server,
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    ))
}

async fn execute(server: &Url, statement: &str) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(server.as_str(), NoTls).await?;
    let driver = tokio::spawn(connection);
    client.batch_execute(statement).await?;
    drop(client);
    driver.await??;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Database, execute};
    use crate::stores::{Store, skips};

    #[tokio::test]
    async fn a_database_is_there_until_its_value_is_dropped() {
        if skips(Store::Postgres) {
            return;
        }
        let database = Database::create().await;
        let url = database.url().parse().expect("a URL");
        execute(&url, "CREATE TABLE ships (name text)")
            .await
            .expect("it is there");
        drop(database);
        assert!(execute(&url, "SELECT 1").await.is_err());
    }
}

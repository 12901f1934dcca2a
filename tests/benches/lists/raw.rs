//! The database of a server, behind its back: statements as text. Knows no tables.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use runyard_tests::Database;
use tokio_postgres::{Client, NoTls};

/// No waiting for the disk, and room for all pages that are written in one go: only to fill.
const FILLING: &str =
    "PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;";

/// Where the rows are.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Place {
    pub(crate) fn of(database: &Database) -> Self {
        Self::Postgres(database.url())
    }
}

/// One connection for filling it.
pub(crate) enum Raw {
    Sqlite(Box<SqliteConnection>),
    Postgres(Client),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Raw {
    pub(crate) async fn open(place: &Place) -> Self {
        match place {
            Place::Sqlite(path) => {
                let mut connection = sqlite(path);
                let set = connection.batch_execute(FILLING);
                set.expect("SQLite knows its pragmas");
                Self::Sqlite(Box::new(connection))
            }
            Place::Postgres(url) => Self::Postgres(postgres(url).await),
        }
    }

    /// Runs one statement or more.
    pub(crate) async fn run(&mut self, statements: &str) {
        let failed = match self {
            Self::Sqlite(connection) => {
                let ran = connection.batch_execute(statements);
                ran.err().map(|error| error.to_string())
            }
            Self::Postgres(client) => {
                let ran = client.batch_execute(statements).await;
                ran.err().map(|error| format!("{error:?}"))
            }
        };
        if let Some(error) = failed {
            panic!("{error}: {statements}");
        }
    }

    /// The column `line` of what a query finds.
    pub(crate) async fn lines(&mut self, query: &str) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => {
                let lines = diesel::sql_query(query).load::<Line>(connection.as_mut());
                let lines = lines.expect("SQLite takes the query");
                lines.into_iter().map(|row| row.line).collect()
            }
            Self::Postgres(client) => {
                let rows = client.query(query, &[]).await;
                let rows = rows.expect("PostgreSQL takes the query");
                rows.iter().map(|row| row.get("line")).collect()
            }
        }
    }
}

pub(crate) fn sqlite(path: &std::path::Path) -> SqliteConnection {
    let path = path.to_str().expect("the path of a temporary folder");
    SqliteConnection::establish(path).expect("the file of a server")
}

pub(crate) async fn postgres(url: &str) -> Client {
    let connected = tokio_postgres::connect(url, NoTls).await;
    let (client, connection) = connected.expect("the database can be reached");
    tokio::spawn(connection);
    client
}

//! A SQLite file of a history's own, with triggers that fail when they are told to.

use super::Table;
use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};
use tempfile::TempDir;

/// The file, seen past its store.
pub(crate) struct OwnFile {
    connection: Mutex<SqliteConnection>,
    _folder: TempDir,
}

impl OwnFile {
    /// The file of a store that is open.
    pub(super) fn new(folder: TempDir, path: &Path) -> Self {
        let name = path.to_str().expect("a temporary folder is UTF-8");
        let connection = SqliteConnection::establish(name).expect("the file is there");
        let file = Self {
            connection: Mutex::new(connection),
            _folder: folder,
        };
        file.execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF;");
        file.execute("CREATE TABLE broken (at TEXT); INSERT INTO broken VALUES (NULL);");
        for table in Table::ALL {
            file.execute(&triggers(table));
        }
        file
    }

    /// Lets every statement fail from now on that writes to this table, or none.
    pub(super) fn break_at(&self, table: Option<Table>) {
        let at = table.map_or("NULL".to_owned(), |table| format!("'{}'", table.name()));
        self.execute(&format!("UPDATE broken SET at = {at}"));
    }

    fn execute(&self, statements: &str) {
        let connection = self.connection.lock();
        let mut connection = connection.unwrap_or_else(PoisonError::into_inner);
        let done = connection.batch_execute(statements);
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

fn triggers(table: Table) -> String {
    let name = table.name();
    let statements = table.statements().iter().map(|statement| {
        format!(
            "CREATE TRIGGER break_{name}_{statement} BEFORE {statement} ON {name}
             WHEN (SELECT at FROM broken) = '{name}'
             BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END;"
        )
    });
    statements.collect()
}

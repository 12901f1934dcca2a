//! Asks a database how it would run a statement, and what is wrong with that. Knows no tables.

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_types::Text};
use std::path::Path;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A statement and how a database would run it.
pub(crate) struct Plan {
    pub(crate) statement: String,
    pub(crate) lines: Vec<String>,
}

impl Plan {
    /// The statement as both databases have it: without quotes, and with `?` for each value.
    pub(crate) fn plain_statement(&self) -> String {
        let plain = self.statement.replace(['`', '"'], "");
        let mut pieces = plain.split('$');
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |text, piece| {
            text + "?" + piece.trim_start_matches(|c: char| c.is_ascii_digit())
        })
    }

    /// Lines that scan a whole table, or sort a page.
    pub(crate) fn faults(&self) -> Vec<&str> {
        let is_page = self.statement.contains("LIMIT");
        let scans = |line: &str| {
            line.contains("Seq Scan") || (line.starts_with("SCAN ") && !line.contains("counted"))
        };
        let sorts =
            |line: &str| line.contains("TEMP B-TREE") || line.trim_start().starts_with("->  Sort");
        let lines = self.lines.iter().map(String::as_str);
        lines
            .filter(|line| scans(line) || (is_page && sorts(line)))
            .collect()
    }
}

#[derive(QueryableByName)]
struct Detail {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// How SQLite would run these.
pub(crate) fn by_sqlite(path: &Path, statements: Vec<String>) -> Vec<Plan> {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mut explain = |statement: String| {
        let plan = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
        let rows: Vec<Detail> = plan.load(&mut connection).unwrap();
        let lines = rows.into_iter().map(|row| row.detail).collect();
        Plan { statement, lines }
    };
    statements.into_iter().map(&mut explain).collect()
}

/// With scans of whole tables and sorting made as dear as can be, a plan has them only when there is no other.
const AVOID: &str = "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; \
    SET plan_cache_mode = force_generic_plan;";

/// How PostgreSQL would run these.
pub(crate) async fn by_postgres(url: &str, statements: Vec<String>) -> Vec<Plan> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(AVOID).await.unwrap();
    let mut plans = Vec::new();
    for statement in statements {
        let lines = lines(&client, &statement).await;
        plans.push(Plan { statement, lines });
    }
    plans
}

async fn lines(client: &Client, statement: &str) -> Vec<String> {
    let prepare = format!("PREPARE planned AS {statement}");
    client.batch_execute(&prepare).await.unwrap();
    let values = (1..).take_while(|n| statement.contains(&format!("${n}")));
    let values: Vec<&str> = values.map(|_| "NULL").collect();
    let execute = if values.is_empty() {
        "EXPLAIN EXECUTE planned".to_owned()
    } else {
        format!("EXPLAIN EXECUTE planned({})", values.join(", "))
    };
    let rows = client.simple_query(&execute).await.unwrap();
    client.batch_execute("DEALLOCATE planned").await.unwrap();
    let lines = rows.into_iter().filter_map(|row| {
        if let SimpleQueryMessage::Row(row) = row {
            row.get(0).map(str::to_owned)
        } else {
            None
        }
    });
    lines.collect()
}

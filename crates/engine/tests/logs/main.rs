//! Logs as they are stored, read, packed for download and linked to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod archives;
mod buckets;
mod links;
mod rows;
mod s3;
mod sealing;

use runyard_engine::logs::LogRow;

/// One row at a fixed time.
fn row(step: u32, text: &str) -> LogRow {
    LogRow {
        step,
        unix_ms: 1_767_323_045_123,
        text: text.to_owned(),
    }
}

/// Rows as a runner sends them.
fn ndjson(rows: &[LogRow]) -> Vec<u8> {
    let line = |row: &LogRow| format!("{}\n", serde_json::json!([row.step, row.unix_ms, row.text]));
    rows.iter().map(line).collect::<String>().into_bytes()
}

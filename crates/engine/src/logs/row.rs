//! Rows of a log: read from the bytes a runner sends, checked, and shown as text. Pure.

use chrono::{DateTime, Datelike, Timelike};
use std::fmt::Write;
use thiserror::Error;

/// Longest text of one row, in bytes of UTF-8.
pub const ROW_BYTES: usize = 64 * 1024;
/// Latest moment with a year of four digits, in milliseconds since the Unix epoch.
const LATEST_MS: i64 = 253_402_300_799_999;

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Number of the step that wrote it.
    pub step: u32,
    /// When, in milliseconds since the Unix epoch.
    pub unix_ms: i64,
    /// The line, without its end.
    pub text: String,
}

/// A row that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("log row {row}: {problem}")]
pub struct BadRow {
    /// Which one, from 1.
    pub row: u64,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Not the JSON that it must be.
    #[error("must be a JSON array `[step number, unix milliseconds, text]`: {0}")]
    Shape(String),
    /// The bytes stop within the row.
    #[error("must end with a line feed")]
    Unterminated,
    /// Its text has too many bytes.
    #[error("text has {bytes} bytes; at most {ROW_BYTES} are allowed")]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// Its text would show as several rows.
    #[error("text must not contain a line feed")]
    SeveralLines,
    /// Its time has no place in a calendar of four-digit years.
    #[error("time {0} must be from 1970 to 9999, in milliseconds")]
    Time(i64),
}

/// Reads rows, one JSON array a line, and checks them all; the first bad one is the error.
pub fn parse_rows(ndjson: &[u8]) -> Result<Vec<LogRow>, BadRow> {
    numbered(ndjson)
        .map(|(row, line)| parse(row, line))
        .collect()
}

/// The lines with their numbers, from 1.
pub(super) fn numbered(ndjson: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    (1..).zip(ndjson.split_inclusive(|byte| *byte == b'\n'))
}

/// Reads one line, its end included.
pub(super) fn parse(row: u64, line: &[u8]) -> Result<LogRow, BadRow> {
    check(line).map_err(|problem| BadRow { row, problem })
}

fn check(line: &[u8]) -> Result<LogRow, Problem> {
    let json = line.strip_suffix(b"\n").ok_or(Problem::Unterminated)?;
    let (step, unix_ms, text): (u32, i64, String) =
        serde_json::from_slice(json).map_err(|cause| Problem::Shape(cause.to_string()))?;
    if text.len() > ROW_BYTES {
        return Err(Problem::TooLong { bytes: text.len() });
    }
    if text.contains('\n') {
        return Err(Problem::SeveralLines);
    }
    if !(0..=LATEST_MS).contains(&unix_ms) {
        return Err(Problem::Time(unix_ms));
    }
    Ok(LogRow {
        step,
        unix_ms,
        text,
    })
}

/// The rows as people read them: `2026-01-02T03:04:05.1230000Z text`, one a line (semantics R8.1).
pub fn text<'a>(rows: impl IntoIterator<Item = &'a LogRow>) -> String {
    let mut shown = String::new();
    for row in rows {
        show(row, &mut shown);
    }
    shown
}

fn show(row: &LogRow, shown: &mut String) {
    let at = DateTime::from_timestamp_millis(row.unix_ms).unwrap_or(DateTime::UNIX_EPOCH);
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    let ticks = at.nanosecond() / 100;
    writeln!(
        shown,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ticks:07}Z {}",
        row.text
    )
    .expect("a string takes all that is written to it");
}

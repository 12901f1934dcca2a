//! Writes rows to the spool file: masked, cut, counted. Nothing of a log is sent that is not in
//! this file first.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use runyard_api::runner::messages::{AnnotationLevel, AnnotationMessage, LogRow};
use tokio::sync::watch;

use super::lines::cut_row;
use super::masks::Masks;
use super::output::{prefix, push_text};
use super::remarks::{Remark, Remarks};

/// Only the runner's own user reads a spooled log.
const FILE_MODE: u32 = 0o600;

/// How much of a log is kept; what is beyond is read and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    /// Bytes of rows per step.
    pub step_bytes: u64,
    /// Bytes of rows per job.
    pub job_bytes: u64,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self {
            step_bytes: 64 * 1024 * 1024,
            job_bytes: 256 * 1024 * 1024,
        }
    }
}

/// The log of one execution, as far as it is written.
pub(crate) struct JobLog {
    file: File,
    state: Mutex<State>,
    debug: AtomicBool,
    length: watch::Sender<u64>,
    limits: LogLimits,
}

#[derive(Default)]
struct State {
    masks: Masks,
    remarks: Remarks,
    step: u32,
    step_bytes: u64,
    step_cut: bool,
    job_cut: bool,
    broken: bool,
}

impl JobLog {
    /// Starts an empty log.
    pub(crate) fn create(path: &Path, limits: LogLimits) -> io::Result<Self> {
        let mut options = File::options();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(path)?;
        Ok(Self::over(file, 0, limits))
    }

    /// Opens a log that an earlier process left; a row that was cut short by its end is dropped.
    pub(crate) fn reopen(path: &Path, limits: LogLimits) -> io::Result<Self> {
        let file = File::options().read(true).append(true).open(path)?;
        let whole = whole_rows(&std::fs::read(path)?);
        file.set_len(whole)?;
        Ok(Self::over(file, whole, limits))
    }

    fn over(file: File, length: u64, limits: LogLimits) -> Self {
        Self {
            file,
            state: Mutex::default(),
            debug: AtomicBool::new(false),
            length: watch::Sender::new(length),
            limits,
        }
    }

    /// Masks this value in all later rows.
    pub(crate) fn mask(&self, secret: &str) {
        self.state().masks.add(secret);
    }

    /// The text as a log may show it.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.state().masks.apply(text)
    }

    /// Whether a log may not show the text as it is.
    pub(crate) fn holds_secret(&self, text: &str) -> bool {
        self.masked(text) != text
    }

    /// Shows the rows for those who look for a fault too (semantics R4.10).
    pub(crate) fn show_debug(&self) {
        self.debug.store(true, Ordering::Relaxed);
    }

    /// Whether they are shown.
    pub(crate) fn is_debug(&self) -> bool {
        self.debug.load(Ordering::Relaxed)
    }

    /// Adds a row for those who look for a fault.
    pub(crate) fn debug(&self, step: u32, text: &str) {
        if self.is_debug() {
            self.line(step, format!("##[debug]{text}"));
        }
    }

    /// Keeps a remark of a step, without secrets.
    pub(crate) fn remark(&self, step: u32, mut remark: Remark) {
        let mut state = self.state();
        remark.message = state.masks.apply(&remark.message);
        let title = remark.place.title;
        remark.place.title = title.map(|title| state.masks.apply(&title));
        let path = remark.place.path;
        remark.place.path = path.map(|path| state.masks.apply(&path));
        state.remarks.add(step, remark);
    }

    /// Says something about a step: a row, and a remark beside it.
    pub(crate) fn say(&self, step: u32, level: AnnotationLevel, text: impl Into<String>) {
        let text = text.into();
        let mut rows = Vec::new();
        push_text(&mut rows, prefix(level), &text);
        self.write(step, rows);
        self.remark(step, Remark::new(level, text));
    }

    /// Says why a step fails.
    pub(crate) fn error(&self, step: u32, text: impl Into<String>) {
        self.say(step, AnnotationLevel::Failure, text);
    }

    /// Says what a person should look at.
    pub(crate) fn warning(&self, step: u32, text: impl Into<String>) {
        self.say(step, AnnotationLevel::Warning, text);
    }

    /// All remarks so far, by number.
    pub(crate) fn annotations(&self) -> Vec<AnnotationMessage> {
        self.state().remarks.all().to_vec()
    }

    /// Adds one row of the runner's own.
    pub(crate) fn line(&self, step: u32, text: impl Into<String>) {
        self.write(step, [text.into()]);
    }

    /// Adds rows to a step.
    pub(crate) fn write(&self, step: u32, rows: impl IntoIterator<Item = String>) {
        let mut state = self.state();
        let now = Utc::now().timestamp_millis();
        let mut bytes = Vec::new();
        for row in rows {
            let text = cut_row(state.masks.apply(&row));
            self.admit(
                &mut state,
                step,
                encode(&LogRow(step, now, text)),
                now,
                &mut bytes,
            );
        }
        if !bytes.is_empty() && !state.broken {
            self.store(&mut state, &bytes);
        }
    }

    /// Keeps a row when the step and the job have room for it, else says once that they have not.
    fn admit(&self, state: &mut State, step: u32, row: Vec<u8>, now: i64, bytes: &mut Vec<u8>) {
        if state.step != step {
            (state.step, state.step_bytes, state.step_cut) = (step, 0, false);
        }
        let size = row.len() as u64;
        let job_bytes = self.length() + bytes.len() as u64;
        if state.job_cut || state.step_cut {
            return;
        }
        if job_bytes + size > self.limits.job_bytes {
            state.job_cut = true;
            bytes.extend(marker(step, now, "job", self.limits.job_bytes));
        } else if state.step_bytes + size > self.limits.step_bytes {
            state.step_cut = true;
            bytes.extend(marker(step, now, "step", self.limits.step_bytes));
        } else {
            state.step_bytes += size;
            bytes.extend(row);
        }
    }

    fn store(&self, state: &mut State, bytes: &[u8]) {
        match (&self.file).write_all(bytes) {
            Ok(()) => self
                .length
                .send_modify(|length| *length += bytes.len() as u64),
            Err(error) => {
                state.broken = true;
                log::error!(
                    "a job's log cannot be written to its spool file, the rest is lost: {error}"
                );
                let _ = self.file.set_len(self.length());
            }
        }
    }

    /// Bytes written.
    pub(crate) fn length(&self) -> u64 {
        *self.length.borrow()
    }

    /// Waits until more than `known` bytes are written. Safe to abandon.
    pub(crate) async fn longer_than(&self, known: u64) {
        let mut length = self.length.subscribe();
        let _ = length.wait_for(|bytes| *bytes > known).await;
    }

    /// Whole rows from `offset` on, at most `limit` bytes.
    pub(crate) fn read(&self, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
        let room = self.length().saturating_sub(offset).min(limit as u64);
        let mut bytes = vec![0; usize::try_from(room).unwrap_or(limit)];
        self.file.read_exact_at(&mut bytes, offset)?;
        bytes.truncate(usize::try_from(whole_rows(&bytes)).unwrap_or(limit));
        Ok(bytes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encode(row: &LogRow) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(row).expect("numbers and text are always JSON");
    bytes.push(b'\n');
    bytes
}

fn marker(step: u32, now: i64, what: &str, limit: u64) -> Vec<u8> {
    let text = format!(
        "##[warning]The log of this {what} is longer than {limit} bytes: the rest is dropped."
    );
    encode(&LogRow(step, now, text))
}

fn whole_rows(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end as u64 + 1)
}

/// All rows of a log.
#[cfg(test)]
pub(super) fn read_rows(log: &JobLog) -> Vec<LogRow> {
    let bytes = log.read(0, usize::MAX).unwrap();
    bytes
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(limits: LogLimits, rows: &[(u32, &str)]) -> Vec<(u32, String)> {
        let folder = tempfile::tempdir().unwrap();
        let log = JobLog::create(&folder.path().join("log"), limits).unwrap();
        rows.iter().for_each(|(step, text)| log.line(*step, *text));
        read_rows(&log)
            .into_iter()
            .map(|row| (row.0, row.2))
            .collect()
    }

    /// Every row of one letter takes as many bytes as this.
    const ROW: u64 = "[2,1700000000000,\"a\"]\n".len() as u64;

    #[test]
    fn a_step_that_exceeds_its_limit_is_cut_once_and_the_next_step_is_not() {
        let limits = LogLimits {
            step_bytes: 2 * ROW,
            ..LogLimits::default()
        };
        let rows = written(limits, &[(2, "a"), (2, "b"), (2, "c"), (2, "d"), (3, "e")]);
        assert_eq!(rows.len(), 4);
        assert_eq!((rows[1].1.as_str(), rows[3].1.as_str()), ("b", "e"));
        assert!(rows[2].1.contains("log of this step"));
    }

    #[test]
    fn a_job_that_exceeds_its_limit_is_cut_for_good() {
        let limits = LogLimits {
            job_bytes: 2 * ROW,
            ..LogLimits::default()
        };
        let rows = written(limits, &[(2, "a"), (3, "b"), (4, "c"), (5, "d")]);
        assert_eq!(rows.len(), 3);
        assert!(rows[2].1.contains("log of this job"));
    }

    #[test]
    fn a_request_holds_whole_rows_only() {
        let folder = tempfile::tempdir().unwrap();
        let log = JobLog::create(&folder.path().join("log"), LogLimits::default()).unwrap();
        ["a", "b", "c"].iter().for_each(|text| log.line(2, *text));
        let limit = usize::try_from(2 * ROW + 5).unwrap();
        assert_eq!(log.read(0, limit).unwrap().len() as u64, 2 * ROW);
        assert_eq!(log.read(2 * ROW, limit).unwrap().len() as u64, ROW);
    }

    #[test]
    fn a_row_that_was_cut_short_by_a_crash_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "[2,1,\"a\"]\n[2,1,\"b").unwrap();
        let log = JobLog::reopen(&path, LogLimits::default()).unwrap();
        log.line(2, "c");
        assert_eq!(
            read_rows(&log)
                .into_iter()
                .map(|row| row.2)
                .collect::<Vec<_>>(),
            ["a", "c"]
        );
    }
}

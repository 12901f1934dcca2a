//! The end of a job's log, for pages: so many rows and no more are read, also while the job runs.

use crate::{
    Engine, EngineError,
    job_logs::whole_rows,
    logs::{LogRow, parse_rows},
};
use runyard_domain::run::JobState;
use runyard_store::{JobView, LogContent};

/// The newest rows of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogTail {
    /// So many rows come before them.
    pub skipped: u64,
    /// In order.
    pub rows: Vec<LogRow>,
}

impl Engine {
    /// The last rows of the log of a job, at most `rows` and `bytes` of text; of one that runs as far as it got.
    ///
    /// # Errors
    /// [`EngineError::NoLog`] for a job that no runner ever had, and once its log was deleted.
    pub async fn log_tail(
        &self,
        job: &JobView,
        rows: usize,
        bytes: usize,
    ) -> Result<LogTail, EngineError> {
        let execution = match &job.state {
            JobState::InProgress { ran, .. } => ran.execution,
            JobState::Held | JobState::Pending | JobState::Queued | JobState::Completed { .. } => {
                self.logged(job).await?
            }
        };
        let (skipped, found) = match self.store.log(execution).await? {
            LogContent::Chunks(stored) => last_of(whole_rows(&stored), rows)?,
            LogContent::Sealed(sealed) => self.logs.last_rows(&sealed.key, rows as u64).await?,
        };
        Ok(cut(skipped, found, bytes))
    }
}

/// The last rows of what a runner sent, and how many come before.
fn last_of(ndjson: &[u8], rows: usize) -> Result<(u64, Vec<LogRow>), EngineError> {
    let lines: Vec<&[u8]> = ndjson.split_inclusive(|byte| *byte == b'\n').collect();
    let skipped = lines.len().saturating_sub(rows);
    let kept = lines[skipped..].concat();
    let kept = parse_rows(&kept).map_err(anyhow::Error::new)?;
    Ok((skipped as u64, kept))
}

/// The last of them that have no more bytes than that.
fn cut(skipped: u64, mut rows: Vec<LogRow>, bytes: usize) -> LogTail {
    let mut room = bytes;
    let fitting = rows.iter().rev().take_while(|row| {
        let left = room.checked_sub(row.text.len());
        room = left.unwrap_or(0);
        left.is_some()
    });
    let dropped = rows.len() - fitting.count();
    rows.drain(..dropped);
    LogTail {
        skipped: skipped + dropped as u64,
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, last_of};

    const LOG: &[u8] = b"[2,1,\"one\"]\n[2,2,\"two\"]\n[3,3,\"three\"]\n";

    #[test]
    fn no_more_rows_are_given_than_asked_for() {
        for (asked, skipped, first) in
            [(1, 2, "three"), (2, 1, "two"), (3, 0, "one"), (9, 0, "one")]
        {
            let (left, rows) = last_of(LOG, asked).unwrap();
            assert_eq!((left, rows[0].text.as_str()), (skipped, first));
        }
        assert_eq!(last_of(LOG, 0).unwrap(), (3, Vec::new()));
        assert_eq!(last_of(b"", 5).unwrap(), (0, Vec::new()));
    }

    #[test]
    fn no_more_bytes_are_given_than_asked_for() {
        for (bytes, skipped) in [(11, 0), (10, 1), (8, 1), (7, 2), (5, 2), (4, 3), (0, 3)] {
            let (_, rows) = last_of(LOG, 3).unwrap();
            assert_eq!(cut(0, rows, bytes).skipped, skipped, "{bytes}");
        }
    }
}

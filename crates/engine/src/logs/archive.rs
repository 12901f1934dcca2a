//! The zip that people download: one file per job, one per step (contract 8). Blocking: keep it off async threads.

use super::{
    LogError, LogRow,
    names::{Distinct, safe_name},
    text,
};
use std::{
    collections::BTreeMap,
    io::{Cursor, Seek, Write},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Files are readable by all and writable by their owner.
const FILE_MODE: u32 = 0o644;

/// What goes into an archive for one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLog {
    /// As people see it; cleaned here.
    pub name: String,
    /// Number and name of each step; each gets a file.
    pub steps: Vec<(u32, String)>,
    /// The whole log, in order.
    pub rows: Vec<LogRow>,
}

/// All jobs in one archive in memory. Blocking.
pub fn archive(jobs: &[JobLog]) -> Result<Vec<u8>, LogError> {
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
    for job in jobs {
        writer.add(job)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Writes an archive job by job, so that only one log is in memory. Blocking.
pub struct ArchiveWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    names: Distinct,
    jobs: usize,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    /// An empty archive.
    pub fn new(out: W) -> Self {
        let zip = ZipWriter::new(out).set_auto_large_file();
        Self {
            zip,
            names: Distinct::default(),
            jobs: 0,
        }
    }

    /// Adds `N_JOB.txt` and `JOB/M_STEP.txt` for each step. A job without steps and rows was skipped: no file.
    pub fn add(&mut self, job: &JobLog) -> Result<(), LogError> {
        if job.steps.is_empty() && job.rows.is_empty() {
            return Ok(());
        }
        let name = self.names.take(safe_name(&job.name, "job"));
        self.file(&format!("{}_{name}.txt", self.jobs), &job.rows)?;
        self.jobs += 1;
        let steps: BTreeMap<u32, &String> = job
            .steps
            .iter()
            .map(|(number, name)| (*number, name))
            .collect();
        for (number, step) in steps {
            let rows = job.rows.iter().filter(|row| row.step == number);
            let step = safe_name(step, "step");
            self.file(&format!("{name}/{number}_{step}.txt"), rows)?;
        }
        Ok(())
    }

    /// Writes the table of contents and gives back what was written to.
    pub fn finish(self) -> Result<W, LogError> {
        Ok(self.zip.finish()?)
    }

    fn file<'a>(
        &mut self,
        name: &str,
        rows: impl IntoIterator<Item = &'a LogRow>,
    ) -> Result<(), LogError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(FILE_MODE);
        self.zip.start_file(name, options)?;
        for row in rows {
            self.zip.write_all(text([row]).as_bytes())?;
        }
        Ok(())
    }
}

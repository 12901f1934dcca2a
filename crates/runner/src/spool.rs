//! What must survive the end of this process: per execution its log, its job token and its final
//! state, on disk, for this user only. Must not talk to the server.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use runyard_api::runner::messages::{
    AnnotationMessage, FinishExecution, SUMMARY_BYTES, StepReport,
};
use serde::{Deserialize, Serialize};

use crate::backend::remove_folder;

/// A final state that could not be told for this long is dropped: the server has long given the job
/// up.
pub const SPOOL_RETENTION: Duration = Duration::from_secs(24 * 60 * 60);
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// What is kept of one execution beside its log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spooled {
    pub(crate) execution_id: i64,
    /// The job token.
    pub(crate) token: String,
    /// The steps as they last stood.
    pub(crate) steps: Vec<StepReport>,
    /// All annotations so far.
    #[serde(default)]
    pub(crate) annotations: Vec<AnnotationMessage>,
    /// Set when the job has ended.
    pub(crate) finish: Option<FinishExecution>,
}

/// The folder of spooled executions.
#[derive(Debug, Clone)]
pub(crate) struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// Opens the folder, making it when it is not there.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// File of an execution's log; byte offsets in it are the protocol's offsets.
    pub(crate) fn log_path(&self, execution: i64) -> PathBuf {
        self.folder.join(format!("{execution}.ndjson"))
    }

    fn state_path(&self, execution: i64) -> PathBuf {
        self.folder.join(format!("{execution}.json"))
    }

    /// Writes the state, whole or not at all.
    pub(crate) fn save(&self, spooled: &Spooled) -> io::Result<()> {
        let path = self.state_path(spooled.execution_id);
        let draft = path.with_extension("json.new");
        let mut options = File::options();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(&draft)?;
        file.write_all(&serde_json::to_vec(spooled)?)?;
        fs::rename(draft, path)
    }

    fn summaries_path(&self, execution: i64) -> PathBuf {
        self.folder.join(format!("{execution}.summaries"))
    }

    /// Adds to the summary of a step; says how many bytes it would have where that is too many.
    pub(crate) fn add_summary(
        &self,
        execution: i64,
        step: u32,
        text: &str,
    ) -> io::Result<Result<(), usize>> {
        let folder = self.summaries_path(execution);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(&folder)?;
        let path = folder.join(step.to_string());
        let mut whole = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            known => known?,
        };
        if !whole.is_empty() && !whole.ends_with('\n') {
            whole.push('\n');
        }
        whole.push_str(text);
        if whole.len() > SUMMARY_BYTES {
            return Ok(Err(whole.len()));
        }
        fs::write(path, whole)?;
        Ok(Ok(()))
    }

    /// Steps of an execution that have a summary, in order, with those.
    pub(crate) fn summaries(&self, execution: i64) -> io::Result<Vec<(u32, String)>> {
        let entries = match fs::read_dir(self.summaries_path(execution)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Some(step) = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok())
            {
                all.push((step, fs::read_to_string(entry.path())?));
            }
        }
        all.sort();
        Ok(all)
    }

    /// Forgets an execution.
    pub(crate) fn remove(&self, execution: i64) {
        if let Err(error) = remove_folder(&self.summaries_path(execution)) {
            log::warn!("the summaries of execution {execution} are left: {error}");
        }
        for path in [self.state_path(execution), self.log_path(execution)] {
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != io::ErrorKind::NotFound
            {
                log::warn!("{} cannot be removed: {error}", path.display());
            }
        }
    }

    /// What an earlier process left, and that is not too old to matter; the rest is removed.
    pub(crate) fn leftovers(&self) -> io::Result<Vec<Spooled>> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match read(&path) {
                Some(spooled) => kept.push(spooled),
                None => self.remove_pair(&path),
            }
        }
        Ok(kept)
    }

    fn remove_pair(&self, state: &Path) {
        for path in [state.to_owned(), state.with_extension("ndjson")] {
            let _ = fs::remove_file(path);
        }
    }
}

fn read(path: &Path) -> Option<Spooled> {
    let changed = fs::metadata(path).and_then(|found| found.modified()).ok()?;
    let age = SystemTime::now()
        .duration_since(changed)
        .unwrap_or_default();
    if age > SPOOL_RETENTION {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn spooled() -> Spooled {
        Spooled {
            execution_id: 7,
            token: "t".to_owned(),
            steps: vec![],
            annotations: vec![],
            finish: None,
        }
    }

    #[test]
    fn a_spooled_execution_is_found_again_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("spool")).unwrap();
        spool.save(&spooled()).unwrap();
        let mode = fs::metadata(spool.state_path(7))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(spool.leftovers().unwrap(), [spooled()]);
        spool.remove(7);
        assert!(spool.leftovers().unwrap().is_empty());
    }

    #[test]
    fn r8_8_what_parts_of_a_step_write_is_one_summary_with_one_limit() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        let add = |step, text: &str| spool.add_summary(7, step, text).unwrap();
        add(3, "# one").unwrap();
        add(3, "two").unwrap();
        add(2, &"x".repeat(SUMMARY_BYTES)).unwrap();
        assert_eq!(add(2, ""), Err(SUMMARY_BYTES + 1));
        let summaries = spool.summaries(7).unwrap();
        assert_eq!(summaries[1], (3, "# one\ntwo".to_owned()));
        assert_eq!(summaries[0].1.len(), SUMMARY_BYTES);
        spool.remove(7);
        assert!(spool.summaries(7).unwrap().is_empty());
    }

    #[test]
    fn what_is_older_than_the_retention_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path()).unwrap();
        spool.save(&spooled()).unwrap();
        let old = SystemTime::now() - SPOOL_RETENTION - Duration::from_secs(60);
        File::options()
            .write(true)
            .open(spool.state_path(7))
            .unwrap()
            .set_modified(old)
            .unwrap();
        assert!(spool.leftovers().unwrap().is_empty());
        assert!(!spool.state_path(7).exists());
    }
}

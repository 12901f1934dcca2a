//! The files that workflows of a checked-out repository call; those of other repositories are not known
//! here.

use runyard_workflow::model::CalledFile;
use runyard_workflow::reusable::{Loaded, Loader, Source};
use std::path::{Path, PathBuf};

/// The files of one repository, if the checked file stands in one.
pub(super) struct RepositoryFiles {
    root: Option<PathBuf>,
}

impl RepositoryFiles {
    /// The repository that holds `file` under `.github`.
    pub(super) fn around(file: &Path) -> Self {
        let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let mut above = whole.ancestors();
        let github = above.find(|folder| folder.ends_with(".github"));
        Self {
            root: github.and_then(Path::parent).map(Path::to_owned),
        }
    }
}

impl Loader for RepositoryFiles {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let (CalledFile::Local { path }, Some(root)) = (file, &self.root) else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(root.join(path))
            .map_err(|error| format!("reading ./{path}: {error}"))?;
        let source = Source {
            path: format!("./{path}"),
            sha: String::new(),
            reference: None,
        };
        Ok(Some(Loaded { source, text }))
    }
}

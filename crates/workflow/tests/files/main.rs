//! Files as real projects have them: none has an error, and each broken variant is told at its line.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod broken;

use runyard_workflow::reusable::{CallLimits, Loaded, Loader, Source, resolve};
use runyard_workflow::{
    check_action, limits::Limits, model::CalledFile, parse_action, parse_measured,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of one folder, by name.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files")
        .join(folder);
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The files of the folder as one repository; other repositories are not known.
struct Repository;

impl Loader for Repository {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let CalledFile::Local { path } = file else {
            return Ok(None);
        };
        let name = path.strip_prefix(".github/workflows/").unwrap();
        let found = files("good").into_iter().find(|(file, _)| file == name);
        let (_, text) = found.ok_or("there is no such file")?;
        let source = Source {
            path: path.clone(),
            sha: String::new(),
            reference: None,
        };
        Ok(Some(Loaded { source, text }))
    }
}

/// The errors of a workflow as `line: message`, calls included.
fn errors(name: &str, text: &str) -> Vec<String> {
    let (workflow, used) = parse_measured(name, text, &Limits::default());
    let resolved = workflow
        .map_err(|invalid| invalid.diagnostics)
        .and_then(|workflow| {
            let limits = CallLimits::default();
            resolve(name, Arc::new(workflow), used, &Repository, &limits)
        });
    let found = resolved.err().unwrap_or_default();
    found
        .iter()
        .map(|error| format!("{}: {}", error.line, error.message))
        .collect()
}

#[test]
fn files_of_real_projects_have_no_errors() {
    let files = files("good");
    assert!(files.len() >= 21);
    for (name, text) in files {
        assert_eq!(errors(&name, &text), [""; 0], "{name}");
    }
}

#[test]
fn actions_of_every_kind_have_no_errors() {
    for (name, text) in files("actions") {
        assert_eq!(check_action(&name, &text), [], "{name}");
        assert!(parse_action(&name, &text).is_ok(), "{name}");
    }
}

//! Workflows that call workflows (semantics 2.6).

use runyard_workflow::model::CalledFile;
use runyard_workflow::reusable::{
    CallLimits, Loaded, Loader, Resolved, Source, call_name, resolve,
};
use runyard_workflow::{limits::Limits, parse_measured};
use std::sync::Arc;

/// Files by number: each calls those that its text names.
struct Files(Vec<String>);

impl Loader for Files {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let CalledFile::Local { path } = file else {
            return Ok(None);
        };
        let number = path.trim_start_matches("w/").trim_end_matches(".yml");
        let text = self.0.get(number.parse::<usize>().unwrap());
        let source = Source {
            path: format!("o/r/{path}@main"),
            sha: "a".repeat(40),
            reference: Some("refs/heads/main".to_owned()),
        };
        let text = text.ok_or("there is no such file")?.clone();
        Ok(Some(Loaded { source, text }))
    }
}

fn calling(on: &str, numbers: impl IntoIterator<Item = usize>) -> String {
    let jobs = numbers
        .into_iter()
        .map(|number| format!("  j{number}: {{uses: ./w/{number}.yml}}\n"));
    format!("on: {on}\njobs:\n{}", jobs.collect::<String>())
}

const LEAF: &str = "on: workflow_call\njobs: {a: {runs-on: x}}\n";

fn resolved(top: &str, files: Vec<String>) -> Result<Resolved, Vec<String>> {
    let (workflow, used) = parse_measured("top.yml", top, &Limits::default());
    let workflow = Arc::new(workflow.unwrap());
    let answer = resolve(
        "top.yml",
        workflow,
        used,
        &Files(files),
        &CallLimits::default(),
    );
    answer.map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// A chain of `levels` files, the top one included.
fn chain(levels: usize) -> Result<Resolved, Vec<String>> {
    let last = levels - 2;
    let files = (0..=last).map(|number| {
        if number == last {
            LEAF.to_owned()
        } else {
            calling("workflow_call", [number + 1])
        }
    });
    resolved(&calling("push", [0]), files.collect())
}

#[test]
fn r2_62_calls_go_ten_levels_deep() {
    assert_eq!(chain(10).unwrap().referenced.len(), 9);
    let errors = chain(11).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].contains("at most 10 workflows may call each other"),
        "{errors:?}"
    );
}

#[test]
fn r2_62_a_loop_ends_at_the_deepest_level() {
    let errors = resolved(&calling("push", [0]), vec![calling("workflow_call", [0])]);
    assert!(errors.unwrap_err()[0].contains("too deep"));
}

#[test]
fn r2_62_fifty_different_files_may_be_called() {
    let files = vec![LEAF.to_owned(); 51];
    let referenced = resolved(&calling("push", 0..50), files.clone())
        .unwrap()
        .referenced;
    assert_eq!(referenced.len(), 50);
    let errors = resolved(&calling("push", 0..51), files).unwrap_err();
    assert!(
        errors[0].starts_with("top.yml:53:15: Too many workflows"),
        "{errors:?}"
    );
}

#[test]
fn r2_62_a_called_file_declares_workflow_call() {
    let leaf = "on: push\njobs: {a: {runs-on: x}}\n".to_owned();
    let errors = resolved(&calling("push", [0]), vec![leaf]).unwrap_err();
    assert!(errors[0].starts_with("top.yml:3:14: The workflow 'o/r/w/0.yml@main' is not reusable"));
}

#[test]
fn r6_92_errors_of_a_called_file_stand_at_the_call() {
    for (file, says) in [
        (vec![], "cannot be called: there is no such file"),
        (
            vec!["on: workflow_call\n".to_owned()],
            "Required property is missing: jobs",
        ),
    ] {
        let errors = resolved(&calling("push", [0]), file).unwrap_err();
        assert!(
            errors[0].starts_with("top.yml:3:14: ") && errors[0].contains(says),
            "{errors:?}"
        );
    }
}

#[test]
fn r2_69_each_called_file_is_referenced_once() {
    let files = vec![calling("workflow_call", [1]), LEAF.to_owned()];
    let resolved = resolved(&calling("push", [0, 1]), files).unwrap();
    let paths: Vec<&str> = resolved
        .referenced
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["o/r/w/0.yml@main", "o/r/w/1.yml@main"]);
    assert_eq!(resolved.calls.len(), 2);
    assert_eq!(resolved.calls[0].calls.len(), 1);
    let entry = serde_json::to_value(&resolved.referenced[0]).unwrap();
    assert_eq!(entry["ref"], "refs/heads/main");
}

#[test]
fn r2_67_a_called_job_is_named_behind_its_caller() {
    assert_eq!(call_name("deploy (eu)", "build"), "deploy (eu) / build");
}

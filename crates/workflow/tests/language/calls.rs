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

/// The errors of a call with these keys of a file whose `workflow_call` holds `declared`.
fn called_with(keys: &str, declared: &str) -> Vec<String> {
    let top = format!("on: push\njobs: {{a: {{uses: ./w/0.yml, {keys}}}}}\n");
    let leaf = format!("on: {{workflow_call: {{{declared}}}}}\njobs: {{b: {{runs-on: x}}}}\n");
    resolved(&top, vec![leaf]).err().unwrap_or_default()
}

/// Rows of given keys, declared keys and what the only error says; nothing of a sound call.
fn check_calls(table: &[(&str, &str, &str)]) {
    for (keys, declared, expected) in table {
        let found = called_with(keys, declared);
        let told = match found.as_slice() {
            [] => expected.is_empty(),
            [one] => !expected.is_empty() && one.contains(expected),
            _ => false,
        };
        assert!(
            told,
            "{keys} for {declared}: expected {expected:?}, found {found:#?}"
        );
    }
}

#[test]
fn r2_63_inputs_are_those_that_are_declared_and_of_their_type() {
    let number = "inputs: {n: {type: number}}";
    let flag = "inputs: {b: {type: boolean}}";
    let text = "inputs: {s: {type: string}}";
    let must = "inputs: {s: {type: string, required: true}}";
    check_calls(&[
        ("with: {N: 1}", number, ""),
        ("with: {n: '1'}", number, "input n is a number"),
        ("with: {n: '${{ github.run_id }}'}", number, ""),
        ("with: {b: true}", flag, ""),
        ("with: {b: 'true'}", flag, "input b is true or false"),
        ("with: {s: 1}", text, ""),
        ("name: x", text, ""),
        ("with: {t: x}", text, "Invalid input, t is not defined"),
        ("with: {t: x}", "", "Invalid input, t is not defined"),
        ("name: x", must, "Input s is required"),
        (
            "name: x",
            "inputs: {s: {type: string, required: true, default: x}}",
            "Input s is required",
        ),
        ("with: {S: ''}", must, ""),
        ("name: x", "inputs: {s: {type: string, default: x}}", ""),
    ]);
    for (body, expected) in [
        ("{}", "4:8: Required property is missing: type"),
        ("{type: choice}", "Unexpected value 'choice'"),
        (
            "{type: number, default: x}",
            "the default of an input of this type is a number",
        ),
        (
            "{type: string, default: '${{ secrets.a }}'}",
            "Unrecognized named-value: 'secrets'",
        ),
    ] {
        let found = crate::support::errors(&format!(
            "on:\n  workflow_call:\n    inputs:\n      n: {body}\njobs: {{b: {{runs-on: x}}}}\n"
        ));
        assert!(
            found[0].contains(expected.trim_start_matches("4:8: ")),
            "{found:?}"
        );
    }
}

#[test]
fn r2_64_secrets_are_those_that_are_declared_or_all() {
    let may = "secrets: {a: }";
    let must = "secrets: {a: {required: true}}";
    check_calls(&[
        ("secrets: inherit", must, ""),
        ("secrets: {A: '${{ secrets.x }}'}", must, ""),
        (
            "secrets: {b: '${{ secrets.x }}'}",
            may,
            "Invalid secret, b is not defined",
        ),
        ("name: x", may, ""),
        ("name: x", must, "Secret a is required"),
        ("secrets: {a: ''}", must, "Secret a is required"),
        ("secrets: {a: ''}", may, ""),
    ]);
    // What a file does not pass on is not there for those that it calls.
    let middle = "on: {workflow_call: {secrets: {a: }}}\njobs: {m: {uses: ./w/1.yml}}\n";
    let leaf = "on: {workflow_call: {secrets: {a: {required: true}}}}\njobs: {b: {runs-on: x}}\n";
    let top = "on: push\njobs: {a: {uses: ./w/0.yml, secrets: inherit}}\n";
    let found = resolved(top, vec![middle.to_owned(), leaf.to_owned()]).unwrap_err();
    assert!(found[0].contains("Secret a is required"), "{found:?}");
}

#[test]
fn r2_65_a_called_file_knows_nothing_of_its_callers_variables() {
    let leaf = "on: workflow_call\nenv: {OWN: inner}\njobs: {b: {runs-on: x}}\n";
    let top = "on: push\nenv: {OUTER: top}\njobs: {a: {uses: ./w/0.yml}}\n";
    let resolved = resolved(top, vec![leaf.to_owned()]).unwrap();
    let names = |workflow: &runyard_workflow::Workflow| {
        let env = runyard_workflow::model::plain_env(workflow.env.as_ref());
        env.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names(&resolved.workflow), ["OUTER"]);
    assert_eq!(names(&resolved.calls[0].workflow), ["OWN"]);
}

#[test]
fn r2_66_a_called_file_may_not_ask_for_more_than_its_caller_may() {
    let asking = |top: &str, job: &str, called: &str, inner: &str| {
        let top = format!("on: push\n{top}jobs: {{a: {{uses: ./w/0.yml{job}}}}}\n");
        let leaf = format!("on: workflow_call\n{called}jobs: {{b: {{runs-on: x{inner}}}}}\n");
        resolved(&top, vec![leaf]).err().unwrap_or_default()
    };
    let read = "permissions: {contents: read}\n";
    let write = "permissions: {contents: write}\n";
    let job_read = ", permissions: {contents: read}";
    let job_write = ", permissions: {contents: write}";
    // Where no file says it, the repository's default is the ceiling, and only the server knows it.
    assert_eq!(asking("", "", write, ""), [""; 0]);
    assert_eq!(asking(read, "", read, job_read), [""; 0]);
    assert_eq!(asking(read, job_write, write, ""), [""; 0]);
    for (found, who) in [
        (
            asking(read, "", write, ""),
            "The workflow 'o/r/w/0.yml@main' is requesting",
        ),
        (
            asking(write, job_read, write, ""),
            "The workflow 'o/r/w/0.yml@main' is requesting",
        ),
        (
            asking(read, "", "", job_write),
            "The nested job 'b' is requesting",
        ),
    ] {
        let levels = "'contents: write', but is only allowed 'contents: read'";
        let [error] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(error.contains(who) && error.contains(levels), "{error}");
        assert!(error.starts_with("top.yml:"), "{error}");
    }
    // A narrower file in between is the ceiling for what it calls.
    let middle = format!("on: workflow_call\n{read}jobs: {{m: {{uses: ./w/1.yml}}}}\n");
    let leaf = format!("on: workflow_call\n{write}jobs: {{b: {{runs-on: x}}}}\n");
    let top = format!("on: push\n{write}jobs: {{a: {{uses: ./w/0.yml}}}}\n");
    let found = resolved(&top, vec![middle, leaf]).unwrap_err();
    assert!(
        found[0].contains("is only allowed 'contents: read'"),
        "{found:?}"
    );
}

#[test]
fn r2_68_outputs_of_a_called_file_come_from_its_jobs() {
    let file = |value: &str| {
        format!(
            "on: {{workflow_call: {{outputs: {{k: {{description: d, value: '{value}'}}}}}}}}\njobs: {{b: {{runs-on: x}}}}\n"
        )
    };
    let workflow = crate::support::valid(&file("${{ jobs.b.outputs.x }}${{ inputs.a }}"));
    let declared = workflow.on.declared()[0].call.as_ref().unwrap();
    assert_eq!(
        declared.outputs[0].value.as_written(),
        "${{ jobs.b.outputs.x }}${{ inputs.a }}"
    );
    assert_eq!(declared.outputs[0].description.as_deref(), Some("d"));
    for context in ["needs.b", "steps.b", "secrets.b", "matrix.b", "env.b"] {
        let found = crate::support::errors(&file(&format!("${{{{ {context} }}}}")));
        assert!(
            found[0].contains("Unrecognized named-value"),
            "{context}: {found:?}"
        );
    }
    let missing = "on: {workflow_call: {outputs: {k: {}}}}\njobs: {b: {runs-on: x}}\n";
    crate::support::refused(missing, &["1:35: Required property is missing: value"]);
}

//! Permissions, defaults and variables (semantics 2.9), and the edge cases of section 10 that are
//! about reading.

use crate::support::{FILE, errors, job, refused, valid};
use runyard_workflow::model::{Level, Permissions, SCOPES, plain_env};
use runyard_workflow::{parse, unhonoured};

fn permissions(text: &str) -> Permissions {
    let workflow = valid(&format!(
        "on: push\npermissions: {text}\njobs: {{a: {{runs-on: x}}}}\n"
    ));
    workflow.permissions.unwrap().value
}

#[test]
fn r2_80_a_mapping_of_permissions_leaves_no_others() {
    let levels = |text: &str| {
        let permissions = permissions(text);
        ["contents", "issues", "id-token"].map(|scope| permissions.level(scope))
    };
    assert_eq!(levels("read-all"), [Level::Read; 3]);
    assert_eq!(levels("write-all"), [Level::Write; 3]);
    assert_eq!(levels("{}"), [Level::None; 3]);
    assert_eq!(
        levels("{contents: read}"),
        [Level::Read, Level::None, Level::None]
    );
    let some = "{contents: none, issues: write, id-token: write}";
    assert_eq!(levels(some), [Level::None, Level::Write, Level::Write]);
}

#[test]
fn r2_80_permissions_of_a_job_stand_beside_those_of_the_workflow() {
    let workflow = valid(
        "on: push\npermissions: {contents: write}\njobs:\n  a: {runs-on: x, permissions: {issues: \
         read}}\n  b: {runs-on: x}\n",
    );
    let of = |at: usize| {
        workflow.jobs[at]
            .permissions
            .as_ref()
            .map(|found| &found.value)
    };
    assert_eq!(of(0).unwrap().level("contents"), Level::None);
    assert_eq!(of(0).unwrap().level("issues"), Level::Read);
    assert_eq!(of(1), None);
}

#[test]
fn r2_80_scopes_and_levels_are_those_that_github_knows() {
    for scope in SCOPES {
        let write =
            format!("on: push\npermissions: {{{scope}: write}}\njobs: {{a: {{runs-on: x}}}}\n");
        let read = write.replace("write", "read");
        let only_write = *scope == "id-token";
        let only_read = ["models", "vulnerability-alerts"].contains(scope);
        assert_eq!(parse(FILE, &write).is_ok(), !only_read, "{scope}");
        assert_eq!(parse(FILE, &read).is_ok(), !only_write, "{scope}");
        assert!(
            parse(FILE, &write.replace("write", "none")).is_ok(),
            "{scope}"
        );
    }
    for (text, message) in [
        ("{content: read}", "2:15: Unexpected value 'content'"),
        ("{contents: admin}", "2:25: Unexpected value 'admin'"),
        ("{contents: }", "2:24: Unexpected value ''"),
        ("read", "2:14: Unexpected value 'read'"),
        ("[read-all]", "2:14: A sequence was not expected"),
        (
            "'${{ github.ref }}'",
            "2:14: An expression is not allowed here",
        ),
    ] {
        let found = errors(&format!(
            "on: push\npermissions: {text}\njobs: {{a: {{runs-on: x}}}}\n"
        ));
        assert!(found[0].starts_with(message), "{text}: {found:?}");
    }
}

#[test]
fn r2_81_the_restricted_default_is_contents_and_packages_to_read() {
    let restricted = Permissions::restricted();
    for scope in SCOPES {
        let read = ["contents", "packages"].contains(scope);
        let expected = if read { Level::Read } else { Level::None };
        assert_eq!(restricted.level(scope), expected, "{scope}");
    }
    assert_eq!(valid(&job("    runs-on: x\n")).permissions, None);
}

#[test]
fn r2_82_defaults_stand_on_each_level_with_each_key_on_its_own() {
    let workflow = valid(
        "on: push\ndefaults: {run: {shell: bash}}\njobs:\n  a:\n    runs-on: x\n    defaults: {run: \
         {working-directory: '${{ env.D }}'}}\n    steps: [{run: x, shell: sh}]\n",
    );
    let run = |defaults: Option<&runyard_workflow::model::Defaults>| {
        let run = defaults
            .unwrap()
            .run
            .as_ref()
            .unwrap()
            .literal()
            .unwrap()
            .clone();
        let text = |field: Option<runyard_workflow::model::Field<String>>| {
            field.map(|field| field.as_written().to_owned())
        };
        (text(run.shell), text(run.working_directory))
    };
    assert_eq!(
        run(workflow.defaults.as_ref()),
        (Some("bash".to_owned()), None)
    );
    let job = workflow.jobs[0].with_steps().unwrap();
    assert_eq!(
        run(job.defaults.as_ref()),
        (None, Some("${{ env.D }}".to_owned()))
    );
    refused(
        "on: push\ndefaults: {run: {shell: bash, dir: x}}\njobs: {a: {runs-on: x}}\n",
        &["2:31: Unexpected value 'dir'"],
    );
    refused(
        "on: push\ndefaults: {run: {shell: '${{ env.A }}'}}\njobs: {a: {runs-on: x}}\n",
        &["2:25: An expression is not allowed here"],
    );
}

#[test]
fn r2_83_variables_cannot_see_those_beside_them() {
    let workflow =
        |value: &str| format!("on: push\nenv: {{A: '{value}'}}\njobs: {{a: {{runs-on: x}}}}\n");
    let of_job = |value: &str| job(&format!("    runs-on: x\n    env: {{A: '{value}'}}\n"));
    for (context, at_workflow, at_job) in [
        ("github.ref", true, true),
        ("secrets.s", true, true),
        ("inputs.i", true, true),
        ("vars.v", true, true),
        ("needs.n", false, true),
        ("strategy.job-index", false, true),
        ("matrix.m", false, true),
        ("env.B", false, false),
        ("steps.s", false, false),
        ("runner.os", false, false),
    ] {
        let value = format!("${{{{ {context} }}}}");
        assert_eq!(
            parse(FILE, &workflow(&value)).is_ok(),
            at_workflow,
            "{context}"
        );
        assert_eq!(parse(FILE, &of_job(&value)).is_ok(), at_job, "{context}");
    }
}

#[test]
fn e52_scalars_are_read_by_the_core_schema() {
    let workflow =
        valid("on: push\nenv: {A: yes, B: 012, C: 1.10, D: 0o17}\njobs: {a: {runs-on: x}}\n");
    let env = plain_env(workflow.env.as_ref());
    let values: Vec<&str> = env.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["yes", "12", "1.1", "15"]);
}

#[test]
fn e53_aliases_are_expanded_and_merge_keys_are_none() {
    let file = |second: &str| {
        format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    env: &x {{A: 1}}\n  b:\n    runs-on: x\n    env: \
             {second}\n"
        )
    };
    let workflow = valid(&file("*x"));
    let env = |at: usize| plain_env(workflow.jobs[at].with_steps().unwrap().env.as_ref());
    assert_eq!(env(0), env(1));
    assert!(unhonoured(FILE, &workflow).is_empty());
    let found = errors(&file("{<<: *x}"));
    assert!(
        found[0].starts_with("8:11: ") && found[0].contains("<<"),
        "{found:?}"
    );
}

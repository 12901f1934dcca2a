//! What a file says reaches the matching, the matrix and the plan; what its filters may not say is
//! refused at its place.

use runyard_workflow::expression::Object;
use runyard_workflow::parse;
use runyard_workflow::plan::{WorkflowOutline, github_context, plan};
use runyard_workflow::trigger::EventFacts;
use serde_json::{Value, json};

const JOBS: &str = "jobs:\n  a:\n    runs-on: linux\n    steps:\n      - run: make\n";

fn errors(on: &str) -> Vec<String> {
    match parse("ci.yml", &format!("{on}{JOBS}")) {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid
            .diagnostics
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}

#[test]
fn r6_22_a_pattern_that_is_none_is_an_error_at_its_place() {
    let found = errors("on:\n  push:\n    branches: [main, 'v[1']\n    tags-ignore: 'x\\'\n");
    assert_eq!(
        found,
        [
            "ci.yml:3:22: Pattern 'v[1' is not valid at character 2: '[' is not closed by ']'",
            "ci.yml:4:18: Pattern 'x\\' is not valid at character 2: '\\' escapes nothing",
        ]
    );
}

#[test]
fn r6_34_a_cron_text_or_time_zone_that_is_none_is_an_error_at_its_place() {
    let found = errors(
        "on:\n  schedule:\n    - cron: '0 0 * * 7'\n    - cron: '0 0 * * *'\n      timezone: Berlin\n",
    );
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("ci.yml:3:13: Cron '0 0 * * 7': day of the week '7' is not allowed"),
        "{}",
        found[0]
    );
    assert!(
        found[1].starts_with("ci.yml:5:17: Timezone 'Berlin' is not in the IANA"),
        "{}",
        found[1]
    );
}

fn planned(file: &str, event: &str, payload: &Value) -> Value {
    let workflow = parse("ci.yml", file).unwrap();
    let facts = EventFacts::from_payload(event, payload).unwrap();
    let github = github_context(&facts, &facts.run_place("main"), payload);
    let contexts: Object = [("github", github)].into_iter().collect();
    let outline = WorkflowOutline::of(&workflow, "ci.yml");
    serde_json::to_value(plan(&outline, &facts, &contexts, "main")).unwrap()
}

#[test]
fn a_file_is_planned_as_it_is_written() {
    let file = "name: CI
run-name: Build ${{ github.ref_name }}
on:
  push:
    branches: main
    paths-ignore: ['docs/**']
jobs:
  test:
    name: Test
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [linux, mac]
        v: [1, 2, 3]
        exclude:
          - {os: mac, v: 2}
    steps:
      - run: make test
  deploy:
    needs: test
    if: github.ref == 'refs/heads/dev'
    runs-on: linux
    steps:
      - run: make deploy
";
    let payload = |branch: &str, changed: &str| json!({"ref": format!("refs/heads/{branch}"), "after": "a".repeat(40), "commits": [{"modified": [changed]}]});
    let plan = planned(file, "push", &payload("main", "src/a"));
    assert_eq!(
        (&plan["starts"], &plan["run"]["display_title"]),
        (&json!(true), &json!("Build main"))
    );
    let jobs = plan["run"]["jobs"].as_array().unwrap();
    let names: Vec<&str> = jobs[0]["legs"]["known"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Test (linux, 1)",
            "Test (linux, 2)",
            "Test (linux, 3)",
            "Test (mac, 1)",
            "Test (mac, 3)"
        ]
    );
    assert_eq!(
        (&jobs[1]["id"], &jobs[1]["stage"], &jobs[1]["verdict"]),
        (&json!("deploy"), &json!(1), &json!("skipped"))
    );
    assert_eq!(
        planned(file, "push", &payload("main", "docs/a"))["starts"],
        json!(false)
    );
    assert_eq!(
        planned(file, "push", &payload("dev", "src/a"))["starts"],
        json!(false)
    );
    assert_eq!(
        planned(file, "fork", &json!({}))["reason"],
        json!("no run starts: the workflow does not name the event fork")
    );
}

#[test]
fn e34_a_queue_of_many_cannot_cancel_what_runs() {
    let found =
        errors("on: push\nconcurrency:\n  group: g\n  queue: max\n  cancel-in-progress: true\n");
    assert_eq!(found.len(), 1, "{found:?}");
}

//! What is read and not honoured yet: nothing of it is passed over silently.

use crate::support::{FILE, valid};
use runyard_workflow::{UNHONOURED, unhonoured};

/// Uses every key that any version did not honour.
const EVERYTHING: &str = "run-name: x
on:
  push: {branches: [x]}
  schedule: [{cron: '* * * * *'}]
  workflow_dispatch: {inputs: {a: }}
  workflow_call: {outputs: {a: {value: b}}}
  workflow_run: {workflows: [x]}
  EVENTS
permissions: {}
env: {A: '${{ vars.A }}'}
defaults: {run: {shell: bash}}
concurrency: x
jobs:
  called:
    uses: ./.github/workflows/x.yml
  job:
    name: ${{ vars.A }}
    if: true
    runs-on: {group: g, labels: ['${{ vars.A }}']}
    strategy: {matrix: {a: [1]}}
    permissions: {}
    concurrency: x
    environment: x
    env: {A: '${{ vars.A }}'}
    defaults: {run: {shell: bash}}
    outputs: {a: b}
    continue-on-error: true
    timeout-minutes: 1
    cancel-timeout-minutes: 1
    container: x
    services: {a: b}
    snapshot: x
    steps:
      - name: ${{ vars.A }}
        run: ${{ vars.A }}
        shell: ${{ vars.A }}
        working-directory: ${{ vars.A }}
        if: true
        env: {A: '${{ vars.A }}'}
        continue-on-error: true
        timeout-minutes: 1
        background: true
      - {run: x, shell: pwsh}
      - {uses: a/b@c, with: {d: e}}
      - wait: x
      - wait-all:
      - cancel: x
      - parallel: [{run: x}]
";

/// Events that take nothing more than their name.
const EVENTS: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "registry_package",
    "release",
    "repository_dispatch",
    "status",
    "watch",
];

#[test]
fn every_listed_key_is_found_where_a_file_uses_it() {
    let events = EVENTS.join(":\n  ") + ":";
    let workflow = valid(&EVERYTHING.replace("EVENTS", &events));
    let found = unhonoured(FILE, &workflow);
    for key in UNHONOURED {
        let told = format!("{key} is valid in GitHub Actions but not honoured yet");
        let hits = found
            .iter()
            .filter(|found| found.message.starts_with(&told));
        assert!(hits.count() > 0, "{key} is listed and never told");
    }
}

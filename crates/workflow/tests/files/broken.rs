//! Files of real projects with one thing wrong.

use crate::{errors, files};
use runyard_workflow::check_action;

/// A file, what is written instead of what, the line of the error and what it says.
type Case = (&'static str, &'static str, &'static str, u32, &'static str);

const WORKFLOWS: &[Case] = &[
    (
        "matrix-ci",
        "runs-on: ubuntu-latest\n    steps:\n      - run: exit 1",
        "run-on: ubuntu-latest\n    steps:\n      - run: exit 1",
        55,
        "'run-on'",
    ),
    (
        "matrix-ci",
        "needs: test",
        "needs: tests",
        53,
        "unknown job 'tests'",
    ),
    (
        "matrix-ci",
        "contents: read",
        "contents: reed",
        8,
        "read, write or none",
    ),
    (
        "matrix-ci",
        "fail-fast: false",
        "fail-fast: 'false'",
        19,
        "true or false",
    ),
    (
        "matrix-ci",
        "hashFiles('**/Cargo.lock')",
        "hashFile('**/Cargo.lock')",
        43,
        "hashFile",
    ),
    ("matrix-ci", "if: failure()", "if: failed()", 49, "failed"),
    (
        "matrix-ci",
        "- os: macos-latest\n",
        "- oss: macos-latest\n",
        29,
        "'oss'",
    ),
    (
        "matrix-ci",
        "os: [ubuntu-latest, windows-latest, macos-latest]",
        "os: []",
        22,
        "does not contain any values",
    ),
    (
        "matrix-ci",
        "types: [opened,",
        "types: [openned,",
        6,
        "openned",
    ),
    (
        "matrix-ci",
        "timeout-minutes: 30",
        "timeout-minutes: 30m",
        17,
        "a number",
    ),
    (
        "release-on-tag",
        "tags: ['v[0-9]",
        "tag: ['v[0-9]",
        5,
        "'tag'",
    ),
    ("release-on-tag", "'v[0-9]+.", "'v[0-9+.", 5, "Pattern"),
    (
        "release-on-tag",
        "needs: [build]",
        "needs: [build, publish]",
        28,
        "cycle",
    ),
    (
        "release-on-tag",
        "      name: production\n",
        "",
        35,
        "missing: name",
    ),
    (
        "release-on-tag",
        "GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
        "GH_TOKEN: ${{ secrets.GITHUB_TOKEN }",
        41,
        "not closed",
    ),
    (
        "release-on-tag",
        "cancel-in-progress: false",
        "cancel_in_progress: false",
        8,
        "cancel_in_progress",
    ),
    ("nightly", "'17 3 * * *'", "'17 25 * * *'", 4, "hour"),
    ("nightly", "'0 6 * * MON-FRI'", "'0 6 * MON-FRI'", 5, "five"),
    (
        "nightly",
        "Europe/Berlin",
        "Europe/Brelin",
        6,
        "Europe/Brelin",
    ),
    (
        "nightly",
        "        options: [quick, full]\n",
        "",
        10,
        "missing: options",
    ),
    (
        "nightly",
        "type: number\n        default: 3",
        "type: number\n        default: three",
        20,
        "a number",
    ),
    (
        "nightly",
        "if: inputs.depth != 'quick' ||",
        "if: inputs.depth != \"quick\" ||",
        31,
        "Unexpected symbol",
    ),
    (
        "monorepo",
        "branches-ignore: ['dependabot/**']",
        "branches: [x]\n    branches-ignore: ['dependabot/**']",
        12,
        "cannot stand",
    ),
    (
        "monorepo",
        "        working-directory: web/${{ matrix.package }}\n",
        "       working-directory: web/${{ matrix.package }}\n      shell: bash\n",
        36,
        "'shell'",
    ),
    ("monorepo", "- id: filter", "- id: 1filter", 24, "1filter"),
    ("services", "        image: postgres:17\n", "", 8, "image"),
    (
        "services",
        "on: [push, pull_request]",
        "on: [push, pull_requests]",
        2,
        "pull_requests",
    ),
    (
        "services",
        "- run: make integration",
        "- run: make integration\n        uses: actions/checkout@v4",
        26,
        "'uses'",
    ),
    (
        "container-job",
        "username: ${{ github.actor }}",
        "user: ${{ github.actor }}",
        14,
        "'user'",
    ),
    (
        "local-action",
        "uses: ./.github/actions/setup",
        "uses: setup",
        11,
        "owner",
    ),
    (
        "local-action",
        "        with: &with\n          level: strict\n",
        "        with: &with\n          level: strict\n        runs: x\n",
        20,
        "'runs'",
    ),
    (
        "concurrency-per-branch",
        "queue: max}",
        "queue: max, cancel-in-progress: true}",
        17,
        "queue: max",
    ),
    (
        "concurrency-per-branch",
        "group: org/large",
        "group: team/large",
        10,
        "group",
    ),
    (
        "reusable-deploy",
        "        type: string\n",
        "",
        6,
        "missing: type",
    ),
    (
        "reusable-deploy",
        "jobs.deploy.outputs.url",
        "needs.deploy.outputs.url",
        20,
        "needs",
    ),
    (
        "calling",
        "      environment: staging\n",
        "",
        7,
        "environment is required",
    ),
    ("calling", "replicas: 1", "replicas: one", 10, "a number"),
    (
        "calling",
        "      token: ${{",
        "      tokens: ${{",
        7,
        "token is required",
    ),
    (
        "calling",
        "reusable-deploy.yml\n    with:\n      environment: staging",
        "reusable-deploy.yml@main\n    with:\n      environment: staging",
        7,
        "without @",
    ),
    (
        "calling",
        "    secrets: inherit\n",
        "    secrets: inherit\n    runs-on: ubuntu-latest\n",
        23,
        "'runs-on'",
    ),
    (
        "calling",
        "permissions: {contents: read}",
        "permissions: {contents: none}",
        13,
        "contents: read",
    ),
    (
        "after-ci",
        "    workflows: [CI]\n",
        "",
        4,
        "missing: workflows",
    ),
    (
        "after-ci",
        "types: [published]",
        "types: [publish]",
        10,
        "publish",
    ),
    (
        "dynamic",
        "needs: plan",
        "needs: plan\n    needs: plan",
        16,
        "already defined",
    ),
    (
        "dynamic",
        "shell: perl {0}",
        "shell: perl {0}\n     run: x",
        23,
        "YAML",
    ),
    ("pages", "contents: read", "content: read", 6, "'content'"),
    ("anchors", "env: *env", "<<: *env", 16, "<<"),
    (
        "anchors",
        "needs: [one, two]",
        "needs: [one, two, One.]",
        15,
        "One.",
    ),
    (
        "stale",
        "      - uses: actions/stale@v9\n        with:",
        "      - with:",
        10,
        "missing: uses",
    ),
    (
        "merge-queue",
        "types: [checks_requested]",
        "types: [checks_request]",
        5,
        "'checks_request'",
    ),
    (
        "merge-queue",
        "branches-ignore: ['dependabot/**']",
        "branches-ignore: ['dependabot/**']\n    branches: [main]",
        10,
        "'branches-ignore'",
    ),
    (
        "merge-queue",
        "if: needs.changes.outputs.packages != '[]'",
        "if: steps.changes.outputs.packages != '[]'",
        34,
        "'steps'",
    ),
    (
        "labels",
        "types: submitted",
        "types: submited",
        7,
        "'submited'",
    ),
    (
        "labels",
        "if: ${{ failure() &&",
        "if: ${{ failure() & ",
        32,
        "'&'",
    ),
    (
        "called-from-elsewhere",
        "      queue: max",
        "      queue: max\n      cancel-in-progress: true",
        30,
        "queue: max",
    ),
    (
        "called-from-elsewhere",
        "include: ${{ fromJSON(needs.plan.outputs.targets) }}",
        "include: ${{ fromJSON(steps.plan.outputs.targets) }}",
        22,
        "'steps'",
    ),
    (
        "local-action-outputs",
        "options: [patch, minor, major]",
        "option: [patch, minor, major]",
        11,
        "'option'",
    ),
    (
        "local-action-outputs",
        "v[0-9]+.[0-9]+.[0-9]+",
        "v[0-9+.[0-9]+.[0-9]+",
        5,
        "not valid at character",
    ),
    (
        "local-action-outputs",
        "      environment: production",
        "      environments: production",
        35,
        "environments is not defined",
    ),
    (
        "around-the-world",
        "Asia/Kolkata",
        "Asia/Calcuta",
        5,
        "IANA",
    ),
    (
        "around-the-world",
        "JAN-JUN,12 SUN",
        "JAN-JUN,13 SUN",
        6,
        "month",
    ),
    (
        "around-the-world",
        "env: *env",
        "env: *environment",
        17,
        "unknown anchor",
    ),
];

const ACTIONS: &[Case] = &[
    ("composite", "      shell: bash\n", "", 19, "missing: shell"),
    (
        "composite",
        "using: composite",
        "usings: composite",
        15,
        "'usings'",
    ),
    (
        "javascript",
        "  main: dist/index.js\n",
        "",
        6,
        "missing: main",
    ),
    ("docker", "  image: Dockerfile\n", "", 6, "missing: image"),
    (
        "version",
        "value: ${{ steps.next.outcome == 'success' }}",
        "value: ${{ secrets.next == 'success' }}",
        12,
        "'secrets'",
    ),
    ("version", "      shell: sh\n", "", 33, "missing: shell"),
    ("version", "id: next", "id: last", 22, "'last'"),
    (
        "version",
        "using: composite",
        "using: composit",
        14,
        "'composit'",
    ),
    (
        "published-image",
        "  args:",
        "  arguments:",
        8,
        "'arguments'",
    ),
    (
        "published-image",
        "image: docker",
        "images: docker",
        6,
        "missing: image",
    ),
    (
        "published-image",
        "description: Lints",
        "descriptions: Lints",
        2,
        "'descriptions'",
    ),
];

fn broken(folder: &str, case: &Case) -> String {
    let (name, from, to, ..) = case;
    let wanted = format!("{name}.yml");
    let found = files(folder).into_iter().find(|(file, _)| *file == wanted);
    let (_, text) = found.unwrap();
    assert!(text.contains(from), "{name} has no {from:?}");
    text.replacen(from, to, 1)
}

fn judge(case: &Case, found: &[String]) -> Option<String> {
    let (name, from, _, line, says) = case;
    let at = format!("{line}: ");
    let told = found
        .iter()
        .any(|error| error.starts_with(&at) && error.contains(says));
    (!told).then(|| format!("{name}, {from:?}: expected {line}: {says}, found {found:#?}"))
}

#[test]
fn each_broken_workflow_is_told_at_its_line() {
    let wrong: Vec<String> = WORKFLOWS
        .iter()
        .filter_map(|case| judge(case, &errors(case.0, &broken("good", case))))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(WORKFLOWS.len() >= 30);
}

#[test]
fn each_broken_action_is_told_at_its_line() {
    let wrong: Vec<String> = ACTIONS
        .iter()
        .filter_map(|case| {
            let found = check_action(case.0, &broken("actions", case));
            let found: Vec<String> = found
                .iter()
                .map(|error| format!("{}: {}", error.line, error.message))
                .collect();
            judge(case, &found)
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

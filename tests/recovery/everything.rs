//! A repository whose workflow uses all that decides about jobs: outputs, a dynamic matrix, a line, a called workflow,
//! conditions, an absorbed failure and an action of its own. No story.

use std::collections::BTreeMap;
use std::path::Path;

use runyard_tests::Repository;
use serde_json::Value;

/// What each run writes into the file.
pub(crate) const JOBS: [&str; 7] = ["plan", "east", "west", "dock", "called", "breaks", "tidy"];

const WORKFLOW: &str = "
on: push
concurrency: run-${{ github.run_id }}
env: {BOOK: FILE}
jobs:
  plan:
    runs-on: harbour
    outputs: {legs: '${{ steps.it.outputs.legs }}'}
    steps:
      - id: it
        run: echo 'legs={\"leg\":[\"east\",\"west\"]}' >> $GITHUB_OUTPUT
      - run: echo \"$GITHUB_RUN_ID plan\" >> $BOOK
  legs:
    needs: plan
    runs-on: harbour
    strategy: {max-parallel: 1, matrix: '${{ fromJSON(needs.plan.outputs.legs) }}'}
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/note
        with: {name: '${{ matrix.leg }}'}
  dock:
    runs-on: harbour
    concurrency: {group: dock, queue: max}
    steps:
      - run: echo \"$GITHUB_RUN_ID dock\" >> $BOOK
  called:
    needs: plan
    uses: ./.github/workflows/called.yml
    with: {name: called, book: FILE}
  breaks:
    runs-on: harbour
    continue-on-error: true
    steps:
      - run: echo \"$GITHUB_RUN_ID breaks\" >> $BOOK
      - run: exit 1
      - if: failure()
        run: echo '::warning::it broke'
  never:
    needs: breaks
    if: failure()
    runs-on: harbour
    steps:
      - run: echo \"$GITHUB_RUN_ID never\" >> $BOOK
  tidy:
    needs: [legs, dock, called, never]
    if: always() && needs.called.outputs.name == 'called'
    runs-on: harbour
    timeout-minutes: 5
    steps:
      - run: echo \"$GITHUB_RUN_ID tidy\" >> $BOOK
      - run: echo 'all in' >> $GITHUB_STEP_SUMMARY
";

const CALLED: &str = "
on:
  workflow_call:
    inputs:
      name: {type: string, required: true}
      book: {type: string, required: true}
    outputs: {name: {value: '${{ jobs.does.outputs.name }}'}}
jobs:
  does:
    runs-on: harbour
    outputs: {name: '${{ steps.it.outputs.name }}'}
    steps:
      - id: it
        run: |
          echo \"$GITHUB_RUN_ID ${{ inputs.name }}\" >> ${{ inputs.book }}
          echo 'name=${{ inputs.name }}' >> $GITHUB_OUTPUT
";

const NOTE: &str = "
name: Note
description: Writes a name into the book
inputs:
  name: {description: What is written, required: true}
runs:
  using: composite
  steps:
    - run: echo \"$GITHUB_RUN_ID ${{ inputs.name }}\" >> $BOOK
      shell: bash
";

/// A repository whose runs append lines to `file`.
pub(crate) fn repository(file: &Path) -> Repository {
    let repository = Repository::new();
    let file = file.display().to_string();
    repository.write(".github/workflows/ci.yml", &WORKFLOW.replace("FILE", &file));
    repository.write(".github/workflows/called.yml", CALLED);
    repository.write(".github/actions/note/action.yml", NOTE);
    repository.commit("Use everything");
    repository.push();
    repository
}

/// Sees how the jobs of a run ended.
pub(crate) fn judge(run: &Value) {
    let jobs = run["jobs"].as_array().expect("jobs");
    let ends: BTreeMap<&str, &str> = jobs
        .iter()
        .filter_map(|job| Some((job["name"].as_str()?, job["conclusion"].as_str()?)))
        .collect();
    let wanted = [
        ("plan", "success"),
        ("legs (east)", "success"),
        ("legs (west)", "success"),
        ("dock", "success"),
        ("called / does", "success"),
        ("breaks", "failure"),
        ("never", "skipped"),
        ("tidy", "success"),
    ];
    for (name, end) in wanted {
        assert_eq!(ends.get(name), Some(&end), "{name}: {run}");
    }
}

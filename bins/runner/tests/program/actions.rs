//! Composite actions of the workspace, and what is said of all other kinds.

use crate::support::{FakeServer, JobText, Program, SeenExecution, TestFolder, run, uses};
use runyard_api::runner::messages::{FieldMessage, JobResult, StepActionMessage, StepConclusion};

use StepConclusion::{Failure, Skipped, Success};

/// Runs a job whose first step (2) writes these actions.
async fn done(actions: &[(&str, &str)], job: impl FnOnce(JobText) -> JobText) -> SeenExecution {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let write = |(path, text): &(&str, &str)| {
        format!("mkdir -p {path}; cat > {path}/action.yml <<'END'\n{text}\nEND\n")
    };
    let script: String = actions.iter().map(write).collect();
    let begin = JobText::of([written(&script)]);
    server.offer(job(begin).0);
    let _program = Program::start(&folder, &server.url);
    server.finished().await
}

/// A script whose `${{ }}` is for the file that it writes.
fn written(script: &str) -> StepActionMessage {
    StepActionMessage::Run {
        script: FieldMessage::Plain(script.to_owned()),
        shell: None,
        working_directory: None,
    }
}

impl JobText {
    /// Adds steps behind those that are there.
    fn and(mut self, more: JobText) -> Self {
        for mut step in more.0.steps {
            step.number = self.0.steps.last().expect("a step").number + 1;
            self.0.steps.push(step);
        }
        self
    }
}

fn last(job: &SeenExecution, step: u32) -> String {
    job.text(step).pop().unwrap_or_default()
}

const GREET: &str = "name: Greet
inputs:
  who: {required: true}
  how: {default: 'Hello from ${{ github.actor || github.job }}'}
  not-given: {required: true}
outputs:
  text: {value: '${{ steps.say.outputs.text }}'}
  status: {value: '${{ steps.fail.outcome }}-${{ steps.fail.conclusion }}'}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      env: {INNER: '${{ env.OUTER }}+'}
      run: |
        echo \"text=$INNER ${{ inputs.HOW }}, ${{ inputs.who }}\" >> $GITHUB_OUTPUT
        echo \"WRITTEN=by the action\" >> $GITHUB_ENV
        test \"$GITHUB_ACTION_PATH\" = '${{ github.action_path }}' && test -f \"$GITHUB_ACTION_PATH/action.yml\" && echo found
    - id: fail
      continue-on-error: true
      shell: sh
      run: exit 1
    - {shell: bash, if: failure(), run: echo unreached}
    - {shell: bash, run: 'echo secrets are ${{ inputs.not-given }}empty'}";

#[tokio::test]
async fn a_composite_action_has_inputs_steps_and_outputs_of_its_own() {
    let job = done(&[("tools/greet", GREET)], |begin| {
        let look = "echo \"$TEXT|$STATUS|$WRITTEN|${OUTER-unset}\"";
        let steps = JobText::of([
            uses("./tools/greet", &[("Who", "Mona"), ("odd", "x")]),
            run(look),
        ]);
        let job = begin.and(steps).id(3, "greet");
        job.step(3, |step| {
            step.env = crate::support::pairs(&[("OUTER", "o")])
        })
        .step(4, |step| {
            step.env = crate::support::pairs(&[
                ("TEXT", "${{ steps.greet.outputs.text }}"),
                ("STATUS", "${{ steps.greet.outputs.status }}"),
            ]);
        })
    })
    .await;
    assert_eq!(job.result(), JobResult::Success, "{:?}", job.text(3));
    let wanted = "o+ Hello from build, Mona|failure-success|by the action|unset";
    assert_eq!(last(&job, 4), wanted);
    let rows = job.text(3);
    assert!(rows.contains(&"found".to_owned()), "{rows:?}");
    assert!(!rows.contains(&"unreached".to_owned()), "{rows:?}");
    let warned = |text: &str| {
        rows.iter()
            .any(|row| row.starts_with("##[warning]") && row.contains(text))
    };
    assert!(
        warned("'odd'") && warned("'not-given' is required"),
        "{rows:?}"
    );
}

const CLEAN_UP: &str = "runs:
  using: composite
  steps:
    - {shell: bash, run: exit 4}
    - {shell: bash, run: echo unreached}
    - {shell: bash, if: failure(), run: echo the action failed}
    - {shell: bash, if: always(), run: 'echo status ${{ github.action_status }} job ${{ job.status }}'}
    - {shell: bash, if: cancelled(), run: echo unreached}";

#[tokio::test]
async fn r2_16_status_functions_of_a_composite_action_look_at_the_action() {
    let job = done(&[("clean", CLEAN_UP)], |begin| {
        begin.and(JobText::of([uses("./clean", &[]), run("echo unreached")]))
    })
    .await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(job.conclusion(3), Some(Failure));
    assert_eq!(job.conclusion(4), Some(Skipped));
    let rows = job.text(3);
    for (row, there) in [
        ("the action failed", true),
        ("status failure job success", true),
        ("unreached", false),
    ] {
        assert_eq!(
            rows.iter().any(|shown| shown == row),
            there,
            "{row} in {rows:?}"
        );
    }
}

#[tokio::test]
async fn r2_16_an_action_that_runs_after_a_failure_begins_as_a_success() {
    let plain = "runs: {using: composite, steps: [{shell: bash, run: echo cleaned}]}";
    let job = done(&[("plain", plain)], |begin| {
        let steps = JobText::of([run("false"), uses("./plain", &[])]);
        begin.and(steps).condition(4, "always()")
    })
    .await;
    assert_eq!(job.conclusion(4), Some(Success));
    assert_eq!(last(&job, 4), "cleaned");
}

#[tokio::test]
async fn actions_use_each_other_ten_deep_and_no_deeper() {
    let inner = "runs: {using: composite, steps: [{shell: bash, run: echo the innermost}]}";
    let around = |path: usize| format!("runs: {{using: composite, steps: [{{uses: ./d{path}}}]}}");
    let texts: Vec<String> = (0..10).map(around).collect();
    let names: Vec<String> = (0..=10).map(|n| format!("d{n}")).collect();
    let mut actions = vec![(names[0].as_str(), inner)];
    actions.extend(
        names[1..]
            .iter()
            .zip(&texts)
            .map(|(n, t)| (n.as_str(), t.as_str())),
    );
    let job = done(&actions, |begin| {
        let steps = JobText::of([uses("./d9", &[]), uses("./d10", &[])]);
        begin.and(steps)
    })
    .await;
    assert_eq!(job.conclusion(3), Some(Success), "{:?}", job.text(3));
    assert_eq!(last(&job, 3), "the innermost");
    assert_eq!(job.conclusion(4), Some(Failure));
    assert!(job.text(4).iter().any(|row| row.contains("10 deep")));
}

#[tokio::test]
async fn what_does_not_run_says_which_kinds_do() {
    let node = "runs: {using: node20, main: index.js}";
    let broken = "runs: {using: composite, steps: [{run: no shell}]}";
    let actions = [("node", node), ("broken", broken)];
    let uses_of = [
        ("actions/cache@v4", "actions/checkout and composite actions"),
        (
            "docker://alpine:3",
            "actions/checkout and composite actions",
        ),
        ("./node", "no JavaScript"),
        ("./broken", "broken/action.yml:1"),
        ("./nowhere", "actions/checkout run before"),
        ("./..", "not in the workspace"),
        ("./.", "neither action.yml nor action.yaml"),
    ];
    let job = done(&actions, |begin| {
        let mut steps = JobText::of(uses_of.map(|(action, _)| uses(action, &[])));
        for number in 2..9 {
            steps = steps.continue_on_error(number);
        }
        begin.and(steps)
    })
    .await;
    for (step, (action, words)) in (3..).zip(uses_of) {
        let said = job.text(step).join("\n");
        assert!(
            said.contains("##[error]") && said.contains(words),
            "{action}: {said}"
        );
    }
    assert_eq!(job.result(), JobResult::Success, "continue-on-error");
}

#[tokio::test]
async fn r3_3_a_cancelled_action_ends_with_the_step_that_it_runs() {
    let slow = "runs: {using: composite, steps: [{shell: bash, run: echo begun; sleep 600}, {shell: bash, if: always(), run: echo after}]}";
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let script = format!("mkdir slow; cat > slow/action.yml <<'END'\n{slow}\nEND\n");
    let steps = [run(&script), uses("./slow", &[]), run("echo cleaned")];
    server.offer(JobText::of(steps).condition(4, "always()").0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server.change(|seen| seen.cancelled = true);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Cancelled);
    assert_eq!(job.conclusion(3), Some(StepConclusion::Cancelled));
    assert_eq!(last(&job, 4), "cleaned");
    assert!(!job.text(3).contains(&"after".to_owned()));
}

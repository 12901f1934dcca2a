//! What the steps of a job see and decide: conditions, contexts, outputs, environment.

use crate::support::{FakeServer, JobText, Program, SeenExecution, TestFolder, pairs, run, text};
use runyard_api::runner::messages::{
    FieldMessage, JobResult, StepActionMessage, StepConclusion, StepMessage,
};
use serde_json::json;

use StepConclusion::{Failure, Skipped, Success};

/// Runs a job to its end.
async fn done(job: JobText) -> SeenExecution {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(job.0);
    let _program = Program::start(&folder, &server.url);
    server.finished().await
}

fn conclusions(job: &SeenExecution, last: u32) -> Vec<StepConclusion> {
    let told = (2..=last).map(|step| job.conclusion(step));
    told.map(|conclusion| conclusion.expect("all steps ended"))
        .collect()
}

fn last(job: &SeenExecution, step: u32) -> String {
    job.text(step).pop().unwrap_or_default()
}

#[tokio::test]
async fn r2_10_conditions_decide_by_the_status_of_the_job() {
    let steps = ["true", "false", "true", "true", "true", "true"];
    let job = JobText::of(steps.map(run))
        .condition(4, "failure()")
        .condition(6, "always()")
        .condition(7, "success() && (env.GO == 'yes')")
        .env("GO", "yes");
    let job = done(job).await;
    assert_eq!(job.result(), JobResult::Failure);
    let wanted = [Success, Failure, Success, Skipped, Success, Skipped];
    assert_eq!(conclusions(&job, 7), wanted);
    assert_eq!(job.outputs(), []);
}

#[tokio::test]
async fn e19_continue_on_error_makes_a_failure_a_success() {
    let look = "echo ${{ steps.a.outcome }} ${{ steps.a.conclusion }} ${{ job.status }}";
    let job = JobText::of([run("exit 1"), run(look)])
        .id(2, "a")
        .continue_on_error(2);
    let job = done(job.step(3, |step| set_script(step, look))).await;
    assert_eq!(job.result(), JobResult::Success);
    assert_eq!(conclusions(&job, 3), [Success, Success]);
    assert_eq!(last(&job, 3), "failure success success");
}

fn set_script(step: &mut StepMessage, script: &str) {
    step.action = StepActionMessage::Run {
        script: text(script),
        shell: None,
        working_directory: None,
    };
}

#[tokio::test]
async fn e21_a_condition_that_throws_fails_its_step_and_the_job() {
    let job = JobText::of([run("echo unreached"), run("echo reached")])
        .condition(2, "success() && (fromJSON('{'))")
        .condition(3, "failure()")
        .continue_on_error(2);
    let job = done(job).await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(conclusions(&job, 3), [Failure, Success]);
    let said = last(&job, 2);
    assert!(said.contains("if cannot be computed: .github/workflows/ci.yml (Line: 9, Col: 7)"));
    assert!(said.contains("fromJson"), "{said}");
}

#[tokio::test]
async fn r1_3_an_env_that_cannot_be_computed_fails_its_step_before_the_condition() {
    let job = JobText::of([run("echo unreached")])
        .condition(2, "failure()")
        .step(2, |step| step.env = pairs(&[("A", "${{ fromJSON('[') }}")]));
    let job = done(job).await;
    assert_eq!(
        conclusions(&job, 2),
        [Failure],
        "not skipped by its condition"
    );
    assert!(last(&job, 2).contains("env cannot be computed"));
}

#[tokio::test]
async fn r1_11_a_job_whose_steps_are_all_skipped_is_a_success() {
    let job = JobText::of([run("false"), run("false")])
        .condition(2, "failure()")
        .condition(3, "cancelled()");
    let job = done(job).await;
    assert_eq!(job.result(), JobResult::Success);
    assert_eq!(conclusions(&job, 3), [Skipped, Skipped]);
    assert_eq!(job.conclusion(4), Some(Success), "Complete job");
}

#[tokio::test]
async fn r2_17_outputs_of_a_step_are_seen_by_those_after_it() {
    let give = "echo a=1 >> $GITHUB_OUTPUT; printf 'B<<E\\nx\\ny\\nE\\n' >> $GITHUB_OUTPUT
        echo '::set-output name=c::old'";
    let look = "echo '${{ steps.Give.outputs.A }}|${{ steps.give.outputs.c }}|${{ steps.none.outputs.a }}|'
        echo '${{ toJSON(steps.give.outputs.b) }}'";
    let job = JobText::of([run(give), run("true")])
        .id(2, "give")
        .step(3, |step| set_script(step, look))
        .outputs(&[
            ("first", "${{ steps.give.outputs.a }}"),
            ("Empty", "${{ steps.give.outputs.nothing }}"),
            ("plain", "x"),
            ("secret", "is ${{ steps.give.outputs.a && 'hunter2' }}"),
            ("bad", "${{ fromJSON('{') }}"),
        ]);
    let job = done(job).await;
    let rows = job.said(3);
    assert_eq!(rows[rows.len() - 2..], ["1|old||", r#""x\ny""#]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        job.outputs(),
        [pair("first", "1"), pair("plain", "x")],
        "R2.20"
    );
    let complete = job.text(4).join("\n");
    assert!(
        complete.contains("Output 'secret' is dropped"),
        "{complete}"
    );
    assert!(
        complete.contains("outputs cannot be computed"),
        "{complete}"
    );
}

#[tokio::test]
async fn r7_5_steps_see_the_contexts_of_their_job() {
    let look = "echo '${{ github.event.ref }},${{ github.job }},${{ needs.a.outputs.v }},${{ needs.a.result }}'
        echo '${{ matrix.os }},${{ strategy.job-total }},${{ inputs.to }},${{ vars.v }}'
        echo '${{ runner.os }},${{ runner.environment }},${{ job.status }},${{ env.both }}'
        echo '${{ secrets.KEY == github.token && 'same' }}' '${{ secrets.KEY }}'
        test '${{ github.workspace }}' = \"$PWD\" && test '${{ runner.temp }}' = \"$RUNNER_TEMP\" && echo paths";
    let mut job = JobText::of([run("true")]).step(2, |step| {
        set_script(step, look);
        step.named = Some(text("On ${{ matrix.os }}"));
    });
    job.0.contexts.needs = json!({"a": {"result": "success", "outputs": {"v": "from a"}}});
    job.0.contexts.matrix = json!({"os": "linux"});
    job.0.contexts.strategy = json!({"job-total": 2});
    job.0.contexts.inputs = json!({"to": "staging"});
    job.0.contexts.vars = json!({"V": "var"});
    job.0
        .secrets
        .insert("KEY".into(), "github-token-of-this-job".into());
    job.0.workflow_env = pairs(&[("both", "w"), ("W", "${{ vars.v }}")]);
    job.0.env = pairs(&[("both", "${{ matrix.os }}-job")]);
    let job = done(job).await;
    let rows = job.said(2);
    assert_eq!(
        rows,
        [
            "refs/heads/main,build,from a,success",
            "linux,2,staging,var",
            "Linux,self-hosted,success,linux-job",
            "same ***",
            "paths",
        ]
    );
    let steps = &job.finish.as_ref().unwrap().steps;
    assert_eq!(steps[1].name, "On linux");
}

#[tokio::test]
async fn r2_82_defaults_give_way_to_the_step_each_key_on_its_own() {
    let step = |shell: Option<&str>, folder: Option<&str>| StepActionMessage::Run {
        script: text("echo $0 $PWD"),
        shell: shell.map(text),
        working_directory: folder.map(text),
    };
    let mut job = JobText::of([
        run("mkdir -p sub/deep"),
        step(None, Some("sub")),
        step(Some("bash"), None),
    ])
    .step(2, |step| {
        step.action = StepActionMessage::Run {
            script: text("mkdir -p sub/deep"),
            shell: None,
            working_directory: Some(text(".")),
        };
    });
    job.0.defaults.shell = Some(text("${{ env.SH }}"));
    job.0.defaults.working_directory = Some(text("sub/deep"));
    let job = done(job.env("SH", "sh")).await;
    assert_eq!(job.result(), JobResult::Success, "{:?}", job.text(2));
    let shell = |step| {
        let rows = job.text(step);
        let shell = rows.into_iter().find(|row| row.starts_with("shell: "));
        shell.unwrap()
    };
    assert!(shell(3).ends_with("/sh -e {0}"), "{}", shell(3));
    assert!(last(&job, 3).ends_with("/demo/sub"));
    assert!(shell(4).contains("pipefail"), "{}", shell(4));
    assert!(last(&job, 4).ends_with("/demo/sub/deep"));
}

#[tokio::test]
async fn r2_83_an_entry_of_env_does_not_see_its_siblings_but_written_values() {
    let job = JobText::of([run("echo A=written >> $GITHUB_ENV"), run("echo \"$A,$B\"")])
        .env("A", "job")
        .step(3, |step| {
            step.env = pairs(&[("A", "${{ env.A }}-step"), ("B", "${{ env.A }}")]);
        });
    let job = done(job).await;
    assert_eq!(last(&job, 3), "written-step,written");
}

#[tokio::test]
async fn r4_10_a_job_with_debug_logging_says_more() {
    let mut job = JobText::of([run("echo ::debug::deep; echo d=$RUNNER_DEBUG")])
        .condition(2, "success() && (runner.debug == '1')");
    job.0.debug = true;
    let job = done(job).await;
    assert_eq!(conclusions(&job, 2), [Success]);
    let rows = job.text(2);
    for row in ["##[debug]deep", "d=1", "##[debug]if is true"] {
        assert!(rows.iter().any(|shown| shown == row), "{row} in {rows:?}");
    }
}

#[tokio::test]
async fn r8_4_annotations_and_r8_8_summaries_are_told() {
    let script = "echo '::warning file=a.rs,line=2::careful hunter2'
        echo '# Done hunter2' >> $GITHUB_STEP_SUMMARY; exit 3";
    let long = "head -c 1048577 /dev/zero | tr '\\0' x >> $GITHUB_STEP_SUMMARY";
    let job = JobText::of([run(script), run(long)]).condition(3, "always()");
    let job = done(job).await;
    let annotations = &job.finish.as_ref().unwrap().annotations;
    let shown: Vec<_> = annotations
        .iter()
        .map(|one| (one.number, one.step, one.message.as_str()))
        .collect();
    assert_eq!(shown[0], (1, 2, "careful ***"));
    assert_eq!(shown[1], (2, 2, "Process completed with exit code 3."));
    assert_eq!(
        (annotations[0].path.as_deref(), annotations[0].start_line),
        (Some("a.rs"), Some(2))
    );
    assert!(shown[2].2.contains("1048577 bytes"), "{shown:?}");
    assert_eq!(job.summaries.len(), 1, "{:?}", job.summaries.keys());
    assert_eq!(job.summaries[&2].trim(), "# Done ***");
}

#[tokio::test]
async fn fields_of_an_older_server_are_understood() {
    let older: StepMessage = serde_json::from_value(json!({
        "number": 2, "id": null, "name": "s", "env": [["A", "1"]],
        "action": {"kind": "run", "script": "echo a=$A", "shell": null, "working_directory": null},
    }))
    .unwrap();
    let mut job = JobText::of([run("true")]);
    job.0.steps = vec![older];
    let job = done(job).await;
    assert_eq!(last(&job, 2), "a=1");
    let plain: FieldMessage<String> = serde_json::from_value(json!("x")).unwrap();
    assert_eq!(plain, FieldMessage::Plain("x".to_owned()));
}

#[tokio::test]
async fn a_message_that_is_not_understood_fails_the_job_in_its_set_up() {
    let job = JobText::of([run("true")]).condition(2, "no such ( thing");
    let job = done(job).await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(job.conclusion(1), Some(Failure));
    assert_eq!(conclusions(&job, 2), [Skipped]);
    assert!(last(&job, 1).contains("does not understand the job: line 9"));
}

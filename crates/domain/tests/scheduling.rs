//! Conditions, matrices and called workflows: what a job becomes once its needs are complete.

use crate::given::{Story, types};
use runyard_domain::{
    Conclusion::{self, Cancelled, Failure, Skipped, Success},
    event::EndReason,
    run::{Definition, Job, JobState, Leg},
};
use runyard_workflow::{
    model::CalledFile,
    reusable::{CallLimits, Loaded, Loader, Source, resolve},
};
use std::{collections::BTreeMap, sync::Arc};

/// A job of one line: its key, and what it says besides its runner and step.
fn job(key: &str, says: &str) -> String {
    format!("  {key}: {{runs-on: linux, steps: [{{run: x}}]{says}}}\n")
}

fn file(jobs: &[(&str, &str)]) -> String {
    let jobs: String = jobs.iter().map(|(key, says)| job(key, says)).collect();
    format!("on: push\njobs:\n{jobs}")
}

fn planned(jobs: &[(&str, &str)]) -> Story {
    Story::planned(&file(jobs))
}

fn names(story: &Story) -> Vec<&str> {
    let planned = story.run.attempt().planned();
    planned.map(|job| job.display_name.as_str()).collect()
}

/// The leg with this name.
fn leg<'s>(story: &'s Story, name: &str) -> &'s Leg {
    let mut planned = story.run.attempt().planned();
    let job = planned.find(|job| job.display_name == name).unwrap();
    job.leg.as_ref().unwrap()
}

/// Starts and finishes the job that shows this name.
fn does(story: &mut Story, name: &str, end: Conclusion) {
    start(story, name);
    finish(story, name, end);
}

fn id(story: &Story, name: &str) -> runyard_domain::JobId {
    let mut planned = story.run.attempt().planned();
    planned.find(|job| job.display_name == name).unwrap().id
}

fn start(story: &mut Story, name: &str) {
    let job = id(story, name);
    let ran = crate::given::ran(job.get());
    story
        .command(|run, planning| run.start_job(job, ran.clone(), planning.now))
        .unwrap();
}

fn finish(story: &mut Story, name: &str, end: Conclusion) {
    let job = id(story, name);
    story
        .command(|run, planning| run.finish_job(job, end, planning))
        .unwrap();
}

/// One row: what the jobs say, what is done, and how all jobs and the run end.
struct Row {
    rule: &'static str,
    jobs: &'static [(&'static str, &'static str)],
    done: &'static [(&'static str, Conclusion)],
    ends: &'static [&'static str],
    run: &'static str,
}

#[test]
fn conditions_and_results_follow_the_table() {
    const ALWAYS: &str = ", needs: a, if: always()";
    let table = [
        Row {
            rule: "E5, R1.20: an absorbed failure is a success for others",
            jobs: &[("b", ", continue-on-error: true"), ("c", ", needs: b")],
            done: &[("b", Failure), ("c", Success)],
            ends: &["failure", "success"],
            run: "success",
        },
        Row {
            rule: "E6: every condition is false",
            jobs: &[("a", ", if: false"), ("b", ", if: \"false\"")],
            done: &[],
            ends: &["skipped", "skipped"],
            run: "skipped",
        },
        Row {
            rule: "E7: one success, the rest skipped",
            jobs: &[("a", ""), ("b", ", if: false")],
            done: &[("a", Success)],
            ends: &["success", "skipped"],
            run: "success",
        },
        Row {
            rule: "E8, R2.14: a skipped ancestor skips behind one that ran",
            jobs: &[("a", ", if: false"), ("b", ALWAYS), ("c", ", needs: b")],
            done: &[("b", Success)],
            ends: &["skipped", "success", "skipped"],
            run: "success",
        },
        Row {
            rule: "E9: failure() sees all ancestors",
            jobs: &[("a", ""), ("b", ALWAYS), ("c", ", needs: b, if: failure()")],
            done: &[("a", Failure), ("b", Success), ("c", Success)],
            ends: &["failure", "success", "success"],
            run: "failure",
        },
        Row {
            rule: "E10: an absorbed failure is none",
            jobs: &[
                ("a", ", continue-on-error: true"),
                ("b", ", needs: a, if: failure()"),
            ],
            done: &[("a", Failure)],
            ends: &["failure", "skipped"],
            run: "success",
        },
        Row {
            rule: "E11, R2.15: skipped is neither failed nor cancelled",
            jobs: &[
                ("a", ", if: false"),
                ("b", ", needs: a, if: \"!failure() && !cancelled()\""),
            ],
            done: &[("b", Success)],
            ends: &["skipped", "success"],
            run: "success",
        },
        Row {
            rule: "E12: success() is implied",
            jobs: &[
                ("a", ""),
                ("b", ", needs: a, if: needs.a.result == 'failure'"),
            ],
            done: &[("a", Failure)],
            ends: &["failure", "skipped"],
            run: "failure",
        },
        Row {
            rule: "E13, R2.12: text with an expression in it is true",
            jobs: &[("a", ", if: \"${{ false }} && true\"")],
            done: &[("a", Success)],
            ends: &["success"],
            run: "success",
        },
        Row {
            rule: "E14, R2.10: a text is no call",
            jobs: &[
                ("a", ""),
                (
                    "b",
                    ", needs: a, if: \"contains('always()', 'x') == false\"",
                ),
            ],
            done: &[("a", Failure)],
            ends: &["failure", "skipped"],
            run: "failure",
        },
        Row {
            rule: "R2.6: needs has the direct ones only",
            jobs: &[
                ("a", ""),
                ("b", ", needs: a"),
                (
                    "c",
                    ", needs: b, if: needs.a == null && needs.b.result == 'success'",
                ),
            ],
            done: &[("a", Success), ("b", Success), ("c", Success)],
            ends: &["success", "success", "success"],
            run: "success",
        },
        Row {
            rule: "1.2: a condition that has no value fails the job",
            jobs: &[("a", ", if: \"fromJSON('{')\"")],
            done: &[],
            ends: &["failure"],
            run: "failure",
        },
        Row {
            rule: "E27, R2.46: a matrix without values fails, it is not skipped",
            jobs: &[(
                "a",
                ", strategy: {matrix: \"${{ fromJSON('{\\\"v\\\":[]}') }}\"}",
            )],
            done: &[],
            ends: &["failure"],
            run: "failure",
        },
        Row {
            rule: "E30, R2.13: a skipped matrix is one job",
            jobs: &[("a", ", if: false, strategy: {matrix: {v: [1, 2]}}")],
            done: &[],
            ends: &["skipped"],
            run: "skipped",
        },
        Row {
            rule: "E3, R1.6: a job that its limit ended is cancelled, which is no failure",
            jobs: &[
                ("a", ""),
                ("b", ", timeout-minutes: 1"),
                ("c", ", needs: b, if: failure()"),
            ],
            done: &[("a", Success), ("b", Cancelled)],
            ends: &["success", "cancelled", "skipped"],
            run: "cancelled",
        },
        Row {
            rule: "R1.17: a failure counts more than a job that was cancelled by itself",
            jobs: &[("a", ""), ("b", "")],
            done: &[("a", Failure), ("b", Cancelled)],
            ends: &["failure", "cancelled"],
            run: "failure",
        },
        Row {
            rule: "R1.22: one result for all legs",
            jobs: &[
                ("m", ", strategy: {fail-fast: false, matrix: {v: [1, 2]}}"),
                (
                    "n",
                    ", needs: m, if: \"always() && needs.m.result == 'failure'\"",
                ),
            ],
            done: &[("m (1)", Failure), ("m (2)", Success), ("n", Success)],
            ends: &["failure", "success", "success"],
            run: "failure",
        },
        Row {
            rule: "R2.11: what is no boolean counts as what it is truthy for",
            jobs: &[
                ("a", ", if: 2"),
                ("b", ", if: \"${{ '' }}\""),
                ("c", ", if: 0"),
                ("d", ", if: \"'0'\""),
                ("e", ", if: github.nothing"),
            ],
            done: &[("a", Success), ("d", Success)],
            ends: &["success", "skipped", "skipped", "success", "skipped"],
            run: "success",
        },
        Row {
            rule: "R2.15: a skipped ancestor is none of the three",
            jobs: &[
                ("a", ", if: false"),
                ("b", ", needs: a, if: success() || failure() || cancelled()"),
                (
                    "c",
                    ", needs: a, if: \"!success() && !failure() && !cancelled()\"",
                ),
            ],
            done: &[("c", Success)],
            ends: &["skipped", "skipped", "success"],
            run: "success",
        },
        Row {
            rule: "R2.32: what the runner evaluates is not looked at before",
            jobs: &[(
                "a",
                ", env: {X: \"${{ fromJSON('{') }}\"}, outputs: {y: \"${{ fromJSON('{') }}\"}",
            )],
            done: &[("a", Success)],
            ends: &["success"],
            run: "success",
        },
    ];
    for row in table {
        let mut story = planned(row.jobs);
        for (name, end) in row.done {
            does(&mut story, name, *end);
        }
        assert_eq!(story.jobs(), row.ends, "{}", row.rule);
        assert_eq!(story.stands(), row.run, "{}", row.rule);
    }
}

#[test]
fn what_cannot_be_evaluated_says_which_key_is_wrong() {
    let table = [
        (", if: \"fromJSON('{')\"", "if: "),
        (", runs-on: \"${{ fromJSON('[]') }}\"", "runs-on: "),
        (", name: \"${{ fromJSON('x') }}\"", "name: "),
        (
            ", continue-on-error: \"${{ format('true') }}\"",
            "continue-on-error: ",
        ),
        (
            ", timeout-minutes: \"${{ format('x') }}\"",
            "timeout-minutes: ",
        ),
        (", strategy: {matrix: \"${{ 1 }}\"}", "strategy: "),
    ];
    for (says, begins) in table {
        let text = if says.contains("runs-on") {
            format!("on: push\njobs:\n  a: {{steps: [{{run: x}}]{says}}}\n")
        } else {
            file(&[("a", says)])
        };
        let story = Story::planned(&text);
        let state = &story.run.attempt().planned().next().unwrap().state;
        let Some(EndReason::NotEvaluated { problem }) = state.reason() else {
            panic!("{says}: {state:?}");
        };
        assert!(problem.starts_with(begins), "{says}: {problem}");
    }
}

#[test]
fn r2_5_a_static_matrix_becomes_legs_with_github_s_names() {
    let matrix = "{os: [linux, mac], v: [1, 2, 3], exclude: [{os: mac, v: 2}]}";
    let says = format!(", strategy: {{matrix: {matrix}}}");
    let story = planned(&[("test", &says)]);
    let wanted = [
        "test (linux, 1)",
        "test (linux, 2)",
        "test (linux, 3)",
        "test (mac, 1)",
        "test (mac, 3)",
    ];
    assert_eq!(names(&story), wanted);
    assert_eq!(story.jobs(), ["queued"; 5]);
    let last = leg(&story, "test (mac, 3)");
    assert_eq!((last.index, last.total, last.fail_fast), (4, 5, true));
    assert_eq!(last.matrix, serde_json::json!({"os": "mac", "v": 3}));
}

#[test]
fn e26_a_name_with_an_expression_takes_no_suffix() {
    let strategy = ", strategy: {matrix: {v: [1]}}";
    let story = planned(&[
        ("a", &format!("{strategy}, name: Test")),
        (
            "b",
            &format!("{strategy}, name: \"Test ${{{{ matrix.v }}}}\""),
        ),
    ]);
    assert_eq!(names(&story), ["Test (1)", "Test 1"]);
}

#[test]
fn runs_on_may_be_computed_from_the_matrix() {
    let text = "on: push\njobs:\n  a: {runs-on: \"${{ matrix.os }}\", steps: [{run: x}], strategy: {matrix: {os: [linux, [self-hosted, gpu]]}}}\n";
    let story = Story::planned(text);
    let labels: Vec<&[String]> = story
        .run
        .attempt()
        .planned()
        .map(|job| job.labels.as_slice())
        .collect();
    assert_eq!(labels, [&["linux"][..], &["self-hosted", "gpu"][..]]);
}

#[test]
fn e1_a_failed_leg_cancels_the_others_and_r2_45_says_why() {
    let mut story = planned(&[
        ("m", ", strategy: {matrix: {v: [a, b, c]}}"),
        ("n", ", needs: m"),
    ]);
    start(&mut story, "m (a)");
    start(&mut story, "m (b)");
    finish(&mut story, "m (a)", Failure);
    assert_eq!(
        story.jobs(),
        ["failure", "blocked", "in_progress", "cancelled"]
    );
    let waiting = &story.run.job(id(&story, "m (c)")).unwrap().state;
    assert_eq!(waiting.reason(), Some(&EndReason::FailFast));
    let running = &story.run.job(id(&story, "m (b)")).unwrap().state;
    assert!(
        matches!(
            running,
            JobState::InProgress {
                cancel_requested_at: Some(_),
                ..
            }
        ),
        "{running:?}"
    );
    finish(&mut story, "m (b)", Cancelled);
    assert_eq!(story.stands(), "failure", "R1.16, row 3");
    assert_eq!(
        story.jobs(),
        ["failure", "skipped", "cancelled", "cancelled"]
    );
}

#[test]
fn r3_6_legs_that_fail_fast_ends_are_not_a_cancelled_run() {
    let mut story = planned(&[
        ("m", ", strategy: {matrix: {v: [a, b]}}"),
        ("told", ", if: \"!cancelled()\""),
        ("c", ", needs: m, if: cancelled()"),
        ("f", ", needs: m, if: failure()"),
    ]);
    start(&mut story, "told");
    does(&mut story, "m (a)", Failure);
    let wanted = ["failure", "in_progress", "skipped", "queued", "cancelled"];
    assert_eq!(story.jobs(), wanted);
    assert_eq!(story.run.attempt().cancelled_at, None);
}

#[test]
fn e29_a_failure_that_is_absorbed_and_a_strategy_without_fail_fast_leave_siblings_alone() {
    for says in [
        ", continue-on-error: true, strategy: {matrix: {v: [a, b]}}",
        ", strategy: {fail-fast: false, matrix: {v: [a, b]}}",
    ] {
        let mut story = planned(&[("m", says)]);
        does(&mut story, "m (a)", Failure);
        assert_eq!(story.jobs(), ["failure", "queued"], "{says}");
    }
}

#[test]
fn r2_44_max_parallel_lets_the_next_leg_go_when_one_ends() {
    let mut story = planned(&[(
        "m",
        ", strategy: {max-parallel: 2, matrix: {v: [a, b, c, d]}}",
    )]);
    let offered = |story: &Story| {
        let planned = story.run.attempt().planned();
        planned
            .map(|job| job.state == JobState::Queued)
            .collect::<Vec<_>>()
    };
    assert_eq!(offered(&story), [true, true, false, false]);
    assert_eq!(
        story.jobs(),
        ["queued"; 4],
        "R2.44: a held leg shows as queued"
    );
    does(&mut story, "m (b)", Success);
    assert_eq!(offered(&story), [true, false, true, false]);
}

#[test]
fn r3_2_e15_e16_and_e17_a_cancel_evaluates_conditions_again() {
    let mut story = planned(&[
        ("plain", ""),
        ("not", ", if: \"!cancelled()\""),
        ("always", ", if: always()"),
        ("after", ", needs: plain, if: always()"),
        ("behind", ", needs: plain"),
    ]);
    for name in ["plain", "not", "always"] {
        start(&mut story, name);
    }
    let told = story.cancel().unwrap();
    assert_eq!(
        types(&told),
        "run_cancel_requested job_cancel_requested job_cancel_requested"
    );
    finish(&mut story, "plain", Cancelled);
    finish(&mut story, "not", Cancelled);
    let wanted = ["cancelled", "cancelled", "in_progress", "queued", "skipped"];
    assert_eq!(story.jobs(), wanted);
    finish(&mut story, "always", Success);
    does(&mut story, "after", Success);
    assert_eq!(story.stands(), "cancelled");
}

#[test]
fn e4_an_absorbed_job_that_is_cancelled_still_cancels_the_run() {
    let mut story = planned(&[("a", ""), ("b", ", continue-on-error: true")]);
    does(&mut story, "a", Success);
    does(&mut story, "b", Cancelled);
    assert_eq!(story.stands(), "cancelled");
}

/// Called files by the path that calls name.
struct Files(BTreeMap<&'static str, &'static str>);

impl Loader for Files {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let CalledFile::Local { path } = file else {
            return Err("only local files here".to_owned());
        };
        let text = self.0.get(path.as_str()).ok_or("no such file")?;
        Ok(Some(Loaded {
            source: Source {
                path: format!("o/r/{path}@main"),
                sha: "a".repeat(40),
                reference: None,
            },
            text: (*text).to_owned(),
        }))
    }
}

pub(crate) fn calling(text: &str, called: &'static str) -> Definition {
    let files = Files([(".github/workflows/called.yml", called)].into());
    let workflow = Arc::new(runyard_workflow::parse("ci.yml", text).unwrap());
    resolve("ci.yml", workflow, 0, &files, &CallLimits::default()).unwrap()
}

const CALLED: &str = "on:
  workflow_call:
    inputs:
      to: {type: string, required: true}
      fast: {type: boolean, default: true}
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
  ship:
    name: \"Ship to ${{ inputs.to }}\"
    needs: build
    if: inputs.fast
    runs-on: linux
    steps: [{run: x}]
";

fn story_of(definition: Definition) -> Story {
    let mut story = Story::requested("on: push\njobs: {a: {runs-on: x}}");
    story.definition = definition;
    story.plan().unwrap();
    story
}

#[test]
fn r2_67_a_called_workflow_s_jobs_stand_for_the_caller() {
    let text = "on: push\njobs:
  first: {runs-on: linux, steps: [{run: x}]}
  deploy: {needs: first, uses: ./.github/workflows/called.yml, with: {to: \"${{ needs.first.result }}\"}}
  after: {needs: deploy, runs-on: linux, steps: [{run: x}]}\n";
    let mut story = story_of(calling(text, CALLED));
    assert_eq!(story.jobs(), ["queued", "blocked", "blocked"]);
    does(&mut story, "first", Success);
    assert_eq!(
        story.jobs(),
        ["success", "called", "blocked", "queued", "blocked"]
    );
    does(&mut story, "deploy / build", Success);
    assert_eq!(
        names(&story),
        ["first", "deploy / build", "deploy / Ship to success"]
    );
    does(&mut story, "deploy / Ship to success", Success);
    does(&mut story, "after", Success);
    assert_eq!(story.stands(), "success");
    let called = story.run.attempt().jobs.iter();
    let called: Vec<_> = called
        .filter(|job| matches!(job, Job::Called(_)))
        .map(|job| story.run.attempt().conclusion_of(job))
        .collect();
    assert_eq!(called, [Some(Success)]);
}

#[test]
fn r1_21_a_caller_s_result_is_that_of_its_jobs_and_a_skipped_caller_is_one_job() {
    let text = "on: push\njobs:
  deploy: {uses: ./.github/workflows/called.yml, with: {to: x}}
  never: {if: false, uses: ./.github/workflows/called.yml, with: {to: x}}
  after: {needs: deploy, runs-on: linux, steps: [{run: x}]}\n";
    let mut story = story_of(calling(text, CALLED));
    does(&mut story, "deploy / build", Failure);
    let wanted = [
        "never",
        "after",
        "deploy / build",
        "deploy / Ship to ${{ inputs.to }}",
    ];
    assert_eq!(names(&story), wanted);
    assert_eq!(story.stands(), "failure");
    let skipped: Vec<&str> = story
        .run
        .attempt()
        .planned()
        .filter(|job| job.state.conclusion() == Some(Skipped))
        .map(|job| job.node.as_str())
        .collect();
    assert_eq!(skipped, ["never", "after", "deploy/ship"]);
}

#[test]
fn r2_63_what_a_call_gives_must_be_what_is_declared() {
    for (with, begins) in [
        (
            "{to: x, fast: \"${{ format('yes') }}\"}",
            "with: input fast is 'yes'",
        ),
        ("\"${{ fromJSON('{}') }}\"", "with: input to is required"),
        (
            "\"${{ fromJSON('{\\\"to\\\":1,\\\"x\\\":2}') }}\"",
            "with: x is not an input",
        ),
    ] {
        let text = format!(
            "on: push\njobs:\n  deploy: {{uses: ./.github/workflows/called.yml, with: {with}}}\n"
        );
        let Ok(workflow) = runyard_workflow::parse("ci.yml", &text) else {
            // GitHub takes no expression for the whole of `with`.
            assert!(with.starts_with('"'), "{with}");
            continue;
        };
        drop(workflow);
        let story = story_of(calling(&text, CALLED));
        assert_eq!(story.jobs(), ["failure"], "{with}");
        let state = &story.run.attempt().planned().next().unwrap().state;
        let problem = state.reason().unwrap().sentence();
        assert!(problem.starts_with(begins), "{problem}");
    }
}

#[test]
fn a_caller_with_a_matrix_calls_once_per_leg() {
    let text = "on: push\njobs:
  deploy:
    strategy: {matrix: {to: [staging, production]}}
    uses: ./.github/workflows/called.yml
    with: {to: \"${{ matrix.to }}\"}\n";
    let mut story = story_of(calling(text, CALLED));
    does(&mut story, "deploy (staging) / build", Success);
    does(&mut story, "deploy (production) / build", Success);
    let wanted = [
        "deploy (staging) / build",
        "deploy (staging) / Ship to staging",
        "deploy (production) / build",
        "deploy (production) / Ship to production",
    ];
    assert_eq!(names(&story), wanted);
    for name in [
        "deploy (staging) / Ship to staging",
        "deploy (production) / Ship to production",
    ] {
        does(&mut story, name, Success);
    }
    assert_eq!(story.stands(), "success");
}

#[test]
fn r2_71_the_jobs_of_called_files_count_with_those_of_the_run() {
    let jobs = "  j@: {runs-on: linux, steps: [{run: x}]}\n";
    let jobs = (0..300).map(|number| jobs.replace('@', &number.to_string()));
    let called = format!("on: workflow_call\njobs:\n{}", jobs.collect::<String>());
    let text = |legs| {
        format!(
            "on: push\njobs:
  calls:
    strategy: {{matrix: {{leg: {legs}}}}}
    uses: ./.github/workflows/called.yml\n"
        )
    };
    // Kept for the length of the test program: the loader of these tests borrows what it is given.
    let called: &'static str = Box::leak(called.into_boxed_str());
    let most = story_of(calling(&text("[1, 2, 3]"), called));
    assert_eq!(most.run.attempt().planned().count(), 900);
    let more = story_of(calling(&text("[1, 2, 3, 4]"), called));
    let mut planned = more.run.attempt().planned();
    let state = &planned.next().unwrap().state;
    assert!(planned.next().is_none());
    let Some(EndReason::NotEvaluated { problem }) = state.reason() else {
        panic!("{state:?}");
    };
    assert!(problem.contains("more than 1024 jobs"), "{problem}");
}

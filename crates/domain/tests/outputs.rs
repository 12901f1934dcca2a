//! Outputs of jobs: who sees what of whom (semantics 2.3, R2.68).

use crate::given::Story;
use runyard_domain::{
    Conclusion::{self, Failure, Success},
    JobId, Refusal,
    run::{Definition, RerunOf, output_units},
};
use runyard_workflow::{
    model::CalledFile,
    reusable::{CallLimits, Loaded, Loader, Source, resolve},
};
use std::sync::Arc;

const STEPS: &str = "runs-on: linux, steps: [{run: x}]";

fn planned(jobs: &[&str]) -> Story {
    let jobs: String = jobs.iter().map(|job| format!("  {job}\n")).collect();
    let text = format!("on: push\njobs:\n{}", jobs.replace("STEPS", STEPS));
    Story::planned(&text)
}

fn names(story: &Story) -> Vec<&str> {
    let planned = story.run.attempt().planned();
    planned.map(|job| job.display_name.as_str()).collect()
}

fn id(story: &Story, name: &str) -> JobId {
    let mut planned = story.run.attempt().planned();
    planned.find(|job| job.display_name == name).unwrap().id
}

/// A job that is queued runs, gives this, and ends.
fn gives(story: &mut Story, name: &str, outputs: &[(&str, &str)], end: Conclusion) {
    let job = id(story, name);
    let ran = crate::given::ran(job.get());
    story
        .command(|run, planning| run.start_job(job, ran.clone(), planning.now))
        .unwrap();
    let outputs = outputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    story.contexts.outputs.insert(job, outputs.collect());
    story
        .command(|run, planning| run.finish_job(job, end, planning))
        .unwrap();
}

#[test]
fn r2_6_direct_needs_give_their_outputs_to_condition_and_name() {
    let mut story = planned(&[
        "a: {outputs: {x: y}, STEPS}",
        "b: {needs: a, if: needs.a.outputs.X == 'one', name: 'B ${{ needs.a.outputs.x }}', STEPS}",
        "c: {needs: b, name: 'C ${{ needs.a.outputs.x }}', STEPS}",
    ]);
    gives(&mut story, "a", &[("x", "one")], Success);
    assert_eq!(names(&story), ["a", "B one"], "R2.23: keys ignore case");
    gives(&mut story, "B one", &[], Success);
    assert_eq!(names(&story)[2], "C ", "R2.24: only direct needs");
}

#[test]
fn e12_an_output_of_a_failed_job_does_not_lift_the_implicit_success() {
    let mut story = planned(&[
        "a: {outputs: {x: y}, STEPS}",
        "b: {needs: a, if: needs.a.outputs.x == 'y', STEPS}",
        "c: {needs: a, if: \"failure() && needs.a.outputs.x == 'y'\", STEPS}",
    ]);
    gives(&mut story, "a", &[("x", "y")], Failure);
    assert_eq!(story.jobs(), ["failure", "skipped", "queued"]);
}

#[test]
fn r2_6_a_skipped_job_gives_nothing_and_nobody_is_asked_for_it() {
    let mut story = planned(&[
        "a: {if: false, outputs: {x: y}, STEPS}",
        "b: {needs: a, if: always(), name: 'B ${{ toJSON(needs.a.outputs) }}', STEPS}",
    ]);
    assert_eq!(names(&story), ["a", "B {}"]);
    gives(&mut story, "B {}", &[], Success);
}

#[test]
fn e28_the_last_leg_with_a_value_decides() {
    let mut story = planned(&[
        "m: {strategy: {matrix: {v: [1, 2, 3]}}, outputs: {k: x}, STEPS}",
        "b: {needs: m, name: 'B ${{ needs.m.outputs.k }} ${{ needs.m.outputs.l }}', STEPS}",
    ]);
    gives(
        &mut story,
        "m (3)",
        &[("k", "o"), ("l", "from three")],
        Success,
    );
    gives(&mut story, "m (1)", &[("K", "p")], Success);
    gives(&mut story, "m (2)", &[("k", "")], Success);
    let names = names(&story);
    assert!(names.contains(&"B p from three"), "R2.22: {names:?}");
}

#[test]
fn r2_46_an_output_becomes_a_matrix() {
    let mut story = planned(&[
        "a: {outputs: {m: y}, STEPS}",
        "b: {needs: a, strategy: {matrix: '${{ fromJSON(needs.a.outputs.m) }}'}, STEPS}",
    ]);
    gives(&mut story, "a", &[("m", r#"{"v": [1, 2]}"#)], Success);
    assert_eq!(names(&story), ["a", "b (1)", "b (2)"]);
}

#[test]
fn e27_an_output_that_makes_no_matrix_fails_the_job() {
    for (output, says) in [(r#"{"v": []}"#, "v"), ("{", "Json"), ("", "Json")] {
        let mut story = planned(&[
            "a: {outputs: {m: y}, STEPS}",
            "b: {needs: a, strategy: {matrix: '${{ fromJSON(needs.a.outputs.m) }}'}, STEPS}",
        ]);
        gives(&mut story, "a", &[("m", output)], Success);
        assert_eq!(story.jobs(), ["success", "failure"], "{output}");
        let mut planned = story.run.attempt().planned();
        let reason = planned
            .find_map(|job| job.state.reason())
            .unwrap()
            .sentence();
        assert!(reason.contains(says), "{output}: {reason}");
    }
}

#[test]
fn what_was_not_loaded_is_asked_for_and_nothing_is_planned_without_it() {
    let mut story = planned(&[
        "a: {outputs: {x: y}, STEPS}",
        "plain: {STEPS}",
        "b: {needs: [a, plain], name: 'B ${{ needs.a.outputs.x }}', STEPS}",
    ]);
    story.does("a", Success);
    story.start("plain").unwrap();
    let a = story.id("a");
    let refused = story.finish("plain", Success).unwrap_err();
    assert_eq!(refused, Refusal::OutputsNotLoaded { jobs: vec![a] });
    story.contexts.outputs.insert(a, Vec::new());
    story.finish("plain", Success).unwrap();
    assert_eq!(names(&story)[2], "B ", "known to have given nothing");
}

#[test]
fn r4_5_a_carried_job_gives_what_the_job_it_stands_for_gave() {
    let mut story = planned(&[
        "a: {outputs: {x: y}, STEPS}",
        "b: {needs: a, name: 'B ${{ needs.a.outputs.x }}', STEPS}",
    ]);
    gives(&mut story, "a", &[("x", "one")], Success);
    gives(&mut story, "B one", &[], Failure);
    let first = id(&story, "a");
    story.rerun_of(RerunOf::Failed).unwrap();
    assert_ne!(id(&story, "a"), first, "R4.4: a new id");
    let again = id(&story, "B one");
    let seen = story
        .run
        .contexts_of(again, &story.definition, &story.contexts);
    let needs = serde_json::to_value(seen.unwrap().needs).unwrap();
    assert_eq!(needs["a"]["outputs"]["x"], "one");
    story.contexts.outputs = Default::default();
    let refused = story
        .run
        .contexts_of(again, &story.definition, &story.contexts);
    let jobs = vec![first];
    assert_eq!(refused.unwrap_err(), Refusal::OutputsNotLoaded { jobs });
}

#[test]
fn r3_1_a_cancel_looks_at_the_outputs_that_a_condition_names() {
    let mut story = planned(&[
        "a: {outputs: {x: y}, STEPS}",
        "b: {needs: a, if: \"always() && needs.a.outputs.x == 'keep'\", STEPS}",
    ]);
    gives(&mut story, "a", &[("x", "keep")], Success);
    let loaded = std::mem::take(&mut story.contexts.outputs);
    assert!(story.cancel().is_err(), "it cannot be decided without");
    story.contexts.outputs = loaded;
    story.cancel().unwrap();
    assert_eq!(story.jobs(), ["success", "queued"]);
}

struct Called(&'static str);

impl Loader for Called {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let CalledFile::Local { path } = file else {
            return Err("not here".to_owned());
        };
        Ok(Some(Loaded {
            source: Source {
                path: format!("o/r/{path}@main"),
                sha: "a".repeat(40),
                reference: None,
            },
            text: self.0.to_owned(),
        }))
    }
}

fn calling(text: &str, called: &'static str) -> Definition {
    let workflow = runyard_workflow::parse("ci.yml", text).unwrap();
    let workflow = Arc::new(workflow);
    resolve(
        "ci.yml",
        workflow,
        0,
        &Called(called),
        &CallLimits::default(),
    )
    .unwrap()
}

const CALLED: &str = "on:
  workflow_call:
    inputs: {to: {type: string}}
    outputs:
      where: {value: '${{ inputs.to }}/${{ jobs.ship.outputs.at }}'}
      how: {value: '${{ jobs.ship.result }}'}
      nothing: {value: '${{ jobs.ship.outputs.missing }}'}
jobs:
  ship: {outputs: {at: x}, runs-on: linux, steps: [{run: x}]}
";

#[test]
fn r2_68_a_called_workflow_gives_what_it_declares() {
    let text = "on: push\njobs:
  deploy: {uses: ./.github/workflows/d.yml, with: {to: north}}
  after: {needs: deploy, name: 'At ${{ needs.deploy.outputs.where }}, ${{ needs.deploy.outputs.how }}', runs-on: linux, steps: [{run: x}]}
";
    let mut story = Story::requested(text);
    story.definition = calling(text, CALLED);
    story.plan().unwrap();
    gives(&mut story, "deploy / ship", &[("at", "5")], Success);
    assert!(names(&story).contains(&"At north/5, success"));
    let after = id(&story, "At north/5, success");
    let seen = story
        .run
        .contexts_of(after, &story.definition, &story.contexts);
    let needs = serde_json::to_value(seen.unwrap().needs).unwrap();
    let outputs = serde_json::json!({ "where": "north/5", "how": "success" });
    let wanted = serde_json::json!({ "deploy": { "result": "success", "outputs": outputs } });
    assert_eq!(needs, wanted);
    let ship = id(&story, "deploy / ship");
    let seen = story
        .run
        .contexts_of(ship, &story.definition, &story.contexts);
    let inputs = serde_json::to_value(seen.unwrap().inputs).unwrap();
    assert_eq!(inputs, serde_json::json!({ "to": "north" }));
}

#[test]
fn r2_43_a_job_sees_its_row_and_strategy() {
    let story = planned(&[
        "m: {strategy: {matrix: {v: [1, 2]}, max-parallel: 1}, STEPS}",
        "n: {STEPS}",
    ]);
    let seen = |name| {
        let job = id(&story, name);
        let seen = story
            .run
            .contexts_of(job, &story.definition, &story.contexts);
        let seen = seen.unwrap();
        let json = |value| serde_json::to_value(value).unwrap();
        (json(&seen.strategy), json(&seen.matrix))
    };
    let (strategy, matrix) = seen("m (2)");
    assert_eq!(matrix, serde_json::json!({ "v": 2 }));
    let wanted = serde_json::json!({
        "fail-fast": true, "job-index": 1, "job-total": 2, "max-parallel": 1,
    });
    assert_eq!(strategy, wanted);
    let (strategy, matrix) = seen("n");
    assert_eq!(
        (&strategy["job-total"], &matrix),
        (&1.into(), &serde_json::Value::Null)
    );
}

#[test]
fn r2_21_outputs_are_counted_in_utf_16() {
    let outputs = [("k".to_owned(), "\u{1f600}\u{e4}".to_owned())];
    assert_eq!(output_units(&outputs), 4);
}

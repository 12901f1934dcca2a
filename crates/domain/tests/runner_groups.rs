//! `runs-on` with a runner group (semantics R2.77, R2.78), and who may take such a job.

use crate::given::Story;
use runyard_domain::runner::LabelSet;

fn planned(runs_on: &str) -> Story {
    Story::planned(&format!(
        "on: push\njobs:\n  a: {{runs-on: {runs_on}, steps: [{{run: x}}]}}\n"
    ))
}

/// The group and the labels of the only job.
fn wanted(runs_on: &str) -> (Option<String>, Vec<String>) {
    let story = planned(runs_on);
    let job = story.run.attempt().planned().next().unwrap();
    assert_eq!(job.state.conclusion(), None, "{:?}", job.state.reason());
    (job.runner_group.clone(), job.labels.clone())
}

#[test]
fn r2_77_a_group_may_be_named_with_or_without_whose_it_is() {
    for text in [
        "gpu",
        "org/gpu",
        "organization/gpu",
        "ent/gpu",
        "enterprise/gpu",
    ] {
        let (group, labels) = wanted(&format!("{{group: {text}, labels: [linux, big]}}"));
        assert_eq!(group.as_deref(), Some("gpu"), "{text}");
        assert_eq!(labels, ["linux", "big"]);
        let computed = format!("{{group: \"${{{{ format('{text}') }}}}\"}}");
        assert_eq!(wanted(&computed), (group, Vec::new()), "{text}");
    }
    assert_eq!(wanted("linux").0, None);
}

#[test]
fn r2_77_any_other_prefix_an_empty_name_or_more_than_one_slash_fails_the_job() {
    for text in ["team/gpu", "org/", "org/a/b", "/gpu", ""] {
        let story = planned(&format!("{{group: \"${{{{ format('{text}') }}}}\"}}"));
        assert_eq!(story.jobs(), ["failure"], "{text}");
        let job = story.run.attempt().planned().next().unwrap();
        let sentence = job.state.reason().unwrap().sentence().into_owned();
        assert!(sentence.starts_with("runs-on.group: "), "{sentence}");
    }
}

#[test]
fn r2_78_without_a_label_and_without_a_group_a_job_fails() {
    let story = planned("\"${{ fromJSON('[]') }}\"");
    assert_eq!(story.jobs(), ["failure"]);
    let object = "\"${{ fromJSON('{\\\"group\\\": \\\"gpu\\\"}') }}\"";
    assert_eq!(wanted(object), (Some("gpu".to_owned()), Vec::new()));
}

#[test]
fn r2_77_a_runner_needs_the_group_and_all_labels_ignoring_case() {
    let runner = LabelSet::new(["Linux", "X64"]).in_group("GPU");
    let job = |labels: &[&str], group: Option<&str>| {
        let labels = LabelSet::new(labels);
        match group {
            Some(group) => labels.in_group(group),
            None => labels,
        }
    };
    assert!(runner.covers(&job(&["linux"], Some("gpu"))));
    assert!(runner.covers(&job(&[], Some("Gpu"))));
    assert!(runner.covers(&job(&["linux"], None)), "any group will do");
    assert!(!runner.covers(&job(&["linux"], Some("default"))));
    assert!(
        !runner.covers(&job(&["linux", "gpu"], None)),
        "a group is no label"
    );
    assert!(!LabelSet::new(["gpu"]).covers(&job(&[], Some("gpu"))));
}

//! Needs (semantics R2.1, R2.2).

use crate::support::{refused, valid};
use runyard_workflow::order;

fn jobs(needs: &[(&str, &str)]) -> String {
    let job = |(id, needs): &(&str, &str)| format!("  {id}: {{runs-on: x, needs: {needs}}}\n");
    format!(
        "on: push\njobs:\n{}",
        needs.iter().map(job).collect::<String>()
    )
}

#[test]
fn r2_1_needs_are_a_string_or_a_list_in_the_declared_spelling() {
    let source = jobs(&[
        ("Build", "[]"),
        ("test", "BUILD"),
        ("ship", "[Test, build, TEST]"),
    ]);
    let workflow = valid(&source);
    let needs = |at: usize| -> Vec<&str> {
        workflow.jobs[at]
            .needs
            .iter()
            .map(|need| need.as_str())
            .collect()
    };
    assert_eq!(needs(0), Vec::<&str>::new());
    assert_eq!(needs(1), ["Build"]);
    assert_eq!(needs(2), ["test", "Build"]);
}

#[test]
fn r2_2_an_unknown_need_is_reported_at_its_place() {
    refused(
        &jobs(&[("a", "[]"), ("b", "[a, c, d]")]),
        &[
            "4:30: Job 'b' depends on unknown job 'c'.",
            "4:33: Job 'b' depends on unknown job 'd'.",
        ],
    );
}

#[test]
fn r2_2_every_edge_of_the_unsatisfied_remainder_is_reported() {
    let source = jobs(&[("a", "[]"), ("b", "[a, c]"), ("c", "b"), ("d", "[a, c]")]);
    refused(
        &source,
        &[
            "4:30: Job 'b' depends on job 'c' which creates a cycle in the dependency graph.",
            "5:26: Job 'c' depends on job 'b' which creates a cycle in the dependency graph.",
            "6:30: Job 'd' depends on job 'c' which creates a cycle in the dependency graph.",
        ],
    );
}

#[test]
fn r2_2_a_job_cannot_need_itself() {
    refused(
        &jobs(&[("a", "[]"), ("b", "B")]),
        &["4:26: Job 'b' depends on job 'b' which"],
    );
}

#[test]
fn r2_2_some_job_must_be_free_to_start() {
    refused(
        &jobs(&[("a", "b"), ("b", "a")]),
        &[
            "3:3: The workflow must contain at least one job with no dependencies.",
            "3:26: Job 'a' depends on job 'b' which creates a cycle",
            "4:26: Job 'b' depends on job 'a' which creates a cycle",
        ],
    );
}

#[test]
fn jobs_are_ordered_behind_what_they_need() {
    let source = jobs(&[("c", "[b, a]"), ("a", "[]"), ("b", "a"), ("d", "[]")]);
    let workflow = valid(&source);
    let ordered = order(&workflow.jobs).unwrap();
    let ordered: Vec<&str> = ordered.into_iter().map(|need| need.as_str()).collect();
    assert_eq!(ordered, ["a", "d", "b", "c"]);
    assert_eq!(order(&workflow.jobs[..1]), None, "its needs are missing");
}

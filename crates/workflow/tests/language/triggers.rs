//! `on` (semantics R6.1, R6.2, R6.91).

use crate::support::{invalid, refused, valid};
use runyard_workflow::EventName::{self, Push, WorkflowDispatch};

const JOBS: &str = "jobs: {a: {runs-on: x}}\n";

fn file(on: &str) -> String {
    format!("on: {on}\n{JOBS}")
}

#[test]
fn r6_1_on_is_a_string_a_list_or_a_mapping() {
    for (on, expected) in [
        ("push", vec![Push]),
        ("workflow_dispatch", vec![WorkflowDispatch]),
        ("[push, workflow_dispatch]", vec![Push, WorkflowDispatch]),
        ("[push, push]", vec![Push]),
        ("{push: }", vec![Push]),
        ("{push: {}}", vec![Push]),
        (
            "\n  push:\n  workflow_dispatch: ~",
            vec![Push, WorkflowDispatch],
        ),
        ("\n  - workflow_dispatch", vec![WorkflowDispatch]),
    ] {
        let triggers = valid(&file(on)).on;
        let named: Vec<EventName> = EventName::ALL
            .into_iter()
            .filter(|event| triggers.has(*event))
            .collect();
        assert_eq!(named, expected, "{on}");
    }
}

#[test]
fn triggers_keep_the_place_of_each_name() {
    let triggers = valid(&file("\n  push:\n  workflow_dispatch:")).on;
    let places: Vec<(&str, u32, u32)> = triggers
        .declared()
        .iter()
        .map(|t| (t.event.name(), t.position.line, t.position.column))
        .collect();
    assert_eq!(places, [("push", 2, 3), ("workflow_dispatch", 3, 3)]);
}

#[test]
fn event_names_parse_as_they_print() {
    for event in EventName::ALL {
        assert_eq!(event.to_string().parse(), Ok(event));
    }
    let refusal = "Push".parse::<EventName>().unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "event 'Push' is not one that GitHub knows, such as push or workflow_dispatch"
    );
}

#[test]
fn events_and_filters_that_are_refused() {
    let not_yet = "is valid in GitHub Actions but not honoured yet by this version";
    for (on, expected) in [
        ("image_version", format!("1:5: on.image_version {not_yet}")),
        (
            "[push, pull_request_comment]",
            format!("1:12: on.pull_request_comment {not_yet}"),
        ),
        (
            "{image_version: {names: [x]}}",
            format!("1:6: on.image_version {not_yet}"),
        ),
        (
            "{push: {branch: main}}",
            "1:13: Unexpected value 'branch': an event takes".to_owned(),
        ),
        (
            "{push: main}",
            "1:12: Unexpected value 'main': an event takes nothing or a mapping".to_owned(),
        ),
        (
            "{push: [main]}",
            "1:12: A sequence was not expected".to_owned(),
        ),
        ("[[push]]", "1:6: A sequence was not expected".to_owned()),
        ("[{push: }]", "1:6: A mapping was not expected".to_owned()),
        (
            "pusch",
            "1:5: Unexpected value 'pusch': on is an event".to_owned(),
        ),
        (
            "Push",
            "1:5: Unexpected value 'Push': on is an event".to_owned(),
        ),
        ("", "1:4: Unexpected value ''".to_owned()),
        ("[]", "1:5: The workflow names no event".to_owned()),
        ("{}", "1:5: The workflow names no event".to_owned()),
    ] {
        let found = crate::support::errors(&file(on));
        assert_eq!(found.len(), 1, "{on}: {found:?}");
        assert!(found[0].starts_with(&expected), "{found:?}");
    }
    refused(
        &format!("true: push\n{JOBS}"),
        &[
            "1:1: Unexpected value 'true': a workflow is a mapping",
            "1:1: Required property is missing: on",
        ],
    );
}

#[test]
fn r6_91_a_broken_file_still_says_what_starts_it_when_on_can_be_read() {
    for (source, expected) in [
        ("on: push\njobs: {}\n", Some(vec!["push"])),
        (
            "on: [push, pull_request]\njobs: {}\n",
            Some(vec!["push", "pull_request"]),
        ),
        (
            "on: {push: {branches: [x]}}\njobs: {}\n",
            Some(vec!["push"]),
        ),
        (
            "on: {schedule: [{cron: x}]}\njobs: {}\n",
            Some(vec!["schedule"]),
        ),
        ("on: pusch\njobs: {}\n", None),
        ("jobs: {}\n", None),
        ("on: push\njobs: [\n", None),
        ("", None),
    ] {
        let triggers = invalid(source).triggers;
        let names = triggers.as_ref().map(|triggers| {
            triggers
                .declared()
                .iter()
                .map(|t| t.event.name())
                .collect::<Vec<_>>()
        });
        assert_eq!(names, expected, "{source}");
    }
}

#[test]
fn r6_2_a_scalar_stands_where_a_list_of_strings_may() {
    let read = |on: &str| {
        let mut workflow = crate::support::valid(&format!("on: {on}\n{JOBS}"));
        workflow.name = None;
        let trigger = workflow.on.declared()[0].clone();
        let texts = |list: Option<Vec<runyard_workflow::model::Located<String>>>| {
            list.map(|list| list.into_iter().map(|text| text.value).collect::<Vec<_>>())
        };
        [
            trigger.types,
            trigger.branches,
            trigger.paths_ignore,
            trigger.workflows,
        ]
        .map(texts)
    };
    for (scalar, list) in [
        ("{push: {branches: main}}", "{push: {branches: [main]}}"),
        (
            "{push: {paths-ignore: x/**}}",
            "{push: {paths-ignore: [x/**]}}",
        ),
        ("{issues: {types: opened}}", "{issues: {types: [opened]}}"),
        (
            "{workflow_run: {workflows: CI, branches: main}}",
            "{workflow_run: {workflows: [CI], branches: [main]}}",
        ),
        (
            "{repository_dispatch: {types: anything at all}}",
            "{repository_dispatch: {types: [anything at all]}}",
        ),
    ] {
        assert_eq!(read(scalar), read(list), "{scalar}");
        assert!(read(scalar).iter().any(Option::is_some), "{scalar}");
    }
}

#[test]
fn r6_5_each_event_takes_the_types_and_filters_of_its_row() {
    use runyard_workflow::trigger::{EVENTS, Filters};
    let keys = [
        "branches",
        "branches-ignore",
        "tags",
        "tags-ignore",
        "paths",
        "paths-ignore",
        "names",
        "versions",
    ];
    for rules in &EVENTS {
        let event = rules.event.name();
        let takes = |body: &str| {
            runyard_workflow::parse("ci.yml", &format!("on: {{{event}: {body}}}\n{JOBS}")).is_ok()
        };
        let filters: &[&str] = match rules.filters {
            Filters::None
            | Filters::FreeTypes
            | Filters::Cron
            | Filters::Inputs
            | Filters::Declarations => &[],
            Filters::NamesAndVersions => &keys[6..],
            Filters::Branches => &keys[..2],
            Filters::BranchesAndPaths => &["branches", "branches-ignore", "paths", "paths-ignore"],
            Filters::BranchesTagsAndPaths => &keys[..6],
            Filters::Workflows => &keys[..2],
        };
        let needs = if rules.filters == Filters::Workflows {
            ", workflows: x"
        } else {
            ""
        };
        for key in keys {
            assert_eq!(
                takes(&format!("{{{key}: x{needs}}}")),
                filters.contains(&key),
                "{event} {key}"
            );
        }
        for word in rules.types {
            assert!(
                takes(&format!("{{types: {word}{needs}}}")),
                "{event} {word}"
            );
            assert!(
                takes(&format!("{{types: [{word}]{needs}}}")),
                "{event} {word}"
            );
        }
        let free = rules.filters == Filters::FreeTypes;
        assert_eq!(
            takes(&format!("{{types: no_such_type{needs}}}")),
            free,
            "{event}"
        );
        let says_nothing = ![Filters::Cron, Filters::Workflows].contains(&rules.filters);
        assert_eq!(takes(""), says_nothing, "{event}");
        assert_eq!(takes("{}"), says_nothing, "{event}");
    }
}

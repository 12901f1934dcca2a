//! Matching one workflow against one event (semantics 6.1, 6.2).

use runyard_workflow::model::{Located, Position, Schedule, Trigger};
use runyard_workflow::trigger::{
    ChangedPaths, Decision, EVENTS, EventFacts, EventRules, Filters as Takes, MAX_CHANGED_PATHS,
    MAX_COMPARED_COMMITS, Obstacle, PullRequest, PushedRef, RunsAt, Subject, decide, decide_all,
};

pub(crate) fn pushed(git_ref: &str) -> EventFacts {
    let subject = Subject::Ref(PushedRef {
        git_ref: git_ref.to_owned(),
        before: Some("b".repeat(40)),
        after: Some("a".repeat(40)),
        deleted: false,
        at_once: 1,
    });
    EventFacts::new("push", subject)
}

pub(crate) fn pull() -> PullRequest {
    PullRequest {
        number: 5,
        base_branch: "main".to_owned(),
        base_sha: "b".repeat(40),
        head_branch: "topic".to_owned(),
        head_sha: "a".repeat(40),
        from_fork: false,
        merged: false,
        merge_sha: None,
        conflict: false,
    }
}

fn pull_request(event: &str, action: &str) -> EventFacts {
    let mut facts = EventFacts::new(event, Subject::PullRequest(pull()));
    facts.action = Some(action.to_owned());
    facts
}

fn changing(git_ref: &str, files: &[&str]) -> EventFacts {
    let mut facts = pushed(git_ref);
    facts.changed = ChangedPaths::compared(files.iter().map(|file| (*file).to_owned()), 1);
    facts
}

const HERE: Position = Position { line: 1, column: 1 };

pub(crate) fn located(text: &str) -> Located<String> {
    Located::new(text.to_owned(), HERE)
}

pub(crate) fn plain(event: &str) -> Trigger {
    Trigger::plain(event.parse().unwrap(), HERE)
}

pub(crate) fn words(list: &[&str]) -> Option<Vec<Located<String>>> {
    Some(list.iter().map(|word| located(word)).collect())
}

/// Filters by their keys.
type Filters<'a> = &'a [(&'a str, &'a [&'a str])];

/// A trigger with one filter after another: `branches: a b` as `("branches", &["a", "b"])`.
fn on(event: &str, filters: Filters<'_>) -> Trigger {
    let mut trigger = plain(event);
    for (key, list) in filters {
        let place = match *key {
            "types" => &mut trigger.types,
            "branches" => &mut trigger.branches,
            "branches-ignore" => &mut trigger.branches_ignore,
            "tags" => &mut trigger.tags,
            "tags-ignore" => &mut trigger.tags_ignore,
            "paths" => &mut trigger.paths,
            "paths-ignore" => &mut trigger.paths_ignore,
            "workflows" => &mut trigger.workflows,
            other => panic!("no filter {other}"),
        };
        *place = words(list);
    }
    trigger
}

fn starts(trigger: &Trigger, facts: &EventFacts) -> bool {
    decide(trigger, facts).starts()
}

#[test]
fn r6_1_every_filter_must_pass_and_one_entry_is_enough() {
    let both = on("push", &[("branches", &["main"]), ("paths", &["src/**"])]);
    assert!(starts(&both, &changing("refs/heads/main", &["src/a"])));
    assert!(!starts(&both, &changing("refs/heads/dev", &["src/a"])));
    assert!(!starts(&both, &changing("refs/heads/main", &["docs/a"])));
    let entries = [
        on("push", &[("branches", &["main"])]),
        on("pull_request", &[]),
    ];
    assert!(decide_all(&entries, &pull_request("pull_request", "opened")).starts());
    let missing = decide_all(&entries, &EventFacts::new("fork", Subject::Repository));
    assert_eq!(
        missing.to_string(),
        "no run starts: the workflow does not name the event fork"
    );
}

#[test]
fn r6_3_events_of_the_default_branch_need_the_file_there() {
    let needing = |name| EventRules::of(name).unwrap().needs_default_branch();
    for name in [
        "schedule",
        "repository_dispatch",
        "workflow_run",
        "delete",
        "issues",
        "issue_comment",
        "discussion",
        "label",
        "milestone",
        "fork",
        "watch",
        "status",
        "check_run",
        "public",
        "gollum",
        "page_build",
        "branch_protection_rule",
        "pull_request_target",
        "workflow_dispatch",
    ] {
        assert!(needing(name), "{name}");
    }
    for name in [
        "push",
        "pull_request",
        "pull_request_review",
        "merge_group",
        "create",
        "release",
        "deployment",
    ] {
        assert!(!needing(name), "{name}");
    }
}

#[test]
fn r6_4_a_conflict_stops_pull_request_but_not_its_target_form() {
    for (event, expected) in [("pull_request", false), ("pull_request_target", true)] {
        let mut facts = pull_request(event, "opened");
        facts.subject = Subject::PullRequest(PullRequest {
            conflict: true,
            ..pull()
        });
        assert_eq!(starts(&on(event, &[]), &facts), expected, "{event}");
    }
}

#[test]
fn r6_5_types_name_the_activities_and_have_defaults() {
    let table: &[(&str, Option<&[&str]>, &str, bool)] = &[
        ("pull_request", None, "opened", true),
        ("pull_request", None, "synchronize", true),
        ("pull_request", None, "reopened", true),
        ("pull_request", None, "closed", false),
        ("pull_request", None, "labeled", false),
        ("pull_request_target", None, "edited", false),
        ("pull_request", Some(&["labeled"]), "labeled", true),
        ("pull_request", Some(&["labeled"]), "opened", false),
        ("issues", None, "pinned", true),
        ("issues", Some(&["opened", "edited"]), "edited", true),
        ("issues", Some(&["opened", "edited"]), "closed", false),
        ("release", None, "prereleased", true),
        ("repository_dispatch", None, "anything at all", true),
        ("repository_dispatch", Some(&["deploy"]), "deploy", true),
        ("repository_dispatch", Some(&["deploy"]), "test", false),
        ("repository_dispatch", Some(&["dep*"]), "deploy", false),
    ];
    for (event, types, action, expected) in table {
        let mut facts = EventFacts::new(event, Subject::Repository);
        facts.action = Some((*action).to_owned());
        let mut trigger = plain(event);
        trigger.types = types.map(|list| words(list).unwrap());
        assert_eq!(
            starts(&trigger, &facts),
            *expected,
            "{event} {types:?} {action}"
        );
    }
}

#[test]
fn r6_5_the_table_names_every_event_once_and_its_default_types_are_types() {
    for rules in &EVENTS {
        assert_eq!(
            EVENTS
                .iter()
                .filter(|other| other.event == rules.event)
                .count(),
            1,
            "{}",
            rules.event.name()
        );
        assert_eq!(EventRules::of(rules.event.name()), Some(rules));
    }
    let pull = EventRules::of("pull_request").unwrap();
    assert!(
        ["opened", "synchronize", "reopened"]
            .iter()
            .all(|word| pull.types.contains(word))
    );
    assert_eq!(
        EventRules::of("push").unwrap().filters,
        Takes::BranchesTagsAndPaths
    );
    assert_eq!(EventRules::of("Push"), None);
    assert_eq!(
        EventRules::of("workflow_call").unwrap().runs_at,
        RunsAt::Nowhere
    );
}

#[test]
fn r6_6_drafts_of_releases_start_nothing() {
    for (draft, action, expected) in [
        (true, "created", false),
        (true, "edited", false),
        (true, "deleted", false),
        (false, "created", true),
        (true, "published", true),
    ] {
        let mut facts = EventFacts::new(
            "release",
            Subject::Release {
                tag: "v1".to_owned(),
                draft,
            },
        );
        facts.action = Some(action.to_owned());
        assert_eq!(
            starts(&on("release", &[]), &facts),
            expected,
            "{draft} {action}"
        );
    }
}

#[test]
fn r6_7_what_a_jobs_token_caused_starts_only_dispatches() {
    for (event, expected) in [
        ("issues", false),
        ("workflow_run", false),
        ("repository_dispatch", true),
    ] {
        let mut facts = EventFacts::new(event, Subject::Repository);
        facts.by_built_in_token = true;
        assert_eq!(starts(&on(event, &[]), &facts), expected, "{event}");
    }
    let mut dispatched = pushed("refs/heads/main");
    dispatched.event = "workflow_dispatch".to_owned();
    dispatched.by_built_in_token = true;
    assert!(starts(&on("workflow_dispatch", &[]), &dispatched));
}

#[test]
fn r6_8_many_refs_at_once_and_deleted_ones_start_nothing() {
    let table = [
        ("refs/tags/v", 3, true),
        ("refs/tags/v", 4, false),
        ("refs/heads/b", 5_000, true),
        ("refs/heads/b", 5_001, false),
    ];
    for (git_ref, at_once, expected) in table {
        for event in ["push", "create", "delete"] {
            let mut facts = pushed(git_ref);
            facts.event = event.to_owned();
            let Subject::Ref(pushed) = &mut facts.subject else {
                panic!("a ref")
            };
            pushed.at_once = at_once;
            assert_eq!(
                starts(&on(event, &[]), &facts),
                expected,
                "{event} {git_ref} {at_once}"
            );
        }
    }
    let mut gone = pushed("refs/heads/b");
    let Subject::Ref(reference) = &mut gone.subject else {
        panic!("a ref")
    };
    reference.deleted = true;
    assert!(!starts(&on("push", &[]), &gone));
    gone.event = "delete".to_owned();
    assert!(starts(&on("delete", &[]), &gone));
}

fn ran(workflow: &str, branch: Option<&str>, chain: u32) -> EventFacts {
    let subject = Subject::WorkflowRun {
        workflow: workflow.to_owned(),
        head_branch: branch.map(str::to_owned),
        chain,
    };
    let mut facts = EventFacts::new("workflow_run", subject);
    facts.action = Some("completed".to_owned());
    facts
}

#[test]
fn r6_9_workflow_run_goes_by_name_branch_type_and_length_of_the_chain() {
    let plain = on("workflow_run", &[("workflows", &["CI", "[odd] *"])]);
    assert!(starts(&plain, &ran("CI", Some("main"), 0)));
    assert!(starts(&plain, &ran("[odd] *", None, 2)));
    assert!(!starts(&plain, &ran("ci", Some("main"), 0)));
    assert!(!starts(&plain, &ran("CI", Some("main"), 3)));
    assert!(!starts(&on("workflow_run", &[]), &ran("CI", None, 0)));
    let filtered = on(
        "workflow_run",
        &[
            ("workflows", &["CI"]),
            ("branches", &["rel/**"]),
            ("types", &["completed"]),
        ],
    );
    assert!(starts(&filtered, &ran("CI", Some("rel/1"), 0)));
    assert!(!starts(&filtered, &ran("CI", Some("main"), 0)));
    assert!(!starts(&filtered, &ran("CI", None, 0)));
    let requested = on(
        "workflow_run",
        &[("workflows", &["CI"]), ("types", &["requested"])],
    );
    assert!(!starts(&requested, &ran("CI", None, 0)));
}

#[test]
fn r6_20_filters_for_one_kind_of_ref_keep_the_other_out() {
    let table: &[(Filters<'_>, bool, bool)] = &[
        (&[], true, true),
        (&[("branches", &["**"])], true, false),
        (&[("branches-ignore", &["x"])], true, false),
        (&[("tags", &["**"])], false, true),
        (&[("tags-ignore", &["x"])], false, true),
        (&[("branches", &["**"]), ("tags", &["**"])], true, true),
        (
            &[("branches", &["x"]), ("tags-ignore", &["v*"])],
            false,
            false,
        ),
        (&[("paths", &["src/**"])], true, true),
        (
            &[("paths", &["src/**"]), ("branches", &["**"])],
            true,
            false,
        ),
        (&[("paths-ignore", &["src/**"])], false, true),
    ];
    for (filters, branch, tag) in table {
        let trigger = on("push", filters);
        assert_eq!(
            starts(&trigger, &changing("refs/heads/v1", &["src/a"])),
            *branch,
            "{filters:?} branch"
        );
        assert_eq!(
            starts(&trigger, &changing("refs/tags/v1", &["src/a"])),
            *tag,
            "{filters:?} tag"
        );
    }
}

#[test]
fn r6_21_pull_requests_are_filtered_by_their_base_branch() {
    for event in ["pull_request", "pull_request_target"] {
        let facts = pull_request(event, "opened");
        assert!(starts(&on(event, &[("branches", &["main"])]), &facts));
        assert!(!starts(&on(event, &[("branches", &["topic"])]), &facts));
        assert!(!starts(
            &on(event, &[("branches-ignore", &["ma*"])]),
            &facts
        ));
        assert!(!starts(
            &on(event, &[("branches", &["refs/heads/main"])]),
            &facts
        ));
    }
    let group = Subject::MergeGroup {
        head_ref: "refs/heads/gh-readonly-queue/main/pr-1".to_owned(),
        head_sha: "a".repeat(40),
        base_branch: "main".to_owned(),
    };
    let facts = EventFacts::new("merge_group", group);
    assert!(starts(
        &on("merge_group", &[("branches", &["main"])]),
        &facts
    ));
    assert!(!starts(
        &on("merge_group", &[("branches", &["dev"])]),
        &facts
    ));
}

#[test]
fn r6_23_paths_want_one_file_and_paths_ignore_lets_one_file_through() {
    let table: &[(&str, &[&str], &[&str], bool)] = &[
        ("paths", &["src/**"], &["docs/a", "src/b"], true),
        ("paths", &["src/**"], &["docs/a"], false),
        ("paths", &["src/**"], &[], false),
        ("paths", &["**", "!docs/**"], &["docs/a"], false),
        ("paths", &["**", "!docs/**"], &["docs/a", "x"], true),
        ("paths-ignore", &["docs/**"], &["docs/a"], false),
        ("paths-ignore", &["docs/**"], &["docs/a", "src/b"], true),
        ("paths-ignore", &["docs/**"], &[], false),
    ];
    for (key, patterns, files, expected) in table {
        for (event, facts) in [
            ("push", changing("refs/heads/main", files)),
            ("pull_request", {
                let mut facts = pull_request("pull_request", "opened");
                facts.changed = changing("refs/heads/main", files).changed;
                facts
            }),
        ] {
            let trigger = on(event, &[(key, patterns)]);
            assert_eq!(
                starts(&trigger, &facts),
                *expected,
                "{event} {key} {patterns:?} {files:?}"
            );
        }
    }
}

#[test]
fn r6_24_only_the_first_300_files_count_and_more_than_1000_commits_always_run() {
    let trigger = on("push", &[("paths", &["src/**"])]);
    for (before, expected) in [(MAX_CHANGED_PATHS - 1, true), (MAX_CHANGED_PATHS, false)] {
        let files = (0..before)
            .map(|n| format!("docs/{n}"))
            .chain(["src/a".to_owned()]);
        let mut facts = pushed("refs/heads/main");
        facts.changed = ChangedPaths::compared(files, 1);
        assert_eq!(starts(&trigger, &facts), expected, "{before}");
    }
    for (commits, expected) in [
        (MAX_COMPARED_COMMITS, false),
        (MAX_COMPARED_COMMITS + 1, true),
    ] {
        let mut facts = pushed("refs/heads/main");
        facts.changed = ChangedPaths::compared(["docs/a".to_owned()], commits);
        assert_eq!(starts(&trigger, &facts), expected, "{commits}");
    }
    let mut unbounded = pushed("refs/heads/main");
    unbounded.changed = ChangedPaths::Unbounded;
    assert!(starts(&trigger, &unbounded));
}

#[test]
fn e43_a_filter_for_tags_keeps_branches_out() {
    let trigger = on("push", &[("tags", &["v*"])]);
    assert!(!starts(&trigger, &pushed("refs/heads/v1")));
    assert!(starts(&trigger, &pushed("refs/tags/v1")));
}

#[test]
fn e44_a_filter_for_paths_lets_tags_through() {
    let trigger = on("push", &[("paths", &["src/**"])]);
    assert!(starts(&trigger, &pushed("refs/tags/v1")));
    assert!(starts(&trigger, &changing("refs/tags/v1", &["docs/a"])));
    assert!(!starts(&trigger, &changing("refs/heads/v1", &["docs/a"])));
}

#[test]
fn e45_ignored_paths_stop_a_push_of_nothing_else() {
    let trigger = on("push", &[("paths-ignore", &["docs/**"])]);
    let both = changing("refs/heads/x", &["docs/a", "src/b"]);
    assert!(starts(&trigger, &both));
    assert!(!starts(&trigger, &changing("refs/heads/x", &["docs/a"])));
}

#[test]
fn e46_a_list_of_negations_matches_nothing() {
    let trigger = on("push", &[("branches", &["!main"])]);
    for branch in ["refs/heads/dev", "refs/heads/main"] {
        assert!(!starts(&trigger, &pushed(branch)));
    }
}

#[test]
fn e47_a_scalar_filter_is_a_list_of_one() {
    let on = "on: {push: {branches: main}}\njobs: {a: {runs-on: x}}\n";
    let workflow = runyard_workflow::parse("ci.yml", on).unwrap();
    let trigger = &workflow.on.declared()[0];
    assert!(!starts(trigger, &pushed("refs/heads/dev")));
    assert!(starts(trigger, &pushed("refs/heads/main")));
}

#[test]
fn r6_24_filters_that_take_too_long_pass_as_too_large_changes_do() {
    let pattern = "*a".repeat(2_000) + "b";
    let patterns = vec![pattern.as_str(); 100];
    let files: Vec<String> = (0..MAX_CHANGED_PATHS)
        .map(|n| "a".repeat(400) + &n.to_string())
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let facts = changing("refs/heads/x", &files);
    let began = std::time::Instant::now();
    assert!(starts(&on("push", &[("paths", &patterns)]), &facts));
    assert!(began.elapsed() < std::time::Duration::from_secs(60));
    // A filter that can be compared says what it says, however long the list.
    let many: Vec<String> = (0..5_000)
        .map(|n| format!("packages/package-{n}/**"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let elsewhere = vec!["packages/other/src/main.rs"; MAX_CHANGED_PATHS];
    let facts = changing("refs/heads/x", &elsewhere);
    assert!(!starts(&on("push", &[("paths", &many)]), &facts));
}

#[test]
fn e48_r6_30_skip_markers_hold_for_push_and_pull_request_only() {
    for (event, expected) in [
        ("push", false),
        ("pull_request", false),
        ("pull_request_target", true),
    ] {
        let mut facts = match event {
            "push" => pushed("refs/heads/main"),
            other => pull_request(other, "opened"),
        };
        facts.head_message = Some("Fix [skip ci] it".to_owned());
        assert_eq!(starts(&on(event, &[]), &facts), expected, "{event}");
    }
}

#[test]
fn r6_35_a_schedule_starts_what_has_its_text() {
    let mut trigger = plain("schedule");
    trigger.schedule = vec![Schedule {
        cron: located("0 0 * * *"),
        timezone: None,
    }];
    let fired = |cron: &str| {
        EventFacts::new(
            "schedule",
            Subject::Schedule {
                cron: cron.to_owned(),
            },
        )
    };
    assert!(starts(&trigger, &fired("0 0 * * *")));
    assert!(!starts(&trigger, &fired("1 0 * * *")));
}

#[test]
fn workflow_call_is_started_by_no_event() {
    let facts = EventFacts::new("workflow_call", Subject::Repository);
    assert_eq!(
        decide(&on("workflow_call", &[]), &facts),
        Decision::Stay(Obstacle::OnlyCalled)
    );
}

#[test]
fn a_decision_says_why_in_a_sentence() {
    let table = [
        (
            on("push", &[("branches", &["dev"])]),
            "no run starts: the branch 'main' does not pass `branches`",
        ),
        (
            on("push", &[("tags", &["v*"])]),
            "no run starts: 'refs/heads/main' is pushed, but the workflow filters for tags only",
        ),
        (
            on("push", &[("paths", &["src/**"])]),
            "no run starts: none of the 1 changed files passes `paths`",
        ),
        (
            on("push", &[("branches", &["v["])]),
            "no run starts: `branches`: pattern 'v[' is not valid at character 2: '[' is not closed by ']'",
        ),
        (on("push", &[]), "a run starts"),
    ];
    for (trigger, sentence) in table {
        assert_eq!(
            decide(&trigger, &changing("refs/heads/main", &["docs/a"])).to_string(),
            sentence
        );
    }
}

//! Facts from payloads, skip markers, where a run stands, and titles (semantics 6.1, 6.3).

use crate::matching::{pull, pushed};
use runyard_workflow::expression::{Object, Place, Template};
use runyard_workflow::trigger::{
    ChangedPaths, EVENTS, EventFacts, PullRequest, PushedRef, Revision, RunPlace, SkipMarker,
    Subject, display_title, fallback_title, skip_marker,
};
use serde_json::{Value, json};

const SHA: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const BASE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const NONE: &str = "0000000000000000000000000000000000000000";

fn facts(event: &str, payload: &Value) -> EventFacts {
    EventFacts::from_payload(event, payload).unwrap()
}

fn push_payload() -> Value {
    json!({
        "ref": "refs/heads/main", "before": BASE, "after": SHA, "deleted": false,
        "head_commit": {"message": "First\n\nMore"},
        "commits": [
            {"added": ["a"], "modified": ["b"], "removed": []},
            {"added": [], "modified": ["b"], "removed": ["c"]},
        ],
    })
}

fn pull_payload() -> Value {
    json!({
        "action": "opened",
        "pull_request": {
            "number": 5, "title": "A change", "merged": false, "mergeable": null, "merge_commit_sha": null,
            "base": {"ref": "main", "sha": BASE, "repo": {"full_name": "o/r"}},
            "head": {"ref": "topic", "sha": SHA, "repo": {"full_name": "fork/r"}},
        },
    })
}

#[test]
fn a_push_payload_has_ref_commits_message_and_files() {
    let facts = facts("push", &push_payload());
    let expected = PushedRef {
        git_ref: "refs/heads/main".to_owned(),
        before: Some(BASE.to_owned()),
        after: Some(SHA.to_owned()),
        deleted: false,
        at_once: 1,
    };
    assert_eq!(facts.subject, Subject::Ref(expected));
    assert_eq!(facts.head_message.as_deref(), Some("First\n\nMore"));
    let files = ["a", "b", "c"].map(str::to_owned).to_vec();
    assert_eq!(facts.changed, ChangedPaths::Known(files));
}

#[test]
fn a_new_branch_has_no_commit_before_and_a_deleted_one_none_after() {
    let mut created = push_payload();
    created["before"] = json!(NONE);
    let Subject::Ref(created) = facts("push", &created).subject else {
        panic!("a ref")
    };
    assert_eq!((created.before, created.deleted), (None, false));
    let mut deleted = push_payload();
    deleted["after"] = json!(NONE);
    let Subject::Ref(deleted) = facts("push", &deleted).subject else {
        panic!("a ref")
    };
    assert_eq!((deleted.after, deleted.deleted), (None, true));
    let tag = facts("create", &json!({"ref": "v1", "ref_type": "tag"}));
    let Subject::Ref(tag) = tag.subject else {
        panic!("a ref")
    };
    assert_eq!(tag.git_ref, "refs/tags/v1");
}

#[test]
fn a_pull_request_payload_has_both_branches() {
    let found = facts("pull_request", &pull_payload());
    let expected = PullRequest {
        from_fork: true,
        ..pull()
    };
    assert_eq!(found.subject, Subject::PullRequest(expected));
    assert_eq!(
        (found.action.as_deref(), found.title.as_deref()),
        (Some("opened"), Some("A change"))
    );
    assert_eq!(found.changed, ChangedPaths::Unbounded);
    let mut conflicting = pull_payload();
    conflicting["pull_request"]["mergeable"] = json!(false);
    let Subject::PullRequest(pull) = facts("pull_request", &conflicting).subject else {
        panic!("a pull request")
    };
    assert!(pull.conflict);
}

#[test]
fn a_payload_that_says_too_little_is_refused_by_field() {
    let table = [
        (
            "pushed",
            json!({}),
            "event 'pushed' is not one that a workflow can name",
        ),
        (
            "push",
            json!({}),
            "push payload: ref is missing or is not a text",
        ),
        (
            "push",
            json!({"ref": "main"}),
            "push payload: ref 'main' does not begin with refs/heads/ or refs/tags/",
        ),
        (
            "pull_request",
            json!({"pull_request": {"number": "5"}}),
            "pull_request payload: pull_request.number is missing or is not a number",
        ),
        (
            "release",
            json!([]),
            "release payload: release.tag_name is missing or is not a text",
        ),
        (
            "workflow_run",
            json!({"workflow_run": {}}),
            "workflow_run payload: workflow_run.name is missing or is not a text",
        ),
        (
            "schedule",
            json!(null),
            "schedule payload: schedule is missing or is not a text",
        ),
    ];
    for (event, payload, sentence) in table {
        assert_eq!(
            EventFacts::from_payload(event, &payload)
                .unwrap_err()
                .to_string(),
            sentence
        );
    }
}

#[test]
fn every_event_has_facts_from_a_payload_with_everything() {
    let mut everything = pull_payload();
    let rest = json!({
        "ref": "refs/heads/main", "after": SHA, "release": {"tag_name": "v1", "draft": false},
        "deployment": {"ref": "main", "sha": SHA}, "schedule": "0 0 * * *",
        "merge_group": {"head_ref": "refs/heads/q", "head_sha": SHA, "base_ref": "refs/heads/main"},
        "workflow_run": {"name": "CI", "head_branch": "main"},
    });
    everything
        .as_object_mut()
        .unwrap()
        .extend(rest.as_object().unwrap().clone());
    for rules in &EVENTS {
        let found = facts(rules.event.name(), &everything);
        assert_eq!(found.event, rules.event.name());
        found.run_place("main");
    }
}

fn commit(sha: &str) -> Revision {
    Revision::Commit(sha.to_owned())
}

fn tip(git_ref: &str) -> Revision {
    Revision::TipOf(git_ref.to_owned())
}

fn stands(git_ref: &str, at: Revision, head_branch: &str, head: Revision) -> RunPlace {
    RunPlace {
        git_ref: Some(git_ref.to_owned()),
        at,
        otherwise: None,
        head_branch: Some(head_branch.to_owned()),
        head,
        needs_default_branch: false,
    }
}

#[test]
fn r6_1_each_event_stands_where_the_table_says() {
    let mut tag = push_payload();
    tag["ref"] = json!("refs/tags/v1");
    let deployed = |git_ref: &str| json!({"deployment": {"ref": git_ref, "sha": SHA}});
    let group = json!({"merge_group": {"head_ref": "refs/heads/q", "head_sha": SHA, "base_ref": "refs/heads/main"}});
    let at_merge = RunPlace {
        otherwise: Some(commit(SHA)),
        ..stands(
            "refs/pull/5/merge",
            tip("refs/pull/5/merge"),
            "topic",
            commit(SHA),
        )
    };
    let default = || RunPlace {
        needs_default_branch: true,
        ..stands(
            "refs/heads/main",
            tip("refs/heads/main"),
            "main",
            tip("refs/heads/main"),
        )
    };
    let table = [
        (
            "push",
            push_payload(),
            stands("refs/heads/main", commit(SHA), "main", commit(SHA)),
        ),
        (
            "push",
            tag,
            stands("refs/tags/v1", commit(SHA), "v1", commit(SHA)),
        ),
        ("pull_request", pull_payload(), at_merge.clone()),
        ("pull_request_review", pull_payload(), at_merge.clone()),
        ("pull_request_review_comment", pull_payload(), at_merge),
        (
            "pull_request_target",
            pull_payload(),
            RunPlace {
                needs_default_branch: true,
                ..stands(
                    "refs/heads/main",
                    tip("refs/heads/main"),
                    "topic",
                    commit(SHA),
                )
            },
        ),
        (
            "merge_group",
            group,
            stands("refs/heads/q", commit(SHA), "q", commit(SHA)),
        ),
        (
            "create",
            json!({"ref": "b", "ref_type": "branch"}),
            stands(
                "refs/heads/b",
                tip("refs/heads/b"),
                "b",
                tip("refs/heads/b"),
            ),
        ),
        (
            "release",
            json!({"release": {"tag_name": "v1"}}),
            stands(
                "refs/tags/v1",
                tip("refs/tags/v1"),
                "v1",
                tip("refs/tags/v1"),
            ),
        ),
        (
            "deployment",
            deployed("main"),
            stands("refs/heads/main", commit(SHA), "main", commit(SHA)),
        ),
        (
            "deployment_status",
            deployed(SHA),
            RunPlace {
                git_ref: None,
                head_branch: None,
                ..stands("", commit(SHA), "", commit(SHA))
            },
        ),
        (
            "workflow_dispatch",
            json!({"ref": "refs/heads/dev"}),
            RunPlace {
                needs_default_branch: true,
                ..stands(
                    "refs/heads/dev",
                    tip("refs/heads/dev"),
                    "dev",
                    tip("refs/heads/dev"),
                )
            },
        ),
        ("schedule", json!({"schedule": "0 0 * * *"}), default()),
        (
            "delete",
            json!({"ref": "gone", "ref_type": "branch"}),
            default(),
        ),
        ("issues", json!({"action": "opened"}), default()),
        (
            "workflow_run",
            json!({"workflow_run": {"name": "CI", "head_branch": "topic"}}),
            default(),
        ),
    ];
    for (event, payload, expected) in table {
        assert_eq!(
            facts(event, &payload).run_place("main"),
            expected,
            "{event}"
        );
    }
}

#[test]
fn r6_4_a_merged_pull_request_stands_on_its_base_branch() {
    let mut payload = pull_payload();
    payload["pull_request"]["merged"] = json!(true);
    payload["pull_request"]["merge_commit_sha"] = json!(BASE);
    let expected = stands("refs/heads/main", commit(BASE), "topic", commit(SHA));
    assert_eq!(facts("pull_request", &payload).run_place("trunk"), expected);
}

#[test]
fn r6_30_skip_markers_are_these_and_no_others() {
    let word = |word| Some(SkipMarker::Word(word));
    let table = [
        ("Fix [skip ci]", word("[skip ci]")),
        ("[ci skip]", word("[ci skip]")),
        ("a\n\nb [no ci] c", word("[no ci]")),
        ("[skip actions]", word("[skip actions]")),
        ("x[actions skip]y", word("[actions skip]")),
        ("[no ci] and [skip ci]", word("[no ci]")),
        ("skip ci", None),
        ("[SKIP CI]", None),
        ("[skip  ci]", None),
        ("Fix\n\n\nskip-checks: true", Some(SkipMarker::Trailer)),
        ("Fix\n\n\nskip-checks:true\n", Some(SkipMarker::Trailer)),
        (
            "Fix\r\n\r\n\r\nskip-checks: true\r\n",
            Some(SkipMarker::Trailer),
        ),
        (
            "Fix\n\nBody\n\n\nSigned-off-by: me\nskip-checks: true",
            Some(SkipMarker::Trailer),
        ),
        ("Fix\n\nskip-checks: true", None),
        ("Fix\nskip-checks: true", None),
        ("skip-checks: true", None),
        ("Fix\n\n\nskip-checks: true\nSigned-off-by: me", None),
        ("Fix\n\n\nskip-checks: false", None),
        ("Fix\n\n\nnot skip-checks: true", None),
        ("", None),
    ];
    for (message, expected) in table {
        assert_eq!(skip_marker(message), expected, "{message:?}");
    }
}

#[test]
fn r6_38_the_title_is_what_the_event_suggests() {
    let mut issue = EventFacts::new("issues", Subject::Repository);
    issue.title = Some("A bug".to_owned());
    let table = [
        (facts("push", &push_payload()), "First"),
        (pushed("refs/heads/main"), "CI"),
        (facts("pull_request", &pull_payload()), "A change"),
        (facts("pull_request_target", &pull_payload()), "A change"),
        (issue, "A bug"),
        (EventFacts::new("fork", Subject::Repository), "CI"),
        (
            facts("workflow_dispatch", &json!({"ref": "refs/heads/dev"})),
            "CI",
        ),
    ];
    for (facts, title) in table {
        assert_eq!(fallback_title(&facts, "CI"), title, "{}", facts.event);
    }
}

#[test]
fn r6_38_r6_39_run_name_comes_first_unless_blank_or_wrong() {
    let github: Object = [("actor", "mona")].into_iter().collect();
    let contexts: Object = [("github", github)].into_iter().collect();
    let title = |text: &str| {
        let template = Template::parse(text, &Place::RunName.allowed()).unwrap();
        display_title(
            Some(&template),
            &contexts,
            &facts("push", &push_payload()),
            "CI",
        )
    };
    assert_eq!(
        title("Deploy by @${{ github.actor }}").unwrap(),
        "Deploy by @mona"
    );
    assert_eq!(title("${{ github.nothing }}").unwrap(), "First");
    assert_eq!(title("  ").unwrap(), "First");
    assert!(title("${{ fromJSON('{') }}").is_err());
    assert_eq!(
        display_title(None, &contexts, &pushed("refs/heads/x"), "CI").unwrap(),
        "CI"
    );
}

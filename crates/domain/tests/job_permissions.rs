//! What the token of a job may do (semantics R2.80, R2.81).

use crate::given::identity;
use runyard_domain::{
    permission::{DefaultPermissions, Level, Permission, Permissions},
    run::{HeadRepository, NodePath, permissions_of, single},
};
use runyard_workflow::{JobName, parse};
use {Level::*, Permission::*};

type Given = &'static [(Permission, Level)];

const EVERYTHING: Given = &[
    (Actions, Write),
    (Checks, Write),
    (Contents, Write),
    (Deployments, Write),
];
const SEEN: Given = &[
    (Actions, Read),
    (Checks, Read),
    (Contents, Read),
    (Deployments, Read),
];
const CODE: Given = &[(Contents, Read)];

/// Of the job `one`, where the workflow and the job say these of `permissions`.
fn of_one(whole: &str, own: &str, silent: DefaultPermissions) -> Permissions {
    let line = |said: &str, before: &str| match said {
        "" => String::new(),
        said => format!("{before}permissions: {said}\n"),
    };
    let (whole, own) = (line(whole, ""), line(own, "    "));
    let text =
        format!("on: push\n{whole}jobs:\n  one:\n    runs-on: a\n{own}    steps: [run: x]\n");
    let definition = single(parse("ci.yml", &text).unwrap());
    let node = NodePath::root(&JobName::new("one").unwrap());
    Permissions::of_a_job(permissions_of(&definition, &node), silent)
}

fn given(permissions: Given) -> Permissions {
    permissions.iter().copied().collect()
}

#[test]
fn r2_80_a_job_says_it_completely_and_else_its_workflow() {
    for (whole, own, wanted) in [
        ("read-all", "", SEEN),
        ("write-all", "", EVERYTHING),
        ("{}", "", &[]),
        ("{actions: write}", "", &[(Actions, Write)]),
        ("write-all", "{contents: read}", CODE),
        ("write-all", "{}", &[]),
        ("", "{checks: write, contents: none}", &[(Checks, Write)]),
        ("{}", "read-all", SEEN),
        // Nothing that is served here.
        ("{issues: write, id-token: write}", "", &[]),
    ] {
        for silent in [DefaultPermissions::Read, DefaultPermissions::Write] {
            let permissions = of_one(whole, own, silent);
            assert_eq!(permissions, given(wanted), "{whole:?}, {own:?}");
        }
    }
}

#[test]
fn r2_81_where_no_file_says_it_the_repository_does() {
    let read = of_one("", "", DefaultPermissions::Read);
    assert_eq!(read, given(CODE));
    let write = of_one("", "", DefaultPermissions::Write);
    assert_eq!(write, given(EVERYTHING));
}

#[test]
fn r2_81_a_stranger_reads_what_it_could_write() {
    let everything = of_one("write-all", "", DefaultPermissions::Read);
    assert_eq!(everything.reading(), given(SEEN));
}

#[test]
fn r2_81_only_the_code_of_a_fork_is_a_strangers() {
    use HeadRepository::{Gone, Own};
    for (head, event, wanted) in [
        (Gone, "pull_request", true),
        (Gone, "pull_request_review", true),
        (Gone, "pull_request_review_comment", true),
        (Gone, "pull_request_target", false),
        (Gone, "workflow_run", false),
        (Own, "pull_request", false),
        (Own, "push", false),
    ] {
        let mut identity = identity();
        identity.event = event.to_owned();
        identity.cause.head_repository = head.clone();
        assert_eq!(identity.is_of_a_fork(), wanted, "{head:?}, {event}");
    }
}

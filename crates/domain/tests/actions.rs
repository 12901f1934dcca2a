//! What the settings of a repository's Actions allow, and what they say of what they do not.

use runyard_domain::{
    RepositoryId, Timestamp, UserId,
    actions::{
        AccessLevel, ActionPattern, ActionsChange, ActionsSettings, AllowedActions,
        NOT_ALLOWED_MAX, SelectedActions, SelectedChange,
    },
    permission::DefaultPermissions,
    repository::{Repository, Source as Origin},
    run::{Definition, single},
};
use runyard_workflow::{
    limits::Limits,
    model::CalledFile,
    parse, parse_measured,
    reusable::{CallLimits, Loaded, Loader, Source, resolve},
};
use std::sync::Arc;

const SHA: &str = "8f4b7f84864484a7bf31766abe9204da3cbe65b3";

fn repository(id: i64, owner: i64, private: bool) -> Repository {
    Repository {
        id: RepositoryId::new(id),
        owner: "Octo".to_owned(),
        owner_id: UserId::new(owner),
        name: "harbour".to_owned(),
        private,
        default_branch: "main".to_owned(),
        source: Origin::Path("/srv/harbour.git".to_owned()),
        created_at: Timestamp::from_unix_micros(1_767_225_600_000_000).unwrap(),
    }
}

/// A workflow whose only job has a step for each of these.
fn using(uses: &[&str]) -> Definition {
    let steps = uses.iter().map(|uses| format!("      - uses: {uses}\n"));
    let steps: String = steps.collect();
    let text = format!("on: push\njobs:\n  one:\n    runs-on: a\n    steps:\n{steps}");
    single(parse("ci.yml", &text).unwrap())
}

fn selecting(github_owned: bool, patterns: &[&str]) -> ActionsSettings {
    let patterns = patterns.iter().map(|text| ActionPattern::parse(text));
    ActionsSettings {
        allowed: AllowedActions::Selected,
        selected: SelectedActions {
            github_owned,
            verified: false,
            patterns: patterns.collect::<Result<_, _>>().unwrap(),
        },
        ..ActionsSettings::default()
    }
}

/// Those of these that are not allowed.
fn refused<'a>(settings: &ActionsSettings, uses: &[&'a str]) -> Vec<&'a str> {
    let is_refused = |one: &&str| {
        let definition = using(&[*one]);
        let found = settings.not_allowed(&repository(1, 1, false), "ci.yml", &definition);
        !found.is_empty()
    };
    uses.iter().copied().filter(is_refused).collect()
}

#[test]
fn everything_may_be_used_until_somebody_says_otherwise() {
    let settings = ActionsSettings::default();
    let all = ["actions/checkout@v4", "eve/x@v1", "docker://alpine"];
    assert_eq!(refused(&settings, &all), Vec::<&str>::new());
    assert!(settings.enabled);
    let read = serde_json::from_str::<ActionsSettings>("{}").unwrap();
    assert_eq!(read, settings, "what is absent is the default");
    let written = serde_json::to_string(&selecting(true, &["a/*"])).unwrap();
    let read = serde_json::from_str::<ActionsSettings>(&written).unwrap();
    assert_eq!(read, selecting(true, &["a/*"]));
}

#[test]
fn only_what_is_of_the_same_owner_may_be_used() {
    let settings = ActionsSettings {
        allowed: AllowedActions::LocalOnly,
        ..ActionsSettings::default()
    };
    let uses = [
        "./local",
        "octo/tools@v1",
        "OCTO/tools/sub@v1",
        "actions/checkout@v4",
        "octopus/tools@v1",
        "docker://alpine",
    ];
    assert_eq!(refused(&settings, &uses), uses[3..]);
}

#[test]
fn what_is_selected_may_be_used_and_what_is_blocked_never() {
    let uses = [
        "./local",
        "octo/tools@v1",
        "actions/checkout@v4",
        "github/codeql-action/init@v3",
        "mona/cat@v2",
        "mona/cat@v3",
        "docker://alpine:3",
    ];
    let settings = selecting(false, &[]);
    assert_eq!(refused(&settings, &uses), uses[2..]);
    let settings = selecting(true, &["mona/cat@v2", "docker://alpine:*"]);
    assert_eq!(refused(&settings, &uses), [uses[5]]);
    let settings = selecting(true, &["*", "docker://*", "!octo/*", "!actions/checkout@*"]);
    assert_eq!(refused(&settings, &uses), [uses[1], uses[2]]);
    let verified = ActionsSettings {
        selected: SelectedActions {
            verified: true,
            ..SelectedActions::default()
        },
        ..selecting(false, &[])
    };
    assert_eq!(
        refused(&verified, &uses),
        uses[2..],
        "nobody is verified here"
    );
}

#[test]
fn actions_are_pinned_to_commits_where_that_is_asked_for() {
    let settings = ActionsSettings {
        pinned: true,
        ..ActionsSettings::default()
    };
    let pinned = format!("mona/cat@{SHA}");
    let short = format!("mona/cat@{}", &SHA[1..]);
    let uses = [
        &*pinned,
        "./local",
        "docker://alpine",
        "mona/cat@v1",
        short.as_str(),
    ];
    assert_eq!(refused(&settings, &uses), uses[3..]);
    let called = "on: push\njobs: {one: {uses: mona/cat/.github/workflows/a.yml@v1}}\n";
    let called = single(parse("ci.yml", called).unwrap());
    let found = settings.not_allowed(&repository(1, 1, false), "ci.yml", &called);
    assert_eq!(found, [], "a reusable workflow may be named by a tag");
}

#[test]
fn what_is_not_allowed_is_told_with_its_place_and_what_is() {
    let told = |settings: &ActionsSettings, uses: &[&str]| {
        let found = settings.not_allowed(&repository(1, 1, false), "ci.yml", &using(uses));
        let all = found.iter().map(ToString::to_string);
        all.collect::<Vec<String>>()
    };
    assert_eq!(
        told(
            &selecting(true, &["mona/*", "!eve/*"]),
            &["mona/a@v1", "eve/b@v1", "bob/c@v1"]
        ),
        [
            "ci.yml:7:15: eve/b@v1 is not allowed to be used in Octo/harbour: !eve/* blocks it.",
            "ci.yml:8:15: bob/c@v1 is not allowed to be used in Octo/harbour. Actions in this workflow must be: \
             within a repository owned by Octo, or created by GitHub, or matching the following: mona/*.",
        ]
    );
    let local = ActionsSettings {
        allowed: AllowedActions::LocalOnly,
        pinned: true,
        ..ActionsSettings::default()
    };
    assert_eq!(
        told(&local, &["bob/c@v1", "octo/c@v1"]),
        [
            "ci.yml:6:15: bob/c@v1 is not allowed to be used in Octo/harbour. Actions in this workflow must be: \
             within a repository owned by Octo.",
            "ci.yml:7:15: The action octo/c@v1 is not allowed in Octo/harbour because all actions must be pinned \
             to a full-length commit SHA.",
        ]
    );
    let many: Vec<String> = (0..25).map(|number| format!("mona/{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let sentence = told(&selecting(false, &many), &["bob/c@v1"]).remove(0);
    assert!(sentence.ends_with("mona/19 and 5 more."), "{sentence}");
}

#[test]
fn so_many_uses_are_told_and_no_more() {
    let settings = selecting(false, &[]);
    let told = |count: usize| {
        let uses = vec!["bob/c@v1"; count];
        settings.not_allowed(&repository(1, 1, false), "ci.yml", &using(&uses))
    };
    assert_eq!(told(NOT_ALLOWED_MAX).len(), NOT_ALLOWED_MAX);
    let shortened = told(NOT_ALLOWED_MAX + 2);
    assert_eq!(shortened.len(), NOT_ALLOWED_MAX + 1);
    let last = &shortened[NOT_ALLOWED_MAX].message;
    assert_eq!(last, "2 more uses are not allowed and not listed");
}

/// A file of somebody else that uses what somebody else again has, by a step beside another one.
struct Called;

impl Loader for Called {
    fn load(&self, _: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String> {
        let CalledFile::Repository { owner, .. } = file else {
            return Err("nothing is called here".to_owned());
        };
        let text = "on: workflow_call
jobs:
  inner:
    runs-on: a
    steps:
      - parallel:
          - uses: bob/c@v1
          - uses: ./local
";
        Ok(Some(Loaded {
            source: Source {
                path: format!("{owner}/cat/.github/workflows/a.yml@v1"),
                sha: SHA.to_owned(),
                reference: None,
            },
            text: text.to_owned(),
        }))
    }
}

#[test]
fn called_files_and_what_they_use_are_the_callers_matter() {
    let text = "on: push
jobs:
  one: {uses: mona/cat/.github/workflows/a.yml@v1}
  two: {uses: mona/cat/.github/workflows/a.yml@v1}
";
    let (workflow, used) = parse_measured("ci.yml", text, &Limits::default());
    let workflow = Arc::new(workflow.unwrap());
    let limits = CallLimits::default();
    let definition = resolve("ci.yml", workflow, used, &Called, &limits).unwrap();
    let places = |patterns: &[&str]| {
        let settings = selecting(false, patterns);
        let found = settings.not_allowed(&repository(1, 1, false), "ci.yml", &definition);
        let places = found.iter().map(|one| (one.file.clone(), one.line));
        places.collect::<Vec<_>>()
    };
    let inner = ("mona/cat/.github/workflows/a.yml@v1".to_owned(), 7);
    let outer = |line| ("ci.yml".to_owned(), line);
    assert_eq!(places(&[]), [outer(3), outer(4), inner.clone()]);
    assert_eq!(places(&["mona/*"]), [inner]);
    assert_eq!(
        places(&["mona/cat/.github/workflows/a.yml@v1", "bob/*"]),
        []
    );
}

#[test]
fn a_private_repository_says_who_may_use_what_it_has() {
    use AccessLevel::{Enterprise, None, Organization, User};
    let of = repository(1, 1, true);
    let (beside, public_beside) = (repository(2, 1, true), repository(3, 1, false));
    let stranger = repository(4, 2, true);
    for (level, expected) in [
        (None, [false, false, false]),
        (User, [true, false, false]),
        (Organization, [true, false, false]),
        (Enterprise, [true, false, true]),
    ] {
        let admitted = [&beside, &public_beside, &stranger].map(|from| level.admits(from, &of));
        assert_eq!(admitted, expected, "{level}");
        assert!(level.admits(&of, &of));
        assert!(level.admits(&stranger, &repository(1, 1, false)));
    }
}

#[test]
fn a_change_changes_what_it_names_and_nothing_else() {
    let changed = |change: ActionsChange| selecting(true, &["a/*"]).changed(&change);
    let before = selecting(true, &["a/*"]);
    assert_eq!(changed(ActionsChange::default()), before);
    let patterns = SelectedChange {
        patterns: Some(Vec::new()),
        ..SelectedChange::default()
    };
    let after = changed(ActionsChange {
        selected: patterns,
        tokens: Some(DefaultPermissions::Write),
        ..ActionsChange::default()
    });
    let expected = ActionsSettings {
        tokens: DefaultPermissions::Write,
        ..selecting(true, &[])
    };
    assert_eq!(after, expected);
}

//! What a repository does not allow is not run; private repositories are called by whom they let in.

use super::*;
use runyard_domain::actions::{
    AccessLevel, ActionPattern, ActionsChange, AllowedActions, SelectedChange,
};

const USES: &str = "on: [push, workflow_dispatch]
jobs:
  one:
    runs-on: linux
    steps:
      - uses: actions/checkout@v4
      - uses: mona/tools@v1
";

fn allow(allowed: AllowedActions, patterns: &[&str]) -> ActionsChange {
    let patterns = patterns.iter().map(|text| ActionPattern::parse(text));
    ActionsChange {
        allowed: Some(allowed),
        selected: SelectedChange {
            patterns: Some(patterns.collect::<Result<_, _>>().unwrap()),
            ..SelectedChange::default()
        },
        ..ActionsChange::default()
    }
}

async fn say(world: &World, change: ActionsChange) {
    let said = world.engine.change_actions(&world.repository, &change);
    said.await.unwrap();
}

async fn told(world: &World, run: RunId) -> (Option<Conclusion>, Vec<String>) {
    let view = world.view(run).await;
    let told = view.attempt.diagnostics.iter().map(ToString::to_string);
    (view.attempt.conclusion, told.collect())
}

#[tokio::test]
async fn a_run_that_uses_what_is_not_allowed_does_not_start() {
    let world = World::new(USES).await;
    say(&world, allow(AllowedActions::LocalOnly, &[])).await;
    let run = world.dispatch().await.unwrap();
    let sentence = ".github/workflows/ci.yml:6:15: actions/checkout@v4 is not allowed to be used in mona/hello. \
                    Actions in this workflow must be: within a repository owned by mona.";
    let failed = Some(Conclusion::StartupFailure);
    assert_eq!(told(&world, run).await, (failed, vec![sentence.to_owned()]));
    assert!(world.claim("none").await.is_empty());

    say(&world, allow(AllowedActions::Selected, &["actions/*@v4"])).await;
    let run = world.dispatch().await.unwrap();
    assert_eq!(told(&world, run).await, (None, Vec::new()));
    world.run_next(Conclusion::Failure).await;

    // What is allowed now counts for a new attempt, of all jobs or of some, and for a run made anew.
    say(&world, allow(AllowedActions::Selected, &["!mona/*", "*"])).await;
    let blocked = ".github/workflows/ci.yml:7:15: mona/tools@v1 is not allowed to be used in mona/hello: !mona/* \
                   blocks it.";
    let refused = (failed, vec![blocked.to_owned()]);
    let anew = world.engine.rerun_as_new(run, world.user.id).await.unwrap();
    assert_eq!(told(&world, anew).await, refused);
    world.rerun(run, RerunOf::Failed).await.unwrap();
    assert_eq!(told(&world, run).await, refused);
    say(&world, allow(AllowedActions::All, &[])).await;
    world.rerun(run, RerunOf::All).await.unwrap();
    assert_eq!(told(&world, run).await, (None, Vec::new()));
    world.run_next(Conclusion::Success).await;
    assert_eq!(world.status(run).await.1, Some(Conclusion::Success));
}

const SHARED: &str = "on: workflow_call
jobs:
  ship: {runs-on: linux, steps: [{run: x}]}
";

/// Registers a repository with a workflow that others call.
async fn shared(world: &World, owner: &User, private: bool) -> Repository {
    let source = world.folder.path().join("shared");
    if !source.exists() {
        commit(&source, SHARED);
    }
    let new = NewRepository {
        owner: owner.clone(),
        name: "shared".to_owned(),
        source: Source::Path(source.to_string_lossy().into_owned()),
        private,
        default_branch: None,
    };
    world.engine.register_repository(new).await.unwrap()
}

/// A run of a repository with the source of the world's own.
async fn called_from(world: &World, from: &Repository) -> (Option<Conclusion>, String) {
    let key = WorkflowKey::File("ci.yml".to_owned());
    let dispatch = Dispatch {
        reference: "main".to_owned(),
        inputs: serde_json::Map::new(),
    };
    let run = world.engine.dispatch(from, &key, dispatch, &world.user);
    let (conclusion, told) = told(world, run.await.unwrap()).await;
    (conclusion, told.concat())
}

#[tokio::test]
async fn a_private_repository_is_called_by_those_that_it_lets_in() {
    let caller = "on: workflow_dispatch
jobs:
  call: {uses: rita/shared/.github/workflows/ci.yml@main}
";
    let world = World::new(caller).await;
    let new = NewUser {
        login: "rita".to_owned(),
        name: None,
        site_admin: false,
    };
    let rita = world.engine.create_user(new).await.unwrap();
    let of = shared(&world, &rita, true).await;
    let mut callers = Vec::new();
    for (owner, name, private) in [
        (&rita, "beside", true),
        (&rita, "open", false),
        (&world.user, "other", true),
    ] {
        let new = NewRepository {
            owner: owner.clone(),
            name: name.to_owned(),
            source: world.repository.source.clone(),
            private,
            default_branch: None,
        };
        callers.push(world.engine.register_repository(new).await.unwrap());
    }
    for (level, expected) in [
        (None, [false, false, false]),
        (Some(AccessLevel::User), [true, false, false]),
        (Some(AccessLevel::Enterprise), [true, false, true]),
        (Some(AccessLevel::None), [false, false, false]),
    ] {
        let change = ActionsChange {
            access: level,
            ..ActionsChange::default()
        };
        world.engine.change_actions(&of, &change).await.unwrap();
        for (caller, may) in callers.iter().zip(expected) {
            let (conclusion, told) = called_from(&world, caller).await;
            let name = &caller.name;
            assert_eq!(conclusion.is_none(), may, "{name} at {level:?}: {told}");
            assert_eq!(told.contains("not shared"), !may, "{name}: {told}");
        }
    }
}

#[tokio::test]
async fn everybody_may_use_what_a_public_repository_has() {
    let world = World::new(USES).await;
    let change = ActionsChange {
        access: Some(AccessLevel::None),
        ..ActionsChange::default()
    };
    let said = world.engine.change_actions(&world.repository, &change);
    assert!(matches!(said.await, Err(EngineError::NotPrivate)));
}

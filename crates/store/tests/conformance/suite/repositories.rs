//! Repositories, collaborators, workflows, definitions.

use crate::world::{
    ALL, ONE_JOB, World, a_moment, insert_repository, insert_user, is_not_found, new_repository,
    page, reserve, workflow,
};
use runyard_domain::{
    Conclusion, RepositoryId, UserId, WorkflowId,
    actions::{
        AccessLevel, ActionPattern, ActionsChange, ActionsSettings, AllowedActions, SelectedChange,
    },
    permission::DefaultPermissions,
    repository::{Collaborator, Repository, Role, Source, Workflow, WorkflowState},
};
use runyard_store::{Conflict, IdKind, JobsOf, RunFilter, Scope, Store, StoreError};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::task::JoinSet;

fn breaks_a_reference(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(Conflict::Reference))
}

pub(crate) async fn a_repository_reads_back_as_written(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "Ada").await;
    let repository = Repository {
        private: true,
        default_branch: "t\u{f6}lt/\u{65e5}\u{672c}".to_owned(),
        source: Source::Path("/srv/git/it's \"here\".git".to_owned()),
        ..new_repository(&store, &ada, "Engine").await
    };
    store.insert_repository(&repository).await.unwrap();
    let wanted = Some(repository.clone());
    assert_eq!(store.repository(repository.id).await.unwrap(), wanted);
    let found = store.repository_by_name("aDA", "eNGINE").await.unwrap();
    assert_eq!(found, wanted);
    let other = insert_repository(&store, &ada, "other").await;
    assert_eq!(store.repository(other.id).await.unwrap(), Some(other));
    assert_eq!(store.repository_by_name("ada", "x").await.unwrap(), None);
    assert_eq!(store.repository_by_name("x", "engine").await.unwrap(), None);
    assert_eq!(store.repository(RepositoryId::new(99)).await.unwrap(), None);
}

pub(crate) async fn a_repository_name_is_taken_ignoring_case(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "ada").await;
    let eve = insert_user(&store, "eve").await;
    insert_repository(&store, &ada, "engine").await;
    let same = new_repository(&store, &ada, "ENGINE").await;
    let error = store.insert_repository(&same).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::RepositoryName)),
        "{error}"
    );
    insert_repository(&store, &eve, "engine").await;
}

pub(crate) async fn a_repository_of_an_unknown_owner_is_refused(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "ada").await;
    let repository = Repository {
        owner_id: UserId::new(99),
        ..new_repository(&store, &ada, "engine").await
    };
    let error = store.insert_repository(&repository).await.unwrap_err();
    assert!(breaks_a_reference(&error), "{error}");
}

pub(crate) async fn repositories_are_listed_by_id_in_pages(store: Arc<dyn Store>) {
    let none = RepositoryId::new(0);
    assert_eq!(store.repositories(none, 10).await.unwrap(), []);
    let ada = insert_user(&store, "ada").await;
    let mut all = Vec::new();
    for name in ["c", "a", "b"] {
        all.push(insert_repository(&store, &ada, name).await);
    }
    assert_eq!(store.repositories(none, 2).await.unwrap(), all[..2]);
    assert_eq!(store.repositories(all[1].id, 2).await.unwrap(), all[2..]);
    store.delete_repository(all[1].id).await.unwrap();
    let left = store.repositories(none, 10).await.unwrap();
    assert_eq!(left, [all[0].clone(), all[2].clone()]);
}

pub(crate) async fn a_deleted_repository_and_its_runs_are_not_there(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let job = flow.job("build").await;
    flow.run_to_the_end(Conclusion::Success).await;
    let id = world.repository.id;
    store.delete_repository(id).await.unwrap();

    assert_eq!(store.repository(id).await.unwrap(), None);
    assert_eq!(
        store.repository_by_name("octo", "hello").await.unwrap(),
        None
    );
    let again = store.delete_repository(id).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    assert_eq!(store.run(flow.id).await.unwrap(), None);
    assert_eq!(store.attempt(flow.id, 1).await.unwrap(), None);
    assert_eq!(store.job(job).await.unwrap(), None);
    assert_eq!(store.aggregate(flow.id).await.unwrap(), None);
    assert_eq!(store.payload(flow.id).await.unwrap(), None);
    assert_eq!(store.events(flow.id).await.unwrap(), []);
    let jobs = store.jobs(flow.id, JobsOf::All, ALL).await.unwrap();
    assert_eq!((jobs.items.len(), jobs.total), (0, 0));
    let runs = store.runs(id, &RunFilter::default(), ALL).await.unwrap();
    assert_eq!((runs.items.len(), runs.total), (0, 0));
    let change = flow.change(Scope::Run(flow.id), |_, _, _| Ok(Vec::new()));
    assert!(change.await.is_err());
}

pub(crate) async fn a_deleted_repository_frees_its_name(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    for _ in 0..2 {
        let next = store.repository_by_name("octo", "hello").await.unwrap();
        store.delete_repository(next.unwrap().id).await.unwrap();
        let next = insert_repository(&store, &world.user, "Hello").await;
        let found = store.repository_by_name("octo", "hello").await.unwrap();
        assert_eq!(found, Some(next));
    }
}

pub(crate) async fn a_repository_with_live_runs_is_not_deleted(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.repository.id;
    let error = store.delete_repository(id).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::LiveRuns)),
        "{error}"
    );
    assert!(store.run(flow.id).await.unwrap().is_some());
    flow.cancel().await.unwrap();
    store.delete_repository(id).await.unwrap();
}

pub(crate) async fn an_unknown_repository_is_not_deleted(store: Arc<dyn Store>) {
    let unknown = RepositoryId::new(99);
    let error = store.delete_repository(unknown).await.unwrap_err();
    assert!(is_not_found(&error), "{error}");
}

pub(crate) async fn a_collaborator_has_a_role_until_it_is_taken_away(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let late = insert_user(&store, "late").await.id;
    let early = insert_user(&store, "early").await.id;
    assert_eq!(store.collaborators(id).await.unwrap(), []);
    for (user, role) in [
        (early, Role::Read),
        (late, Role::Write),
        (early, Role::Admin),
    ] {
        let collaborator = Collaborator { user, role };
        store.put_collaborator(id, collaborator).await.unwrap();
        assert_eq!(store.role(id, user).await.unwrap(), Some(role));
    }
    let (user, role) = (late, Role::Write);
    let first = Collaborator { user, role };
    let (user, role) = (early, Role::Admin);
    let second = Collaborator { user, role };
    let listed = store.collaborators(id).await.unwrap();
    assert_eq!(listed, [first, second], "by user id");
    store.delete_collaborator(id, late).await.unwrap();
    assert_eq!(store.role(id, late).await.unwrap(), None);
    assert_eq!(store.collaborators(id).await.unwrap(), [second]);
    let again = store.delete_collaborator(id, late).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
}

pub(crate) async fn a_collaborator_needs_a_user_and_a_repository(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let role = Role::Read;
    let user = UserId::new(99);
    let known = world.user.id;
    let unknown = Collaborator { user, role };
    let error = store.put_collaborator(world.repository.id, unknown).await;
    assert!(breaks_a_reference(&error.unwrap_err()));
    let user = known;
    let nowhere = store.put_collaborator(RepositoryId::new(99), Collaborator { user, role });
    assert!(breaks_a_reference(&nowhere.await.unwrap_err()));
    assert_eq!(
        store.role(RepositoryId::new(99), known).await.unwrap(),
        None
    );
}

pub(crate) async fn a_workflow_is_kept_once_for_a_path(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.workflow(".github/workflows/ci.yml").await;
    let seen = Workflow {
        id: WorkflowId::new(reserve(&store, IdKind::Workflow).await),
        name: "CI \u{2713}".to_owned(),
        updated_at: a_moment().plus(Duration::from_secs(1)),
        ..first.clone()
    };
    let kept = store.ensure_workflow(&seen).await.unwrap();
    assert_eq!((kept.id, &kept.name), (first.id, &seen.name));
    assert_eq!(kept.created_at, first.created_at);
    assert_eq!(store.workflow(first.id).await.unwrap(), Some(kept.clone()));
    let by_path = store.workflow_by_path(world.repository.id, &seen.path);
    assert_eq!(by_path.await.unwrap(), Some(kept));
    assert_eq!(store.workflow(seen.id).await.unwrap(), None);
    let elsewhere = world.with_repository("other").await;
    let other = elsewhere.workflow(".github/workflows/ci.yml").await;
    assert_ne!(other.id, first.id);
}

pub(crate) async fn a_workflow_seen_at_the_same_time_is_kept_once(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut seers = JoinSet::new();
    for _ in 0..8 {
        let world = world.clone();
        seers.spawn(async move { world.workflow("ci.yml").await });
    }
    let kept = seers.join_all().await;
    let ids: BTreeSet<WorkflowId> = kept.iter().map(|workflow| workflow.id).collect();
    assert_eq!(ids.len(), 1);
    let listed = store.workflows(world.repository.id, ALL).await.unwrap();
    assert_eq!(listed.total, 1);
}

pub(crate) async fn workflows_are_listed_by_id_in_pages(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let none = store.workflows(id, ALL).await.unwrap();
    assert_eq!((none.items.len(), none.total), (0, 0));
    let mut all = Vec::new();
    for path in ["c.yml", "a.yml", "b.yml"] {
        all.push(world.workflow(path).await);
    }
    world.with_repository("other").await.workflow("x.yml").await;
    for (number, wanted) in [(1, &all[..2]), (2, &all[2..]), (3, &[])] {
        let listed = store.workflows(id, page(number, 2)).await.unwrap();
        assert_eq!((listed.items.as_slice(), listed.total), (wanted, 3));
    }
}

pub(crate) async fn a_workflow_of_an_unknown_repository_is_refused(store: Arc<dyn Store>) {
    let id = WorkflowId::new(reserve(&store, IdKind::Workflow).await);
    let lost = Workflow {
        state: WorkflowState::DisabledManually,
        ..workflow(id, RepositoryId::new(99), "ci.yml")
    };
    let error = store.ensure_workflow(&lost).await.unwrap_err();
    assert!(breaks_a_reference(&error), "{error}");
    assert_eq!(store.workflow(id).await.unwrap(), None);
    let by_path = store.workflow_by_path(lost.repository, "ci.yml").await;
    assert_eq!(by_path.unwrap(), None);
}

pub(crate) async fn a_definition_is_kept_under_its_hash(store: Arc<dyn Store>) {
    let large = "# \u{1f98a} it's \"quoted\" \\ \r\n".repeat(20_000);
    for (hash, text) in [("a", ""), ("b", large.as_str())] {
        assert_eq!(store.definition(hash).await.unwrap(), None);
        store.put_definition(hash, text).await.unwrap();
        store.put_definition(hash, text).await.unwrap();
        let kept = store.definition(hash).await.unwrap();
        assert_eq!(kept.as_deref(), Some(text));
    }
}

pub(crate) async fn settings_of_actions_are_githubs_until_somebody_says_otherwise(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    let kept = || async { store.actions_settings(id).await.unwrap() };
    assert_eq!(kept().await, ActionsSettings::default());
    let everything = ActionsChange {
        enabled: Some(false),
        allowed: Some(AllowedActions::Selected),
        selected: SelectedChange {
            github_owned: Some(true),
            verified: Some(true),
            patterns: Some(vec![ActionPattern::parse("!mona/\"c\u{e4}t\"@*").unwrap()]),
        },
        pinned: Some(true),
        access: Some(AccessLevel::Enterprise),
        tokens: Some(DefaultPermissions::Write),
    };
    for change in [&everything, &everything, &ActionsChange::default()] {
        store.change_actions_settings(id, change).await.unwrap();
        let expected = ActionsSettings::default().changed(&everything);
        assert_eq!(kept().await, expected);
    }
    let on = ActionsChange {
        enabled: Some(true),
        ..ActionsChange::default()
    };
    store.change_actions_settings(id, &on).await.unwrap();
    let expected = ActionsSettings::default().changed(&everything).changed(&on);
    assert_eq!(kept().await, expected);
    let beside = store.actions_settings(other.repository.id).await;
    assert_eq!(beside.unwrap(), ActionsSettings::default());
    let unknown = store.change_actions_settings(RepositoryId::new(9_999), &on);
    assert!(breaks_a_reference(&unknown.await.unwrap_err()));
    store.delete_repository(id).await.unwrap();
    assert_eq!(kept().await, ActionsSettings::default());
}

pub(crate) async fn changes_of_actions_at_the_same_time_all_hold(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let nothing = ActionsChange::default;
    let changes = [
        ActionsChange {
            enabled: Some(false),
            ..nothing()
        },
        ActionsChange {
            allowed: Some(AllowedActions::LocalOnly),
            ..nothing()
        },
        ActionsChange {
            pinned: Some(true),
            ..nothing()
        },
        ActionsChange {
            access: Some(AccessLevel::User),
            ..nothing()
        },
        ActionsChange {
            tokens: Some(DefaultPermissions::Write),
            ..nothing()
        },
    ];
    let mut all = JoinSet::new();
    for change in changes.clone() {
        let store = Arc::clone(&store);
        all.spawn(async move { store.change_actions_settings(id, &change).await });
    }
    for done in all.join_all().await {
        done.unwrap();
    }
    let expected = changes
        .iter()
        .fold(ActionsSettings::default(), |kept, change| {
            kept.changed(change)
        });
    assert_eq!(store.actions_settings(id).await.unwrap(), expected);
}

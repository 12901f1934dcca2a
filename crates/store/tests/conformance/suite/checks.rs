//! Runs and jobs as checks of a commit.

use crate::world::{ALL, CHAIN, DIAMOND, ONE_JOB, World, page};
use runyard_domain::{
    CheckSuiteId, Conclusion, JobId, RepositoryId, RunId,
    execution::{Annotation, AnnotationLevel},
};
use runyard_store::{CheckFilter, ChecksOf, Store};
use std::{collections::BTreeMap, sync::Arc};

async fn checks(world: &World, of: &ChecksOf, filter: &CheckFilter) -> Vec<JobId> {
    let repository = world.repository.id;
    let listed = world.store.check_runs(repository, of, filter, ALL).await;
    let listed = listed.unwrap();
    assert_eq!(listed.total, listed.items.len() as u64);
    listed.items.iter().map(|check| check.job.id).collect()
}

async fn suites(world: &World, commit: &str, name: Option<&str>) -> Vec<RunId> {
    let repository = world.repository.id;
    let listed = world
        .store
        .check_suites(repository, commit, name, ALL)
        .await;
    let listed = listed.unwrap();
    assert_eq!(listed.total, listed.items.len() as u64);
    listed.items.iter().map(|run| run.identity.id).collect()
}

pub(crate) async fn a_run_is_found_by_its_check_suite(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (here, flow) = (world.repository.id, world.run(ONE_JOB).await);
    let other = world.with_repository("other").await;
    let suite = flow.aggregate().await.identity().check_suite;
    let run = store.run(flow.id).await.unwrap();
    assert_eq!(store.run_of_suite(here, suite).await.unwrap(), run);
    let elsewhere = store.run_of_suite(other.repository.id, suite).await;
    assert_eq!(elsewhere.unwrap(), None);
    let unknown = store.run_of_suite(here, CheckSuiteId::new(9_999)).await;
    assert_eq!(unknown.unwrap(), None);
    flow.run_to_the_end(Conclusion::Success).await;
    flow.delete().await.unwrap();
    assert_eq!(store.run_of_suite(here, suite).await.unwrap(), None);
}

pub(crate) async fn the_checks_of_a_commit_are_those_of_its_newest_attempts(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(CHAIN).await;
    first.run_to_the_end(Conclusion::Failure).await;
    let old = first.job("build").await;
    first.rerun_by(world.user.id).await.unwrap();
    let again = first.job("build").await;
    let second = world.run(ONE_JOB).await;
    let other = second.job("build").await;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.head_sha = "b".repeat(40);
    let elsewhere = world.create(wanted).await.unwrap();

    let commit = first.aggregate().await.identity().head_sha.clone();
    let of = ChecksOf::Commit(commit.clone());
    let latest = CheckFilter::default();
    assert_eq!(checks(&world, &of, &latest).await, [other, again]);
    let all = CheckFilter {
        all_attempts: true,
        ..CheckFilter::default()
    };
    let everything = checks(&world, &of, &all).await;
    assert_eq!(everything.first(), Some(&other));
    assert!(everything.contains(&old) && everything.contains(&again));
    let of_run = ChecksOf::Run(first.id);
    assert_eq!(checks(&world, &of_run, &latest).await, [again]);
    let of_other = ChecksOf::Commit("b".repeat(40));
    let job = elsewhere.job("build").await;
    assert_eq!(checks(&world, &of_other, &latest).await, [job]);
    let nowhere = ChecksOf::Commit("c".repeat(40));
    assert_eq!(checks(&world, &nowhere, &latest).await, []);

    assert_eq!(suites(&world, &commit, None).await, [second.id, first.id]);
    let repository = world.repository.id;
    let listed = store.check_runs(repository, &of, &latest, page(2, 1)).await;
    let listed = listed.unwrap();
    assert_eq!((listed.items[0].job.id, listed.total), (again, 2));
    let suite = first.aggregate().await.identity().check_suite;
    assert_eq!(listed.items[0].suite, suite);
    let two = store
        .check_suites(repository, &commit, None, page(2, 1))
        .await;
    let two = two.unwrap();
    assert_eq!((two.items[0].identity.id, two.total), (first.id, 2));
    let unknown = RepositoryId::new(9_999);
    let none = store.check_runs(unknown, &of, &latest, ALL).await.unwrap();
    assert_eq!((none.items.len(), none.total), (0, 0));
}

pub(crate) async fn checks_are_found_by_name_and_status(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let execution = world.claim(1, 1).await.remove(0);
    flow.start(execution.id).await.unwrap();
    let started = execution.job;
    let names = ["left", "right"];
    let mut jobs = Vec::new();
    for name in names {
        jobs.push(flow.job(name).await);
    }
    let queued = jobs.iter().copied().find(|job| *job != started).unwrap();
    let of = ChecksOf::Run(flow.id);
    let with = |name: Option<&str>, status: Option<&str>| CheckFilter {
        name: name.map(str::to_owned),
        status: status.map(str::to_owned),
        all_attempts: false,
    };
    for (filter, expected) in [
        (with(Some("left"), None), vec![jobs[0]]),
        (with(Some("Left"), None), vec![]),
        (with(Some("both"), None), vec![]),
        (with(None, Some("in_progress")), vec![started]),
        (with(None, Some("queued")), vec![queued]),
        (with(None, Some("pending")), vec![]),
        (with(None, Some("completed")), vec![]),
        (with(None, Some("held")), vec![]),
    ] {
        assert_eq!(checks(&world, &of, &filter).await, expected, "{filter:?}");
    }
    let commit = flow.aggregate().await.identity().head_sha.clone();
    assert_eq!(suites(&world, &commit, Some("right")).await, [flow.id]);
    assert_eq!(suites(&world, &commit, Some("none")).await, []);
}

pub(crate) async fn checks_and_annotations_are_counted(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let second = world.run(ONE_JOB).await;
    second.run_to_the_end(Conclusion::Success).await;
    second.rerun_by(world.user.id).await.unwrap();
    let first = world.run(DIAMOND).await;
    let of = [first.id, second.id, RunId::new(9_999)];
    let counts = store.count_check_runs(&of);
    let expected = BTreeMap::from([(first.id, 2), (second.id, 1)]);
    assert_eq!(counts.await.unwrap(), expected);

    let (left, right) = (first.job("left").await, first.job("right").await);
    let remark = |number| Annotation {
        level: AnnotationLevel::Warning,
        ..Annotation::of_job(number, "careful")
    };
    let remarks = [remark(1), remark(2)];
    store
        .add_annotations((first.id, left), &remarks)
        .await
        .unwrap();
    let counts = store.count_annotations(&[left, right]).await.unwrap();
    assert_eq!(counts, BTreeMap::from([(left, 2)]));
    assert!(store.count_annotations(&[]).await.unwrap().is_empty());
}

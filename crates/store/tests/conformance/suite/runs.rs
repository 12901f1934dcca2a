//! Questions about runs and jobs.

use super::agreement::assert_agrees;
use crate::world::{ALL, CHAIN, Flow, ONE_JOB, World, insert_user, page, step};
use runyard_domain::{CheckSuiteId, Conclusion, JobId, RepositoryId, RunId, Timestamp, WorkflowId};
use runyard_store::{FILTERED_RUNS_MAX, IdKind, JobView, JobsOf, Listed, RunFilter, Stage, Store};
use std::{sync::Arc, time::Duration};

/// How much earlier one of the runs was created.
const HOUR: Duration = Duration::from_secs(3_600);

async fn listed(world: &World, filter: &RunFilter) -> Vec<RunId> {
    let runs = world.store.runs(world.repository.id, filter, ALL).await;
    let Listed { items, total } = runs.unwrap();
    assert_eq!(total, items.len() as u64);
    items.iter().map(|view| view.identity.id).collect()
}

pub(crate) async fn runs_are_listed_newest_first_in_pages(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, world.run(ONE_JOB).await.id);
    }
    let pages = [
        (page(1, 2), &ids[..2]),
        (page(2, 2), &ids[2..4]),
        (page(3, 2), &ids[4..]),
        (page(4, 2), &[]),
        (page(1, 1), &ids[..1]),
        (page(1, 100), &ids[..]),
        (page(u32::MAX, 100), &[]),
    ];
    let filter = RunFilter::default();
    for (page, wanted) in pages {
        let runs = store
            .runs(world.repository.id, &filter, page)
            .await
            .unwrap();
        let shown: Vec<RunId> = runs.items.iter().map(|view| view.identity.id).collect();
        assert_eq!((shown.as_slice(), runs.total), (wanted, 5), "{page:?}");
    }
    let first = store.runs(world.repository.id, &filter, page(1, 1)).await;
    let alone = store.run(ids[0]).await.unwrap();
    assert_eq!(first.unwrap().items.pop(), alone);
}

pub(crate) async fn runs_of_other_repositories_are_not_listed(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let other = world.with_repository("other").await;
    let here = world.run(ONE_JOB).await;
    let there = other.run(ONE_JOB).await;
    let filter = RunFilter::default();
    assert_eq!(listed(&world, &filter).await, [here.id]);
    assert_eq!(listed(&other, &filter).await, [there.id]);
}

/// Three runs that differ in every field of a filter.
async fn three_runs(world: &World) -> [Flow; 3] {
    let first = world.run(ONE_JOB).await;
    first.run_to_the_end(Conclusion::Failure).await;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.head_branch = Some("Feature/\u{e9}".to_owned());
    wanted.identity.event = "workflow_dispatch".to_owned();
    wanted.identity.actor = insert_user(&world.store, "Ada").await.id;
    wanted.identity.head_sha = "b".repeat(40);
    wanted.identity.created_at = created_of(&first).await.minus(HOUR);
    wanted.identity.workflow = world.workflow("other.yml").await.id;
    let second = world.create(wanted).await.unwrap();
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.head_branch = None;
    let third = world.create(wanted).await.unwrap();
    third.cancel().await.unwrap();
    [first, second, third]
}

async fn created_of(flow: &Flow) -> Timestamp {
    flow.aggregate().await.identity().created_at
}

pub(crate) async fn every_filter_of_runs_is_obeyed(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let [first, second, third] = three_runs(&world).await;
    let workflow = second.aggregate().await.identity().workflow;
    let created = created_of(&first).await;
    let suite = second.aggregate().await.identity().check_suite;
    let text = |text: &str| Some(text.to_owned());
    let none = RunFilter::default();
    let by = |change: &dyn Fn(&mut RunFilter)| {
        let mut filter = none.clone();
        change(&mut filter);
        filter
    };
    let table = [
        (none.clone(), vec![third.id, second.id, first.id]),
        (by(&|f| f.workflow = Some(workflow)), vec![second.id]),
        (by(&|f| f.workflow = Some(WorkflowId::new(99))), vec![]),
        (by(&|f| f.actor = text("aDA")), vec![second.id]),
        (by(&|f| f.actor = text("nobody")), vec![]),
        (by(&|f| f.branch = text("Feature/\u{e9}")), vec![second.id]),
        (by(&|f| f.branch = text("feature/\u{e9}")), vec![]),
        (by(&|f| f.branch = text("main")), vec![first.id]),
        (by(&|f| f.branch = text("")), vec![]),
        (
            by(&|f| f.event = text("workflow_dispatch")),
            vec![second.id],
        ),
        (by(&|f| f.event = text("push")), vec![third.id, first.id]),
        (by(&|f| f.head_sha = text(&"b".repeat(40))), vec![second.id]),
        (by(&|f| f.head_sha = text("bbb")), vec![]),
        (by(&|f| f.check_suite = Some(suite)), vec![second.id]),
        (by(&|f| f.check_suite = Some(CheckSuiteId::new(0))), vec![]),
        (by(&|f| f.status = text("queued")), vec![second.id]),
        (
            by(&|f| f.status = text("completed")),
            vec![third.id, first.id],
        ),
        (by(&|f| f.status = text("failure")), vec![first.id]),
        (by(&|f| f.status = text("cancelled")), vec![third.id]),
        (by(&|f| f.status = text("stale")), vec![]),
        (by(&|f| f.status = text("' or 1=1")), vec![]),
        (
            by(&|f| f.created_from = Some(created)),
            vec![third.id, first.id],
        ),
        (by(&|f| f.created_before = Some(created)), vec![second.id]),
        (
            by(&|f| f.created_from = Some(created.minus(HOUR))),
            vec![third.id, second.id, first.id],
        ),
        (
            by(&|f| {
                f.created_from = Some(created.minus(HOUR));
                f.created_before = Some(created);
                f.event = text("push");
            }),
            vec![],
        ),
        (
            by(&|f| {
                f.event = text("push");
                f.status = text("completed");
                f.branch = text("main");
                f.actor = text("octo");
            }),
            vec![first.id],
        ),
        (
            by(&|f| {
                f.event = text("push");
                f.actor = text("ada");
            }),
            vec![],
        ),
    ];
    for (filter, wanted) in table {
        assert_eq!(listed(&world, &filter).await, wanted, "{filter:?}");
    }
    let filter = by(&|f| f.event = text("push"));
    let one = store.runs(world.repository.id, &filter, page(2, 1)).await;
    let one = one.unwrap();
    assert_eq!((one.items[0].identity.id, one.total), (first.id, 2));
}

pub(crate) async fn a_filtered_list_reaches_so_many_runs_and_no_more(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let template = world.wanted(ONE_JOB).await;
    let count = u32::try_from(FILTERED_RUNS_MAX).unwrap() + 1;
    let ids: Vec<i64> = store.reserve(IdKind::Run, count).await.unwrap().collect();
    let suites = store.reserve(IdKind::CheckSuite, count).await.unwrap();
    for (id, suite) in ids.iter().zip(suites) {
        let mut wanted = template.clone();
        wanted.identity.id = RunId::new(*id);
        wanted.identity.check_suite = CheckSuiteId::new(suite);
        wanted.identity.trigger_key = format!("key-{id}");
        let made = world.create_by(wanted, |_, _| Ok(Vec::new())).await;
        made.unwrap();
    }
    let workflow = RunFilter {
        workflow: Some(template.identity.workflow),
        ..RunFilter::default()
    };
    let event = RunFilter {
        event: Some("push".to_owned()),
        ..RunFilter::default()
    };
    let table = [
        (RunFilter::default(), count, 1),
        (workflow, count, 1),
        (event, count - 1, 0),
    ];
    for (filter, total, beyond) in table {
        let last = page(10, 100);
        let listed = store
            .runs(world.repository.id, &filter, last)
            .await
            .unwrap();
        assert_eq!((listed.items.len(), listed.total), (100, total.into()));
        let next = page(11, 100);
        let listed = store
            .runs(world.repository.id, &filter, next)
            .await
            .unwrap();
        assert_eq!((listed.items.len(), listed.total), (beyond, total.into()));
    }
    let all = RunFilter::default();
    let live = store.count_chosen(world.repository.id, &all, Stage::Live);
    assert_eq!(
        live.await.unwrap(),
        FILTERED_RUNS_MAX,
        "r8_11 counts so far too"
    );
}

async fn job_ids(store: &Arc<dyn Store>, run: RunId, of: JobsOf) -> Vec<JobId> {
    let jobs = store.jobs(run, of, ALL).await.unwrap();
    assert_eq!(jobs.total, jobs.items.len() as u64);
    jobs.items.iter().map(|job| job.id).collect()
}

pub(crate) async fn jobs_are_listed_by_id_for_an_attempt_or_for_all(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(CHAIN).await;
    let build = flow.job("build").await;
    let first = job_ids(&store, flow.id, JobsOf::Latest).await;
    assert_eq!(first, [build], "a blocked job is not shown");
    flow.run_to_the_end(Conclusion::Success).await;
    let first = job_ids(&store, flow.id, JobsOf::Latest).await;
    assert_eq!(first, [build, flow.job("test").await]);

    flow.rerun_by(world.user.id).await.unwrap();
    let second = job_ids(&store, flow.id, JobsOf::Latest).await;
    assert_eq!(second, [flow.job("build").await]);
    let all = [first.clone(), second.clone()].concat();
    assert_eq!(job_ids(&store, flow.id, JobsOf::All).await, all);
    assert_eq!(job_ids(&store, flow.id, JobsOf::Attempt(1)).await, first);
    assert_eq!(job_ids(&store, flow.id, JobsOf::Attempt(2)).await, second);
    assert_eq!(job_ids(&store, flow.id, JobsOf::Attempt(3)).await, []);
    for (place, wanted) in all.iter().enumerate() {
        let number = u32::try_from(place + 1).unwrap();
        let one = store.jobs(flow.id, JobsOf::All, page(number, 1)).await;
        let one: Listed<JobView> = one.unwrap();
        assert_eq!((one.items[0].id, one.total), (*wanted, 3));
    }
}

pub(crate) async fn a_job_shows_the_steps_that_were_reported(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    let job = flow.job("build").await;
    let steps_of = async || store.job(job).await.unwrap().unwrap().steps;
    assert_eq!(steps_of().await, []);
    flow.start(id).await.unwrap();
    assert_eq!(steps_of().await, []);
    let odd = step(4, "Run echo \"\u{1f600}\" \\");
    world.sync(id, 1, vec![odd.clone()]).await.unwrap();
    assert_eq!(steps_of().await, std::slice::from_ref(&odd));
    world.sync(id, 2, vec![step(1, "Set up")]).await.unwrap();
    world.sync(id, 2, vec![step(9, "Late")]).await.unwrap();
    assert_eq!(steps_of().await, [step(1, "Set up"), odd.clone()]);
    flow.finish(id, Conclusion::Success).await.unwrap();
    assert_eq!(steps_of().await, [step(1, "Set up"), odd]);
    assert_agrees(&flow).await;
}

pub(crate) async fn unknown_ids_answer_nothing(store: Arc<dyn Store>) {
    for number in [99, 0, -1, i64::MAX] {
        let run = RunId::new(number);
        assert_eq!(store.run(run).await.unwrap(), None);
        assert_eq!(store.attempt(run, 1).await.unwrap(), None);
        assert_eq!(store.aggregate(run).await.unwrap(), None);
        assert_eq!(store.payload(run).await.unwrap(), None);
        assert_eq!(store.events(run).await.unwrap(), []);
        assert_eq!(store.job(JobId::new(number)).await.unwrap(), None);
        assert_eq!(job_ids(&store, run, JobsOf::All).await, []);
        let repository = RepositoryId::new(number);
        let filter = RunFilter::default();
        let runs = store.runs(repository, &filter, ALL).await.unwrap();
        assert_eq!((runs.items.len(), runs.total), (0, 0));
    }
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    for attempt in [0, 2, u32::MAX] {
        assert_eq!(store.attempt(flow.id, attempt).await.unwrap(), None);
    }
}

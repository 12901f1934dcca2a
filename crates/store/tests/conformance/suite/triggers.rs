//! What starts workflows besides calls: open pull requests, schedules, moments that others follow, switches.

use crate::world::{CHAIN, ONE_JOB, World, a_moment, insert_user, is_not_found};
use runyard_domain::{
    Conclusion, RepositoryId, RunId, Timestamp, WorkflowId,
    pull_request::PullRequest,
    repository::WorkflowState,
    run::{Cause, Fork, HeadRepository, RunMoment},
};
use runyard_store::{Conflict, FollowUp, ReadBranch, ScheduleEntry, Scheduled, Store, StoreError};
use std::{sync::Arc, time::Duration};

/// Nobody is given up within a test.
const LONG: Duration = Duration::from_secs(600);
/// Callers that come at one time.
const CALLERS: usize = 12;

fn breaks_a_reference(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(Conflict::Reference))
}

fn pull(number: i64, head_branch: &str) -> PullRequest {
    PullRequest {
        id: 1000 + number,
        number,
        head_branch: head_branch.to_owned(),
        head_sha: "a".repeat(40),
        base_branch: "main".to_owned(),
        base_sha: "b".repeat(40),
    }
}

pub(crate) async fn a_run_comes_with_the_pull_requests_of_its_branch(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let run = world.run(ONE_JOB).await.id;
    for (number, branch) in [(9, "main"), (7, "main"), (8, "topic")] {
        let pull = pull(number, branch);
        store.put_pull_request(id, &pull, 99).await.unwrap();
    }
    let (view, pulls) = store.run_and_pull_requests(run).await.unwrap().unwrap();
    assert_eq!(Some(view), store.run(run).await.unwrap());
    assert_eq!(pulls, [pull(7, "main"), pull(9, "main")]);
    let unknown = store.run_and_pull_requests(RunId::new(99)).await;
    assert_eq!(unknown.unwrap(), None);
}

pub(crate) async fn open_pull_requests_are_found_by_their_branches(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    for (number, branch) in [(9, "t\u{f6}pic"), (7, "topic"), (8, "topic")] {
        let pull = pull(number, branch);
        store.put_pull_request(id, &pull, 99).await.unwrap();
    }
    let elsewhere = other.repository.id;
    store
        .put_pull_request(elsewhere, &pull(7, "topic"), 99)
        .await
        .unwrap();
    let mut moved = pull(8, "moved");
    moved.head_sha = "c".repeat(40);
    store.put_pull_request(id, &moved, 99).await.unwrap();
    let found = async |branches: &[&str]| {
        let branches: Vec<String> = branches.iter().map(|b| (*b).to_owned()).collect();
        store.pull_requests(id, &branches).await.unwrap()
    };
    assert_eq!(found(&["topic"]).await, [pull(7, "topic")]);
    assert_eq!(
        found(&["moved", "topic", "none"]).await,
        [pull(7, "topic"), moved]
    );
    assert_eq!(found(&["t\u{f6}pic"]).await, [pull(9, "t\u{f6}pic")]);
    assert_eq!(found(&[]).await, []);
    for _ in 0..2 {
        store.delete_pull_request(id, 7).await.unwrap();
    }
    assert_eq!(found(&["topic"]).await, []);
    let kept = store.pull_requests(elsewhere, &["topic".to_owned()]).await;
    assert_eq!(kept.unwrap().len(), 1);
    let gone = store
        .put_pull_request(RepositoryId::new(99), &pull(1, "a"), 9)
        .await;
    assert!(breaks_a_reference(&gone.unwrap_err()));
}

pub(crate) async fn open_pull_requests_are_listed_and_found_by_number(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    for (number, branch) in [(9, "late"), (7, "topic"), (8, "topic")] {
        let pull = pull(number, branch);
        store.put_pull_request(id, &pull, 99).await.unwrap();
    }
    let elsewhere = other.repository.id;
    let foreign = pull(6, "topic");
    store
        .put_pull_request(elsewhere, &foreign, 99)
        .await
        .unwrap();
    let all = store.all_pull_requests(id).await.unwrap();
    let expected = [pull(7, "topic"), pull(8, "topic"), pull(9, "late")];
    assert_eq!(all, expected);
    let one = store.pull_request(id, 9).await.unwrap();
    assert_eq!(one, Some(pull(9, "late")));
    assert_eq!(store.pull_request(id, 6).await.unwrap(), None);
    assert_eq!(
        store.pull_request(elsewhere, 6).await.unwrap(),
        Some(foreign)
    );
}

pub(crate) async fn so_many_pull_requests_are_known_the_newest(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    for number in [3, 1, 2, 4] {
        store
            .put_pull_request(id, &pull(number, "topic"), 3)
            .await
            .unwrap();
    }
    let kept = store
        .pull_requests(id, &["topic".to_owned()])
        .await
        .unwrap();
    let numbers: Vec<i64> = kept.into_iter().map(|pull| pull.number).collect();
    assert_eq!(numbers, [2, 3, 4]);
}

pub(crate) async fn a_run_keeps_what_caused_it(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.git_ref = String::new();
    wanted.identity.head_branch = None;
    wanted.identity.cause = Cause {
        sha: Some("e".repeat(40)),
        head_repository: HeadRepository::Fork(Fork {
            id: 7,
            owner: "eve".to_owned(),
            owner_id: 8,
            name: "it's \"mine\" \u{1f511}".to_owned(),
            private: true,
        }),
        chain: 2,
        notice: Some("the head commit runs".to_owned()),
        before: Some("b".repeat(40)),
    };
    let cause = wanted.identity.cause.clone();
    let run = world.create(wanted).await.unwrap();
    let view = store.run(run.id).await.unwrap().unwrap();
    assert_eq!(view.identity.cause, cause);
    assert_eq!(run.aggregate().await.identity().sha(), "e".repeat(40));
}

fn entry(cron: &str, timezone: Option<&str>) -> ScheduleEntry {
    ScheduleEntry {
        path: ".github/workflows/t\u{f6}lt.yml".to_owned(),
        cron: cron.to_owned(),
        timezone: timezone.map(str::to_owned),
    }
}

fn branch(sha: &str) -> ReadBranch {
    ReadBranch {
        sha: sha.repeat(40),
        follows_runs: false,
    }
}

type Entries<'a> = &'a [(ScheduleEntry, Option<Timestamp>)];

async fn put(world: &World, before: Option<&str>, sha: &str, entries: Entries<'_>) -> bool {
    let before = before.map(|sha| sha.repeat(40));
    let (id, by, branch) = (world.repository.id, world.user.id, branch(sha));
    let kept = world
        .store
        .put_branch(id, before.as_deref(), &branch, entries, by);
    kept.await.unwrap()
}

pub(crate) async fn a_branch_is_kept_by_whoever_knew_the_one_before(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    assert_eq!(store.read_branch(id).await.unwrap(), None);
    assert!(!put(&world, Some("a"), "b", &[]).await);
    assert!(put(&world, None, "a", &[(entry("0 0 * * *", None), None)]).await);
    assert!(!put(&world, None, "b", &[]).await);
    assert_eq!(store.read_branch(id).await.unwrap(), Some(branch("a")));
    assert_eq!(
        store.schedules(id).await.unwrap().len(),
        1,
        "nothing was kept"
    );
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let world = world.clone();
        writers.spawn(async move { put(&world, Some("a"), "b", &[]).await });
    }
    let kept = writers.join_all().await;
    assert_eq!(kept.into_iter().filter(|kept| *kept).count(), 1);
    assert_eq!(store.schedules(id).await.unwrap(), []);
    let gone = RepositoryId::new(99);
    let kept = store
        .put_branch(gone, None, &branch("a"), &[], world.user.id)
        .await;
    assert!(breaks_a_reference(&kept.unwrap_err()));
}

pub(crate) async fn a_schedule_keeps_its_actor_and_tick_until_its_text_goes(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let other = insert_user(&store, "eve").await;
    let id = world.repository.id;
    let (utc, berlin) = (
        entry("0 0 * * *", None),
        entry("0 0 * * *", Some("Europe/Berlin")),
    );
    let never = entry("0 0 30 2 *", None);
    let first = [(utc.clone(), Some(a_moment())), (never.clone(), None)];
    assert!(put(&world, None, "a", &first).await);
    let later = Some(a_moment().plus(LONG));
    let second = [(utc.clone(), later), (berlin.clone(), later)];
    let before = "a".repeat(40);
    let moved = branch("b");
    let kept = store.put_branch(id, Some(&before), &moved, &second, other.id);
    assert!(kept.await.unwrap());
    let scheduled = |entry, actor, due_at| Scheduled {
        repository: id,
        entry,
        actor,
        due_at,
    };
    let wanted = [
        scheduled(utc, world.user.id, Some(a_moment())),
        scheduled(berlin, other.id, later),
    ];
    assert_eq!(store.schedules(id).await.unwrap(), wanted);
    let elsewhere = world.with_repository("other").await.repository.id;
    assert_eq!(store.schedules(elsewhere).await.unwrap(), []);
}

pub(crate) async fn a_tick_is_taken_once(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    assert_eq!(store.claim_schedules(9, LONG).await.unwrap(), []);
    let now = store.now().await.unwrap();
    let entries: Vec<_> = (0..5)
        .map(|minute| (entry(&format!("{minute} * * * *"), None), Some(a_moment())))
        .chain([(entry("9 9 * * *", None), Some(now.plus(LONG)))])
        .chain([(entry("9 9 30 2 *", None), None)])
        .collect();
    assert!(put(&world, None, "a", &entries).await);
    let mut takers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let store = Arc::clone(&store);
        takers.spawn(async move { store.claim_schedules(2, LONG).await.unwrap() });
    }
    let mut taken: Vec<_> = takers.join_all().await.into_iter().flatten().collect();
    // A taker may have passed over what another had locked.
    taken.extend(store.claim_schedules(9, LONG).await.unwrap());
    let mut crons: Vec<_> = taken.into_iter().map(|tick| tick.entry.cron).collect();
    crons.sort();
    let wanted: Vec<_> = (0..5).map(|minute| format!("{minute} * * * *")).collect();
    assert_eq!(crons, wanted);
}

pub(crate) async fn a_tick_is_ended_once_and_comes_again_when_nobody_ends_it(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let due = Some(a_moment());
    assert!(put(&world, None, "a", &[(entry("* * * * *", None), due)]).await);
    let given_up = store.claim_schedules(1, Duration::ZERO).await.unwrap();
    let taken = store.claim_schedules(1, LONG).await.unwrap();
    assert_eq!(given_up, taken);
    assert_eq!(taken[0].due_at, due, "it is still that tick");
    let next = Some(store.now().await.unwrap().plus(LONG));
    assert!(store.finish_schedule(&taken[0], next).await.unwrap());
    assert!(!store.finish_schedule(&given_up[0], None).await.unwrap());
    assert_eq!(
        store.schedules(world.repository.id).await.unwrap()[0].due_at,
        next
    );
    assert_eq!(store.claim_schedules(9, LONG).await.unwrap(), []);
    assert!(put(&world, Some("a"), "b", &[]).await);
    let gone = store.finish_schedule(&taken[0], next).await.unwrap();
    assert!(!gone, "its text is not in the file any more");
}

/// Lets the default branch follow runs, or not.
async fn follows(world: &World, before: Option<&str>, sha: &str, follows_runs: bool) {
    let before = before.map(|sha| sha.repeat(40));
    let branch = ReadBranch {
        follows_runs,
        ..branch(sha)
    };
    let (id, by) = (world.repository.id, world.user.id);
    let kept = world
        .store
        .put_branch(id, before.as_deref(), &branch, &[], by);
    assert!(kept.await.unwrap());
}

async fn moments(store: &Arc<dyn Store>) -> Vec<FollowUp> {
    let taken = store.claim_follow_ups(99, Duration::ZERO).await.unwrap();
    for follow_up in &taken {
        store.delete_follow_up(follow_up.id).await.unwrap();
    }
    taken
}

pub(crate) async fn moments_are_kept_with_the_change_where_somebody_follows(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    world
        .run(ONE_JOB)
        .await
        .run_to_the_end(Conclusion::Success)
        .await;
    follows(&world, None, "a", false).await;
    world
        .run(ONE_JOB)
        .await
        .run_to_the_end(Conclusion::Success)
        .await;
    assert_eq!(moments(&store).await, [], "nobody follows");
    follows(&world, Some("a"), "b", true).await;
    let elsewhere = world.with_repository("other").await;
    elsewhere
        .run(ONE_JOB)
        .await
        .run_to_the_end(Conclusion::Success)
        .await;
    assert_eq!(moments(&store).await, [], "nobody follows there");

    let flow = world.run(CHAIN).await;
    flow.run_to_the_end(Conclusion::Success).await;
    let kept = moments(&store).await;
    let seen = |kept: &[FollowUp]| {
        let seen = kept.iter().map(|one| (one.run, one.attempt, one.moment));
        seen.collect::<Vec<_>>()
    };
    use RunMoment::{Completed, InProgress, Requested};
    let wanted = [Requested, InProgress, Completed].map(|moment| (flow.id, 1, moment));
    assert_eq!(seen(&kept), wanted, "the second job begins nothing");
    let events = store.events(flow.id).await.unwrap();
    let (first, last) = (events.first().unwrap().at(), events.last().unwrap().at());
    assert_eq!((kept[0].happened_at, kept[2].happened_at), (first, last));

    // r4_13: a re-run is not requested again.
    flow.rerun_by(world.user.id).await.unwrap();
    flow.run_to_the_end(Conclusion::Failure).await;
    let wanted = [InProgress, Completed].map(|moment| (flow.id, 2, moment));
    assert_eq!(seen(&moments(&store).await), wanted);
}

pub(crate) async fn a_refused_change_keeps_no_moment(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    follows(&world, None, "a", true).await;
    assert!(flow.rerun_by(world.user.id).await.is_err());
    assert_eq!(moments(&store).await, []);
}

pub(crate) async fn a_moment_is_taken_once_and_again_when_nobody_was_done(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    follows(&world, None, "a", true).await;
    for _ in 0..3 {
        world.run(ONE_JOB).await;
    }
    let given_up = store.claim_follow_ups(9, Duration::ZERO).await.unwrap();
    assert_eq!(given_up.len(), 3);
    assert!(given_up.iter().all(|one| one.tries == 1));
    let mut takers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let store = Arc::clone(&store);
        takers.spawn(async move { store.claim_follow_ups(1, LONG).await.unwrap() });
    }
    let mut taken: Vec<_> = takers.join_all().await.into_iter().flatten().collect();
    taken.extend(store.claim_follow_ups(9, LONG).await.unwrap());
    assert!(taken.iter().all(|one| one.tries == 2), "{taken:?}");
    let mut ids: Vec<_> = taken.into_iter().map(|one| one.id).collect();
    ids.sort_unstable();
    let all: Vec<_> = given_up.into_iter().map(|one| one.id).collect();
    assert_eq!(ids, all);
    for id in ids.into_iter().chain(all) {
        store.delete_follow_up(id).await.unwrap();
    }
    assert_eq!(store.claim_follow_ups(9, Duration::ZERO).await.unwrap(), []);
}

pub(crate) async fn what_starts_workflows_goes_with_its_repository(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    store
        .put_pull_request(id, &pull(1, "topic"), 9)
        .await
        .unwrap();
    assert!(
        put(
            &world,
            None,
            "a",
            &[(entry("* * * * *", None), Some(a_moment()))]
        )
        .await
    );
    store.delete_repository(id).await.unwrap();
    let pulls = store.pull_requests(id, &["topic".to_owned()]).await;
    assert_eq!(pulls.unwrap(), []);
    assert_eq!(store.read_branch(id).await.unwrap(), None);
    assert_eq!(store.schedules(id).await.unwrap(), []);
    assert_eq!(store.claim_schedules(9, LONG).await.unwrap(), []);
}

pub(crate) async fn a_workflow_changes_its_state_from_the_one_that_it_has(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let workflow = world.workflow("ci.yml").await;
    let (on, off) = (WorkflowState::Active, WorkflowState::DisabledManually);
    let mut switchers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let (store, id) = (Arc::clone(&store), workflow.id);
        switchers.spawn(async move { store.put_workflow_state(id, on, off).await.unwrap() });
    }
    let switched = switchers.join_all().await;
    assert_eq!(switched.into_iter().filter(|done| *done).count(), 1);
    let kept = store.workflow(workflow.id).await.unwrap().unwrap();
    assert_eq!(kept.state, off);
    assert!(kept.updated_at > workflow.updated_at);
    let seen = store.ensure_workflow(&workflow).await.unwrap();
    assert_eq!(seen.state, off, "being seen again does not switch it on");
    let unknown = store.put_workflow_state(WorkflowId::new(99), on, off).await;
    assert!(is_not_found(&unknown.unwrap_err()));
}

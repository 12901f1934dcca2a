//! Lists of runs by several filters at once, beside a plain look at each run.

use crate::world::{ONE_JOB, World, insert_user, page};
use runyard_domain::{Conclusion, RunId, Timestamp, UserId, WorkflowId};
use runyard_store::{RunFilter, Stage, Store};
use std::{sync::Arc, time::Duration};

/// Enough that every value of a filter meets most values of the others, and some never.
const RUNS: usize = 48;
const HOUR: Duration = Duration::from_secs(3_600);
const BRANCHES: [Option<&str>; 4] = [Some("main"), Some("topic"), None, Some("main")];
const EVENTS: [&str; 3] = ["push", "pull_request", "schedule"];
/// Each bit is one condition of a filter.
const CONDITIONS: u32 = 8;

/// What is known of a run without its store.
#[derive(Clone)]
struct Made {
    id: RunId,
    workflow: WorkflowId,
    actor: UserId,
    login: &'static str,
    event: &'static str,
    branch: Option<&'static str>,
    created_at: Timestamp,
    status: &'static str,
    conclusion: Option<&'static str>,
}

impl Made {
    fn is_wanted(&self, filter: &RunFilter) -> bool {
        let RunFilter {
            workflow,
            actor,
            branch,
            event,
            status,
            head_sha: _,
            check_suite: _,
            created_from,
            created_before,
        } = filter;
        let word = |word: &String| word == self.status || Some(word.as_str()) == self.conclusion;
        workflow.is_none_or(|id| id == self.workflow)
            && actor.as_ref().is_none_or(|login| login == self.login)
            && branch
                .as_ref()
                .is_none_or(|name| Some(name.as_str()) == self.branch)
            && event.as_ref().is_none_or(|name| name == self.event)
            && status.as_ref().is_none_or(word)
            && created_from.is_none_or(|from| from <= self.created_at)
            && created_before.is_none_or(|before| self.created_at < before)
    }
}

/// Runs in every combination that comes up, some out of the order of time, some deleted, some run again.
async fn made(world: &World) -> Vec<Made> {
    let octo = world.user.id;
    let ada = insert_user(&world.store, "ada").await.id;
    let mut hydra = insert_user(&world.store, "hydra").await.id;
    let mut workflows = Vec::new();
    for path in ["a.yml", "b.yml", "c.yml"] {
        workflows.push(world.workflow(path).await.id);
    }
    let begun = world.store.now().await.unwrap();
    let mut all = Vec::new();
    for number in 0..RUNS {
        if number == RUNS / 2 {
            // Somebody else has the login from now on.
            world.store.delete_user(hydra).await.unwrap();
            hydra = insert_user(&world.store, "hydra").await.id;
        }
        let actors = [
            (octo, "octo"),
            (ada, "ada"),
            (hydra, "hydra"),
            (octo, "octo"),
        ];
        let (actor, login) = actors[number * 7 % actors.len()];
        let hours = u32::try_from(number * 5 % 11).unwrap();
        let one = Made {
            id: RunId::new(0),
            workflow: workflows[number * number % workflows.len()],
            actor,
            login,
            event: EVENTS[number / 3 % EVENTS.len()],
            branch: BRANCHES[number / 2 % BRANCHES.len()],
            created_at: begun.minus(HOUR * hours),
            status: "queued",
            conclusion: None,
        };
        all.extend(stored(world, one, number).await);
    }
    all.reverse();
    all
}

/// Makes it, and lets it end in one of several ways; nothing when it is deleted.
async fn stored(world: &World, mut one: Made, number: usize) -> Option<Made> {
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.workflow = one.workflow;
    wanted.identity.actor = one.actor;
    wanted.identity.event = one.event.to_owned();
    wanted.identity.head_branch = one.branch.map(str::to_owned);
    wanted.identity.created_at = one.created_at;
    let flow = world.create(wanted).await.unwrap();
    one.id = flow.id;
    if number.is_multiple_of(5) {
        return Some(one);
    }
    flow.cancel().await.unwrap();
    (one.status, one.conclusion) = ("completed", Some("cancelled"));
    match number % 5 {
        1 => {
            flow.delete().await.unwrap();
            return None;
        }
        2 => {
            flow.rerun_by(world.user.id).await.unwrap();
            (one.status, one.conclusion) = ("queued", None);
        }
        3 => {
            flow.rerun_by(world.user.id).await.unwrap();
            flow.cancel().await.unwrap();
        }
        _ => {}
    }
    Some(one)
}

/// The conditions of `bits`, with the values of one run; the last ones with those of another.
fn filter(bits: u32, of: &Made, other: &Made) -> RunFilter {
    let has = |bit: u32| bits & (1 << bit) != 0;
    let mixed = if has(7) { other } else { of };
    let word = || match (has(6), mixed.conclusion) {
        (true, Some(conclusion)) => conclusion,
        (true, None) | (false, _) => mixed.status,
    };
    RunFilter {
        workflow: has(0).then_some(of.workflow),
        actor: has(1).then(|| of.login.to_owned()),
        branch: of.branch.filter(|_| has(2)).map(str::to_owned),
        event: has(3).then(|| mixed.event.to_owned()),
        status: has(4).then(|| word().to_owned()),
        created_from: has(5).then_some(mixed.created_at),
        created_before: (has(5) && has(6)).then_some(of.created_at),
        ..RunFilter::default()
    }
}

pub(crate) async fn filters_together_find_what_each_run_says(store: Arc<dyn Store>) {
    let world = World::new(store).await;
    let all = made(&world).await;
    for bits in 0..1 << CONDITIONS {
        for place in [3, 10, 17] {
            let place = (place + bits as usize) % all.len();
            let filter = filter(bits, &all[place], &all[(place * 5 + 2) % all.len()]);
            assert_found(&world, &all, &filter).await;
        }
    }
}

async fn assert_found(world: &World, all: &[Made], filter: &RunFilter) {
    let (store, repository) = (&world.store, world.repository.id);
    let found: Vec<&Made> = all.iter().filter(|run| run.is_wanted(filter)).collect();
    let ids: Vec<RunId> = found.iter().map(|run| run.id).collect();
    for number in 1..=3 {
        let listed = store
            .runs(repository, filter, page(number, 7))
            .await
            .unwrap();
        let shown: Vec<RunId> = listed.items.iter().map(|run| run.identity.id).collect();
        let first = (number as usize - 1) * 7;
        let wanted: Vec<RunId> = ids.iter().copied().skip(first).take(7).collect();
        assert_eq!(
            (shown, listed.total),
            (wanted, ids.len() as u64),
            "{filter:?}"
        );
    }
    let ended = found.iter().filter(|run| run.conclusion.is_some());
    let ended: Vec<RunId> = ended.map(|run| run.id).rev().collect();
    let chosen = store.chosen_runs(repository, filter, 5).await.unwrap();
    let chosen: Vec<RunId> = chosen.into_iter().map(|(run, _)| run).collect();
    assert_eq!(chosen, ended[..ended.len().min(5)], "{filter:?}");
    for (stage, count) in [
        (Stage::Ended, ended.len()),
        (Stage::Live, found.len() - ended.len()),
    ] {
        let counted = store.count_chosen(repository, filter, stage).await.unwrap();
        assert_eq!(counted, count as u64, "{stage:?} {filter:?}");
    }
}

pub(crate) async fn a_run_is_listed_by_its_newest_conclusion_only(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let listed = async |word: &str| {
        let filter = RunFilter {
            status: Some(word.to_owned()),
            ..RunFilter::default()
        };
        let runs = store.runs(world.repository.id, &filter, page(1, 9)).await;
        runs.unwrap().items.len()
    };
    flow.run_to_the_end(Conclusion::Failure).await;
    assert_eq!((listed("failure").await, listed("completed").await), (1, 1));
    flow.rerun_by(world.user.id).await.unwrap();
    assert_eq!((listed("failure").await, listed("queued").await), (0, 1));
    flow.run_to_the_end(Conclusion::Success).await;
    assert_eq!((listed("failure").await, listed("success").await), (0, 1));
    flow.delete().await.unwrap();
    assert_eq!((listed("success").await, listed("completed").await), (0, 0));
}

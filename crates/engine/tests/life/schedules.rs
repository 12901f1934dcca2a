//! Schedules: the clock of the store is moved, and every tick starts one run (semantics R6.34, R6.35).

use crate::{World, git};
use runyard_domain::Timestamp;
use runyard_store::Scheduled;
use serde_json::json;

/// The clock of these tests begins at 2023-11-14T22:13:20Z.
const NIGHTLY: &str = "
name: Nightly
on:
  schedule:
    - {cron: '20 22 * * *'}
    - {cron: '20 22 * * TUE'}
    - {cron: '30 23 * * *', timezone: Europe/Berlin}
jobs:
  a: {runs-on: linux, steps: [{run: x}]}
";
/// Seconds from the beginning to 22:20, and what people call so many.
const TO_FIRST: i64 = 6 * 60 + 40;
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * 60;

async fn schedules(world: &World) -> Vec<Scheduled> {
    let store = world.engine.store();
    store.schedules(world.repository.id).await.unwrap()
}

async fn fire(world: &World) -> usize {
    world.engine.fire_schedules(100).await.unwrap()
}

/// What the runs were started by, oldest first.
async fn fired(world: &World) -> Vec<String> {
    let mut crons = Vec::new();
    for run in world.runs().await.into_iter().rev() {
        assert_eq!(run.identity.event, "schedule");
        let payload = world.engine.store().payload(run.identity.id).await;
        let payload = payload.unwrap().unwrap();
        crons.push(payload["schedule"].as_str().unwrap().to_owned());
    }
    crons
}

fn moment(text: &str) -> Timestamp {
    serde_json::from_value(json!(text)).unwrap()
}

#[tokio::test]
async fn r6_35_a_tick_starts_a_run_on_the_default_branch_and_two_in_one_minute_start_two() {
    let world = World::new(NIGHTLY).await;
    let due: Vec<_> = schedules(&world)
        .await
        .into_iter()
        .map(|s| s.due_at)
        .collect();
    let first = moment("2023-11-14T22:20:00Z");
    let berlin = moment("2023-11-14T22:30:00Z");
    assert_eq!(due, [Some(first), Some(first), Some(berlin)]);

    world.pass(TO_FIRST - 1);
    assert_eq!((fire(&world).await, world.runs().await.len()), (0, 0));
    world.pass(1);
    assert_eq!(fire(&world).await, 2);
    let mut crons = fired(&world).await;
    crons.sort();
    assert_eq!(crons, ["20 22 * * *", "20 22 * * TUE"]);
    assert_eq!(fire(&world).await, 0);
    let run = &world.runs().await[0];
    let head = world.git(&["rev-parse", "HEAD"]);
    assert_eq!(
        (&*run.identity.head_sha, run.identity.sha()),
        (&*head, &*head)
    );
    assert_eq!(run.identity.git_ref, "refs/heads/main");
    assert_eq!(run.identity.display_title, "Nightly");
    assert_eq!(run.actor.id, world.user.id);
    world.pass(10 * MINUTE);
    assert_eq!((fire(&world).await, world.runs().await.len()), (1, 3));
    world.pass(DAY - 10 * MINUTE);
    assert_eq!((fire(&world).await, world.runs().await.len()), (1, 4));
}

#[tokio::test]
async fn r6_35_what_nobody_served_in_time_is_missed_and_not_made_up() {
    let world = World::new(NIGHTLY).await;
    world.pass(TO_FIRST + 5 * MINUTE);
    fire(&world).await;
    assert_eq!(
        world.runs().await.len(),
        2,
        "five minutes late is not missed"
    );
    world.pass(3 * DAY + 1);
    assert_eq!(fire(&world).await, 2);
    assert_eq!(world.runs().await.len(), 2);
    let next = schedules(&world).await.into_iter().map(|s| s.due_at);
    let now = world.engine.store().now().await.unwrap();
    assert!(next.into_iter().all(|due| due > Some(now)));
}

#[tokio::test]
async fn r6_34_ticks_of_one_entry_are_five_minutes_apart() {
    let often =
        "on:\n  schedule: [{cron: '* * * * *'}]\njobs:\n  a: {runs-on: linux, steps: [{run: x}]}\n";
    let world = World::new(often).await;
    let mut counts = Vec::new();
    for _ in 0..11 {
        world.pass(MINUTE);
        fire(&world).await;
        counts.push(world.runs().await.len());
    }
    assert_eq!(counts, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]);
}

#[tokio::test]
async fn r6_35_a_changed_text_is_its_changer_s_and_one_that_is_gone_never_fires() {
    let world = World::new(NIGHTLY).await;
    let new = runyard_engine::NewUser {
        login: "eve".to_owned(),
        name: None,
        site_admin: false,
    };
    let eve = world.engine.create_user(new).await.unwrap();
    let changed = NIGHTLY.replace("20 22 * * TUE", "25 22 * * *");
    let head = world.write(".github/workflows/ci.yml", &changed);
    let payload = json!({ "ref": "refs/heads/main", "after": head });
    let told = runyard_engine::Occurrence::read("push", payload, None).unwrap();
    let engine = &world.engine;
    engine.occur(&world.repository, told, &eve).await.unwrap();
    let owners: Vec<_> = schedules(&world)
        .await
        .into_iter()
        .map(|s| (s.entry.cron, s.actor))
        .collect();
    let mona = world.user.id;
    let wanted = [
        ("20 22 * * *", mona),
        ("25 22 * * *", eve.id),
        ("30 23 * * *", mona),
    ];
    assert_eq!(owners, wanted.map(|(cron, by)| (cron.to_owned(), by)));
    world.pass(TO_FIRST);
    fire(&world).await;
    world.pass(5 * MINUTE);
    fire(&world).await;
    assert_eq!(fired(&world).await, ["20 22 * * *", "25 22 * * *"]);
    assert_eq!(world.runs().await[0].actor.id, eve.id);
}

#[tokio::test]
async fn an_entry_that_the_branch_lost_untold_does_not_fire() {
    let world = World::new(NIGHTLY).await;
    world.write(
        ".github/workflows/ci.yml",
        &NIGHTLY.replace("20 22", "21 22"),
    );
    world.pass(TO_FIRST);
    assert_eq!((fire(&world).await, world.runs().await.len()), (2, 0));
    world.pass(MINUTE);
    assert_eq!((fire(&world).await, world.runs().await.len()), (2, 2));
}

#[tokio::test]
async fn r6_10_the_schedules_of_a_workflow_that_is_off_pass_without_a_run() {
    let world = World::new(NIGHTLY).await;
    let key = runyard_engine::WorkflowKey::File("ci.yml".to_owned());
    let engine = &world.engine;
    engine
        .disable_workflow(&world.repository, &key)
        .await
        .unwrap();
    world.pass(TO_FIRST);
    assert_eq!((fire(&world).await, world.runs().await.len()), (2, 0));
    engine
        .enable_workflow(&world.repository, &key)
        .await
        .unwrap();
    assert_eq!((fire(&world).await, world.runs().await.len()), (0, 0));
    world.pass(DAY);
    fire(&world).await;
    assert_eq!(world.runs().await.len(), 1, "it fires again the next day");
}

#[tokio::test]
async fn a_tick_whose_source_is_away_is_tried_again_while_it_is_not_missed() {
    let world = World::new(NIGHTLY).await;
    let (source, away) = (world.source(), world.folder.path().join("away"));
    std::fs::rename(&source, &away).unwrap();
    world.pass(TO_FIRST);
    assert_eq!((fire(&world).await, world.runs().await.len()), (2, 0));
    assert_eq!(fire(&world).await, 0, "not at once");
    std::fs::rename(&away, &source).unwrap();
    world.pass(MINUTE);
    assert_eq!((fire(&world).await, world.runs().await.len()), (2, 2));
    git(&source, &["status", "--short"]);
}

#[tokio::test]
async fn of_two_servers_each_tick_starts_one_run() {
    let world = World::new(NIGHTLY).await;
    let other = world.replica().await;
    for days in 1..=3 {
        world.pass(if days == 1 { TO_FIRST } else { DAY });
        let (one, two) = tokio::join!(world.engine.fire_schedules(9), other.fire_schedules(9));
        one.unwrap();
        two.unwrap();
        let runs = world.runs().await;
        let daily = runs
            .iter()
            .filter(|run| run.identity.trigger_key.contains("20 22 * * *:"));
        assert_eq!(daily.count(), days);
    }
}

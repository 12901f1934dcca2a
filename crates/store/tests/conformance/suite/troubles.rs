//! Rows that could not be applied: counted, set aside, passed over, put back.

use crate::world::{ONE_JOB, World};
use runyard_domain::JobId;
use runyard_store::{
    QueueRow, REASON_CHARACTERS_MAX, RowKind, RowState, Scope, Store, StoreError, Tries,
};
use std::{sync::Arc, time::Duration};

const THREE: Tries = Tries {
    most: 3,
    apart: Duration::ZERO,
};
const AT_ONCE: Tries = Tries {
    most: 1,
    apart: Duration::ZERO,
};

fn row(kind: RowKind, id: i64) -> QueueRow {
    QueueRow { kind, id }
}

fn of_job(job: JobId) -> QueueRow {
    row(RowKind::Job, job.get())
}

pub(crate) async fn a_row_is_set_aside_by_the_last_of_its_tries(store: Arc<dyn Store>) {
    let bad = row(RowKind::Message, 7);
    let note = |tries| store.note_trouble(bad, None, "broken", tries);
    assert!(!note(THREE).await.unwrap());
    let apart = Tries {
        apart: Duration::from_secs(60),
        ..THREE
    };
    for _ in 0..9 {
        assert!(
            !note(apart).await.unwrap(),
            "tries close to each other count once"
        );
    }
    assert!(!note(THREE).await.unwrap());
    assert_eq!(store.count_set_aside().await.unwrap(), 0);
    assert!(!store.is_set_aside(bad).await.unwrap());
    assert!(note(THREE).await.unwrap());
    assert!(store.is_set_aside(bad).await.unwrap());
    assert!(!note(THREE).await.unwrap(), "it is told once");
    assert_eq!(store.count_set_aside().await.unwrap(), 1);
    store.put_back(bad).await.unwrap();
    assert_eq!(store.count_set_aside().await.unwrap(), 0);
    assert!(!note(THREE).await.unwrap(), "it has all its tries again");
    store.put_back(row(RowKind::Poll, 7)).await.unwrap();
}

pub(crate) async fn what_is_set_aside_is_listed_by_kind_and_number(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let long = "é\0".repeat(REASON_CHARACTERS_MAX * 2);
    let rows = [
        row(RowKind::Execution, 9),
        row(RowKind::Job, 2),
        row(RowKind::Job, 10),
        row(RowKind::Run, 1),
    ];
    for row in rows.iter().rev() {
        let noted = store
            .note_trouble(*row, Some(flow.id), &long, AT_ONCE)
            .await;
        assert!(noted.unwrap());
    }
    let all = store.set_aside(None, 9).await.unwrap();
    assert_eq!(all.iter().map(|one| one.row).collect::<Vec<_>>(), rows);
    assert_eq!(all[0].reason, "é".repeat(REASON_CHARACTERS_MAX));
    assert_eq!(all[0].run, Some(flow.id));
    assert!(all[0].at <= store.now().await.unwrap());
    let next = store.set_aside(Some(rows[1]), 1).await.unwrap();
    assert_eq!(next[0].row, rows[2]);
    assert_eq!(store.set_aside(Some(rows[3]), 9).await.unwrap(), []);
}

pub(crate) async fn a_job_that_is_set_aside_is_passed_over(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (first, second) = (world.run(ONE_JOB).await, world.run(ONE_JOB).await);
    let bad = of_job(
        first
            .aggregate()
            .await
            .attempt()
            .planned()
            .next()
            .unwrap()
            .id,
    );
    assert!(matches!(
        store.row_state(bad).await.unwrap(),
        RowState::Readable
    ));
    store
        .note_trouble(bad, None, "broken", AT_ONCE)
        .await
        .unwrap();
    assert_eq!(store.depth().await.unwrap().ready, 1);
    let later = store.now().await.unwrap().plus(Duration::from_secs(1));
    let waiting = store.waiting_since(later, 9).await.unwrap();
    assert_eq!(
        waiting.into_iter().map(|(run, _)| run).collect::<Vec<_>>(),
        [second.id]
    );
    assert_eq!(world.claim_one().await.run, second.id);
    assert_eq!(world.claim(1, 1).await, []);
    store.put_back(bad).await.unwrap();
    assert_eq!(world.claim_one().await.run, first.id);
    assert!(matches!(
        store.row_state(of_job(JobId::new(4711))).await.unwrap(),
        RowState::Gone
    ));
}

pub(crate) async fn an_inspection_shows_a_run_at_one_moment(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    assert_eq!(
        store
            .unfinished_runs(runyard_domain::RunId::new(0), 9)
            .await
            .unwrap(),
        [flow.id]
    );
    let seen = store.inspect(flow.id).await.unwrap();
    assert_eq!(seen.stored.unwrap(), flow.aggregate().await);
    assert_eq!(seen.events.unwrap(), store.events(flow.id).await.unwrap());
    assert_eq!((seen.queued.len(), seen.queued[0].offered), (1, None));
    assert_eq!(seen.words.len(), 2);
    assert!(seen.words.iter().all(|words| words.status == "queued"));
    let offered = world.claim_one().await;
    let seen = store.inspect(flow.id).await.unwrap();
    assert_eq!(seen.queued[0].offered, Some(offered.id));
    assert_eq!(seen.executions, std::slice::from_ref(&offered));
    // Nothing is wrong, so nothing changes.
    assert!(store.rebuild(flow.id).await.unwrap());
    let again = store.inspect(flow.id).await.unwrap();
    assert_eq!(again.stored.unwrap(), flow.aggregate().await);
    assert_eq!(
        (again.queued, again.executions),
        (seen.queued, seen.executions)
    );
    flow.start(offered.id).await.unwrap();
    flow.force_cancel().await.unwrap();
    assert_eq!(
        store
            .unfinished_runs(runyard_domain::RunId::new(0), 9)
            .await
            .unwrap(),
        []
    );
    let gone = store
        .inspect(runyard_domain::RunId::new(4711))
        .await
        .unwrap();
    assert!(matches!(gone.stored, Err(StoreError::NotFound { .. })));
}

pub(crate) async fn a_run_that_was_changed_behind_its_events_is_written_again(
    store: Arc<dyn Store>,
) {
    use runyard_domain::{Event, Refusal, run::NodePath};
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let claimed = world.claim_one().await;
    let job = claimed.job;
    let decide = move |loaded: &mut runyard_store::Loaded, at| {
        let runyard_store::Loaded::Run { run, .. } = loaded else {
            return Err(Refusal::WrongLoad);
        };
        // The rows forget the jobs, and the queue the job; the event says nothing of that.
        let mut attempt = run.attempt().clone();
        attempt.group = runyard_domain::concurrency::GroupName::new("x").ok();
        let (identity, seq) = (run.identity().clone(), run.seq() + 1);
        **run = runyard_domain::Run::restore(identity, attempt, seq, at);
        let node = NodePath::try_from("nobody".to_owned()).unwrap();
        let leg = None;
        Ok(vec![Event::CallEntered { node, leg, at }])
    };
    let changed = store.change(Scope::Run(flow.id), Box::new(decide)).await;
    changed.unwrap();
    let events = store.events(flow.id).await.unwrap();
    let replayed = runyard_domain::Run::replay(&events).unwrap();
    assert_ne!(flow.aggregate().await, replayed);
    assert!(store.rebuild(flow.id).await.unwrap());
    assert_eq!(flow.aggregate().await, replayed);
    let seen = store.inspect(flow.id).await.unwrap();
    assert_eq!(seen.queued[0].job, job);
    assert_eq!(seen.queued[0].offered, Some(claimed.id), "the offer stands");
}

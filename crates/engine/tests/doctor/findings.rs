//! What the doctor finds in runs, by what is planted: it says one sentence, mends it, and is silent then.

use crate::{
    bad_rows::{LONG_AGO, change_behind, lose_definition},
    world::World,
};
use runyard_domain::{
    Conclusion, Execution, JobStatus, Refusal, RunStatus,
    event::EndReason,
    execution::ExecutionState,
    run::{AttemptState, Run},
};
use runyard_engine::doctor::Outcome;
use runyard_store::{Loaded, QueueRow, RowKind, Scope, Tries};
use std::time::Duration;

const SOON: &str = "'2999-01-01T00:00:00.000000Z'";

pub(crate) async fn rows_that_cannot_be_read_are_written_again(world: World) {
    let run = world.run("ci.yml").await;
    let before = world.store.aggregate(run).await.unwrap();
    for broken in [
        "UPDATE jobs SET labels = '7' WHERE labels IS NOT NULL",
        "UPDATE jobs SET needs = '7'",
        "UPDATE runs SET cause = '7'",
        "UPDATE runs SET referenced = '7'",
    ] {
        world.sql(broken).await;
        let told = world.findings().await;
        assert_eq!(told.len(), 1, "{broken}: {told:?}");
        assert!(
            told[0].starts_with(&format!("run {run}: it cannot be read: table ")),
            "{told:?}"
        );
        world.heals(&[&told[0]]).await;
        assert_eq!(
            world.store.aggregate(run).await.unwrap(),
            before,
            "{broken}"
        );
    }
    world.start_next("k").await;
}

pub(crate) async fn rows_that_differ_from_their_events_are_written_again(world: World) {
    let run = world.run("ci.yml").await;
    let before = world.store.aggregate(run).await.unwrap();
    for (broken, what) in [
        (
            "UPDATE jobs SET state = 'held' WHERE state = 'queued'",
            "job first is held instead of queued",
        ),
        (
            "UPDATE jobs SET display_name = 'x' WHERE id IS NOT NULL",
            "job first has other values",
        ),
        ("DELETE FROM jobs WHERE place = 1", "1 jobs instead of 2"),
        (
            "UPDATE attempts SET status = 'completed', conclusion = 'success', \
             completed_at = updated_at; \
             UPDATE runs SET status = 'completed', conclusion = 'success'",
            "completed as success instead of queued",
        ),
        (
            "UPDATE attempts SET concurrency_group = 'x'",
            "its attempt has other values",
        ),
    ] {
        world.sql(broken).await;
        let finding = format!("run {run}: its rows are not what its events make: {what}");
        world.heals(&[&finding]).await;
        assert_eq!(
            world.store.aggregate(run).await.unwrap(),
            before,
            "{broken}"
        );
    }
    world.start_next("k").await;
}

pub(crate) async fn r1_15_words_that_lists_use_are_those_of_the_jobs(world: World) {
    let run = world.run("ci.yml").await;
    world.sql("UPDATE runs SET status = 'in_progress'").await;
    let finding = format!("run {run}: its run row says in_progress, but its jobs make it queued");
    world.heals(&[&finding]).await;
    world
        .sql("UPDATE attempts SET status = 'in_progress'")
        .await;
    let finding =
        format!("run {run}: its attempt row says in_progress, but its jobs make it queued");
    world.heals(&[&finding]).await;
    assert_eq!(world.status(run).await.0, RunStatus::Queued);
}

pub(crate) async fn a_job_that_waits_is_in_the_queue_and_no_other(world: World) {
    let run = world.run("ci.yml").await;
    let job = world.jobs(run).await.remove(0).id;
    world.sql("DELETE FROM queue").await;
    let finding = format!("run {run}: job {job} waits for a runner, but is not in the queue");
    world.heals(&[&finding]).await;
    world.sql("UPDATE queue SET execution_id = 999").await;
    let finding = format!(
        "run {run}: job {job} is kept in the queue for execution 999, which is not offered"
    );
    world.heals(&[&finding]).await;
    world.start_next("k").await;
    for (job, run) in [(job.get(), run.get()), (4711, 4711)] {
        world
            .sql(&format!(
                "INSERT INTO queue (job_id, run_id, label_set_id) \
             VALUES ({job}, {run}, (SELECT min(id) FROM label_sets))"
            ))
            .await;
        let finding =
            format!("run {run}: job {job} is in the queue, but does not wait for a runner");
        world.heals(&[&finding]).await;
    }
    assert_eq!(world.store.depth().await.unwrap().ready, 0);
}

async fn end_behind(world: &World, execution: &Execution, how: &str) {
    let id = execution.id;
    world
        .sql(&format!(
            "UPDATE executions SET state = 'ended', lease_until = NULL, deadline = NULL, \
         due_at = NULL, ended_at = {LONG_AGO}, {how} WHERE id = {id}"
        ))
        .await;
}

pub(crate) async fn a_job_whose_execution_ended_ends_as_it_said(world: World) {
    let run = world.run("ci.yml").await;
    let execution = world.start_next("k").await;
    end_behind(
        &world,
        &execution,
        "ended_as = 'finished', result = 'success'",
    )
    .await;
    let (job, id) = (execution.job, execution.id);
    let finding = format!("run {run}: job {job} is in progress, but its execution {id} has ended");
    world.heals(&[&finding]).await;
    let jobs = world.jobs(run).await;
    assert_eq!(jobs[0].state.conclusion(), Some(Conclusion::Success));
    assert_eq!(
        jobs[1].state.status(),
        JobStatus::Queued,
        "what needs it goes on"
    );
}

pub(crate) async fn a_job_whose_execution_is_lost_or_gone_fails(world: World) {
    for is_gone in [false, true] {
        let run = world.run("ci.yml").await;
        let execution = world.start_next(&format!("k{is_gone}")).await;
        let (job, id) = (execution.job, execution.id);
        let what = match is_gone {
            true => {
                world
                    .sql(&format!("DELETE FROM executions WHERE id = {id}"))
                    .await;
                "is not there"
            }
            false => {
                end_behind(&world, &execution, "ended_as = 'lost'").await;
                "has ended"
            }
        };
        let finding = format!("run {run}: job {job} is in progress, but its execution {id} {what}");
        world.heals(&[&finding]).await;
        let ended = (RunStatus::Completed, Some(Conclusion::Failure));
        assert_eq!(world.status(run).await, ended);
        let job = world.jobs(run).await.remove(0);
        assert_eq!(job.state.reason(), Some(&EndReason::RunnerLost));
    }
}

pub(crate) async fn an_execution_without_a_job_is_cut_off(world: World) {
    let run = world.run("ci.yml").await;
    let execution = world.start_next("k").await;
    world
        .engine
        .force_cancel_run(run, world.user.id)
        .await
        .unwrap();
    let (job, id) = (execution.job, execution.id);
    let goes_on = format!(
        "UPDATE executions SET state = 'running', lease_until = {SOON}, due_at = {SOON}, \
         ended_as = NULL, result = NULL, ended_at = NULL WHERE id = {id}"
    );
    world.sql(&goes_on).await;
    let finding =
        format!("run {run}: execution {id} goes on, but its job {job} does not run by it");
    world.heals(&[&finding]).await;
    assert!(world.execution(&execution).await.is_ended());
    world.sql(&goes_on).await;
    world
        .sql(&format!("UPDATE runs SET deleted_at = {LONG_AGO}"))
        .await;
    let finding = format!("run {run}: execution {id} goes on, but the run is not there");
    world.heals(&[&finding]).await;
    assert!(world.execution(&execution).await.is_ended());
}

pub(crate) async fn steps_that_cannot_be_read_block_no_run(world: World) {
    let run = world.run("ci.yml").await;
    let execution = world.start_next("k").await;
    world.sql("UPDATE executions SET steps = '7'").await;
    let stuck = world.engine.force_cancel_run(run, world.user.id).await;
    assert!(stuck.is_err(), "nothing can be done with the run");
    let id = execution.id;
    let finding = format!(
        "run {run}: execution {id} cannot be read: table executions, row {id}: column steps holds \
         what it cannot hold"
    );
    world.heals(&[&finding]).await;
    world.finish(&execution, Conclusion::Success).await;
    assert_eq!(world.jobs(run).await.len(), 2);
}

pub(crate) async fn r1_16_a_run_whose_jobs_all_ended_ends(world: World) {
    let run = world.run("line.yml").await;
    let execution = world.start_next("k").await;
    world.finish(&execution, Conclusion::Failure).await;
    world.sql(&format!(
        "DELETE FROM run_events WHERE run_id = {run} AND seq = (SELECT seq FROM runs WHERE id = {run}); \
         UPDATE runs SET seq = seq - 1, status = 'queued', conclusion = NULL WHERE id = {run}; \
         UPDATE attempts SET status = 'queued', conclusion = NULL, completed_at = NULL WHERE run_id = {run}"
    ))
    .await;
    let finding = format!("run {run}: all its jobs ended, but it did not end as failure");
    let (told, checkup) = world.visit(true).await;
    assert_eq!(checkup.left, 0, "{told:?}");
    assert!(told.iter().any(|(told, _)| *told == finding), "{told:?}");
    assert_eq!(world.findings().await, Vec::<String>::new());
    let ended = (RunStatus::Completed, Some(Conclusion::Failure));
    assert_eq!(world.status(run).await, ended);
}

pub(crate) async fn r2_5_a_job_that_nobody_planned_is_planned(world: World) {
    let run = world.run("ci.yml").await;
    let execution = world.start_next("k").await;
    world.finish(&execution, Conclusion::Success).await;
    // As if nothing had followed the end of the first job.
    world.sql(&format!(
        "DELETE FROM run_events WHERE run_id = {run} AND seq > (SELECT seq - 2 FROM runs WHERE id = {run}); \
         UPDATE runs SET seq = seq - 2 WHERE id = {run}"
    ))
    .await;
    let told = world.findings().await;
    let rows = format!(
        "run {run}: its rows are not what its events make: job second is queued instead of blocked"
    );
    assert_eq!(told, [rows]);
    let (told, checkup) = world.visit(true).await;
    assert_eq!((checkup.mended, checkup.left), (2, 0), "{told:?}");
    let overdue = format!("run {run}: job second is blocked, though all that it needs is complete");
    assert_eq!(told[1].0, overdue);
    assert_eq!(world.findings().await, Vec::<String>::new());
    let next = world.start_next("k2").await;
    world.finish(&next, Conclusion::Success).await;
    assert_eq!(world.status(run).await.1, Some(Conclusion::Success));
}

pub(crate) async fn events_that_are_missing_or_broken_are_told_and_left(world: World) {
    let run = world.run("ci.yml").await;
    world
        .sql("UPDATE run_events SET event = '7' WHERE seq = 1")
        .await;
    let (told, checkup) = world.visit(true).await;
    let finding = format!(
        "run {run}: its events cannot be read: table run_events, row {run}/1: column event holds \
         what it cannot hold"
    );
    assert_eq!(told[0].0, finding);
    assert!(matches!(told[0].1, Outcome::Left(_)));
    assert_eq!((checkup.mended, checkup.left), (0, 1));
    world.sql("DELETE FROM run_events WHERE seq = 1").await;
    let (told, _) = world.visit(true).await;
    let seq = world.store.aggregate(run).await.unwrap().unwrap().seq();
    let finding = format!(
        "run {run}: it has {} events, but its row counts {seq}",
        seq - 1
    );
    assert_eq!(told[0].0, finding);
    assert!(matches!(told[0].1, Outcome::Left(_)));
    // What the advice says works.
    world
        .engine
        .force_cancel_run(run, world.user.id)
        .await
        .unwrap();
    assert_eq!(world.findings().await, Vec::<String>::new());
}

pub(crate) async fn what_was_left_over_is_done(world: World) {
    let (first, second) = (world.run("line.yml").await, world.run("line.yml").await);
    world
        .engine
        .force_cancel_run(first, world.user.id)
        .await
        .unwrap();
    assert_eq!(
        world.findings().await,
        Vec::<String>::new(),
        "it is on its way"
    );
    world
        .sql(&format!("UPDATE run_messages SET due_at = {LONG_AGO}"))
        .await;
    let left = world.findings().await;
    assert_eq!(left.len(), 1);
    assert!(
        left[0].starts_with(&format!("run {second}: message ")),
        "{left:?}"
    );
    assert!(
        left[0].contains("was left over, it is due since 2020-01-01"),
        "{left:?}"
    );
    world.heals(&[&left[0]]).await;
    assert_eq!(world.status(second).await.0, RunStatus::Queued);
    world
        .sql(&format!(
            "INSERT INTO follow_ups (run_id, attempt, moment, happened_at, due_at) \
         VALUES (4711, 1, 'completed', {LONG_AGO}, {LONG_AGO})"
        ))
        .await;
    let left = world.findings().await;
    assert_eq!(left.len(), 1);
    assert!(
        left[0].starts_with("run 4711: what follows it was not started"),
        "{left:?}"
    );
    world.heals(&[&left[0]]).await;
}

pub(crate) async fn what_is_set_aside_is_put_back_once_it_can_be_read(world: World) {
    let run = world.run("ci.yml").await;
    let job = world.jobs(run).await.remove(0).id;
    let at_once = Tries {
        most: 1,
        apart: Duration::ZERO,
    };
    for (id, is_there) in [(job.get(), true), (4711, false)] {
        let kind = RowKind::Job;
        let row = QueueRow { kind, id };
        let of = is_there.then_some(run);
        let noted = world
            .store
            .note_trouble(row, of, "it was bad", at_once)
            .await;
        assert!(noted.unwrap());
        assert!(is_there || world.store.is_set_aside(row).await.unwrap());
    }
    assert!(world.claim("k").await.is_empty());
    let told = world.findings().await;
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with(&format!("job {job} of run {run}: set aside since ")),
        "{told:?}"
    );
    assert!(told[0].ends_with(": it was bad"), "{told:?}");
    world.heals(&[&told[0], &told[1]]).await;
    assert_eq!(world.start_next("k2").await.job, job);
}

pub(crate) async fn a_hand_over_that_ended_behind_its_run_is_found(world: World) {
    let run = world.run("ci.yml").await;
    let execution = world.start_next("k").await;
    let decide = |loaded: &mut Loaded, now| {
        let Loaded::Execution(execution) = loaded else {
            return Err(Refusal::WrongLoad);
        };
        execution.finish(Conclusion::Success, Vec::new(), now)?;
        Ok(Vec::new())
    };
    let scope = Scope::Execution(execution.id);
    world.store.change(scope, Box::new(decide)).await.unwrap();
    let ended = world.execution(&execution).await;
    assert!(matches!(ended.state, ExecutionState::Ended { .. }));
    let (job, id) = (execution.job, execution.id);
    let finding = format!("run {run}: job {job} is in progress, but its execution {id} has ended");
    world.heals(&[&finding]).await;
    assert_eq!(world.jobs(run).await.len(), 2);
}

pub(crate) async fn events_and_rows_that_differ_in_memory_are_mended(world: World) {
    let run = world.run("ci.yml").await;
    change_behind(&world, run, |run| {
        let mut attempt = run.attempt().clone();
        attempt.state = AttemptState::Completed {
            conclusion: Conclusion::Success,
            completed_at: run.updated_at(),
        };
        let (identity, seq) = (run.identity().clone(), run.seq() + 1);
        Run::restore(identity, attempt, seq, run.updated_at())
    })
    .await;
    let told = world.findings().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].ends_with("completed as success instead of queued"),
        "{told:?}"
    );
    world.heals(&[&told[0]]).await;
    world.start_next("k").await;
    let other = world.run("ci.yml").await;
    lose_definition(&world, other).await;
    let told = world.findings().await;
    assert_eq!(told.len(), 1, "{told:?}");
}

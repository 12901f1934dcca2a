//! Random commands on random graphs: whatever happens, in whatever order, these things hold after each step.

use crate::given::{EVE, Story, ran};
use runyard_domain::{
    CheckSuiteId, Conclusion, Event, JobId, JobStatus, Refusal, Run, RunId, RunStatus,
    event::EndReason,
    run::{Job, JobState, NewRunIds, RERUNS_MAX, Rerun, RerunOf},
};
use std::collections::{BTreeMap, BTreeSet};

const WALKS: u64 = 400;
const STEPS: u32 = 120;

/// A small generator of numbers that look random and are the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let wide = u128::from(mixed ^ (mixed >> 31)) * sides as u128;
        usize::try_from(wide >> 64).unwrap()
    }

    /// A graph of one to eight jobs, each of which may need any before it.
    fn graph(&mut self) -> String {
        let mut text = "on: push\njobs:\n".to_owned();
        for job in 0..=self.roll(8) {
            let needs: Vec<String> = (0..job)
                .filter(|_| self.roll(3) == 0)
                .map(|need| format!("j{need}"))
                .collect();
            let needs = needs.join(", ");
            let condition = ["", "", "", ", if: always()", ", if: failure()"][self.roll(5)];
            let matrix = match self.roll(6) {
                0 => ", strategy: {max-parallel: 1, matrix: {v: [1, 2]}}",
                _ => "",
            };
            text += &format!(
                "  j{job}: {{needs: [{needs}], runs-on: x, steps: [{{run: x}}]{condition}{matrix}}}\n"
            );
        }
        text
    }
}

/// What is remembered from step to step.
#[derive(Default)]
struct Memory {
    /// Every job ever planned, with how it ended.
    ends: BTreeMap<JobId, Option<Conclusion>>,
    /// How each attempt ended.
    attempts: BTreeMap<u32, Option<Conclusion>>,
}

#[test]
fn r1_1_whatever_happens_these_things_hold() {
    let mut reached = BTreeSet::new();
    for seed in 0..WALKS {
        walk(seed, &mut reached);
    }
    let wanted = [
        "success",
        "failure",
        "cancelled",
        "skipped",
        "startup_failure",
    ];
    for word in wanted {
        assert!(
            reached.contains(word),
            "no walk ended as {word}: {reached:?}"
        );
    }
}

fn walk(seed: u64, reached: &mut BTreeSet<&'static str>) {
    let mut dice = Dice(seed);
    let graph = dice.graph();
    let mut story = Story::requested(&graph);
    let mut memory = Memory::default();
    for step in 0..STEPS {
        let before = story.run.clone();
        let said = one_step(&mut story, &mut dice);
        let place = format!(
            "seed {seed}, step {step}: {said:?}\n{graph}\n{:?}",
            story.run
        );
        assert_moved_on(&before, &story.run, &said, &place);
        assert_holds(&story.run, &mut memory, &place);
        assert_not_stuck(&story, &place);
    }
    reached.insert(story.stands());
}

/// Any command, about any job that was ever planned.
fn one_step(story: &mut Story, dice: &mut Dice) -> Result<Vec<Event>, Refusal> {
    let ends = [
        Conclusion::Success,
        Conclusion::Failure,
        Conclusion::Cancelled,
        Conclusion::Skipped,
    ];
    let newest = story.run.attempt().planned().map(|job| job.id.get());
    let newest = newest.max().unwrap_or(100);
    let back = i64::try_from(dice.roll(9)).unwrap();
    let job = JobId::new(newest - back);
    let end = ends[[0, 0, 0, 0, 1, 2, 3][dice.roll(7)]];
    match dice.roll(40) {
        0 => story.cancel(),
        1 => story.command(|run, planning| Ok(run.cancel_job(job, EVE, planning)?.events)),
        2 => story.rerun(),
        3 => story.rerun_of(RerunOf::Failed),
        4 => story.rerun_of(RerunOf::Job(job)),
        5..=8 => story.plan(),
        9 => story.command(|run, planning| {
            let reason = EndReason::RunnerLost;
            run.abandon_job(job, reason, planning)
        }),
        10 if dice.roll(6) == 0 => {
            story.command(|run, planning| run.fail_startup(Vec::new(), planning.now))
        }
        11 if dice.roll(3) == 0 => story.force_cancel(),
        12 if dice.roll(3) == 0 => story.command(|run, planning| {
            let deadline = std::time::Duration::from_secs(5);
            run.force_overdue_cancel(deadline, planning)
        }),
        11..=24 => story.command(|run, planning| run.start_job(job, ran(job.get()), planning.now)),
        _ => story.command(|run, planning| run.finish_job(job, end, planning)),
    }
}

/// Time, numbers and identity only go forward, and a refused command leaves all as it was.
fn assert_moved_on(before: &Run, after: &Run, said: &Result<Vec<Event>, Refusal>, place: &str) {
    assert_eq!(before.identity(), after.identity(), "{place}");
    let (old, new) = (before.attempt().number, after.attempt().number);
    assert!(new == old || new == old + 1, "{place}");
    assert!(before.updated_at() <= after.updated_at(), "{place}");
    match said {
        Ok(events) => {
            let recorded = after.seq() - before.seq();
            assert_eq!(recorded, events.len() as u64, "{place}");
            let first = events.first();
            let rerun = matches!(first, Some(Event::AttemptRequested { .. }));
            assert_eq!(rerun, new > old, "{place}");
            assert!(
                !before.is_completed() || rerun || events.is_empty(),
                "{place}"
            );
        }
        Err(_) => assert_eq!(before, after, "{place}"),
    }
}

fn assert_holds(run: &Run, memory: &mut Memory, place: &str) {
    let attempt = run.attempt();
    let completed = run.status() == RunStatus::Completed;
    assert_eq!(completed, attempt.conclusion().is_some(), "{place}");
    for job in &attempt.jobs {
        assert!(
            !(completed && is_open(job)),
            "an open job in a completed run: {place}"
        );
    }
    if run.status() == RunStatus::InProgress || run.status() == RunStatus::Queued {
        let moves = |job: &Job| match job {
            Job::Blocked(_) | Job::Called(_) => false,
            Job::Planned(job) => match job.state {
                JobState::Queued | JobState::InProgress { .. } => true,
                JobState::Held | JobState::Pending | JobState::Completed { .. } => false,
            },
        };
        assert!(
            attempt.jobs.iter().any(moves),
            "nothing can happen: {place}"
        );
    }
    let end = memory.attempts.entry(attempt.number).or_default();
    assert!(end.is_none() || *end == attempt.conclusion(), "{place}");
    *end = attempt.conclusion();
    assert_jobs(run, memory, place);
}

fn is_open(job: &Job) -> bool {
    match job {
        Job::Blocked(_) => true,
        Job::Planned(job) => job.state.status() != JobStatus::Completed,
        Job::Called(_) => false,
    }
}

fn assert_jobs(run: &Run, memory: &mut Memory, place: &str) {
    let mut ids = BTreeSet::new();
    for job in run.attempt().planned() {
        assert!(ids.insert(job.id), "a job id twice: {place}");
        let end = memory.ends.entry(job.id).or_default();
        let now = job.state.conclusion();
        let completed = job.state.status() == JobStatus::Completed;
        assert_eq!(completed, now.is_some(), "R1.1: {place}");
        assert!(end.is_none() || *end == now, "an end changed: {place}");
        *end = now;
        let mut others = run.attempt().jobs.iter();
        let needs_complete =
            others.all(|other| !job.needs.contains(other.node()) || !is_open(other));
        assert!(needs_complete, "planned before its needs: {place}");
    }
}

/// No state refuses all of cancel, force-cancel, re-run and delete (architecture 8). What is live can be ended at
/// once, and what has ended can be deleted; whatever is asked, the answer leaves a state of which the same is true.
fn assert_not_stuck(story: &Story, place: &str) {
    let by = |of| Rerun {
        of,
        by: EVE,
        debug: false,
        referenced: None,
    };
    let cancel = story.would(|run, planning| run.cancel(EVE, planning));
    let force = story.would(|run, planning| run.force_cancel(Some(EVE), planning));
    let delete = story.would(|run, planning| run.delete(EVE, planning));
    assert_eq!((cancel, force), (!delete, !delete), "stuck: {place}");
    let rerun = story.would(|run, planning| run.rerun(by(RerunOf::All), planning));
    let attempt = story.run.attempt();
    let never_planned =
        attempt.number == 1 && attempt.conclusion() == Some(Conclusion::StartupFailure);
    let in_time = attempt.number <= RERUNS_MAX;
    assert_eq!(rerun, delete && !never_planned && in_time, "{place}");
    let forced = story.would(|run, planning| {
        let now = planning.now;
        run.force_cancel(Some(EVE), planning)?;
        run.delete_logs(EVE, now)
    });
    assert_eq!(force, forced, "stuck after a force-cancel: {place}");
    let ids = NewRunIds {
        run: RunId::new(2),
        check_suite: CheckSuiteId::new(2),
        trigger_key: "rerun".to_owned(),
    };
    let new = story.run.rerun_as_new(ids, EVE, story.now).is_ok();
    assert!(cancel || new, "stuck: {place}");
}

//! Random histories of several runs that share concurrency groups, with messages that are late and come in any order.
//! The yard checks after each step that groups and runs agree; here it is checked that everything comes to its end.

use crate::{
    given::{EVE, ran, wish},
    scheduling::calling,
    yard::Yard,
};
use runyard_domain::{
    Conclusion, JobId, JobStatus,
    event::EndReason,
    run::{JobState, RerunOf},
};
use std::collections::BTreeSet;

const WALKS: u64 = 100;
const STEPS: usize = 80;
const RUNS_MAX: usize = 6;

/// Who has one slot and waits for another can be waited for in a circle: of their own free will, so not here. Runs come
/// before calls, calls before the files that they call, those before their jobs.
const RUNS: [&str; 2] = ["run", "RUN"];
const CALLERS: [&str; 1] = ["caller"];
const ALL: [&str; 5] = ["run", "caller", "called", "inside", "Inside"];

struct Dice(u64);

impl Dice {
    /// SplitMix64.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let wide = u128::from(mixed ^ (mixed >> 31)) * sides as u128;
        usize::try_from(wide >> 64).unwrap()
    }

    fn concurrency(&mut self, groups: &[&str]) -> String {
        let group = groups[self.roll(groups.len())];
        match self.roll(4) {
            0 => format!("{{group: {group}, queue: max}}"),
            1 => format!("{{group: {group}, cancel-in-progress: true}}"),
            _ => group.to_owned(),
        }
    }

    fn maybe_concurrency(&mut self, groups: &[&str]) -> String {
        match self.roll(2) {
            0 => String::new(),
            _ => format!(", concurrency: {}", self.concurrency(groups)),
        }
    }

    fn file(&mut self) -> String {
        let mut text = "on: push\n".to_owned();
        if self.roll(2) == 0 {
            text += &format!("concurrency: {}\n", self.concurrency(&RUNS));
        }
        text += "jobs:\n";
        for job in 0..=self.roll(3) {
            let always = ["", ", if: always()"][usize::from(self.roll(5) == 0)];
            let needs = match job {
                0 => String::new(),
                job => format!(", needs: j{}", job - 1),
            };
            let calls = self.roll(5) == 0;
            let groups: &[&str] = if calls { &CALLERS } else { &ALL };
            let says = format!("{}{needs}{always}", self.maybe_concurrency(groups));
            text += &match self.roll(3) {
                _ if calls => format!("  j{job}: {{uses: ./.github/workflows/called.yml{says}}}\n"),
                0 => format!(
                    "  j{job}: {{strategy: {{matrix: {{n: [1, 2]}}}}, runs-on: x, steps: [{{run: x}}]{says}}}\n"
                ),
                _ => format!("  j{job}: {{runs-on: x, steps: [{{run: x}}]{says}}}\n"),
            };
        }
        text
    }
}

const CALLED: &str = "on: workflow_call
concurrency: called
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
  ship: {needs: build, concurrency: inside, runs-on: linux, steps: [{run: x}]}
";

#[test]
fn r2_51_r2_58_a_group_never_has_two_holders_and_nobody_waits_for_ever() {
    let mut ended = BTreeSet::new();
    for seed in 0..WALKS {
        let mut dice = Dice(seed);
        let mut yard = Yard::default();
        for _ in 0..STEPS {
            one_step(&mut yard, &mut dice);
        }
        bring_to_the_end(&mut yard, seed);
        ended.extend(yard.stands());
    }
    for word in ["success", "failure", "cancelled"] {
        assert!(ended.contains(word), "no run ended as {word}: {ended:?}");
    }
}

fn one_step(yard: &mut Yard, dice: &mut Dice) {
    let count = yard.stories.len();
    if count == 0 || (count < RUNS_MAX && dice.roll(6) == 0) {
        let text = dice.file();
        let run = yard.requests(&text);
        yard.stories[run - 1].definition = calling(&text, CALLED);
        yard.tells_alone(run, |run, planning| run.plan(planning))
            .unwrap();
        return;
    }
    if !yard.messages.is_empty() && dice.roll(2) == 0 {
        let place = dice.roll(yard.messages.len());
        return yard.passes_on(place);
    }
    let run = dice.roll(count) + 1;
    let jobs: Vec<JobId> = yard.stories[run - 1]
        .run
        .attempt()
        .planned()
        .map(|job| job.id)
        .collect();
    let job = jobs
        .get(dice.roll(jobs.len().max(1)))
        .copied()
        .unwrap_or(JobId::new(0));
    let end = [
        Conclusion::Success,
        Conclusion::Success,
        Conclusion::Failure,
        Conclusion::Cancelled,
    ][dice.roll(4)];
    let what = dice.roll(22);
    let said = yard.tells_alone(run, move |run, planning| match what {
        0 => run.cancel(EVE, planning),
        1 => Ok(run.cancel_job(job, EVE, planning)?.events),
        2 => run.abandon_job(job, EndReason::RunnerLost, planning),
        3 => run.rerun(wish(RerunOf::All), planning),
        4 => run.rerun(wish(RerunOf::Failed), planning),
        20 => run.force_cancel(Some(EVE), planning),
        21 => run.rerun(wish(RerunOf::Job(job)), planning),
        5..=11 => run.start_job(job, ran(job.get()), planning.now),
        _ => run.finish_job(job, end, planning),
    });
    // A refusal is checked where it is given to have changed nothing.
    drop(said);
}

/// Runners do what is queued and messages are passed on, until nothing moves: then every run must have ended.
fn bring_to_the_end(yard: &mut Yard, seed: u64) {
    for _ in 0..1_000 {
        while !yard.messages.is_empty() {
            yard.passes_on(0);
        }
        let next = yard.stories.iter().enumerate().find_map(|(place, story)| {
            let mut jobs = story.run.attempt().planned();
            let job = jobs.find(|job| {
                let status = job.state.status();
                job.state != JobState::Held
                    && (status == JobStatus::Queued || status == JobStatus::InProgress)
            })?;
            Some((place + 1, job.id, job.state.status()))
        });
        let Some((run, job, status)) = next else {
            break;
        };
        yard.tells_alone(run, move |run, planning| match status {
            JobStatus::Queued => run.start_job(job, ran(job.get()), planning.now),
            _ => run.finish_job(job, Conclusion::Success, planning),
        })
        .unwrap();
    }
    for (story, stands) in yard.stories.iter().zip(yard.stands()) {
        let completed = story.run.is_completed();
        assert!(completed, "seed {seed}: {stands}: {:?}", story.run);
    }
    assert!(yard.is_free(), "seed {seed}");
}

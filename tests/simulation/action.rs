//! What can happen in a step, as data: chosen before anything is known, so that steps can be left out and told again.
//! A new action is a variant here, a line of [`TABLE`], and an arm in `world/perform.rs`.

use crate::dice::Dice;
use runyard_domain::Conclusion;

/// Servers on one store.
pub(crate) const REPLICAS: usize = 3;
/// Runners that register at first.
pub(crate) const RUNNERS: usize = 3;
/// Calls of the store that go well at most before the one that fails.
const CALLS_BEFORE_TROUBLE: usize = 9;

/// One step of a history.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Which server is asked.
    pub(crate) replica: usize,
    pub(crate) action: Action,
    pub(crate) trouble: Option<StepTrouble>,
}

/// What goes wrong in a step.
#[derive(Debug, Clone)]
pub(crate) enum StepTrouble {
    /// The store fails at the call after so many.
    Fails { after: usize, when: When },
    /// Another server does something before that call.
    Meanwhile { after: usize, other: Box<Step> },
}

/// At which moment of a call it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Before,
    Within,
    AnswerLost,
}

/// Which of several things, decided when the step is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pick {
    pub(crate) number: usize,
    /// Of all there are, not only of those that it makes sense for.
    pub(crate) any: bool,
}

/// What happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    /// Somebody asks for a run.
    Dispatch { flow: usize },
    /// A push is delivered, perhaps again.
    Push { delivery: usize },
    /// Somebody makes a new run of one that ended.
    RerunAsNew { run: Pick },
    /// Somebody re-runs everything of a run.
    Rerun { run: Pick },
    /// Somebody re-runs what failed.
    RerunFailed { run: Pick },
    /// Somebody re-runs one job with what depends on it.
    RerunJob { run: Pick, job: usize },
    /// Somebody ends a run by force.
    ForceCancel { run: Pick },
    /// Somebody deletes a run.
    DeleteRun { run: Pick },
    /// Somebody deletes the logs of a run.
    DeleteLogs { run: Pick },
    /// Somebody cancels a run.
    CancelRun { run: Pick },
    /// Somebody cancels one job.
    CancelJob { run: Pick, job: usize },
    /// A runner asks for jobs; `again` with the key of its last call.
    Claim {
        runner: usize,
        slots: u32,
        again: bool,
    },
    /// A runner takes what it was offered.
    Start { hand: Pick },
    /// A runner reports on a step; `stale` with a number that it used before.
    Sync { hand: Pick, stale: bool },
    /// A runner sends log rows; `shift` is where it errs.
    Log { hand: Pick, shift: i64 },
    /// A runner asks whether it shall stop.
    CancelCheck { hand: Pick },
    /// A runner reports the end; `claims` more log than it sent.
    Finish {
        hand: Pick,
        result: Conclusion,
        claims: u64,
    },
    /// A runner gives an offer back.
    Release { hand: Pick },
    /// A runner forgets all that it was doing.
    Crash { runner: usize },
    /// A runner registers again in the place of its former self.
    Register { runner: usize },
    /// A runner is deleted.
    DeleteRunner { runner: usize },
    /// Time passes.
    Pass { seconds: u64 },
    /// A server looks for what is over.
    Expire,
    /// A server ends what was cancelled too long ago.
    Force,
    /// A server passes on what one run left for another.
    Messages,
    /// A server ends what waits or goes on for too long.
    Limits,
    /// A server removes what was deleted.
    Purge,
    /// A server stops, and another begins.
    Restart,
}

/// Longer than a run must be old to be deleted though it has not ended.
const DAYS_15: u64 = 15 * 24 * 60 * 60;

type Make = fn(&mut Dice) -> Action;

/// How often what happens.
const TABLE: &[(usize, Make)] = &[
    (3, |d| Action::Dispatch { flow: d.roll(100) }),
    (1, |d| Action::Push {
        delivery: d.roll(4),
    }),
    (2, |d| Action::RerunAsNew { run: pick(d, 15) }),
    (2, |d| Action::Rerun { run: pick(d, 15) }),
    (2, |d| Action::RerunFailed { run: pick(d, 15) }),
    (2, |d| Action::RerunJob {
        run: pick(d, 15),
        job: d.roll(100),
    }),
    (1, |d| Action::ForceCancel { run: pick(d, 20) }),
    (1, |d| Action::DeleteRun { run: pick(d, 30) }),
    (1, |d| Action::DeleteLogs { run: pick(d, 30) }),
    (1, |_| Action::Force),
    (1, |_| Action::Purge),
    (5, |_| Action::Messages),
    (1, |_| Action::Limits),
    (3, |d| Action::CancelRun { run: pick(d, 20) }),
    (3, |d| Action::CancelJob {
        run: pick(d, 20),
        job: d.roll(100),
    }),
    (17, |d| Action::Claim {
        runner: d.roll(RUNNERS),
        slots: *d.pick(&[1, 1, 2, 5]),
        again: d.percent(15),
    }),
    (17, |d| Action::Start { hand: pick(d, 10) }),
    (6, |d| Action::Sync {
        hand: pick(d, 15),
        stale: d.percent(20),
    }),
    (4, |d| Action::Log {
        hand: pick(d, 15),
        shift: *d.pick(&[0, 0, 0, 5, -5]),
    }),
    (6, |d| Action::CancelCheck { hand: pick(d, 15) }),
    (17, |d| Action::Finish {
        hand: pick(d, 15),
        result: *d.weighted(&[
            (10, Conclusion::Success),
            (4, Conclusion::Failure),
            (2, Conclusion::Cancelled),
            (1, Conclusion::Skipped),
        ]),
        claims: *d.pick(&[0, 0, 0, 0, 0, 9]),
    }),
    (2, |d| Action::Release { hand: pick(d, 15) }),
    (1, |d| Action::Crash {
        runner: d.roll(RUNNERS),
    }),
    (1, |d| Action::Register {
        runner: d.roll(RUNNERS),
    }),
    (1, |d| Action::DeleteRunner {
        runner: d.roll(RUNNERS),
    }),
    (6, |d| Action::Pass {
        seconds: *d.weighted(&[(16, 3), (8, 12), (4, 31), (4, 61), (2, 301), (1, DAYS_15)]),
    }),
    (6, |_| Action::Expire),
    (1, |_| Action::Restart),
];

fn pick(dice: &mut Dice, percent_any: usize) -> Pick {
    Pick {
        number: dice.roll(1_000),
        any: dice.percent(percent_any),
    }
}

/// The steps of a seed.
pub(crate) fn steps(seed: u64, count: usize) -> Vec<Step> {
    let mut dice = Dice::new(seed, 2);
    let mut steps: Vec<Step> = (0..ROOT_STEPS).map(first).collect();
    steps.extend((steps.len()..count).map(|_| step(&mut dice)));
    steps
}

/// Every history begins with some runs.
const ROOT_STEPS: usize = 2;

fn first(place: usize) -> Step {
    Step {
        replica: 0,
        action: Action::Dispatch { flow: place },
        trouble: None,
    }
}

fn step(dice: &mut Dice) -> Step {
    let step = untroubled(dice);
    let after = dice.roll(CALLS_BEFORE_TROUBLE);
    let trouble = match dice.roll(100) {
        // How many calls it takes differs between stores.
        _ if matches!(step.action, Action::Purge) => None,
        0..11 => Some(StepTrouble::Fails {
            after,
            when: *dice.pick(&[When::Before, When::Within, When::AnswerLost]),
        }),
        11..19 => Some(StepTrouble::Meanwhile {
            after,
            other: Box::new(untroubled(dice)),
        }),
        _ => None,
    };
    Step { trouble, ..step }
}

fn untroubled(dice: &mut Dice) -> Step {
    Step {
        replica: dice.roll(REPLICAS),
        action: dice.weighted(TABLE)(dice),
        trouble: None,
    }
}

impl Action {
    /// Its kind in a word, for counting.
    pub(crate) fn word(&self) -> String {
        let text = format!("{self:?}");
        let end = text.find([' ', '{']).unwrap_or(text.len());
        text[..end].to_owned()
    }
}

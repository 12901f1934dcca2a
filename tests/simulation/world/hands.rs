//! What runners have in their hands, as far as they know. Picks among it; does nothing with it.

use super::{Known, World};
use crate::action::Pick;
use runyard_domain::{Conclusion, ExecutionId, JobId, RunId};

/// A job that a runner was offered.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    pub(crate) execution: ExecutionId,
    pub(crate) run: RunId,
    pub(crate) job: JobId,
    /// The runner's place.
    pub(crate) runner: usize,
    /// What the runner shows.
    pub(crate) token: String,
    pub(crate) phase: Phase,
    /// Number of its newest report.
    pub(crate) rev: u64,
    /// Bytes of log that the server said it has.
    pub(crate) bytes: u64,
    /// It was told to stop.
    pub(crate) told: bool,
}

/// How far a runner is with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Offered,
    Working,
    Done(Conclusion),
    GivenBack,
    /// The runner does not know of it any more, or was told that it is over.
    Gone,
}

impl World {
    /// A hand in this phase, or any; its place.
    pub(super) fn pick_hand(
        &self,
        pick: Pick,
        fits: impl Fn(Phase) -> bool,
    ) -> Option<(usize, Hand)> {
        let known = self.known();
        let hands = known.hands.iter().enumerate();
        let fitting: Vec<_> = hands
            .filter(|(_, hand)| pick.any || fits(hand.phase))
            .collect();
        let place = pick.number.checked_rem(fitting.len())?;
        let (place, hand) = fitting[place];
        Some((place, hand.clone()))
    }

    /// Changes what a runner knows of a hand.
    pub(super) fn change_hand(&self, place: usize, change: impl FnOnce(&mut Hand)) {
        change(&mut self.known().hands[place]);
    }
}

impl Known {
    /// Notes an offer: a new one, or an old one with another token.
    pub(super) fn hold(&mut self, offered: Hand) {
        let of_runner =
            |hand: &&mut Hand| hand.execution == offered.execution && hand.runner == offered.runner;
        match self.hands.iter_mut().find(of_runner) {
            Some(known) => {
                known.token = offered.token;
                if known.phase == Phase::Gone {
                    known.phase = Phase::Offered;
                }
            }
            None => self.hands.push(offered),
        }
    }
}

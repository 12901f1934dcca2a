//! What runners do: as the protocol says, or late, twice, and with lies.

use super::{Hand, Phase, Promise, World};
use crate::action::Pick;
use runyard_domain::{
    Conclusion, Execution, ExecutionId, JobId,
    execution::{Step, StepState},
    runner::Runner,
};
use runyard_engine::{EngineError, Finish, Finished, NewRunner, StopOrder};
use runyard_store::Appended;
use std::time::Duration;

/// A runner as it knows itself.
#[derive(Debug, Clone)]
pub(crate) struct SimRunner {
    pub(crate) runner: Runner,
    token: String,
    /// Number of its newest claim.
    claims: u32,
}

/// A runner was told that it has a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) job: JobId,
    pub(crate) execution: ExecutionId,
    pub(crate) runner: usize,
}

/// One log row.
const ROW: &str = "[2,1700000000000,\"a line\"]\n";

/// Why a call was not even tried.
type Told = Result<String, EngineError>;

impl World {
    /// Registers a runner in this place, in that of its former self if there is one.
    pub(super) async fn register(&self, replica: usize, place: usize, replace: bool) -> Told {
        // The first runs everything, the others not all.
        let labels: &[&str] = if place == 1 {
            &["Linux"]
        } else {
            &["linux", "GPU"]
        };
        let new = NewRunner {
            name: format!("runner-{place}"),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            version: "1".to_owned(),
            os: "Linux".to_owned(),
            arch: "X64".to_owned(),
            capacity: 8,
            replace,
            group: None,
        };
        let (runner, token) = self.engine(replica).register_runner(new).await?;
        let mut known = self.known();
        let claims = known.runners.get(place).map_or(0, |old| old.claims);
        let id = runner.id;
        let registered = SimRunner {
            runner,
            token: token.reveal().to_owned(),
            claims,
        };
        match known.runners.get_mut(place) {
            Some(old) => *old = registered,
            None => known.runners.push(registered),
        }
        Ok(format!("it is runner {id}"))
    }

    pub(super) async fn delete_runner(&self, replica: usize, place: usize) -> Told {
        let id = self.known().runners[place].runner.id;
        self.engine(replica).delete_runner(id).await?;
        Ok(format!("runner {id} is gone"))
    }

    pub(super) fn crash(&self, place: usize) -> String {
        let mut known = self.known();
        let held = |hand: &&mut Hand| {
            hand.runner == place && matches!(hand.phase, Phase::Offered | Phase::Working)
        };
        let lost = known.hands.iter_mut().filter(held);
        let lost = lost.map(|hand| hand.phase = Phase::Gone).count();
        format!("{lost} jobs are lost")
    }

    pub(crate) async fn claim(
        &self,
        replica: usize,
        place: usize,
        slots: u32,
        again: bool,
    ) -> Told {
        let (token, key) = {
            let mut known = self.known();
            let runner = &mut known.runners[place];
            runner.claims += u32::from(!again);
            (runner.token.clone(), format!("claim-{}", runner.claims))
        };
        let engine = self.engine(replica);
        let Some(runner) = engine.authenticate_runner(&token).await? else {
            return Ok("nobody knows it".to_owned());
        };
        let offers = engine.claim(&runner, &key, slots, Duration::ZERO).await?;
        let mut told = Vec::new();
        for offer in offers {
            told.push(format!(
                "job {} as {}",
                offer.execution.job, offer.execution.id
            ));
            self.known().hold(Hand {
                execution: offer.execution.id,
                run: offer.execution.run,
                job: offer.execution.job,
                runner: place,
                token: offer.token.reveal().to_owned(),
                phase: Phase::Offered,
                rev: 0,
                bytes: 0,
                told: false,
            });
        }
        Ok(format!("offered [{}]", told.join(", ")))
    }

    /// The execution as the server finds it when a runner shows its token.
    async fn shown(
        &self,
        replica: usize,
        place: usize,
        hand: &Hand,
    ) -> Result<Option<Execution>, EngineError> {
        let engine = self.engine(replica);
        let found = engine.authenticate_job(&hand.token).await?;
        if found.is_none() {
            self.change_hand(place, |hand| hand.phase = Phase::Gone);
        }
        Ok(found)
    }

    pub(crate) async fn start(&self, replica: usize, pick: Pick) -> Told {
        let Some((place, hand)) = self.pick_hand(pick, |phase| phase == Phase::Offered) else {
            return Ok("no runner has an offer".to_owned());
        };
        let Some(execution) = self.shown(replica, place, &hand).await? else {
            return Ok(stale(&hand));
        };
        let started = self.engine(replica).start(&execution).await;
        self.note_end(place, &started);
        started?;
        let mut known = self.known();
        if known.hands[place].phase == Phase::Offered {
            known.hands[place].phase = Phase::Working;
        }
        known.begun.push(Begun {
            job: hand.job,
            execution: hand.execution,
            runner: hand.runner,
        });
        Ok(format!("{} has job {}", named(&hand), hand.job))
    }

    /// A runner that is told that it is over forgets it.
    fn note_end<T>(&self, place: usize, answer: &Result<T, EngineError>) {
        if matches!(answer, Err(EngineError::Refused(_))) {
            self.change_hand(place, |hand| {
                if matches!(hand.phase, Phase::Offered | Phase::Working) {
                    hand.phase = Phase::Gone;
                }
            });
        }
    }

    pub(super) async fn sync(&self, replica: usize, pick: Pick, is_stale: bool) -> Told {
        let Some((place, hand)) = self.pick_hand(pick, |phase| phase == Phase::Working) else {
            return Ok("no runner works".to_owned());
        };
        let Some(execution) = self.shown(replica, place, &hand).await? else {
            return Ok(stale(&hand));
        };
        let rev = hand.rev + u64::from(!is_stale);
        let heard = self
            .engine(replica)
            .sync(&execution, rev, steps(rev), Vec::new())
            .await;
        self.note_end(place, &heard);
        let heard = heard?;
        self.change_hand(place, |hand| {
            hand.rev = rev;
            hand.told |= heard.cancelled;
        });
        let told = if heard.cancelled {
            ", it shall stop"
        } else {
            ""
        };
        Ok(format!("{} reports {rev}{told}", named(&hand)))
    }

    pub(super) async fn log(&self, replica: usize, pick: Pick, shift: i64) -> Told {
        let Some((place, hand)) = self.pick_hand(pick, |phase| phase == Phase::Working) else {
            return Ok("no runner works".to_owned());
        };
        let Some(execution) = self.shown(replica, place, &hand).await? else {
            return Ok(stale(&hand));
        };
        let offset = hand.bytes.saturating_add_signed(shift);
        let engine = self.engine(replica);
        let appended = engine.append_log(&execution, offset, ROW.as_bytes()).await;
        self.note_end(place, &appended);
        let appended = appended?;
        // The log of what ended is sealed at a moment of its own.
        let now = self.store.real().execution(hand.execution).await?;
        if now.is_none_or(|execution| execution.is_ended()) {
            return Ok(format!("{} was late with its log", named(&hand)));
        }
        if let Appended::Stored { bytes } = appended {
            if bytes < hand.bytes {
                let wrong = format!("{}: its log lost bytes", named(&hand));
                self.known().wrong.push(wrong);
            }
            self.change_hand(place, |hand| hand.bytes = bytes);
        }
        Ok(format!("{} sends its log: {appended:?}", named(&hand)))
    }

    pub(crate) async fn cancel_check(&self, replica: usize, pick: Pick) -> Told {
        let Some((place, hand)) = self.pick_hand(pick, |phase| phase == Phase::Working) else {
            return Ok("no runner works".to_owned());
        };
        let Some(execution) = self.shown(replica, place, &hand).await? else {
            return Ok(stale(&hand));
        };
        let engine = self.engine(replica);
        let cancelled = engine.cancel_check(&execution, Duration::ZERO).await;
        self.note_end(place, &cancelled);
        let order = cancelled?;
        let told = match order {
            StopOrder::None => "goes on",
            StopOrder::Cancel => "shall stop",
            StopOrder::Force => "is cut off",
        };
        self.change_hand(place, |hand| {
            hand.told |= order != StopOrder::None;
            if order == StopOrder::Force && hand.phase == Phase::Working {
                hand.phase = Phase::Gone;
            }
        });
        Ok(format!("{} {told}", named(&hand)))
    }

    pub(crate) async fn finish(
        &self,
        replica: usize,
        pick: Pick,
        result: Conclusion,
        claims: u64,
    ) -> Told {
        let Some((place, hand)) = self.pick_hand(pick, |phase| phase == Phase::Working) else {
            return Ok("no runner works".to_owned());
        };
        let Some(execution) = self.shown(replica, place, &hand).await? else {
            return Ok(stale(&hand));
        };
        let result = if hand.told && !pick.any {
            Conclusion::Cancelled
        } else {
            result
        };
        let finish = Finish {
            result,
            steps: steps(hand.rev + 1),
            log_bytes: hand.bytes + claims,
            outputs: Vec::new(),
            annotations: Vec::new(),
        };
        let finished = self.engine(replica).finish(&execution, finish).await;
        self.note_end(place, &finished);
        let finished = finished?;
        if finished == Finished::Done {
            let mut known = self.known();
            known.hands[place].phase = Phase::Done(result);
            let promise = Promise::Finished(hand.execution, hand.run, result);
            known.promises.push(promise);
        }
        Ok(format!(
            "{} ends job {} as {result}: {finished:?}",
            named(&hand),
            hand.job
        ))
    }

    pub(super) async fn release(&self, replica: usize, pick: Pick) -> Told {
        let Some((place, hand)) = self.pick_hand(pick, |phase| phase == Phase::Offered) else {
            return Ok("no runner has an offer".to_owned());
        };
        let Some(execution) = self.shown(replica, place, &hand).await? else {
            return Ok(stale(&hand));
        };
        let released = self.engine(replica).release(execution.id).await;
        self.note_end(place, &released);
        released?;
        self.change_hand(place, |hand| hand.phase = Phase::GivenBack);
        Ok(format!("{} gives job {} back", named(&hand), hand.job))
    }
}

fn named(hand: &Hand) -> String {
    format!("runner-{} (execution {})", hand.runner, hand.execution)
}

fn stale(hand: &Hand) -> String {
    format!("{} shows a token that nobody knows", named(hand))
}

fn steps(rev: u64) -> Vec<Step> {
    let number = 2 + u32::try_from(rev % 3).expect("it is small");
    vec![Step {
        number,
        name: format!("step {number}"),
        state: StepState::Pending,
    }]
}

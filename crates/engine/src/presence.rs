//! Who of the runners is there. A runner's row is not written whenever it asks: by the minute is enough for people.

use crate::{Engine, EngineError};
use runyard_domain::{RunnerId, Timestamp};
use runyard_store::RunnerView;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A runner that was noted to be there is noted again after this, at the earliest, by one server.
const NOTED_APART: Duration = Duration::from_secs(60);
/// Longer than a runner that waits for a job, and is noted only now and then, is not heard of.
const ONLINE: Duration = Duration::from_secs(180);
/// Runners that this server remembers to have noted; beyond, it forgets all of them and notes again.
const REMEMBERED_MAX: usize = 20_000;

/// When this server last noted which runner.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presence(Arc<Mutex<HashMap<RunnerId, Instant>>>);

impl Presence {
    /// Whether it is time to note that this runner is there.
    fn is_due(&self, runner: RunnerId, now: Instant) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = noted.get(&runner);
        if last.is_some_and(|last| now.duration_since(*last) < NOTED_APART) {
            return false;
        }
        if noted.len() >= REMEMBERED_MAX {
            noted.clear();
        }
        noted.insert(runner, now);
        true
    }
}

impl Engine {
    /// Notes now and then that a runner is there. That it could not be noted keeps nobody from working.
    pub(crate) async fn note_runner(&self, runner: RunnerId) {
        if !self.presence.is_due(runner, Instant::now()) {
            return;
        }
        if let Err(error) = self.store.note_runner_seen(runner).await {
            log::warn!("runner {runner} is not noted to be there: {error}");
        }
    }

    /// Whether a runner is there: it has a job, or was heard of lately.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn are_online(&self, runners: &[RunnerView]) -> Result<Vec<bool>, EngineError> {
        let now = self.store.now().await?;
        let online = runners.iter().map(|view| is_online(view, now));
        Ok(online.collect())
    }
}

fn is_online(view: &RunnerView, now: Timestamp) -> bool {
    view.busy
        || view
            .seen_at
            .is_some_and(|seen_at| now < seen_at.plus(ONLINE))
}

#[cfg(test)]
mod tests {
    use super::{NOTED_APART, Presence, REMEMBERED_MAX};
    use runyard_domain::RunnerId;
    use std::time::{Duration, Instant};

    #[test]
    fn a_runner_is_noted_by_the_minute() {
        let presence = Presence::default();
        let (one, other) = (RunnerId::new(1), RunnerId::new(2));
        let begun = Instant::now();
        assert!(presence.is_due(one, begun));
        assert!(presence.is_due(other, begun));
        assert!(!presence.is_due(one, begun + NOTED_APART - Duration::from_millis(1)));
        assert!(presence.is_due(one, begun + NOTED_APART));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let presence = Presence::default();
        let begun = Instant::now();
        for id in 0..=REMEMBERED_MAX as i64 {
            assert!(presence.is_due(RunnerId::new(id), begun));
        }
        assert!(presence.0.lock().unwrap().len() < REMEMBERED_MAX);
    }
}

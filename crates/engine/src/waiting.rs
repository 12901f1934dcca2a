//! Waiting for a signal, but never for ever: also looks again by itself, because signals may be lost.

use runyard_store::{Wake, Wakes};
use std::time::Duration;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, timeout_at},
};

/// A waiter looks again after this long without a signal (architecture 4, rule 7).
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Waits for signals until its time is over. Listens from its creation on, so that nothing between two looks is
/// missed.
pub(crate) struct Waiter {
    signals: Receiver<Wake>,
    end: Instant,
}

impl Waiter {
    pub(crate) fn new(wakes: &Wakes, wait: Duration) -> Self {
        Self {
            signals: wakes.listen(),
            end: Instant::now() + wait,
        }
    }

    /// Returns when it is time to look again: true, or false once the whole wait is over.
    pub(crate) async fn wait(&mut self, wanted: impl Fn(Wake) -> bool) -> bool {
        if Instant::now() >= self.end {
            return false;
        }
        let until = self.end.min(Instant::now() + LOOK_AGAIN);
        loop {
            match timeout_at(until, self.signals.recv()).await {
                Ok(Ok(wake)) if wanted(wake) => return true,
                Ok(Ok(_)) => {}
                Ok(Err(RecvError::Lagged(_))) | Err(_) => return true,
                Ok(Err(RecvError::Closed)) => return false,
            }
        }
    }
}

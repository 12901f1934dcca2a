//! How long to wait between two tries of a call. Must not know what is tried.

use std::time::Duration;

use rand::RngExt;

const FIRST: Duration = Duration::from_millis(200);
/// Longest wait between two tries.
pub(crate) const LONGEST: Duration = Duration::from_secs(15);
/// A server may ask for more, up to this.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);

/// Waits that double up to a cap, each shortened at random by up to half so that runners do not
/// come back at once.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next wait; at least what the server asked for.
    pub(crate) fn next(&mut self, retry_after: Option<Duration>) -> Duration {
        let full = FIRST
            .saturating_mul(2_u32.saturating_pow(self.tries))
            .min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        let jittered = full.mul_f64(rand::rng().random_range(0.5..=1.0));
        jittered.max(retry_after.unwrap_or_default().min(RETRY_AFTER_MAX))
    }

    /// How many waits there were.
    pub(crate) fn tries(&self) -> u32 {
        self.tries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_cap_and_honour_retry_after() {
        let mut backoff = Backoff::default();
        assert!(backoff.next(None) <= FIRST);
        assert!(
            (0..100)
                .map(|_| backoff.next(None))
                .all(|wait| wait <= LONGEST)
        );
        assert!(backoff.next(None) >= LONGEST / 2);
        assert_eq!(
            backoff.next(Some(Duration::from_secs(60))),
            Duration::from_secs(60)
        );
        assert_eq!(
            backoff.next(Some(Duration::from_secs(9999))),
            RETRY_AFTER_MAX
        );
    }
}

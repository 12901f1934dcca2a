//! Waiting for what no event tells, such as the end of somebody else's process.

use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until `look` finds something; fails the test after `limit`, naming `what`
/// it waited for.
pub(crate) async fn eventually<T>(what: &str, limit: Duration, look: impl Fn() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            begin.elapsed() < limit,
            "waited {limit:?} in vain until {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

//! Waiting for what no event tells. Where the server can be asked to wait, ask it instead.

use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks again and again until `look` finds something; fails the test after `limit`, naming `what` it waited for.
///
/// # Panics
/// When the limit passed.
pub async fn eventually<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            started.elapsed() < limit,
            "waited {limit:?} in vain until {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::eventually;
    use std::time::Duration;

    #[tokio::test]
    async fn it_looks_until_something_is_there() {
        let mut looks = 0;
        let found = eventually("three", Duration::from_secs(5), async || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain until it rains")]
    async fn it_gives_up_at_its_limit() {
        eventually("it rains", Duration::ZERO, async || None::<()>).await;
    }
}

//! What the environment says: how long, with which seed, and up to which case.

use std::time::Duration;

/// `RUNYARD_FUZZ_SECONDS`: how long all stores together take. `RUNYARD_FUZZ_SEED`: `SEED`, or `SEED:CASE` to end
/// after that case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) last: u64,
    pub(crate) time: Duration,
}

const SECONDS: &str = "RUNYARD_FUZZ_SECONDS";
const SEED: &str = "RUNYARD_FUZZ_SEED";
const DEFAULT_SECONDS: f64 = 20.0;
const STORES: f64 = 3.0;

impl Plan {
    /// Reads the environment.
    ///
    /// # Panics
    /// If a variable is no number.
    pub(crate) fn from_environment() -> Self {
        let read = |name| std::env::var(name).unwrap_or_default();
        Self::read(&read(SECONDS), &read(SEED))
    }

    fn read(seconds: &str, seed: &str) -> Self {
        let (seed, last) = seed.split_once(':').unwrap_or((seed, ""));
        let number = |text: &str, otherwise: u64| match text {
            "" => otherwise,
            _ => text
                .parse()
                .unwrap_or_else(|error| panic!("{SEED}: {text:?}: {error}")),
        };
        let seconds = match seconds {
            "" => DEFAULT_SECONDS,
            _ => seconds
                .parse()
                .unwrap_or_else(|error| panic!("{SECONDS}: {error}")),
        };
        let last = number(last, u64::MAX);
        let time = Duration::from_secs_f64(seconds / STORES);
        Self {
            seed: number(seed, 1),
            last,
            time: if last == u64::MAX {
                time
            } else {
                Duration::MAX
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use std::time::Duration;

    #[test]
    fn a_seed_repeats_a_series_up_to_a_case() {
        let plan = Plan::read("", "");
        assert_eq!((plan.seed, plan.last), (1, u64::MAX));
        assert_eq!(Plan::read("120", "").time, Duration::from_secs(40));
        let again = Plan::read("", "7:1234");
        assert_eq!((again.seed, again.last), (7, 1234));
        assert_eq!(again.time, Duration::MAX);
    }
}

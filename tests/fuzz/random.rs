//! Choices that are the same for the same seed and case. It knows nothing of what is chosen.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// A series of choices.
#[derive(Debug)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The series of one case; what other cases chose does not change it.
    pub(crate) fn of_case(seed: u64, case: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(case);
        Self(random)
    }

    /// A number below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0.random_range(0..limit)
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Any bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.0.random()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_case_chooses_the_same_again_and_cases_differ() {
        let chosen = |seed, case| Random::of_case(seed, case).bytes(16);
        assert_eq!(chosen(7, 3), chosen(7, 3));
        assert_ne!(chosen(7, 3), chosen(7, 4));
        assert_ne!(chosen(7, 3), chosen(8, 3));
    }
}

//! Choices that are the same for the same seed (SplitMix64). It knows nothing of what is chosen.

/// A series of choices.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The series of a seed; `use_of_it` keeps series for different uses apart.
    pub(crate) fn new(seed: u64, use_of_it: u64) -> Self {
        let mut dice = Self(seed ^ use_of_it.rotate_left(32));
        dice.number();
        dice
    }

    /// Any number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `sides`, which is not 0.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let wide = u128::from(self.number()) * sides as u128;
        usize::try_from(wide >> 64).expect("it is below a usize")
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.roll(list.len())]
    }

    /// One of a list of `(weight, value)`.
    pub(crate) fn weighted<'a, T>(&mut self, list: &'a [(usize, T)]) -> &'a T {
        let all = list.iter().map(|(weight, _)| weight).sum();
        let mut left = self.roll(all);
        for (weight, value) in list {
            if left < *weight {
                return value;
            }
            left -= weight;
        }
        unreachable!("the roll is below the sum of the weights")
    }
}

#[test]
fn a_seed_chooses_the_same_again_and_uses_of_it_differ() {
    let chosen = |seed, use_of_it| Dice::new(seed, use_of_it).number();
    assert_eq!(chosen(7, 1), chosen(7, 1));
    assert_ne!(chosen(7, 1), chosen(7, 2));
    assert_ne!(chosen(7, 1), chosen(8, 1));
}

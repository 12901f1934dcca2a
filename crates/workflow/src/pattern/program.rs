//! A compiled pattern as states that are walked all at once; it must not know the grammar.

use std::ops::Range;

/// Which characters a state accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Accepts {
    /// Every character.
    Any,
    /// Every character but `/`.
    NotSlash,
    /// This one.
    Literal(char),
    /// One of these ASCII characters, each as the bit of its code.
    OneOf(u128),
}

impl Accepts {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::NotSlash => c != '/',
            Self::Literal(own) => *own == c,
            Self::OneOf(set) => c.is_ascii() && set >> u32::from(c) & 1 == 1,
        }
    }
}

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// What it consumes.
    pub(super) accepts: Accepts,
    /// How many states may be left out from here, this one included; 0 when it must be taken.
    pub(super) skips: usize,
    /// Whether it may be taken again.
    pub(super) repeats: bool,
}

/// The states in order; the end is the index behind the last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Program {
    pub(super) states: Vec<State>,
}

/// How many steps matching may still take: one for each state that is looked at for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchBudget {
    left: u64,
}

impl MatchBudget {
    /// So many steps.
    pub fn of(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Takes steps; `None` when there are not as many left.
    fn take(&mut self, steps: usize) -> Option<()> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(steps)?;
        Some(())
    }
}

impl Program {
    /// Whether the whole of `text` is accepted, in time states x characters at most: every state is
    /// looked at once per character, so no text makes it go back. `None` when the budget is used up.
    pub(super) fn accepts(&self, text: &str, budget: &mut MatchBudget) -> Option<bool> {
        let end = self.states.len();
        let (mut now, mut next) = (vec![false; end + 1], vec![false; end + 1]);
        now[0] = true;
        // Only states in this window may be active: most patterns have few at a time.
        let mut window = 0..self.close(&mut now, 0..1);
        for c in text.chars() {
            budget.take(window.len())?;
            let mut reached = end + 1..0;
            for index in window {
                if !std::mem::take(&mut now[index]) || index == end {
                    continue;
                }
                let state = &self.states[index];
                if state.accepts.contains(c) {
                    let first = if state.repeats { index } else { index + 1 };
                    next[first..=index + 1].fill(true);
                    reached = reached.start.min(first)..reached.end.max(index + 2);
                }
            }
            if reached.is_empty() {
                return Some(false);
            }
            window = reached.start..self.close(&mut next, reached);
            std::mem::swap(&mut now, &mut next);
        }
        Some(now[end])
    }

    /// Adds what is reached from the states of a window without a character; skips only lead
    /// forwards, so one pass is enough. Answers the new end of the window.
    fn close(&self, active: &mut [bool], window: Range<usize>) -> usize {
        let (mut index, mut end) = (window.start, window.end);
        while index < end.min(self.states.len()) {
            let skips = self.states[index].skips;
            if active[index] && skips > 0 {
                active[index + skips] = true;
                end = end.max(index + skips + 1);
            }
            index += 1;
        }
        end
    }
}

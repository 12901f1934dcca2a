//! A compiled pattern as states that are walked all at once; it must not know the grammar.

/// Which characters a state accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Accepts {
    /// Every character.
    Any,
    /// Every character but `/`.
    NotSlash,
    /// This one.
    Literal(char),
    /// One of these ranges, ends included.
    OneOf(Vec<(char, char)>),
}

impl Accepts {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::NotSlash => c != '/',
            Self::Literal(own) => *own == c,
            Self::OneOf(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)),
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

impl Program {
    /// Whether the whole of `text` is accepted, in time states x characters: every state is looked
    /// at most once per character, so no text makes it go back.
    pub(super) fn accepts(&self, text: &str) -> bool {
        let end = self.states.len();
        let mut now = vec![false; end + 1];
        now[0] = true;
        self.close(&mut now);
        let mut next = vec![false; end + 1];
        for c in text.chars() {
            next.fill(false);
            for (index, state) in self.states.iter().enumerate() {
                if now[index] && state.accepts.contains(c) {
                    next[index + 1] = true;
                    next[index] |= state.repeats;
                }
            }
            self.close(&mut next);
            std::mem::swap(&mut now, &mut next);
        }
        now[end]
    }

    /// Adds what is reached without a character; skips only lead forwards, so one pass is enough.
    fn close(&self, active: &mut [bool]) {
        for (index, state) in self.states.iter().enumerate() {
            if active[index] && state.skips > 0 {
                active[index + state.skips] = true;
            }
        }
    }
}

//! The pattern grammar (semantics 6.2); it must not decide what a list of patterns means.

use super::program::{Accepts, MatchBudget, Program, State};
use serde::{Deserialize, Serialize};

/// One pattern of a filter: matches whole names, with respect to case (semantics 6.2).
///
/// ```
/// use runyard_workflow::pattern::Pattern;
///
/// let pattern = Pattern::compile("v[12].[0-9]+.[0-9]+")?;
/// assert!(pattern.is_match("v1.10.1"));
/// assert!(!pattern.is_match("v3.0.0"));
/// # Ok::<(), runyard_workflow::pattern::InvalidPattern>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    program: Program,
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("pattern '{pattern}' is not valid at character {}: {fault}", offset + 1)]
pub struct InvalidPattern {
    /// The whole pattern.
    pub pattern: String,
    /// Where it goes wrong, in characters from 0.
    pub offset: usize,
    /// What is wrong there.
    pub fault: PatternFault,
}

/// What is wrong in an [`InvalidPattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PatternFault {
    /// There is nothing to match.
    #[error("it is empty")]
    Empty,
    /// `[` without `]`.
    #[error("'[' is not closed by ']'")]
    UnclosedSet,
    /// `[]`
    #[error("'[]' allows no character")]
    EmptySet,
    /// Something else than letters, digits and their ranges stands between brackets.
    #[error("between brackets only letters, digits and ranges like a-z, A-Z and 0-9 are allowed")]
    BadSet,
    /// A backslash ends the pattern.
    #[error("'\\' escapes nothing")]
    NothingEscaped,
}

impl Pattern {
    /// Reads a pattern; a `!` at its start is an ordinary character here, see
    /// [`super::PatternList`].
    ///
    /// # Errors
    /// [`InvalidPattern`] with the place of the first thing that the grammar does not allow.
    pub fn compile(text: &str) -> Result<Self, InvalidPattern> {
        Self::compile_from(text, 0)
    }

    /// Reads what follows the first `from` characters of `text`, and counts offsets from its start.
    pub(super) fn compile_from(text: &str, from: usize) -> Result<Self, InvalidPattern> {
        let mut compiler = Compiler {
            characters: text.chars().collect(),
            at: from,
            states: Vec::new(),
        };
        compiler.run().map_err(|(offset, fault)| InvalidPattern {
            pattern: text.to_owned(),
            offset,
            fault,
        })?;
        Ok(Self {
            text: text.to_owned(),
            program: Program {
                states: compiler.states,
            },
        })
    }

    /// Whether the whole of `name` matches. The time grows with the product of both lengths.
    pub fn is_match(&self, name: &str) -> bool {
        self.is_match_within(name, &mut MatchBudget::of(u64::MAX))
            .unwrap_or(false)
    }

    /// As [`Self::is_match`], within a budget; `None` when that is used up.
    pub fn is_match_within(&self, name: &str, budget: &mut MatchBudget) -> Option<bool> {
        self.program.accepts(name, budget)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// How many states `**/` becomes; no other token skips as many.
const FOLDERS: usize = 3;

type Fault = (usize, PatternFault);

struct Compiler {
    characters: Vec<char>,
    at: usize,
    states: Vec<State>,
}

impl Compiler {
    fn run(&mut self) -> Result<(), Fault> {
        if self.at >= self.characters.len() {
            return Err((self.at, PatternFault::Empty));
        }
        let start = self.at;
        while let Some(c) = self.peek(0) {
            match c {
                '*' => self.wildcard(),
                '?' if self.at > start => self.optional(),
                '+' if self.at > start => self.repeated(),
                '[' => self.set()?,
                '\\' => self.escaped()?,
                literal => {
                    self.push(Accepts::Literal(literal));
                    self.at += 1;
                }
            }
        }
        Ok(())
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn push(&mut self, accepts: Accepts) {
        self.states.push(State {
            accepts,
            skips: 0,
            repeats: false,
        });
    }

    fn wildcard(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (Some('*'), Some('/')) => self.folders(),
            (Some('*'), _) => self.star(Accepts::Any, 2),
            _ => self.star(Accepts::NotSlash, 1),
        }
    }

    fn star(&mut self, accepts: Accepts, length: usize) {
        self.states.push(State {
            accepts,
            skips: 1,
            repeats: true,
        });
        self.at += length;
    }

    /// `**/`: nothing, or one character at least, then what there is, then a slash.
    fn folders(&mut self) {
        self.states.push(State {
            accepts: Accepts::Any,
            skips: FOLDERS,
            repeats: false,
        });
        self.star(Accepts::Any, 2);
        self.push(Accepts::Literal('/'));
        self.at += 1;
    }

    /// `?` makes what precedes it optional. What a `**/` stands for is so already.
    fn optional(&mut self) {
        if !self.follows_folders()
            && let Some(last) = self.states.last_mut()
        {
            last.skips = 1;
        }
        self.at += 1;
    }

    /// `+` repeats what precedes it. Repeating a `**/` adds nothing to what it matches.
    fn repeated(&mut self) {
        if !self.follows_folders()
            && let Some(last) = self.states.last_mut()
        {
            last.repeats = true;
        }
        self.at += 1;
    }

    fn follows_folders(&self) -> bool {
        let mut backwards = self.states.iter().rev();
        backwards
            .nth(FOLDERS - 1)
            .is_some_and(|state| state.skips == FOLDERS)
    }

    fn escaped(&mut self) -> Result<(), Fault> {
        let literal = self
            .peek(1)
            .ok_or((self.at, PatternFault::NothingEscaped))?;
        self.push(Accepts::Literal(literal));
        self.at += 2;
        Ok(())
    }

    fn set(&mut self) -> Result<(), Fault> {
        let open = self.at;
        let length = self.characters[open..].iter().position(|c| *c == ']');
        let close = open + length.ok_or((open, PatternFault::UnclosedSet))?;
        if close == open + 1 {
            return Err((open, PatternFault::EmptySet));
        }
        let mut set = 0;
        self.at = open + 1;
        while self.at < close {
            let (low, high) = self.range(close)?;
            for code in u32::from(low)..=u32::from(high) {
                set |= 1 << code;
            }
        }
        self.push(Accepts::OneOf(set));
        self.at = close + 1;
        Ok(())
    }

    /// One character or one range between brackets.
    fn range(&mut self, close: usize) -> Result<(char, char), Fault> {
        let bad = |at| (at, PatternFault::BadSet);
        let low = self.characters[self.at];
        if !low.is_ascii_alphanumeric() {
            return Err(bad(self.at));
        }
        if self.peek(1) != Some('-') {
            self.at += 1;
            return Ok((low, low));
        }
        let end = self.at + 2;
        let high = self.characters[end.min(close)];
        if !same_kind(low, high) || low > high {
            return Err(bad(end.min(close)));
        }
        self.at = end + 1;
        Ok((low, high))
    }
}

fn same_kind(low: char, high: char) -> bool {
    let kinds: [fn(&char) -> bool; 3] = [
        char::is_ascii_digit,
        char::is_ascii_lowercase,
        char::is_ascii_uppercase,
    ];
    kinds.iter().any(|kind| kind(&low) && kind(&high))
}

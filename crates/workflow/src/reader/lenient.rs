//! Makes up for what GitHub's reader forgives and the parser does not: a comment that touches a
//! closing bracket, and quoted text that goes on too far left. It must not change what a file
//! that the parser takes says.

use super::Position;

/// A file may be mended so many times; each time it is read anew.
const REPAIRS_MAX: usize = 16;

/// Further right than what quoted text stands in; leading blanks of its lines mean nothing.
const FAR_RIGHT: usize = 128;

/// What the parser says of them.
const TOUCHING_COMMENT: &str = "comments must be separated from other tokens by whitespace";
const TOO_FAR_LEFT: &str = "invalid indentation in multiline quoted scalar";

/// A file with the blanks that were put into it.
pub(super) struct Lenient {
    text: String,
    repairs: Vec<Repair>,
}

/// Blanks that the file does not have.
struct Repair {
    /// Where they begin in the mended text.
    at: Position,
    blanks: u32,
}

impl Lenient {
    /// `source` as it is.
    pub(super) fn new(source: &str) -> Self {
        Self {
            text: source.to_owned(),
            repairs: Vec::new(),
        }
    }

    /// The text to read.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Mends the fault that the parser found at byte `offset`, which stands at `at`; says whether
    /// it could.
    pub(super) fn repair(&mut self, offset: usize, at: Position, fault: &str) -> bool {
        let blanks = match self.blanks(offset, fault) {
            Some(blanks) if self.repairs.len() < REPAIRS_MAX => blanks,
            Some(_) | None => return false,
        };
        if self.repairs.iter().any(|repair| repair.at == at) {
            return false;
        }
        self.text.insert_str(offset, &" ".repeat(blanks));
        let blanks = u32::try_from(blanks).unwrap_or(u32::MAX);
        self.repairs.push(Repair { at, blanks });
        true
    }

    fn blanks(&self, offset: usize, fault: &str) -> Option<usize> {
        let (before, after) = self.text.split_at_checked(offset)?;
        if fault.ends_with(TOUCHING_COMMENT) {
            let touches = after.starts_with('#') && before.ends_with([']', '}']);
            return touches.then_some(1);
        }
        let goes_on = !after.trim().is_empty();
        (goes_on && fault.ends_with(TOO_FAR_LEFT)).then_some(FAR_RIGHT)
    }

    /// Where in the file `position` of the mended text is.
    pub(super) fn original(&self, position: Position) -> Position {
        let added: u32 = self
            .repairs
            .iter()
            .filter(|repair| repair.at.line == position.line)
            .filter(|repair| repair.at.column < position.column)
            .map(|repair| repair.blanks)
            .sum();
        Position {
            column: position.column.saturating_sub(added),
            ..position
        }
    }
}

//! Skip markers in commit messages (semantics R6.30); it must not know which events they hold for.

/// What in a commit message keeps workflows from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipMarker {
    /// One of the bracketed words, as it stands in the message.
    Word(&'static str),
    /// The trailer `skip-checks: true` at the end.
    Trailer,
}

const WORDS: [&str; 5] = [
    "[skip ci]",
    "[ci skip]",
    "[no ci]",
    "[skip actions]",
    "[actions skip]",
];
const TRAILERS: [&str; 2] = ["skip-checks: true", "skip-checks:true"];
/// How many empty lines stand before the trailer at least.
const EMPTY_LINES: usize = 2;

impl SkipMarker {
    /// What stands in the message.
    pub fn text(self) -> &'static str {
        match self {
            Self::Word(word) => word,
            Self::Trailer => "skip-checks: true",
        }
    }
}

/// The first marker in a message, by case (semantics R6.30).
pub fn skip_marker(message: &str) -> Option<SkipMarker> {
    let words = WORDS
        .iter()
        .filter_map(|word| Some((message.find(word)?, *word)));
    match words.min() {
        Some((_, word)) => Some(SkipMarker::Word(word)),
        None => has_trailer(message).then_some(SkipMarker::Trailer),
    }
}

/// The last line is the trailer; over it there may be other trailers, then two empty lines.
fn has_trailer(message: &str) -> bool {
    let mut backwards = message.trim_end().lines().rev().map(str::trim_end);
    if !backwards
        .next()
        .is_some_and(|line| TRAILERS.contains(&line))
    {
        return false;
    }
    let above: Vec<&str> = backwards.skip_while(|line| is_trailer(line)).collect();
    above.iter().take_while(|line| line.is_empty()).count() >= EMPTY_LINES
}

fn is_trailer(line: &str) -> bool {
    let is_key =
        |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    line.split_once(':').is_some_and(|(key, _)| is_key(key))
}

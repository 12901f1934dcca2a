//! Patterns that name actions, reusable workflows and images: `owner/repo@ref`, `*` for any characters, `!` in front
//! to block what would be allowed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest pattern, in bytes.
pub const ACTION_PATTERN_BYTES_MAX: usize = 255;

/// A pattern, as somebody wrote it.
///
/// Each of its parts is compared with the same part of what is used: the owner, the repository with the path in it, and
/// the ref. So no star of one part reaches into another: `*/tools@v1` does not allow `eve/x/tools@v1`. Without `@` every
/// ref is meant. Upper and lower case are one but in refs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActionPattern(String);

/// What is wrong with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// Nothing is in it, or nothing but `!`.
    #[error("is empty, it must be as owner/repo@ref, with * for any characters")]
    Empty,
    /// Blanks or control characters are in it.
    #[error("holds a blank or a control character, which no action has in its name")]
    Blank,
    /// More than [`ACTION_PATTERN_BYTES_MAX`].
    #[error("has more than {ACTION_PATTERN_BYTES_MAX} bytes")]
    Long,
}

/// What a step or a job names in `uses`, in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// `owner/repo[/path]@ref`.
    Repository {
        owner: &'a str,
        /// The repository, with the path in it.
        rest: &'a str,
        reference: &'a str,
    },
    /// `docker://image`, as a whole.
    Image(&'a str),
}

impl ActionPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let text = text.trim();
        if text.trim_start_matches('!').is_empty() {
            return Err(BadPattern::Empty);
        }
        if text.len() > ACTION_PATTERN_BYTES_MAX {
            return Err(BadPattern::Long);
        }
        match text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            true => Err(BadPattern::Blank),
            false => Ok(Self(text.to_owned())),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it forbids what it names.
    pub fn blocks(&self) -> bool {
        self.0.starts_with('!')
    }

    /// Whether this is what it names.
    pub(super) fn names(&self, named: Named<'_>) -> bool {
        let text = self.0.strip_prefix('!').unwrap_or(&self.0);
        match named {
            Named::Image(image) => fits(text, image),
            Named::Repository {
                owner,
                rest,
                reference,
            } => {
                let (names, refs) = text.split_once('@').unwrap_or((text, "*"));
                let known = match names.split_once('/') {
                    Some((owners, rests)) => {
                        fits_in_any_case(owners, owner) && fits_in_any_case(rests, rest)
                    }
                    None => fits_in_any_case(names, &format!("{owner}/{rest}")),
                };
                known && fits(refs, reference)
            }
        }
    }
}

fn fits_in_any_case(pattern: &str, text: &str) -> bool {
    fits(&pattern.to_lowercase(), &text.to_lowercase())
}

/// Whether `text` is what `pattern` says, where a star is any number of any characters. Each piece between stars is
/// looked for once, from left to right: nobody's pattern takes longer than its length times that of the text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, others)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    let (between, last) = others.rsplit_once('*').unwrap_or(("", others));
    for piece in between.split('*') {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

impl TryFrom<String> for ActionPattern {
    type Error = BadPattern;

    fn try_from(text: String) -> Result<Self, BadPattern> {
        Self::parse(&text)
    }
}

impl From<ActionPattern> for String {
    fn from(pattern: ActionPattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str, used: &str) -> bool {
        let pattern = ActionPattern::parse(pattern).unwrap();
        let Some((name, reference)) = used.split_once('@') else {
            return pattern.names(Named::Image(used));
        };
        let (owner, rest) = name.split_once('/').unwrap();
        pattern.names(Named::Repository {
            owner,
            rest,
            reference,
        })
    }

    #[test]
    fn a_star_is_any_characters_of_its_part() {
        for (pattern, used, expected) in [
            ("mona/cat@v2", "mona/cat@v2", true),
            ("mona/cat@v2", "mona/cat@v3", false),
            ("mona/cat@v2", "mona/cat/sub@v2", false),
            ("mona/cat@*", "mona/cat@feature/a", true),
            ("mona/cat@v1.*", "mona/cat@v1.4", true),
            ("mona/cat@v1.*", "mona/cat@v2", false),
            ("mona/cat", "mona/cat@v3", true),
            ("mona/*", "mona/cat/sub@v1", true),
            ("mona/*", "monalisa/cat@v1", false),
            ("mona*/*", "monalisa/cat@v1", true),
            ("*/octo**@*", "mona/octocat/sub@v1", true),
            ("*/octo*@*", "eve/x/octo@v1", false),
            ("*/tools@v1", "eve/x/tools@v1", false),
            ("mona/cat@v1", "mona/cat@v1@v1", false),
            ("*", "mona/cat@v1", true),
            ("mona", "mona/cat@v1", false),
            ("Mona/Cat@v1", "mona/cAT@v1", true),
            ("mona/cat@V1", "mona/cat@v1", false),
            ("mona/a*b*c@v1", "mona/a-b-b-c@v1", true),
            ("mona/a*b*c@v1", "mona/a-c@v1", false),
            ("mona/ab*ba@v1", "mona/aba@v1", false),
            ("docker://ghcr.io/*", "docker://ghcr.io/mona/cat:1", true),
            ("docker://*", "docker://alpine", true),
            ("mona/*", "docker://alpine", false),
            ("docker://*", "docker/login-action@v3", false),
        ] {
            assert_eq!(names(pattern, used), expected, "{pattern} of {used}");
        }
    }

    #[test]
    fn a_pattern_says_something_and_is_not_too_long() {
        for empty in ["", "  ", "!", " !! "] {
            assert_eq!(ActionPattern::parse(empty), Err(BadPattern::Empty));
        }
        assert_eq!(ActionPattern::parse("a/b c@v1"), Err(BadPattern::Blank));
        assert_eq!(ActionPattern::parse("a/b\u{7}@v1"), Err(BadPattern::Blank));
        let longest = "a".repeat(ACTION_PATTERN_BYTES_MAX);
        assert_eq!(ActionPattern::parse(&longest).unwrap().as_str(), longest);
        let longer = longest + "a";
        assert_eq!(ActionPattern::parse(&longer), Err(BadPattern::Long));
        let trimmed = ActionPattern::parse(" !a/b ").unwrap();
        assert_eq!((trimmed.as_str(), trimmed.blocks()), ("!a/b", true));
        assert!(serde_json::from_str::<ActionPattern>("\"\"").is_err());
    }
}

//! What a list of patterns says about a name (semantics R6.22, R6.23); it must not know whether
//! the name is a branch, a tag or a path.

use super::{InvalidPattern, MatchBudget, Pattern};

/// The patterns of `branches`, `tags` or `paths`: the last one that matches decides, and one that
/// begins with `!` takes out again (semantics R6.22).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternList {
    rules: Vec<(bool, Pattern)>,
}

impl PatternList {
    /// Reads the patterns in order.
    ///
    /// # Errors
    /// The first [`InvalidPattern`].
    pub fn compile<S: AsRef<str>>(patterns: &[S]) -> Result<Self, InvalidPattern> {
        let rules = patterns.iter().map(|text| {
            let text = text.as_ref();
            let includes = !text.starts_with('!');
            let pattern = Pattern::compile_from(text, usize::from(!includes))?;
            Ok((includes, pattern))
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
        })
    }

    /// Whether `name` is in; a list of negatives alone lets nothing in (semantics R6.22).
    pub fn includes(&self, name: &str) -> bool {
        self.includes_within(name, &mut MatchBudget::of(u64::MAX))
            .unwrap_or(false)
    }

    /// As [`Self::includes`], within a budget; `None` when that is used up.
    pub fn includes_within(&self, name: &str, budget: &mut MatchBudget) -> Option<bool> {
        for (includes, pattern) in self.rules.iter().rev() {
            if pattern.is_match_within(name, budget)? {
                return Some(*includes);
            }
        }
        Some(false)
    }
}

/// The patterns of `branches-ignore`, `tags-ignore` or `paths-ignore`: any match ignores, and `!`
/// means nothing here (semantics R6.23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreList {
    patterns: Vec<Pattern>,
}

impl IgnoreList {
    /// Reads the patterns.
    ///
    /// # Errors
    /// The first [`InvalidPattern`].
    pub fn compile<S: AsRef<str>>(patterns: &[S]) -> Result<Self, InvalidPattern> {
        let patterns = patterns.iter().map(|text| Pattern::compile(text.as_ref()));
        Ok(Self {
            patterns: patterns.collect::<Result<_, _>>()?,
        })
    }

    /// Whether `name` is ignored.
    pub fn ignores(&self, name: &str) -> bool {
        self.ignores_within(name, &mut MatchBudget::of(u64::MAX))
            .unwrap_or(false)
    }

    /// As [`Self::ignores`], within a budget; `None` when that is used up.
    pub fn ignores_within(&self, name: &str, budget: &mut MatchBudget) -> Option<bool> {
        for pattern in &self.patterns {
            if pattern.is_match_within(name, budget)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

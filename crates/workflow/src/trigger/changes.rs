//! The paths that an event changed, as far as path filters look at them (semantics R6.24); it must
//! not ask git.

/// Path filters look at this many changed files, the first ones (semantics R6.24).
pub const MAX_CHANGED_PATHS: usize = 300;
/// A push of more commits than this passes every path filter (semantics R6.24).
pub const MAX_COMPARED_COMMITS: usize = 1_000;

/// Path filters that take more steps than this for all changed files pass: one for each token of a
/// pattern that is looked at for a character of a path. Usual filters take some thousands.
pub const MAX_PATH_STEPS: u64 = 50_000_000;

/// What is known about the changed files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedPaths {
    /// These, at most [`MAX_CHANGED_PATHS`].
    Known(Vec<String>),
    /// Too much to compare, or the comparison took too long: every path filter passes.
    Unbounded,
}

impl ChangedPaths {
    /// The paths of a comparison over so many commits. Give at least [`MAX_CHANGED_PATHS`] paths if
    /// there are that many; more are left out.
    pub fn compared(paths: impl IntoIterator<Item = String>, commits: usize) -> Self {
        if commits > MAX_COMPARED_COMMITS {
            return Self::Unbounded;
        }
        Self::Known(paths.into_iter().take(MAX_CHANGED_PATHS).collect())
    }
}

//! How large a workflow file may be (semantics R7.62, section 9); it must not enforce anything.

/// Bytes of one workflow file.
pub const MAX_FILE_BYTES: usize = 500 * 1024;

/// Scalars, sequences and mappings of one file, keys included, after aliases are expanded.
pub const MAX_NODES: usize = 50_000;

/// Sequences and mappings inside each other, the outermost included.
pub const MAX_DEPTH: usize = 50;

/// Bytes that the expanded file may take in memory, counted as GitHub counts them: 24 for each
/// node, 26 for each text and 2 for each of its UTF-16 units.
pub const MAX_RESULT_BYTES: usize = 10 * 1024 * 1024;

/// Characters of a step's `run`.
pub const MAX_RUN_CHARACTERS: usize = 21_000;

/// The limits that one file is read within.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file, [`MAX_FILE_BYTES`] at first.
    pub file_bytes: usize,
    /// Nodes of the expanded file, [`MAX_NODES`] at first.
    pub nodes: usize,
    /// Sequences and mappings inside each other, [`MAX_DEPTH`] at first and at most.
    pub depth: usize,
    /// Bytes of the expanded file, [`MAX_RESULT_BYTES`] at first.
    pub result_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: MAX_FILE_BYTES,
            nodes: MAX_NODES,
            depth: MAX_DEPTH,
            result_bytes: MAX_RESULT_BYTES,
        }
    }
}

//! What is said of a job as a check run, beside its annotations. Data only.

use serde::{Deserialize, Serialize};

/// Characters of the summary and of the text at most, as GitHub's.
pub const CHECK_TEXT_CHARACTERS_MAX: usize = 65_535;
/// Characters of the title at most, and of that of an annotation.
pub const CHECK_TITLE_CHARACTERS_MAX: usize = 255;
/// Annotations that one request can add.
pub const CHECK_ANNOTATIONS_PER_REQUEST: usize = 50;
/// Bytes of the message and the details of an annotation that a request adds.
pub const CHECK_MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Annotations of one job that requests added, at most; those that its runner made are counted apart.
pub const CHECK_ANNOTATIONS_MAX: u32 = 1_000;
/// Number of the first annotation that a request added: behind the runner's and the server's.
pub const FIRST_CHECK_ANNOTATION: u32 = 1_001;

/// What a job's token said last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckOutput {
    /// One line.
    pub title: Option<String>,
    /// Markdown.
    pub summary: Option<String>,
    /// Markdown.
    pub text: Option<String>,
}

impl CheckOutput {
    /// What holds after somebody said `new`: what is absent there stays.
    #[must_use]
    pub fn and(self, new: &Self) -> Self {
        Self {
            title: new.title.clone().or(self.title),
            summary: new.summary.clone().or(self.summary),
            text: new.text.clone().or(self.text),
        }
    }
}

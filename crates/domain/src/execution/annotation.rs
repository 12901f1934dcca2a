//! Remarks of a job that people see beside the code (semantics R8.4). Data only.

use serde::{Deserialize, Serialize};

/// Annotations that a job keeps at most (semantics R8.4).
pub const ANNOTATIONS_MAX: u32 = 50;
/// Characters of an annotation's message and title at most (semantics R8.4).
pub const ANNOTATION_CHARACTERS_MAX: usize = 4_096;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// Counts within the job: the runner's from 1 to [`ANNOTATIONS_MAX`], those that requests added from
    /// [`super::FIRST_CHECK_ANNOTATION`].
    pub number: u32,
    /// Number of the step.
    pub step: u32,
    /// How bad it is.
    pub level: AnnotationLevel,
    /// Path in the repository; absent when it is about no file.
    pub path: Option<String>,
    /// First line, from 1.
    pub start_line: Option<u32>,
    /// Last line.
    pub end_line: Option<u32>,
    /// First column, from 1.
    pub start_column: Option<u32>,
    /// Last column.
    pub end_column: Option<u32>,
    /// What stands above the message.
    pub title: Option<String>,
    /// What it says.
    pub message: String,
    /// More about it; runners say none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_details: Option<String>,
}

/// How bad an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// `notice`
    Notice,
    /// `warning`
    Warning,
    /// `failure`
    Failure,
}

impl AnnotationLevel {
    /// GitHub's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

impl Annotation {
    /// What the server itself says about a job: of no file, and a failure.
    pub fn of_job(number: u32, message: &str) -> Self {
        Self {
            number,
            step: 0,
            level: AnnotationLevel::Failure,
            path: None,
            start_line: None,
            end_line: None,
            start_column: None,
            end_column: None,
            title: None,
            message: message.to_owned(),
            raw_details: None,
        }
    }

    /// The same with texts no longer than is kept.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.message = cut(self.message);
        self.title = self.title.map(cut);
        self.path = self.path.map(cut);
        self
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(ANNOTATION_CHARACTERS_MAX) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

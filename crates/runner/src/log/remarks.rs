//! What people see beside the code: annotations, numbered and bounded (semantics R8.4). Pure.

use std::collections::BTreeMap;

use runyard_api::runner::messages::{
    ANNOTATION_CHARACTERS, ANNOTATIONS_PER_JOB, ANNOTATIONS_PER_LEVEL, AnnotationLevel,
    AnnotationMessage,
};

/// A remark that is not numbered yet.
#[derive(Debug, Clone)]
pub(crate) struct Remark {
    pub(crate) level: AnnotationLevel,
    pub(crate) message: String,
    pub(crate) place: RemarkPlace,
}

/// What a remark is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct RemarkPlace {
    pub(crate) path: Option<String>,
    pub(crate) start_line: Option<u32>,
    pub(crate) end_line: Option<u32>,
    pub(crate) start_column: Option<u32>,
    pub(crate) end_column: Option<u32>,
    pub(crate) title: Option<String>,
}

impl Remark {
    /// A remark about no file.
    pub(crate) fn new(level: AnnotationLevel, message: impl Into<String>) -> Self {
        Self {
            level,
            message: message.into(),
            place: RemarkPlace::default(),
        }
    }
}

/// The annotations of one job.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    kept: Vec<AnnotationMessage>,
    counts: BTreeMap<(u32, AnnotationLevel), usize>,
}

impl Remarks {
    /// Keeps a remark of a step, unless the step or the job has as many as it may.
    pub(super) fn add(&mut self, step: u32, remark: Remark) {
        let number = u32::try_from(self.kept.len() + 1).unwrap_or(u32::MAX);
        let count = self.counts.entry((step, remark.level)).or_default();
        if *count >= ANNOTATIONS_PER_LEVEL || number > ANNOTATIONS_PER_JOB {
            return;
        }
        *count += 1;
        let place = remark.place;
        self.kept.push(AnnotationMessage {
            number,
            step,
            level: remark.level,
            path: place.path,
            start_line: place.start_line,
            end_line: place.end_line,
            start_column: place.start_column,
            end_column: place.end_column,
            title: place.title.map(cut),
            message: cut(remark.message),
        });
    }

    /// All of them, by number.
    pub(super) fn all(&self) -> &[AnnotationMessage] {
        &self.kept
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(ANNOTATION_CHARACTERS) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_4_a_step_keeps_ten_annotations_of_each_level() {
        let mut remarks = Remarks::default();
        for level in [AnnotationLevel::Failure, AnnotationLevel::Notice] {
            (0..12).for_each(|_| remarks.add(2, Remark::new(level, "x")));
        }
        remarks.add(3, Remark::new(AnnotationLevel::Failure, "y"));
        let steps: Vec<u32> = remarks.all().iter().map(|kept| kept.step).collect();
        assert_eq!(steps, [vec![2; 20], vec![3]].concat());
        let numbers: Vec<u32> = remarks.all().iter().map(|kept| kept.number).collect();
        assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
    }

    #[test]
    fn r8_4_a_job_keeps_fifty_annotations() {
        let mut remarks = Remarks::default();
        for step in 0..60 {
            remarks.add(step, Remark::new(AnnotationLevel::Warning, "x"));
        }
        assert_eq!(remarks.all().len(), 50);
    }

    #[test]
    fn r8_4_a_message_is_cut_at_4096_characters() {
        let mut remarks = Remarks::default();
        for count in [4_096, 4_097] {
            let message = "\u{e4}".repeat(count);
            remarks.add(2, Remark::new(AnnotationLevel::Notice, message));
        }
        for kept in remarks.all() {
            assert_eq!(kept.message.chars().count(), 4_096);
        }
    }
}

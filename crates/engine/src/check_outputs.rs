//! What a job's token says of a job as a check run: a title, a summary, a text, and annotations.

use crate::{Engine, EngineError};
use runyard_domain::{
    JobId,
    execution::{
        ANNOTATION_CHARACTERS_MAX, Annotation, CHECK_ANNOTATIONS_MAX,
        CHECK_ANNOTATIONS_PER_REQUEST, CHECK_MESSAGE_BYTES_MAX, CHECK_TEXT_CHARACTERS_MAX,
        CHECK_TITLE_CHARACTERS_MAX, CheckOutput,
    },
};
use runyard_store::JobView;
use std::collections::BTreeMap;

impl Engine {
    /// Says more of a job as a check run. What `output` does not say stays as it was said before; `annotations` come behind
    /// those that are there, their numbers count for nothing.
    ///
    /// # Errors
    /// [`EngineError::Unfit`] for a text that is too long or an annotation that is about no place; [`EngineError::TooMuch`]
    /// for more than [`CHECK_ANNOTATIONS_PER_REQUEST`] at once, or more than [`CHECK_ANNOTATIONS_MAX`] in all.
    pub async fn say_of_check(
        &self,
        job: &JobView,
        output: &CheckOutput,
        annotations: &[Annotation],
    ) -> Result<(), EngineError> {
        check_output(output)?;
        if annotations.len() > CHECK_ANNOTATIONS_PER_REQUEST {
            return Err(EngineError::TooMuch {
                what: "output.annotations",
                limit: CHECK_ANNOTATIONS_PER_REQUEST as u64,
            });
        }
        annotations.iter().try_for_each(check_annotation)?;
        let of = (job.run, job.id);
        let kept = self
            .store
            .put_check(of, output, annotations, CHECK_ANNOTATIONS_MAX);
        match kept.await? {
            true => Ok(()),
            false => Err(EngineError::TooMuch {
                what: "annotations of the check run",
                limit: u64::from(CHECK_ANNOTATIONS_MAX),
            }),
        }
    }

    /// What was said of these jobs as check runs; those of which nothing was said are left out.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn check_outputs(
        &self,
        jobs: &[JobView],
    ) -> Result<BTreeMap<JobId, CheckOutput>, EngineError> {
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        Ok(self.store.check_outputs(&ids).await?)
    }
}

fn check_output(output: &CheckOutput) -> Result<(), EngineError> {
    for (field, text, most) in [
        ("output.title", &output.title, CHECK_TITLE_CHARACTERS_MAX),
        ("output.summary", &output.summary, CHECK_TEXT_CHARACTERS_MAX),
        ("output.text", &output.text, CHECK_TEXT_CHARACTERS_MAX),
    ] {
        characters(field, text.as_deref(), most)?;
    }
    Ok(())
}

fn check_annotation(annotation: &Annotation) -> Result<(), EngineError> {
    let unfit = |field, problem: &str| {
        let problem = problem.to_owned();
        Err(EngineError::Unfit { field, problem })
    };
    let path = annotation.path.as_deref().unwrap_or_default();
    if path.is_empty() {
        return unfit(
            "output.annotations.path",
            "must be a path in the repository",
        );
    }
    characters(
        "output.annotations.path",
        Some(path),
        ANNOTATION_CHARACTERS_MAX,
    )?;
    let title = annotation.title.as_deref();
    characters(
        "output.annotations.title",
        title,
        CHECK_TITLE_CHARACTERS_MAX,
    )?;
    bytes("output.annotations.message", &annotation.message)?;
    let details = annotation.raw_details.as_deref().unwrap_or_default();
    bytes("output.annotations.raw_details", details)?;
    let (first, last) = (annotation.start_line, annotation.end_line);
    if first.is_none_or(|line| line == 0) || last < first {
        return unfit(
            "output.annotations.end_line",
            "must be start_line, which is 1 or more, or behind it",
        );
    }
    let columns = [annotation.start_column, annotation.end_column];
    if first != last && columns.iter().any(Option::is_some) {
        return unfit(
            "output.annotations.start_column",
            "and end_column are only for an annotation of one line",
        );
    }
    if columns.contains(&Some(0)) {
        return unfit(
            "output.annotations.start_column",
            "and end_column count from 1",
        );
    }
    Ok(())
}

fn characters(field: &'static str, text: Option<&str>, most: usize) -> Result<(), EngineError> {
    match text.is_some_and(|text| text.chars().count() > most) {
        false => Ok(()),
        true => Err(EngineError::Unfit {
            field,
            problem: format!("must have at most {most} characters"),
        }),
    }
}

fn bytes(field: &'static str, text: &str) -> Result<(), EngineError> {
    match text.len() > CHECK_MESSAGE_BYTES_MAX {
        false => Ok(()),
        true => Err(EngineError::Unfit {
            field,
            problem: format!("must have at most {CHECK_MESSAGE_BYTES_MAX} bytes"),
        }),
    }
}

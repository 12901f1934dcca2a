//! What runners report, turned into the domain's words. A combination that cannot be is refused, never guessed.

use super::messages::{
    AnnotationLevel, AnnotationMessage, JobResult, StepConclusion, StepReport, StepStatus,
};
use crate::error::ApiError;
use runyard_domain::{
    Conclusion, StepConclusion as Ended, Timestamp,
    execution::{Annotation, AnnotationLevel as Level, Step, StepState},
};

/// The steps of a report.
pub(super) fn steps(reports: Vec<StepReport>) -> Result<Vec<Step>, ApiError> {
    reports.into_iter().map(step).collect()
}

fn step(report: StepReport) -> Result<Step, ApiError> {
    let wrong = |problem: &str| ApiError::InvalidRequest {
        detail: format!("For 'steps', step {} {problem}.", report.number),
    };
    let time = |ms: Option<i64>| match ms {
        None => Ok(None),
        Some(ms) => moment(ms)
            .map(Some)
            .ok_or_else(|| wrong("has a time that no calendar shows")),
    };
    let (started_at, completed_at) = (time(report.started_at_ms)?, time(report.completed_at_ms)?);
    let state = match (report.status, report.conclusion) {
        (StepStatus::Pending, None) => StepState::Pending,
        (StepStatus::InProgress, None) => StepState::InProgress {
            started_at: started_at.ok_or_else(|| wrong("is in progress without started_at_ms"))?,
        },
        (StepStatus::Completed, Some(conclusion)) => StepState::Completed {
            conclusion: step_conclusion(conclusion),
            started_at,
            completed_at,
        },
        (StepStatus::Pending | StepStatus::InProgress, Some(_)) | (StepStatus::Completed, None) => {
            return Err(wrong("must have a conclusion exactly when it is completed"));
        }
    };
    Ok(Step {
        number: report.number,
        name: report.name,
        state,
    })
}

fn moment(unix_ms: i64) -> Option<Timestamp> {
    Timestamp::from_unix_micros(unix_ms.checked_mul(1000)?)
}

fn step_conclusion(conclusion: StepConclusion) -> Ended {
    match conclusion {
        StepConclusion::Success => Ended::Success,
        StepConclusion::Failure => Ended::Failure,
        StepConclusion::Cancelled => Ended::Cancelled,
        StepConclusion::Skipped => Ended::Skipped,
    }
}

/// The remarks of a report.
pub(super) fn annotations(messages: Vec<AnnotationMessage>) -> Vec<Annotation> {
    messages.into_iter().map(annotation).collect()
}

fn annotation(message: AnnotationMessage) -> Annotation {
    Annotation {
        number: message.number,
        step: message.step,
        level: match message.level {
            AnnotationLevel::Notice => Level::Notice,
            AnnotationLevel::Warning => Level::Warning,
            AnnotationLevel::Failure => Level::Failure,
        },
        path: message.path,
        start_line: message.start_line,
        end_line: message.end_line,
        start_column: message.start_column,
        end_column: message.end_column,
        title: message.title,
        message: message.message,
        raw_details: None,
    }
}

/// How a job ended.
pub(super) fn conclusion(result: JobResult) -> Conclusion {
    match result {
        JobResult::Success => Conclusion::Success,
        JobResult::Failure => Conclusion::Failure,
        JobResult::Cancelled => Conclusion::Cancelled,
    }
}

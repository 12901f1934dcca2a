//! The title that a run shows (semantics R6.38); it must not know how runs are kept.

use super::{EventFacts, Subject};
use crate::expression::{Contexts, EvaluationError, NoFunctions, Template};

/// What a run shows as its title: `run-name` if it is not blank, else what the event suggests, else
/// the workflow's name (semantics R6.38).
///
/// # Errors
/// `run-name` cannot be evaluated; the run is a startup failure then (semantics R6.39).
pub fn display_title(
    run_name: Option<&Template>,
    contexts: &dyn Contexts,
    facts: &EventFacts,
    workflow_name: &str,
) -> Result<String, EvaluationError> {
    if let Some(template) = run_name {
        let title = template.evaluate(contexts, &NoFunctions)?.to_text();
        if !title.trim().is_empty() {
            return Ok(title.to_string());
        }
    }
    Ok(fallback_title(facts, workflow_name))
}

/// The title of a run without `run-name`: the first line of a push's message, the title of a pull
/// request or issue, else the workflow's name.
pub fn fallback_title(facts: &EventFacts, workflow_name: &str) -> String {
    let own = match &facts.subject {
        Subject::Ref(_) if facts.event == "push" => facts
            .head_message
            .as_deref()
            .and_then(|message| message.lines().next()),
        Subject::PullRequest(_) => facts.title.as_deref(),
        Subject::Repository if ["issues", "issue_comment"].contains(&facts.event.as_str()) => {
            facts.title.as_deref()
        }
        Subject::Ref(_)
        | Subject::MergeGroup { .. }
        | Subject::Release { .. }
        | Subject::Deployment { .. }
        | Subject::WorkflowRun { .. }
        | Subject::Schedule { .. }
        | Subject::Repository => None,
    };
    let own = own.filter(|title| !title.trim().is_empty());
    own.unwrap_or(workflow_name).to_owned()
}

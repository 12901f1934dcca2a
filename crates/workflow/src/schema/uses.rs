//! Reads `uses` of a step; it must not fetch anything.

use super::walker::Walker;
use crate::model::StepAction;
use crate::reader::{Node, quoted};

/// The only action that this version honours.
const CHECKOUT: &str = "actions/checkout";

/// What the step does; `None` when it was reported.
pub(super) fn read(walker: &mut Walker<'_>, node: &Node) -> Option<StepAction> {
    let text = walker.required_text(node, "uses is actions/checkout or actions/checkout@<ref>")?;
    let (action, reference) = match text.split_once('@') {
        Some((action, reference)) => (action, Some(reference)),
        None => (text.as_str(), None),
    };
    // Owners and repositories are compared ignoring case, as everywhere on GitHub.
    if action.eq_ignore_ascii_case(CHECKOUT) && reference.is_none_or(is_reference) {
        return Some(StepAction::Checkout {
            reference: reference.map(str::to_owned),
        });
    }
    let shown = quoted(&text);
    let message = if is_known_form(action, reference) {
        format!(
            "The action {shown} is valid in GitHub Actions but not honoured yet by this version; \
             allowed: actions/checkout, actions/checkout@<ref>"
        )
    } else {
        format!(
            "Unexpected value {shown}: expected format {{org}}/{{repo}}[/path]@ref; allowed: \
             actions/checkout, actions/checkout@<ref>"
        )
    };
    walker.report(node.position, message);
    None
}

/// Something git could take as a name: not empty, no blanks.
fn is_reference(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Whether GitHub would take it: an image, a local path, or `owner/repo[/path]@ref`.
fn is_known_form(action: &str, reference: Option<&str>) -> bool {
    let local = ["./", ".\\", "docker://", "$/"]
        .iter()
        .any(|start| action.starts_with(start));
    let mut parts = action.split('/');
    let named = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
    let remote = named(parts.next()) && named(parts.next());
    local || (remote && reference.is_some_and(is_reference))
}

//! What the files of a run use, and which of it the repository's settings do not allow.

use super::{ActionsSettings, AllowedActions, pattern::Named};
use crate::{repository::Repository, run::Definition};
use runyard_workflow::{
    Diagnostic, Workflow,
    model::{CalledFile, JobBody, Located, Step, StepAction, StepUses},
    reusable::ResolvedCall,
};
use std::collections::BTreeSet;

/// Uses that are told at most when they are not allowed; one more line says how many there are beside them.
pub const NOT_ALLOWED_MAX: usize = 100;
/// Patterns that a sentence names at most.
const PATTERNS_SHOWN: usize = 20;
/// Characters of the id of a commit.
const COMMIT_CHARACTERS: usize = 40;
/// Accounts that are GitHub's own.
const GITHUB_OWNERS: [&str; 2] = ["actions", "github"];

/// One `uses` that leaves its own repository.
struct Use<'a> {
    file: &'a str,
    text: &'a Located<String>,
    named: Named<'a>,
    /// An action of a repository; a called workflow and an image have no commit that they must be pinned to.
    is_action: bool,
}

impl ActionsSettings {
    /// What of a run's files the settings of its repository do not allow, each at its place: `path` is that of the file
    /// that the run begins in. What a called file uses is the calling repository's matter as well.
    pub fn not_allowed(
        &self,
        repository: &Repository,
        path: &str,
        definition: &Definition,
    ) -> Vec<Diagnostic> {
        if self.allowed == AllowedActions::All && !self.pinned {
            return Vec::new();
        }
        let mut seen = BTreeSet::from([path]);
        let mut found = Vec::new();
        collect(path, &definition.workflow, &mut found);
        collect_called(&definition.calls, &mut seen, &mut found);
        let refused = found
            .iter()
            .filter_map(|used| Some((used, self.why_not(repository, used)?)));
        let mut told: Vec<Diagnostic> = refused.map(|(used, why)| told(used, why)).collect();
        shorten(&mut told);
        told
    }

    /// Why it is not allowed, if it is not.
    fn why_not(&self, repository: &Repository, used: &Use<'_>) -> Option<String> {
        let text = &used.text.value;
        let name = repository.full_name();
        if self.allowed == AllowedActions::Selected {
            let mut patterns = self.selected.patterns.iter();
            if let Some(block) = patterns.find(|one| one.blocks() && one.names(used.named)) {
                return Some(format!(
                    "{text} is not allowed to be used in {name}: {block} blocks it."
                ));
            }
        }
        if !self.allows(repository, used.named) {
            let allowed = self.what_is_allowed(repository);
            return Some(format!(
                "{text} is not allowed to be used in {name}. Actions in this workflow must be: {allowed}."
            ));
        }
        let is_pinned = match used.named {
            Named::Repository { reference, .. } => is_commit(reference),
            Named::Image(_) => true,
        };
        (self.pinned && used.is_action && !is_pinned).then(|| {
            format!(
                "The action {text} is not allowed in {name} because all actions must be pinned to a full-length \
                 commit SHA."
            )
        })
    }

    fn allows(&self, repository: &Repository, named: Named<'_>) -> bool {
        let owner = match named {
            Named::Repository { owner, .. } => Some(owner.to_lowercase()),
            Named::Image(_) => None,
        };
        let is_own = owner.as_deref() == Some(&*repository.owner.to_lowercase());
        match self.allowed {
            AllowedActions::All => true,
            AllowedActions::LocalOnly => is_own,
            AllowedActions::Selected => {
                let is_githubs = owner.is_some_and(|owner| GITHUB_OWNERS.contains(&&*owner));
                let mut patterns = self.selected.patterns.iter();
                is_own
                    || (self.selected.github_owned && is_githubs)
                    || patterns.any(|one| !one.blocks() && one.names(named))
            }
        }
    }

    fn what_is_allowed(&self, repository: &Repository) -> String {
        let mut all = vec![format!("within a repository owned by {}", repository.owner)];
        if self.allowed == AllowedActions::Selected {
            if self.selected.github_owned {
                all.push("created by GitHub".to_owned());
            }
            let patterns = self.selected.patterns.iter();
            let patterns: Vec<&str> = patterns
                .filter(|one| !one.blocks())
                .map(|one| one.as_str())
                .collect();
            let shown = patterns[..patterns.len().min(PATTERNS_SHOWN)].join(", ");
            match patterns.len().saturating_sub(PATTERNS_SHOWN) {
                0 if shown.is_empty() => {}
                0 => all.push(format!("matching the following: {shown}")),
                more => all.push(format!("matching the following: {shown} and {more} more")),
            }
        }
        all.join(", or ")
    }
}

fn is_commit(reference: &str) -> bool {
    reference.len() == COMMIT_CHARACTERS && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn told(used: &Use<'_>, message: String) -> Diagnostic {
    Diagnostic {
        file: used.file.to_owned(),
        line: used.text.position.line,
        column: used.text.position.column,
        message,
    }
}

fn shorten(told: &mut Vec<Diagnostic>) {
    let more = told.len().saturating_sub(NOT_ALLOWED_MAX);
    told.truncate(NOT_ALLOWED_MAX);
    if let Some(last) = told.last().filter(|_| more > 0) {
        told.push(Diagnostic {
            message: format!("{more} more uses are not allowed and not listed"),
            ..last.clone()
        });
    }
}

/// The files that are called, each once: levels of calls are limited, and with them this recursion.
fn collect_called<'a>(
    calls: &'a [ResolvedCall],
    seen: &mut BTreeSet<&'a str>,
    found: &mut Vec<Use<'a>>,
) {
    for call in calls {
        if seen.insert(&call.source.path) {
            collect(&call.source.path, &call.workflow, found);
        }
        collect_called(&call.calls, seen, found);
    }
}

fn collect<'a>(file: &'a str, workflow: &'a Workflow, found: &mut Vec<Use<'a>>) {
    for job in &workflow.jobs {
        match &job.body {
            JobBody::Steps(with_steps) => of_steps(file, &with_steps.steps, found),
            JobBody::Call(call) => {
                if let CalledFile::Repository { .. } = &call.file
                    && let Some(named) = in_parts(&call.uses.value)
                {
                    found.push(Use {
                        file,
                        text: &call.uses,
                        named,
                        is_action: false,
                    });
                }
            }
        }
    }
}

/// Steps beside each other stand one level deep.
fn of_steps<'a>(file: &'a str, steps: &'a [Step], found: &mut Vec<Use<'a>>) {
    for step in steps {
        match &step.action.value {
            StepAction::Uses { text, action, .. } => {
                let (named, is_action) = match action {
                    StepUses::Local { .. } => continue,
                    StepUses::Docker { .. } => (Some(Named::Image(&text.value)), false),
                    StepUses::Repository { .. } => (in_parts(&text.value), true),
                };
                found.extend(named.map(|named| Use {
                    file,
                    text,
                    named,
                    is_action,
                }));
            }
            StepAction::Parallel(steps) => of_steps(file, steps, found),
            StepAction::Run { .. }
            | StepAction::Wait(_)
            | StepAction::WaitAll
            | StepAction::Cancel(_) => {}
        }
    }
}

/// The parts of `owner/repo[/path]@ref`, which a text that was read as such always has.
fn in_parts(text: &str) -> Option<Named<'_>> {
    let (name, reference) = text.split_once('@')?;
    let (owner, rest) = name.split_once(['/', '\\'])?;
    Some(Named::Repository {
        owner,
        rest,
        reference,
    })
}

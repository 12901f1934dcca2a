//! At which commit and ref the run of an event stands (the table of semantics 6.1); it must not
//! resolve refs.

use super::{EventFacts, EventRules, PullRequest, RunsAt, Subject};

/// A commit, or where to find one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// A commit id.
    Commit(String),
    /// The tip of a full ref.
    TipOf(String),
}

/// Where the run of an event stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPlace {
    /// `github.ref`; a deployment of a bare commit has none.
    pub git_ref: Option<String>,
    /// `github.sha`, and the commit that the workflow file is taken from.
    pub at: Revision,
    /// What stands in for `at` when the remote does not have it: the head commit of a pull request
    /// without a merge ref. The log says so.
    pub otherwise: Option<Revision>,
    /// `head_branch` of the run.
    pub head_branch: Option<String>,
    /// `head_sha` of the run.
    pub head: Revision,
    /// Whether the default branch must have the file too (semantics R6.3).
    pub needs_default_branch: bool,
}

impl EventFacts {
    /// Where a run of this event stands, in a repository with this default branch (without prefix).
    pub fn run_place(&self, default_branch: &str) -> RunPlace {
        let rules = EventRules::of(&self.event);
        let mut place = match &self.subject {
            Subject::Ref(pushed) if self.event != "delete" => at_ref(
                &pushed.git_ref,
                Some(pushed.short_name()),
                pushed.after.as_deref(),
            ),
            Subject::PullRequest(pull) => {
                let targets = |rules: &EventRules| rules.runs_at == RunsAt::PullRequestTarget;
                if rules.is_some_and(targets) {
                    target(pull, default_branch)
                } else {
                    merge(pull)
                }
            }
            Subject::MergeGroup {
                head_ref, head_sha, ..
            } => {
                let branch = head_ref.strip_prefix("refs/heads/").unwrap_or(head_ref);
                at_ref(head_ref, Some(branch), Some(head_sha))
            }
            Subject::Release { tag, .. } => at_ref(&format!("refs/tags/{tag}"), Some(tag), None),
            Subject::Deployment { git_ref, sha } => deployed(git_ref.as_deref(), sha),
            Subject::Ref(_)
            | Subject::WorkflowRun { .. }
            | Subject::Schedule { .. }
            | Subject::Repository => {
                at_ref(&branch_ref(default_branch), Some(default_branch), None)
            }
        };
        place.needs_default_branch = rules.is_some_and(EventRules::needs_default_branch);
        place
    }
}

fn branch_ref(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

fn at_ref(git_ref: &str, branch: Option<&str>, commit: Option<&str>) -> RunPlace {
    let at = match commit {
        Some(sha) => Revision::Commit(sha.to_owned()),
        None => Revision::TipOf(git_ref.to_owned()),
    };
    RunPlace {
        git_ref: Some(git_ref.to_owned()),
        head: at.clone(),
        at,
        otherwise: None,
        head_branch: branch.map(str::to_owned),
        needs_default_branch: false,
    }
}

/// The merge ref, or the base branch once the request is merged (semantics R6.4).
fn merge(pull: &PullRequest) -> RunPlace {
    let head = Revision::Commit(pull.head_sha.clone());
    let mut place = if pull.merged {
        at_ref(
            &branch_ref(&pull.base_branch),
            None,
            pull.merge_sha.as_deref(),
        )
    } else {
        let merge_ref = format!("refs/pull/{}/merge", pull.number);
        RunPlace {
            otherwise: Some(head.clone()),
            ..at_ref(&merge_ref, None, None)
        }
    };
    place.head_branch = Some(pull.head_branch.clone());
    place.head = head;
    place
}

fn target(pull: &PullRequest, default_branch: &str) -> RunPlace {
    RunPlace {
        head_branch: Some(pull.head_branch.clone()),
        head: Revision::Commit(pull.head_sha.clone()),
        ..at_ref(&branch_ref(default_branch), None, None)
    }
}

/// A deployment names a branch, a tag, a commit or nothing; only a full ref is surely a ref.
fn deployed(git_ref: Option<&str>, sha: &str) -> RunPlace {
    let named = git_ref.filter(|name| !name.is_empty() && *name != sha);
    let full = named.map(|name| match name.starts_with("refs/") {
        true => name.to_owned(),
        false => branch_ref(name),
    });
    let commit = Revision::Commit(sha.to_owned());
    let short = |full: &str| {
        let tag = full.strip_prefix("refs/tags/");
        tag.or(full.strip_prefix("refs/heads/"))
            .unwrap_or(full)
            .to_owned()
    };
    RunPlace {
        head_branch: full.as_deref().map(short),
        git_ref: full,
        at: commit.clone(),
        otherwise: None,
        head: commit,
        needs_default_branch: false,
    }
}

//! Reads event facts from a webhook's payload in GitHub's shape (semantics 6.1); it must not decide
//! what starts.

use super::{ChangedPaths, EventFacts, EventRules, PullRequest, PushedRef, RunsAt, Subject};
use serde_json::Value;

/// What a deleted or not yet existing ref has as its commit.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Why a payload says too little. Names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPayload {
    /// No such event.
    #[error("event '{0}' is not one that a workflow can name")]
    UnknownEvent(String),
    /// A field is absent or of another kind.
    #[error("{event} payload: {field} is missing or is not {wanted}")]
    Field {
        /// The event.
        event: String,
        /// The field, by its path.
        field: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A full ref was expected.
    #[error("{event} payload: {field} '{value}' does not begin with refs/heads/ or refs/tags/")]
    Ref {
        /// The event.
        event: String,
        /// The field.
        field: String,
        /// What it says.
        value: String,
    },
}

impl EventFacts {
    /// The facts of a webhook. What a payload cannot say is as harmless as it can be: changed files
    /// are those of a push's listed commits, else unbounded; no built-in token; one ref at once.
    ///
    /// # Errors
    /// [`InvalidPayload`] when there is no such event, or a field that decides is not there.
    pub fn from_payload(event: &str, payload: &Value) -> Result<Self, InvalidPayload> {
        let unknown = || InvalidPayload::UnknownEvent(event.to_owned());
        let rules = EventRules::of(event).ok_or_else(unknown)?;
        let reader = Reader { event, payload };
        let subject = reader.subject(rules)?;
        let mut facts = Self::new(event, subject);
        facts.action = reader.optional("/action");
        facts.title = reader
            .optional("/pull_request/title")
            .or(reader.optional("/issue/title"));
        if event == "push" {
            facts.head_message = reader.optional("/head_commit/message");
            facts.changed = reader.changed();
        }
        if event == "repository_dispatch" {
            facts.action = reader.optional("/event_type").or(facts.action);
        }
        Ok(facts)
    }
}

struct Reader<'a> {
    event: &'a str,
    payload: &'a Value,
}

impl Reader<'_> {
    fn subject(&self, rules: &EventRules) -> Result<Subject, InvalidPayload> {
        match rules.runs_at {
            RunsAt::ItsRef => self.its_ref(),
            RunsAt::PullRequestMerge | RunsAt::PullRequestTarget => self.pull_request(),
            RunsAt::MergeGroup => self.merge_group(),
            RunsAt::ReleaseTag => Ok(Subject::Release {
                tag: self.text("/release/tag_name")?,
                draft: self.flag("/release/draft"),
            }),
            RunsAt::DeployedCommit => Ok(Subject::Deployment {
                git_ref: self.optional("/deployment/ref"),
                sha: self.text("/deployment/sha")?,
            }),
            RunsAt::DefaultBranch => self.of_default_branch(),
            RunsAt::Nowhere => Ok(Subject::Repository),
        }
    }

    fn of_default_branch(&self) -> Result<Subject, InvalidPayload> {
        match self.event {
            "workflow_run" => Ok(Subject::WorkflowRun {
                workflow: self.text("/workflow_run/name")?,
                head_branch: self.optional("/workflow_run/head_branch"),
                chain: 0,
            }),
            "schedule" => Ok(Subject::Schedule {
                cron: self.text("/schedule")?,
            }),
            "delete" => self.its_ref(),
            _ => Ok(Subject::Repository),
        }
    }

    /// `push` has a full ref; `create` and `delete` have a short one and its kind.
    fn its_ref(&self) -> Result<Subject, InvalidPayload> {
        let written = self.text("/ref")?;
        let git_ref = match self.optional("/ref_type").as_deref() {
            Some("branch") => format!("refs/heads/{written}"),
            Some("tag") => format!("refs/tags/{written}"),
            Some(_) | None => written,
        };
        if !git_ref.starts_with("refs/heads/") && !git_ref.starts_with("refs/tags/") {
            return Err(InvalidPayload::Ref {
                event: self.event.to_owned(),
                field: "ref".to_owned(),
                value: git_ref,
            });
        }
        let commit = |path| self.optional(path).filter(|sha| sha != NO_COMMIT);
        let after = commit("/after");
        let gone = self.flag("/deleted") || self.event == "delete";
        Ok(Subject::Ref(PushedRef {
            git_ref,
            before: commit("/before"),
            deleted: gone || self.optional("/after").as_deref() == Some(NO_COMMIT),
            after,
            at_once: 1,
        }))
    }

    fn pull_request(&self) -> Result<Subject, InvalidPayload> {
        let number = self
            .payload
            .pointer("/pull_request/number")
            .and_then(Value::as_u64);
        let head_repository = self.optional("/pull_request/head/repo/full_name");
        let base_repository = self.optional("/pull_request/base/repo/full_name");
        Ok(Subject::PullRequest(PullRequest {
            number: number.ok_or_else(|| self.field("/pull_request/number", "a number"))?,
            base_branch: self.text("/pull_request/base/ref")?,
            base_sha: self.text("/pull_request/base/sha")?,
            head_branch: self.text("/pull_request/head/ref")?,
            head_sha: self.text("/pull_request/head/sha")?,
            from_fork: base_repository.is_some() && head_repository != base_repository,
            merged: self.flag("/pull_request/merged"),
            merge_sha: self.optional("/pull_request/merge_commit_sha"),
            conflict: self.payload.pointer("/pull_request/mergeable") == Some(&Value::Bool(false)),
        }))
    }

    fn merge_group(&self) -> Result<Subject, InvalidPayload> {
        let base = self.text("/merge_group/base_ref")?;
        Ok(Subject::MergeGroup {
            head_ref: self.text("/merge_group/head_ref")?,
            head_sha: self.text("/merge_group/head_sha")?,
            base_branch: base.strip_prefix("refs/heads/").unwrap_or(&base).to_owned(),
        })
    }

    /// The files that the listed commits name, each once, in order.
    fn changed(&self) -> ChangedPaths {
        let Some(commits) = self.payload.get("commits").and_then(Value::as_array) else {
            return ChangedPaths::Unbounded;
        };
        let lists = commits.iter().flat_map(|commit| {
            ["added", "modified", "removed"].map(|key| commit.get(key).and_then(Value::as_array))
        });
        let files = lists.flatten().flatten().filter_map(Value::as_str);
        let mut seen = std::collections::HashSet::new();
        let once = files.filter(|file| seen.insert(*file)).map(str::to_owned);
        ChangedPaths::compared(once, commits.len())
    }

    fn text(&self, path: &str) -> Result<String, InvalidPayload> {
        self.optional(path)
            .ok_or_else(|| self.field(path, "a text"))
    }

    fn optional(&self, path: &str) -> Option<String> {
        self.payload.pointer(path)?.as_str().map(str::to_owned)
    }

    fn flag(&self, path: &str) -> bool {
        self.payload.pointer(path) == Some(&Value::Bool(true))
    }

    fn field(&self, path: &str, wanted: &'static str) -> InvalidPayload {
        InvalidPayload::Field {
            event: self.event.to_owned(),
            field: path.trim_start_matches('/').replace('/', "."),
            wanted,
        }
    }
}

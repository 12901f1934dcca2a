//! From something that happened to runs: where it stands, which workflow files it concerns, one run for each match.

use crate::{
    Engine, EngineError,
    create::RunSource,
    definitions::{File, triggers},
    git::{Content, GitError, WorkflowFile},
};
use runyard_domain::{
    RunId,
    account::User,
    repository::{Repository, WorkflowState},
    run::{CommitFacts, HeadRepository},
};
use runyard_workflow::{
    Diagnostic, EventName, InvalidWorkflow, Triggers,
    trigger::{Decision, EventFacts, Revision, RunPlace, Subject, decide_all},
};
use serde_json::Value;
use std::sync::Arc;

/// One event of `on`, for one repository.
pub(crate) struct Occasion<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) event: EventName,
    pub(crate) facts: EventFacts,
    pub(crate) payload: &'a Value,
    /// Two occasions with one key make one run of each workflow.
    pub(crate) key: String,
    pub(crate) by: &'a User,
    pub(crate) head_repository: HeadRepository,
    /// As in [`runyard_domain::run::Cause`].
    pub(crate) chain: u32,
    /// The only file that it concerns, where it is one.
    pub(crate) only: Option<&'a str>,
}

/// Where the runs of an occasion stand (the table of semantics 6.1).
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The commit that runs, from which the files are.
    pub(crate) sha: String,
    /// `github.ref`, or empty.
    pub(crate) git_ref: String,
    /// What the run shows as its branch and commit.
    pub(crate) head_branch: Option<String>,
    pub(crate) head_sha: String,
    /// The facts of the shown commit, or of the one that runs where the source does not have the other.
    pub(crate) commit: CommitFacts,
    /// Why another commit runs than the event means.
    pub(crate) notice: Option<String>,
}

impl Engine {
    /// Makes a run of every workflow that an occasion starts. The source was fetched before.
    pub(crate) async fn start_all(
        &self,
        mut occasion: Occasion<'_>,
    ) -> Result<Vec<RunId>, EngineError> {
        let repository = occasion.repository.id;
        if !self.store.actions_settings(repository).await?.enabled {
            log::debug!("repository {repository}: its Actions are switched off");
            return Ok(Vec::new());
        }
        let standing = match self.standing(&occasion).await {
            // The tag of a draft need not be there, and a draft starts nothing (semantics R6.6).
            Err(GitError::UnknownRef { .. }) if is_draft(&occasion.facts) => return Ok(Vec::new()),
            standing => standing?,
        };
        self.look_at_changes(&mut occasion, &standing).await?;
        let id = occasion.repository.id;
        let folders = &self.settings.workflow_folders;
        let files = self.git.workflow_files(id, &standing.sha, folders).await?;
        let mut runs = Vec::new();
        for file in files {
            if occasion.only.is_some_and(|only| only != file.path) {
                continue;
            }
            if let Some(source) = self.source(&occasion, &standing, file).await? {
                runs.push(self.create_run(source).await?);
            }
        }
        Ok(runs)
    }

    async fn standing(&self, occasion: &Occasion<'_>) -> Result<Standing, GitError> {
        let place = occasion
            .facts
            .run_place(&occasion.repository.default_branch);
        let (at, notice) = self.commit_that_runs(occasion, &place).await?;
        let (head_sha, commit) = match &place.head {
            head if *head == place.at => (at.sha.clone(), at.clone()),
            Revision::Commit(sha) => match self.commit_of(occasion, &place.head).await {
                Ok(commit) => (commit.sha.clone(), commit),
                // The head of a fork, which does not run: only its id is shown.
                Err(GitError::UnknownCommit { .. }) => (sha.clone(), at.clone()),
                Err(error) => return Err(error),
            },
            Revision::TipOf(_) => {
                let commit = self.commit_of(occasion, &place.head).await?;
                (commit.sha.clone(), commit)
            }
        };
        Ok(Standing {
            sha: at.sha,
            git_ref: place.git_ref.unwrap_or_default(),
            head_branch: place.head_branch,
            head_sha,
            commit,
            notice,
        })
    }

    /// The merge commit of a pull request only when the source has one, and of the head that the event tells of.
    async fn commit_that_runs(
        &self,
        occasion: &Occasion<'_>,
        place: &RunPlace,
    ) -> Result<(CommitFacts, Option<String>), GitError> {
        let Some(otherwise) = &place.otherwise else {
            return Ok((self.commit_of(occasion, &place.at).await?, None));
        };
        let head = self.commit_of(occasion, otherwise).await;
        let git_ref = place.git_ref.as_deref().unwrap_or_default();
        let why = match (self.commit_of(occasion, &place.at).await, &head) {
            (Ok(merge), Ok(head)) => {
                let id = occasion.repository.id;
                if self.git.contains(id, &merge.sha, &head.sha).await? {
                    return Ok((merge, None));
                }
                format!("{git_ref} of the source is of another head")
            }
            (Ok(merge), Err(GitError::UnknownCommit { .. })) => return Ok((merge, None)),
            (Err(GitError::UnknownRef { .. }), _) => format!("the source has no {git_ref}"),
            (Err(error), _) => return Err(error),
            (Ok(_), Err(error)) => return Err(error.clone()),
        };
        let head = head?;
        let notice = format!(
            "{why}: the head commit {} runs as it is, not merged into its base.",
            head.sha
        );
        Ok((head, Some(notice)))
    }

    async fn commit_of(
        &self,
        occasion: &Occasion<'_>,
        revision: &Revision,
    ) -> Result<CommitFacts, GitError> {
        let id = occasion.repository.id;
        match revision {
            Revision::Commit(sha) => self.git.commit(id, sha).await,
            Revision::TipOf(git_ref) => {
                let at = self.git.resolve(id, git_ref).await?;
                self.git.commit(id, &at.sha).await
            }
        }
    }

    /// What only git knows: the files that changed and the message of the head commit (semantics R6.24, R6.30).
    async fn look_at_changes(
        &self,
        occasion: &mut Occasion<'_>,
        standing: &Standing,
    ) -> Result<(), GitError> {
        let repository = occasion.repository;
        match &occasion.facts.subject {
            Subject::Ref(pushed) if occasion.event == EventName::Push => {
                let trunk = repository.default_branch.as_str();
                let trunk = (pushed.branch() != Some(trunk)).then_some(trunk);
                let before = pushed.before.as_deref();
                occasion.facts.changed = self
                    .git
                    .changed_paths(repository.id, before, &standing.sha, trunk)
                    .await?;
                occasion.facts.head_message = Some(standing.commit.message.clone());
            }
            Subject::PullRequest(pull) => {
                let (base, head) = (&pull.base_sha, &pull.head_sha);
                occasion.facts.changed = self
                    .git
                    .changed_by_pull_request(repository.id, base, head)
                    .await?;
                let is_head = standing.commit.sha == standing.head_sha;
                occasion.facts.head_message = is_head.then(|| standing.commit.message.clone());
            }
            Subject::Ref(_)
            | Subject::MergeGroup { .. }
            | Subject::Release { .. }
            | Subject::Deployment { .. }
            | Subject::WorkflowRun { .. }
            | Subject::Schedule { .. }
            | Subject::Repository => {}
        }
        Ok(())
    }

    async fn source(
        &self,
        occasion: &Occasion<'_>,
        standing: &Standing,
        file: WorkflowFile,
    ) -> Result<Option<RunSource>, EngineError> {
        let path = file.path.clone();
        let file = self.read(file).await?;
        // A broken file whose `on` cannot be read makes a run for a push, and for nothing else (semantics R6.91).
        let decision = match triggers(&file.1) {
            Some(on) => decide_all(on.declared(), &occasion.facts),
            None if occasion.event == EventName::Push => Decision::Start,
            None => return Ok(None),
        };
        let repository = occasion.repository;
        if let Decision::Stay(_) = decision {
            log::debug!("repository {}, {path}: {decision}", repository.id);
            return Ok(None);
        }
        if self.is_disabled(repository, &path).await? {
            log::debug!("repository {}, {path}: it is disabled", repository.id);
            return Ok(None);
        }
        Ok(Some(RunSource {
            repository: repository.clone(),
            path,
            event: occasion.event,
            payload: occasion.payload.clone(),
            facts: occasion.facts.clone(),
            standing: standing.clone(),
            head_repository: occasion.head_repository.clone(),
            chain: occasion.chain,
            actor: occasion.by.clone(),
            trigger_key: occasion.key.clone(),
            file,
        }))
    }

    /// Somebody switched the workflow off (semantics R6.10).
    pub(crate) async fn is_disabled(
        &self,
        repository: &Repository,
        path: &str,
    ) -> Result<bool, EngineError> {
        let known = self.store.workflow_by_path(repository.id, path).await?;
        Ok(known.is_some_and(|workflow| workflow.state == WorkflowState::DisabledManually))
    }

    /// Parses a file and keeps its text.
    pub(crate) async fn read(&self, file: WorkflowFile) -> Result<(String, File), EngineError> {
        match file.content {
            Content::Text(text) => self.definitions.keep(&file.path, &text).await,
            Content::TooLarge { bytes } => {
                let problem = format!("the file has {bytes} bytes, which is more than is read");
                Ok((String::new(), unreadable(&file.path, problem)))
            }
            Content::NotUtf8 => Ok((
                String::new(),
                unreadable(&file.path, "the file is not UTF-8".to_owned()),
            )),
        }
    }
}

fn is_draft(facts: &EventFacts) -> bool {
    matches!(&facts.subject, Subject::Release { draft: true, .. })
}

fn unreadable(path: &str, message: String) -> File {
    let diagnostic = Diagnostic {
        file: path.to_owned(),
        line: 1,
        column: 1,
        message,
    };
    let triggers: Option<Triggers> = None;
    Arc::new(Err(InvalidWorkflow {
        diagnostics: vec![diagnostic],
        triggers,
    }))
}

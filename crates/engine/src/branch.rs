//! What the workflow files of a default branch ask for: read again whenever a fetch shows that the branch moved.

use crate::{
    Engine, EngineError,
    git::{Content, GitError, WorkflowFile},
};
use runyard_domain::{Timestamp, UserId, repository::Repository};
use runyard_store::{ReadBranch, ScheduleEntry};
use runyard_workflow::{EventName, Triggers, Workflow, cron::Schedule};

/// How often a branch is read again that another server read at the same time.
const READ_TRIES: u32 = 5;
/// Entries of `on.schedule` that one repository may have; the server's log tells of more.
const SCHEDULES_MAX: usize = 1_000;

/// What the files of a branch say.
#[derive(Debug, Default)]
struct Asked {
    follows_runs: bool,
    entries: Vec<ScheduleEntry>,
}

impl Engine {
    /// Fetches the repository and keeps the workflows of its default branch.
    ///
    /// # Errors
    /// [`EngineError::Git`] when the source cannot be read.
    pub async fn find_workflows(&self, repository: &Repository) -> Result<(), EngineError> {
        let known = self.store.read_branch(repository.id).await?;
        self.fetch(repository).await?;
        self.read_again(repository, known, repository.owner_id)
            .await
    }

    /// Fetches the repository, and reads its default branch where that moved; `by` changed it. What is wrong with the
    /// branch alone keeps nothing else from starting.
    pub(crate) async fn fetch_and_read(
        &self,
        repository: &Repository,
        by: UserId,
    ) -> Result<(), EngineError> {
        let known = self.store.read_branch(repository.id).await?;
        self.fetch(repository).await?;
        match self.read_again(repository, known, by).await {
            Err(EngineError::Git(error)) => {
                let name = repository.full_name();
                log::warn!("the default branch of {name} is not read: {error}");
                Ok(())
            }
            read => read,
        }
    }

    /// `known` was asked before the fetch: whoever read a newer commit meanwhile is not overwritten.
    async fn read_again(
        &self,
        repository: &Repository,
        mut known: Option<ReadBranch>,
        by: UserId,
    ) -> Result<(), EngineError> {
        for _ in 0..READ_TRIES {
            let tip = self.git.resolve(repository.id, &repository.default_branch);
            let tip = match tip.await {
                Ok(tip) => tip,
                Err(GitError::UnknownRef { .. }) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let before = known.as_ref().map(|known| known.sha.as_str());
            if before == Some(tip.sha.as_str()) {
                return Ok(());
            }
            let asked = self.read_files(repository, &tip.sha).await?;
            let now = self.store.now().await?;
            let entries: Vec<_> = asked
                .entries
                .into_iter()
                .map(|entry| (first_tick(&entry, now), entry))
                .map(|(tick, entry)| (entry, tick))
                .collect();
            let branch = ReadBranch {
                sha: tip.sha,
                follows_runs: asked.follows_runs,
            };
            let kept = self
                .store
                .put_branch(repository.id, before, &branch, &entries, by);
            if kept.await? {
                return Ok(());
            }
            known = self.store.read_branch(repository.id).await?;
            self.fetch(repository).await?;
        }
        let reason = "other servers read the default branch again and again".to_owned();
        Err(EngineError::Unavailable { reason })
    }

    async fn read_files(&self, repository: &Repository, sha: &str) -> Result<Asked, EngineError> {
        let folders = &self.settings.workflow_folders;
        let files = self.git.workflow_files(repository.id, sha, folders).await?;
        let mut asked = Asked::default();
        for file in files {
            let workflow = parsed(&file);
            let name = workflow.as_ref().and_then(|workflow| workflow.name.clone());
            let name = name.unwrap_or_else(|| file.path.clone());
            self.keep_workflow(repository, &file.path, name).await?;
            if let Some(workflow) = workflow {
                asked.add(&file.path, &workflow.on);
            }
        }
        if asked.entries.len() > SCHEDULES_MAX {
            log::warn!(
                "{} has {} schedules, of which the first {SCHEDULES_MAX} start something",
                repository.full_name(),
                asked.entries.len()
            );
            asked.entries.truncate(SCHEDULES_MAX);
        }
        Ok(asked)
    }
}

/// Files that cannot be read ask for nothing (semantics R6.91).
fn parsed(file: &WorkflowFile) -> Option<Workflow> {
    match &file.content {
        Content::Text(text) => runyard_workflow::parse(&file.path, text).ok(),
        Content::TooLarge { .. } | Content::NotUtf8 => None,
    }
}

impl Asked {
    fn add(&mut self, path: &str, on: &Triggers) {
        self.follows_runs |= on.has(EventName::WorkflowRun);
        let schedules = on.declared().iter().flat_map(|trigger| &trigger.schedule);
        for schedule in schedules {
            let timezone = schedule.timezone.as_ref();
            let entry = ScheduleEntry {
                path: path.to_owned(),
                cron: schedule.cron.value.clone(),
                timezone: timezone.map(|timezone| timezone.value.clone()),
            };
            if !self.entries.contains(&entry) {
                self.entries.push(entry);
            }
        }
    }
}

/// The first tick of an entry after `now`; none for a date that never is.
fn first_tick(entry: &ScheduleEntry, now: Timestamp) -> Option<Timestamp> {
    let schedule = schedule(entry)?;
    schedule.next_after(now.to_utc()).map(Timestamp::new)
}

/// An entry that was read before; none when this version does not read it any more.
pub(crate) fn schedule(entry: &ScheduleEntry) -> Option<Schedule> {
    Schedule::new(&entry.cron, entry.timezone.as_deref())
        .inspect_err(|error| log::warn!("the schedule of {} never fires: {error}", entry.path))
        .ok()
}

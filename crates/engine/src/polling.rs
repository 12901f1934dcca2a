//! Looks at sources that cannot tell of pushes: what changed since the last look is told as a forge would.

use crate::{Engine, EngineError, Occurrence, git::GitError, occurrence::NO_COMMIT, payload};
use runyard_domain::{account::User, repository::Repository};
use runyard_store::{Poll, SeenRefs};
use serde_json::{Value, json};
use std::time::Duration;

/// Most seconds between two looks: a week.
pub const POLL_SECONDS_MAX: u32 = 7 * 24 * 60 * 60;
/// Changed refs that one look tells of; the next look tells of further ones.
const CHANGES_PER_LOOK_MAX: usize = 50;
/// A look that takes longer is given up, and another server may take it.
const LOOK_LEASE: Duration = Duration::from_secs(30 * 60);

impl Engine {
    /// Has a repository's source looked at every so many seconds; 0 ends that. How it is looked at from now on.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for less than the least or more than [`POLL_SECONDS_MAX`].
    pub async fn put_polling(
        &self,
        repository: &Repository,
        seconds: u32,
    ) -> Result<Option<Poll>, EngineError> {
        if seconds == 0 {
            self.store.delete_poll(repository.id).await?;
            return Ok(None);
        }
        let least = self.settings.poll_least.as_secs();
        if u64::from(seconds) < least || seconds > POLL_SECONDS_MAX {
            let problem = format!("must be 0, which ends it, or {least} to {POLL_SECONDS_MAX}");
            return Err(EngineError::Invalid {
                field: "seconds",
                value: seconds.to_string(),
                problem,
            });
        }
        Ok(Some(self.store.put_poll(repository.id, seconds).await?))
    }

    /// Takes the looks that are due, at most `most`, and does them. How many it took.
    ///
    /// # Errors
    /// When the store cannot be reached; what is wrong with a source is kept with its repository.
    pub async fn look(&self, most: u32) -> Result<usize, EngineError> {
        let due = self.due_looks(most).await?;
        let count = due.len();
        for poll in due {
            self.look_at(poll).await;
        }
        Ok(count)
    }

    pub(crate) async fn due_looks(&self, most: u32) -> Result<Vec<Poll>, EngineError> {
        Ok(self.store.claim_polls(most, LOOK_LEASE).await?)
    }

    /// Does one look that was taken.
    pub(crate) async fn look_at(&self, poll: Poll) {
        let looked = self.changed(&poll).await;
        let kept = match &looked {
            Ok(seen) => self.store.finish_poll(&poll, Ok(seen)).await,
            Err(error) => {
                log::warn!(
                    "looking at the source of repository {}: {error}",
                    poll.repository
                );
                let failure = error.to_string();
                self.store.finish_poll(&poll, Err(&failure)).await
            }
        };
        if let Err(error) = kept {
            log::warn!("keeping a look at repository {}: {error}", poll.repository);
        }
    }

    /// Tells of what changed, and gives what is seen from now on. The first look only remembers.
    async fn changed(&self, poll: &Poll) -> Result<SeenRefs, EngineError> {
        let what = "the repository";
        let repository = self.store.repository(poll.repository).await?;
        let repository = repository.ok_or(EngineError::NotFound { what })?;
        let credential = self.credential(repository.id).await?;
        let now = self
            .git
            .refs(&repository.source, credential.as_ref())
            .await?;
        let Some(before) = &poll.refs else {
            return Ok(now);
        };
        let owner = self.owner(&repository).await?;
        let mut seen = before.clone();
        let all = changes(before, &now);
        let at_once = |of: &Change| all.iter().filter(|change| change.is_like(of)).count();
        for change in all.iter().take(CHANGES_PER_LOOK_MAX) {
            self.tell_of(&repository, &owner, (poll.looks, at_once(change)), change)
                .await?;
            match change.after.as_str() {
                NO_COMMIT => drop(seen.remove(&change.git_ref)),
                after => drop(seen.insert(change.git_ref.clone(), after.to_owned())),
            }
        }
        Ok(seen)
    }

    /// Tells of a change as a forge would: of the push, and of a ref that came or went. The name of the delivery is
    /// the same when a look is done again, so that nothing is made twice.
    async fn tell_of(
        &self,
        repository: &Repository,
        owner: &User,
        (looks, at_once): (u64, usize),
        change: &Change,
    ) -> Result<(), EngineError> {
        let delivery = format!("poll-{looks}-{}-{}", change.git_ref, change.after);
        for (event, payload) in change.payloads(repository, owner) {
            let told = Occurrence::read(event, payload, Some(delivery.clone()))?;
            match self.occur(repository, told.at_once(at_once), owner).await {
                Err(EngineError::Git(error)) if can_never_run(&error) => {
                    let name = repository.full_name();
                    log::warn!(
                        "the {event} of {} at {name} makes no run: {error}",
                        change.git_ref
                    );
                }
                told => drop(told?),
            }
        }
        Ok(())
    }
}

/// A ref that is not as it was.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    git_ref: String,
    before: String,
    after: String,
}

fn changes(before: &SeenRefs, now: &SeenRefs) -> Vec<Change> {
    let change = |git_ref: &String, before: Option<&String>, after: Option<&String>| {
        let id = |id: Option<&String>| id.map_or(NO_COMMIT, String::as_str).to_owned();
        Change {
            git_ref: git_ref.clone(),
            before: id(before),
            after: id(after),
        }
    };
    let gone = before.iter().filter(|(name, _)| !now.contains_key(*name));
    let gone = gone.map(|(name, id)| change(name, Some(id), None));
    let changed = now
        .iter()
        .filter(|(name, id)| before.get(*name) != Some(id));
    let changed = changed.map(|(name, id)| change(name, before.get(name), Some(id)));
    gone.chain(changed).collect()
}

/// Whether the commit itself, and not the moment, is why there is no run: trying again would not help.
fn can_never_run(error: &GitError) -> bool {
    matches!(
        error,
        GitError::UnknownCommit { .. }
            | GitError::NotACommit { .. }
            | GitError::TooManyWorkflowFiles { .. }
            | GitError::WorkflowFilesTooLarge { .. }
    )
}

impl Change {
    /// Whether both are branches, or both are tags.
    fn is_like(&self, other: &Self) -> bool {
        let is_tag = |change: &Self| change.git_ref.starts_with("refs/tags/");
        is_tag(self) == is_tag(other)
    }

    fn payloads(&self, repository: &Repository, owner: &User) -> Vec<(&'static str, Value)> {
        let (came, went) = (self.before == NO_COMMIT, self.after == NO_COMMIT);
        let mut told = vec![(
            "push",
            json!({
                "ref": self.git_ref,
                "before": self.before,
                "after": self.after,
                "created": came,
                "deleted": went,
                "repository": payload::repository(repository),
                "sender": payload::sender(owner),
            }),
        )];
        let event = match (came, went) {
            (true, false) => "create",
            (false, true) => "delete",
            (true, true) | (false, false) => return told,
        };
        let (kind, name) = match self.git_ref.strip_prefix("refs/tags/") {
            Some(tag) => ("tag", tag),
            None => (
                "branch",
                self.git_ref
                    .strip_prefix("refs/heads/")
                    .unwrap_or(&self.git_ref),
            ),
        };
        told.push((
            event,
            json!({
                "ref": name,
                "ref_type": kind,
                "master_branch": repository.default_branch,
                "pusher_type": "user",
                "repository": payload::repository(repository),
                "sender": payload::sender(owner),
            }),
        ));
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(rows: &[(&str, &str)]) -> SeenRefs {
        let own = rows.iter();
        own.map(|(name, id)| ((*name).to_owned(), (*id).to_owned()))
            .collect()
    }

    #[test]
    fn new_moved_and_deleted_refs_are_changes_and_others_are_not() {
        let before = refs(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let now = refs(&[("a", "1"), ("b", "9"), ("d", "4")]);
        let told: Vec<String> = changes(&before, &now)
            .into_iter()
            .map(|c| format!("{} {} {}", c.git_ref, c.before, c.after))
            .collect();
        let none = NO_COMMIT;
        assert_eq!(
            told,
            [
                format!("c 3 {none}"),
                "b 2 9".to_owned(),
                format!("d {none} 4")
            ]
        );
        assert_eq!(changes(&now, &now), []);
    }
}

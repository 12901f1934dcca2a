//! What of the event that caused a run is kept beside its name: where what runs is not what the run shows.

use serde::{Deserialize, Serialize};

/// How a run came to be, as far as its event's name, ref and head do not say it (the table of semantics 6.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// The commit that runs, `github.sha`, where it is not the head that the run shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha: Option<String>,
    /// Where the head is from.
    #[serde(skip_serializing_if = "HeadRepository::is_own")]
    pub head_repository: HeadRepository,
    /// How many runs `workflow_run` started one after the other until this one, itself included (semantics R6.9).
    #[serde(skip_serializing_if = "is_zero")]
    pub chain: u32,
    /// What the logs of its jobs begin with: why another commit runs than the event means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// What its branch or tag pointed to before, as the push says: forty zeros where it was new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// The repository that the head of a run is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadRepository {
    /// The run's own.
    #[default]
    Own,
    /// Another one: a pull request of a fork (semantics R6.36).
    Fork(Fork),
    /// A fork that is gone.
    Gone,
}

impl HeadRepository {
    /// Whether the head is from the run's own repository.
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Own)
    }
}

/// A fork, as the forge that has it names it; it is no repository of this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// The forge's id.
    pub id: i64,
    /// Login of its owner.
    pub owner: String,
    /// The forge's id of its owner.
    pub owner_id: i64,
    /// Its name.
    pub name: String,
    /// Whether strangers may not see it.
    pub private: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that serde asks for"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

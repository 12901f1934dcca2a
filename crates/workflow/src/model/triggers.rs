//! Which events start a workflow; it must not match filters or read YAML.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An event that this version starts runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// `push`
    Push,
    /// `workflow_dispatch`
    WorkflowDispatch,
}

impl EventName {
    /// Every event, in the order messages list them.
    pub const ALL: [Self; 2] = [Self::Push, Self::WorkflowDispatch];

    /// The word that names it in a workflow file and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::WorkflowDispatch => "workflow_dispatch",
        }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventName {
    type Err = UnknownEvent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|event| event.name() == text)
            .ok_or_else(|| UnknownEvent(text.to_owned()))
    }
}

/// A text that names no [`EventName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event '{0}' is not one of push, workflow_dispatch")]
pub struct UnknownEvent(pub String);

/// What `on` says: the declared events, in file order (semantics R6.1).
///
/// In an [`crate::InvalidWorkflow`] it may also hold events that GitHub knows and this version
/// does not honour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triggers {
    declared: Vec<Trigger>,
}

/// One event that `on` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The event's name as the file writes it.
    pub name: String,
    /// The line of the name, from 1.
    pub line: u32,
    /// The column of the name, from 1.
    pub column: u32,
}

impl Triggers {
    /// The triggers that `declared` lists.
    pub(crate) fn new(declared: Vec<Trigger>) -> Self {
        Self { declared }
    }

    /// Whether `event` starts the workflow.
    pub fn has(&self, event: EventName) -> bool {
        self.declared
            .iter()
            .any(|trigger| trigger.name == event.name())
    }

    /// Every event that `on` names, with its position, in file order.
    pub fn declared(&self) -> &[Trigger] {
        &self.declared
    }
}

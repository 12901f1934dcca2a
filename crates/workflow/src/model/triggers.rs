//! What starts a workflow, as `on` says it; it must not match events.

use super::{CallDeclaration, DispatchInput, EventName, Located};
use crate::reader::Position;
use serde::Serialize;

/// What `on` says: the declared events, in file order (semantics R6.1).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Triggers {
    declared: Vec<Trigger>,
}

/// One event that `on` names, with its filters. A list that the file does not have is `None`; a
/// scalar in its place is a list of one (semantics R6.2).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trigger {
    /// The event.
    pub event: EventName,
    /// Where the file names it.
    pub position: Position,
    /// `types`
    pub types: Option<Vec<Located<String>>>,
    /// `branches`
    pub branches: Option<Vec<Located<String>>>,
    /// `branches-ignore`
    pub branches_ignore: Option<Vec<Located<String>>>,
    /// `tags`
    pub tags: Option<Vec<Located<String>>>,
    /// `tags-ignore`
    pub tags_ignore: Option<Vec<Located<String>>>,
    /// `paths`
    pub paths: Option<Vec<Located<String>>>,
    /// `paths-ignore`
    pub paths_ignore: Option<Vec<Located<String>>>,
    /// `workflows` of `workflow_run` (semantics R6.9)
    pub workflows: Option<Vec<Located<String>>>,
    /// `names` of `image_version`
    pub names: Option<Vec<Located<String>>>,
    /// `versions` of `image_version`
    pub versions: Option<Vec<Located<String>>>,
    /// The entries of `schedule`, in file order (semantics R6.34).
    pub schedule: Vec<Schedule>,
    /// `inputs` of `workflow_dispatch`, in file order (semantics R6.31).
    pub inputs: Vec<DispatchInput>,
    /// What `workflow_call` declares (semantics R2.63, R2.64, R2.68).
    pub call: Option<CallDeclaration>,
}

/// One entry of `schedule` (semantics R6.34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// `cron`, as written.
    pub cron: Located<String>,
    /// `timezone`, an IANA name; UTC without.
    pub timezone: Option<Located<String>>,
}

impl Trigger {
    /// `event` without any filter.
    pub fn plain(event: EventName, position: Position) -> Self {
        Self {
            event,
            position,
            types: None,
            branches: None,
            branches_ignore: None,
            tags: None,
            tags_ignore: None,
            paths: None,
            paths_ignore: None,
            workflows: None,
            names: None,
            versions: None,
            schedule: Vec::new(),
            inputs: Vec::new(),
            call: None,
        }
    }
}

impl Triggers {
    /// The triggers that `declared` lists.
    pub(crate) fn new(declared: Vec<Trigger>) -> Self {
        Self { declared }
    }

    /// Whether `event` is among them, whatever its filters say.
    pub fn has(&self, event: EventName) -> bool {
        self.get(event).is_some()
    }

    /// What the file says of `event`.
    pub fn get(&self, event: EventName) -> Option<&Trigger> {
        self.declared.iter().find(|trigger| trigger.event == event)
    }

    /// Every event that `on` names, in file order.
    pub fn declared(&self) -> &[Trigger] {
        &self.declared
    }
}

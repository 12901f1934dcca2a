//! What `on` says about one event (semantics R6.1, R6.2), as plain lists; it must not match.

use crate::model::{Located, Trigger};
use serde::{Deserialize, Serialize};

/// One event that `on` names, with its filters as the file has them; a scalar is a list of one
/// (semantics R6.2), and an absent key is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct EventTrigger {
    /// The event's name.
    pub event: String,
    /// `types`
    pub types: Option<Vec<String>>,
    /// `branches`
    pub branches: Option<Vec<String>>,
    /// `branches-ignore`
    pub branches_ignore: Option<Vec<String>>,
    /// `tags`
    pub tags: Option<Vec<String>>,
    /// `tags-ignore`
    pub tags_ignore: Option<Vec<String>>,
    /// `paths`
    pub paths: Option<Vec<String>>,
    /// `paths-ignore`
    pub paths_ignore: Option<Vec<String>>,
    /// `workflows` of `workflow_run`: names, not files (semantics R6.9).
    pub workflows: Option<Vec<String>>,
    /// The entries of `schedule`, in file order.
    pub schedule: Vec<ScheduleEntry>,
}

/// One entry of `on.schedule` (semantics R6.34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleEntry {
    /// The cron text.
    pub cron: String,
    /// The IANA time zone it is meant in; UTC without one.
    pub timezone: Option<String>,
}

impl EventTrigger {
    /// The event without filters.
    pub fn plain(event: &str) -> Self {
        Self {
            event: event.to_owned(),
            ..Self::default()
        }
    }
}

impl From<&Trigger> for EventTrigger {
    fn from(trigger: &Trigger) -> Self {
        let list = |texts: &Option<Vec<Located<String>>>| {
            let texts = texts.as_ref()?.iter();
            Some(texts.map(|text| text.value.clone()).collect())
        };
        Self {
            event: trigger.event.to_string(),
            types: list(&trigger.types),
            branches: list(&trigger.branches),
            branches_ignore: list(&trigger.branches_ignore),
            tags: list(&trigger.tags),
            tags_ignore: list(&trigger.tags_ignore),
            paths: list(&trigger.paths),
            paths_ignore: list(&trigger.paths_ignore),
            workflows: list(&trigger.workflows),
            schedule: trigger
                .schedule
                .iter()
                .map(|entry| ScheduleEntry {
                    cron: entry.cron.value.clone(),
                    timezone: entry.timezone.as_ref().map(|zone| zone.value.clone()),
                })
                .collect(),
        }
    }
}

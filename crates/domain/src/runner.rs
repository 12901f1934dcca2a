//! Runners as facts: who they are and which jobs they can take.

use crate::{RunnerId, Timestamp, account::TokenHash};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A name and id that stay readable when the runner itself is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerRef {
    /// Its id.
    pub id: RunnerId,
    /// Its name when it took the job.
    pub name: String,
    /// Its group when it took the job.
    #[serde(default = "default_group", skip_serializing_if = "is_default_group")]
    pub group: String,
}

/// The group of runners that say none.
pub const DEFAULT_GROUP: &str = "Default";

fn default_group() -> String {
    DEFAULT_GROUP.to_owned()
}

fn is_default_group(group: &str) -> bool {
    group == DEFAULT_GROUP
}

/// The label of every runner that is not GitHub's own.
const SELF_HOSTED: &str = "self-hosted";

/// Before a group in a set of labels: no label of a runner has it.
const IN_GROUP: char = '\u{1f}';

/// Labels in lower case, each once, and perhaps a runner group: the form in which `runs-on` and runners are compared
/// (semantics R2.77).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LabelSet(BTreeSet<String>);

impl LabelSet {
    /// The set of these labels, ignoring case, order and repetition.
    pub fn new<T: AsRef<str>>(labels: impl IntoIterator<Item = T>) -> Self {
        Self(
            labels
                .into_iter()
                .map(|label| label.as_ref().to_lowercase())
                .collect(),
        )
    }

    /// The same in this runner group: a job is for runners of the group only, a runner is one of them.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        self.0.insert(format!("{IN_GROUP}{}", group.to_lowercase()));
        self
    }

    /// Whether a runner with these labels has all that `wanted` names (semantics R2.77).
    pub fn covers(&self, wanted: &LabelSet) -> bool {
        wanted.0.is_subset(&self.0)
    }

    /// The labels in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A registered runner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    /// Never reused.
    pub id: RunnerId,
    /// Unique on the server.
    pub name: String,
    /// As the runner wrote them.
    pub labels: Vec<String>,
    /// What administrators gave it in place of those; [`Runner::fixed_labels`] stay.
    #[serde(default)]
    pub custom_labels: Option<Vec<String>>,
    /// The runner group that it is in.
    pub group: String,
    /// Version of its program.
    pub version: String,
    /// `Linux`, `macOS`, `Windows`.
    pub os: String,
    /// `X64`, `ARM64`, ...
    pub arch: String,
    /// How many jobs it runs at once.
    pub capacity: u32,
    /// Takes no new jobs.
    pub draining: bool,
    /// Hash of its credential.
    pub token: TokenHash,
    /// When it registered.
    pub created_at: Timestamp,
}

impl Runner {
    /// Those of its own labels that say what it is: nobody can take them away.
    pub fn fixed_labels(&self) -> Vec<String> {
        let own = self.labels.iter().filter(|label| self.is_fixed(label));
        own.cloned().collect()
    }

    /// All others that it has.
    pub fn changeable_labels(&self) -> Vec<String> {
        let given = self.custom_labels.as_ref().unwrap_or(&self.labels);
        let others = given.iter().filter(|label| !self.is_fixed(label));
        others.cloned().collect()
    }

    /// Whether a label says what the runner is: `self-hosted`, its system, its architecture, ignoring case.
    pub fn is_fixed(&self, label: &str) -> bool {
        [SELF_HOSTED, self.os.as_str(), self.arch.as_str()]
            .iter()
            .any(|fixed| fixed.eq_ignore_ascii_case(label))
    }

    /// All labels that it has now.
    pub fn all_labels(&self) -> Vec<String> {
        let mut all = self.fixed_labels();
        all.extend(self.changeable_labels());
        all
    }

    /// Its labels and its group as they are compared.
    pub fn label_set(&self) -> LabelSet {
        LabelSet::new(self.all_labels()).in_group(&self.group)
    }

    /// What a job keeps of it.
    pub fn reference(&self) -> RunnerRef {
        RunnerRef {
            id: self.id,
            name: self.name.clone(),
            group: self.group.clone(),
        }
    }
}

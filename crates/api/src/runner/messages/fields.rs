//! Values of a workflow file on their way to a runner: plain, or as the text that the runner computes. Shapes only.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A text with `${{ }}` in it, or the bare text of an `if`, with the place where its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct ComputedMessage {
    /// The text.
    pub expression: String,
    /// Line of the file, from 1.
    #[serde(default)]
    pub line: u32,
    /// Column, from 1.
    #[serde(default)]
    pub column: u32,
}

/// A value of a file: itself, or what the runner computes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "server",
    derive(schemars::JsonSchema),
    schemars(rename = "FieldMessage_{T}")
)]
#[serde(untagged)]
pub enum FieldMessage<T> {
    /// To be computed.
    Computed(ComputedMessage),
    /// The value itself.
    Plain(T),
}

/// Names with values in the order of the file; the whole may be one expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum VariablesMessage {
    /// To be computed: a mapping.
    Computed(ComputedMessage),
    /// The pairs.
    Pairs(Vec<(FieldMessage<String>, FieldMessage<String>)>),
}

impl Default for VariablesMessage {
    fn default() -> Self {
        Self::Pairs(Vec::new())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for VariablesMessage {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pair = |(name, value): (N, V)| {
            (
                FieldMessage::Plain(name.into()),
                FieldMessage::Plain(value.into()),
            )
        };
        Self::Pairs(pairs.into_iter().map(pair).collect())
    }
}

/// `defaults.run` of a job (semantics R2.82).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct DefaultsMessage {
    /// The job's `run` as a whole, where it is one expression: its keys come before the others.
    #[serde(default)]
    pub computed: Option<ComputedMessage>,
    /// `shell`
    #[serde(default)]
    pub shell: Option<FieldMessage<String>>,
    /// `working-directory`
    #[serde(default)]
    pub working_directory: Option<FieldMessage<String>>,
}

/// Contexts that the server knows (semantics 7.5); null where an older server says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct ContextsMessage {
    /// `github`, without `event`, `token` and what only the runner knows.
    #[serde(default)]
    pub github: Value,
    /// `inputs`
    #[serde(default)]
    pub inputs: Value,
    /// `vars`
    #[serde(default)]
    pub vars: Value,
    /// `needs`
    #[serde(default)]
    pub needs: Value,
    /// `strategy`
    #[serde(default)]
    pub strategy: Value,
    /// `matrix`
    #[serde(default)]
    pub matrix: Value,
}

//! Inputs, secrets and outputs that a workflow declares for those who start it; it must not check
//! given values.

use super::{Field, Located, Scalar};
use serde::Serialize;

/// One input of `workflow_dispatch` (semantics R6.31).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DispatchInput {
    /// Its key.
    pub name: Located<String>,
    /// `description`
    pub description: Option<String>,
    /// `deprecationMessage`
    pub deprecation_message: Option<String>,
    /// `required`
    pub required: bool,
    /// `default`
    pub default: Option<Located<Scalar>>,
    /// `type`, `string` without one.
    pub kind: InputKind,
    /// `options` of a choice.
    pub options: Vec<Located<String>>,
}

/// The type of an input (semantics R6.31, R2.63).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// `string`
    String,
    /// `boolean`
    Boolean,
    /// `number`
    Number,
    /// `choice`, of a dispatch only.
    Choice,
    /// `environment`, of a dispatch only.
    Environment,
}

impl InputKind {
    /// Every kind, in the order messages list them.
    pub const ALL: [Self; 5] = [
        Self::String,
        Self::Boolean,
        Self::Number,
        Self::Choice,
        Self::Environment,
    ];

    /// The word of `type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Choice => "choice",
            Self::Environment => "environment",
        }
    }
}

/// What `workflow_call` declares.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CallDeclaration {
    /// `inputs` in file order (semantics R2.63).
    pub inputs: Vec<CallInput>,
    /// `secrets` in file order (semantics R2.64).
    pub secrets: Vec<CallSecret>,
    /// `outputs` in file order (semantics R2.68).
    pub outputs: Vec<CallOutput>,
}

/// One input of `workflow_call`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallInput {
    /// Its key.
    pub name: Located<String>,
    /// `description`
    pub description: Option<String>,
    /// `deprecationMessage`
    pub deprecation_message: Option<String>,
    /// `required`; absent when the file does not say.
    pub required: Option<bool>,
    /// `default`
    pub default: Option<Field<Scalar>>,
    /// `type`: string, boolean or number.
    pub kind: InputKind,
}

/// One secret of `workflow_call`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallSecret {
    /// Its key.
    pub name: Located<String>,
    /// `description`
    pub description: Option<String>,
    /// `required`; absent when the file does not say.
    pub required: Option<bool>,
    /// Whether the file gives it a body.
    pub has_body: bool,
}

/// One output of `workflow_call`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallOutput {
    /// Its key.
    pub name: Located<String>,
    /// `description`
    pub description: Option<String>,
    /// `value`, from `jobs`.
    pub value: Field<String>,
}

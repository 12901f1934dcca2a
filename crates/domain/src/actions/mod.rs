//! What the administrators of a repository say of its Actions: whether there are any, what workflows may use, who may
//! call its own, what the tokens of its jobs may do. Pure.

mod pattern;
mod settings;
mod uses;

pub use pattern::{ACTION_PATTERN_BYTES_MAX, ActionPattern, BadPattern};
pub use settings::{
    ACTION_PATTERNS_MAX, AccessLevel, ActionsChange, ActionsSettings, AllowedActions,
    SelectedActions, SelectedChange,
};
pub use uses::NOT_ALLOWED_MAX;

//! What a valid workflow file says, as plain values; it must not know about YAML.

mod action;
mod computed;
mod evaluate;
mod event;
mod identifier;
mod inputs;
mod job;
mod located;
mod permissions;
mod settings;
mod step;
mod tree;
mod triggers;
mod uses;
mod workflow;

pub use crate::reader::Position;
pub use action::{
    Action, ActionInput, ActionOutput, ActionRuns, Branding, DockerAction, DockerImage,
    JavaScriptAction, NodeVersion, Stray,
};
pub use computed::{Computed, Condition};
pub use evaluate::{FieldError, FieldValue, pairs};
pub use event::{EventName, UnknownEvent};
pub(crate) use identifier::check_identifier;
pub use identifier::{InvalidName, JobName};
pub use inputs::{CallDeclaration, CallInput, CallOutput, CallSecret, DispatchInput, InputKind};
pub use job::{Job, JobBody, MAX_DISPLAY_NAME, RunsOn, StepsJob, runner_group, shortened};
pub use located::{Env, Field, Located, Scalar, Templated, Variable, Variables, plain_env};
pub use permissions::{Level, Permissions, SCOPES};
pub use settings::{
    Concurrency, Container, Credentials, Defaults, Environment, Queue, RunDefaults, Service,
    Strategy,
};
pub use step::{Step, StepAction};
pub use tree::{Tree, TreeValue};
pub use triggers::{Schedule, Trigger, Triggers};
pub use uses::{Call, CallSecrets, CalledFile, StepUses};
pub use workflow::Workflow;

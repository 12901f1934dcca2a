//! What a valid workflow file says, as plain values; it must not know about YAML or positions
//! beyond those that triggers keep.

mod identifier;
mod job;
mod shell;
mod step;
mod triggers;
mod workflow;

pub(crate) use identifier::check_identifier;
pub use identifier::{InvalidName, JobName};
pub(crate) use job::shortened;
pub use job::{Job, MAX_DISPLAY_NAME};
pub use shell::{Shell, UnknownShell};
pub use step::{Step, StepAction};
pub use triggers::{EventName, Trigger, Triggers, UnknownEvent};
pub use workflow::{Env, Workflow};

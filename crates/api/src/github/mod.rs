//! GitHub's REST API (`/api/v3`): one file per resource, its bodies in `bodies`.

mod annotations;
mod artifacts;
mod bodies;
mod caches;
mod checks;
mod contents;
mod dispatches;
mod jobs;
mod logs;
pub(crate) mod node_id;
mod permissions;
mod repositories;
mod root;
mod routes;
mod runners;
mod runs;
mod secrets;
mod users;
mod variables;
mod webhooks;
mod words;
mod workflows;

pub(crate) use bodies::job::StepBody;
pub(crate) use routes::scope;
pub use webhooks::WebhookPayloads;

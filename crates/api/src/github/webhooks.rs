//! Payloads of webhooks, from the same bodies as the API's answers. Nothing is sent here.

use super::bodies::{
    repository::{FullRepository, MinimalRepository, RepositoryUrls},
    run::{RunBody, Shown},
    user::SimpleUser,
    workflow::WorkflowBody,
};
use crate::wire::Origin;
use runyard_engine::{Payloads, ToldRun};
use runyard_store::UserRef;
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

/// Makes payloads whose links begin with one URL: no request says how this server is reached.
#[derive(Debug)]
pub struct WebhookPayloads {
    origin: Origin,
}

impl WebhookPayloads {
    /// `url` is where clients find this server: `https://ci.example.org`.
    pub fn new(url: &str) -> Self {
        Self {
            origin: Origin::at(url),
        }
    }
}

#[derive(Serialize)]
struct WorkflowRunPayload {
    action: &'static str,
    workflow_run: RunBody,
    workflow: WorkflowBody,
    repository: FullRepository,
    sender: SimpleUser,
}

impl Payloads for WebhookPayloads {
    fn workflow_run(&self, told: &ToldRun<'_>) -> Value {
        let origin = &self.origin;
        let owner = UserRef {
            id: told.repository.owner_id,
            login: told.repository.owner.clone(),
            site_admin: told.owner.site_admin,
        };
        let owner = SimpleUser::of(&owner, origin);
        let repository = Rc::new(MinimalRepository::of(told.repository, owner, origin));
        let urls = RepositoryUrls::of(told.repository, origin);
        let shown = (Shown::Run, told.pull_requests);
        let payload = WorkflowRunPayload {
            action: told.moment.name(),
            workflow_run: RunBody::of(told.run, shown, &repository, &urls, origin),
            workflow: WorkflowBody::of(told.workflow, told.repository, &urls),
            repository: FullRepository::of(told.repository, repository, None, origin),
            sender: SimpleUser::of(&told.run.attempt.triggering_actor, origin),
        };
        serde_json::to_value(payload).expect("bodies have text keys and no writer that can fail")
    }
}

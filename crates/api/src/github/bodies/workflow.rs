//! Workflows in bodies. Their times have milliseconds, unlike all others (contract 1).

use super::repository::RepositoryUrls;
use crate::{
    github::node_id::{Node, node_id},
    wire::with_milliseconds,
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use runyard_domain::repository::{Repository, Workflow};
use serde::Serialize;

/// What the path of a URL cannot hold as it is.
pub(super) const NOT_IN_PATHS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A workflow.
#[derive(Serialize)]
pub(in crate::github) struct WorkflowBody {
    id: i64,
    node_id: String,
    name: String,
    path: String,
    state: &'static str,
    created_at: String,
    updated_at: String,
    url: String,
    html_url: String,
    badge_url: String,
}

impl WorkflowBody {
    /// The workflow of this repository.
    pub(in crate::github) fn of(
        workflow: &Workflow,
        repository: &Repository,
        urls: &RepositoryUrls,
    ) -> Self {
        let file = format!("{}/{}", repository.default_branch, workflow.path);
        let file = utf8_percent_encode(&file, NOT_IN_PATHS);
        let name = utf8_percent_encode(&workflow.name, NON_ALPHANUMERIC);
        Self {
            id: workflow.id.get(),
            node_id: node_id(Node::Workflow, workflow.id.get()),
            name: workflow.name.clone(),
            path: workflow.path.clone(),
            state: workflow.state.name(),
            created_at: with_milliseconds(workflow.created_at),
            updated_at: with_milliseconds(workflow.updated_at),
            url: urls.api(&format!("/actions/workflows/{}", workflow.id)),
            html_url: urls.web(&format!("/blob/{file}")),
            badge_url: urls.web(&format!("/workflows/{name}/badge.svg")),
        }
    }
}

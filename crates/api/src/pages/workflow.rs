//! The page of a workflow: its file, and its newest runs.

use super::{
    Page,
    error::PageError,
    layout::shown,
    runs,
    viewer::Viewed,
    words::{moment, segment},
};
use actix_web::HttpResponse;
use maud::html;
use runyard_domain::repository::Workflow;
use runyard_engine::WorkflowKey;
use runyard_store::RunFilter;

/// GET /{owner}/{repo}/actions/workflows/{workflow_id}
pub(super) async fn show(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let key = WorkflowKey::parse(&viewed.text("workflow_id"));
    let engine = &viewed.state.engine;
    let workflow = engine.workflow(viewed.repo.repository(), &key).await;
    let workflow = workflow.map_err(|error| viewed.failed(error))?;
    page(&viewed, &workflow, None).await
}

/// The page, with the text of its file where that is known.
pub(super) async fn page(
    viewed: &Viewed,
    workflow: &Workflow,
    text: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let filter = RunFilter {
        workflow: Some(workflow.id),
        ..RunFilter::default()
    };
    let runs = runs::list(viewed, &filter).await?;
    let branch = &viewed.repo.repository().default_branch;
    let file: Vec<String> = workflow.path.split('/').map(segment).collect();
    let file = format!(
        "{}/blob/{}/{}",
        viewed.address(),
        segment(branch),
        file.join("/")
    );
    Ok(shown(&Page {
        title: &workflow.name,
        trail: &viewed.trail(),
        body: html! {
            dl {
                dt { "File" } dd { a href=(file) { (workflow.path) } }
                dt { "State" } dd { (workflow.state.name().replace('_', " ")) }
                dt { "Known since" } dd { (moment(workflow.created_at)) }
            }
            @if let Some(text) = text {
                details { summary { "Text of the file" } pre { (text) } }
            }
            h2 { "Runs" }
            (runs)
        },
    }))
}

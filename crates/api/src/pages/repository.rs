//! The page of a repository: its workflows and its newest runs; and the runs of one commit.

use super::{
    Page,
    error::PageError,
    layout::shown,
    runs,
    viewer::Viewed,
    words::{segment, short},
};
use actix_web::HttpResponse;
use maud::{Markup, html};
use runyard_domain::repository::WorkflowState;
use runyard_store::{PER_PAGE_MAX, Page as Part, RunFilter};

/// GET /{owner}/{repo}
pub(super) async fn show(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let repository = viewed.repo.repository();
    let workflows = workflows(&viewed).await?;
    let runs = runs::list(&viewed, &RunFilter::default()).await?;
    Ok(shown(&Page {
        title: &repository.full_name(),
        trail: &viewed.trail()[..1],
        body: html! {
            p.quiet {
                @if repository.private { "Private" } @else { "Public" }
                ", default branch " code { (repository.default_branch) }
            }
            h2 { "Workflows" }
            (workflows)
            h2 { "Runs" }
            (runs)
        },
    }))
}

async fn workflows(viewed: &Viewed) -> Result<Markup, PageError> {
    let first = Part {
        number: 1,
        per_page: PER_PAGE_MAX,
    };
    let store = viewed.state.engine.store();
    let listed = store.workflows(viewed.repo.id(), first).await;
    let listed = listed.map_err(|error| viewed.failed(error))?;
    let address = viewed.address();
    let left = listed.total.saturating_sub(listed.items.len() as u64);
    Ok(html! {
        @if listed.items.is_empty() { p { "None." } }
        ul {
            @for workflow in &listed.items {
                li {
                    a href={ (address) "/actions/workflows/" (workflow.id) } { (workflow.name) }
                    " " span.quiet { (workflow.path) }
                    @if workflow.state != WorkflowState::Active { " " span.warning { (workflow.state.name().replace('_', " ")) } }
                }
            }
        }
        @if left > 0 { p.quiet { "And " (left) " more." } }
    })
}

/// GET /{owner}/{repo}/commit/{sha}
pub(super) async fn commit(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let sha = &viewed.text("sha");
    let filter = RunFilter {
        head_sha: Some(sha.clone()),
        ..RunFilter::default()
    };
    let runs = runs::list(&viewed, &filter).await?;
    let mut trail = viewed.trail();
    trail.push((
        short(sha).to_owned(),
        format!("{}/commit/{}", viewed.address(), segment(sha)),
    ));
    Ok(shown(&Page {
        title: &format!("Commit {}", short(sha)),
        trail: &trail,
        body: html! {
            p { code { (sha) } }
            h2 { "Runs" }
            (runs)
        },
    }))
}

//! The first page, and that of a user: the repositories that the viewer may see.

use super::{
    Page,
    error::PageError,
    layout::shown,
    viewer::{caller, state},
    words::segment,
};
use crate::{ApiState, error::ApiError, lifecycle::Keyset};
use actix_web::{HttpRequest, HttpResponse, web::Query};
use maud::{Markup, html};
use runyard_domain::{
    RepositoryId,
    access::{Access, Action, Caller, Door},
    repository::Repository,
};

/// GET /
pub(super) async fn front(
    request: HttpRequest,
    keyset: Query<Keyset>,
) -> Result<HttpResponse, PageError> {
    let (caller, state) = (caller(&request).await?, state(&request)?);
    let listed = list(&caller, None, &keyset, &state).await;
    let listed = listed.map_err(|error| PageError::new(&request, error))?;
    Ok(shown(&Page {
        title: "Repositories",
        trail: &[],
        body: html! {
            @match caller.user() {
                Some(user) => p.quiet { "Signed in as " (user.login) "." },
                None => p.quiet { "Nobody is signed in: this is what everybody sees." },
            }
            (listed)
            p.quiet { "For programs: " a href="/api/v1/docs" { "Runyard's own API" } ", GitHub's at " code { "/api/v3" } "." }
        },
    }))
}

/// GET /{owner}
pub(super) async fn owner(
    request: HttpRequest,
    keyset: Query<Keyset>,
) -> Result<HttpResponse, PageError> {
    let failed = |error: ApiError| PageError::new(&request, error);
    let (caller, state) = (caller(&request).await?, state(&request)?);
    let login = request.match_info().get("owner").unwrap_or_default();
    let user = state.engine.user_by_login(login).await;
    let user = user.map_err(|error| failed(error.into()))?;
    let listed = list(&caller, Some(&user.login), &keyset, &state).await;
    let listed = listed.map_err(failed)?;
    Ok(shown(&Page {
        title: &user.login,
        trail: &[],
        body: html! {
            @if let Some(name) = &user.name { p { (name) } }
            h2 { "Repositories" }
            (listed)
        },
    }))
}

/// One look at the repositories of everybody, of which those are shown that fit.
async fn list(
    caller: &Caller,
    owner: Option<&str>,
    keyset: &Keyset,
    state: &ApiState,
) -> Result<Markup, ApiError> {
    let after = RepositoryId::new(keyset.after());
    let store = state.engine.store();
    let found = store.repositories(after, keyset.limit()).await?;
    let next = keyset.next(found.last().map(|last| last.id.get()), found.len());
    let mut visible: Vec<&Repository> = Vec::new();
    for repository in &found {
        let is_of_owner = owner.is_none_or(|owner| repository.owner.eq_ignore_ascii_case(owner));
        let engine = &state.engine;
        if is_of_owner
            && engine
                .access(caller, repository, Action::See, Door::GitHub)
                .await?
                == Access::Allowed
        {
            visible.push(repository);
        }
    }
    Ok(html! {
        @if visible.is_empty() { p { "None that you may see." } }
        ul {
            @for repository in visible {
                li {
                    a href={ "/" (segment(&repository.owner)) "/" (segment(&repository.name)) } {
                        (repository.full_name())
                    }
                    @if repository.private { " " span.quiet { "private" } }
                }
            }
        }
        @if let Some(next) = next { p { a href={ "?after=" (next) } { "More" } } }
    })
}

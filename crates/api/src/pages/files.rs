//! Files of a repository at a branch, a tag or a commit: the text, and of a workflow its runs too.

use super::{Page, error::PageError, layout::shown, viewer::Viewed, workflow};
use crate::error::ApiError;
use actix_web::HttpResponse;
use maud::html;
use runyard_domain::repository::Workflow;
use runyard_engine::git::{Content, GitError, WorkflowFile};

/// Segments that the name of a branch may have: so many beginnings of the path are tried.
const REF_SEGMENTS_MAX: usize = 8;
const COMMIT_CHARACTERS: usize = 40;

/// GET /{owner}/{repo}/blob/{path:.*}: a ref and the path of a file
pub(super) async fn show(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let named = viewed.text("path");
    let known = known_workflow(&viewed, &named).await;
    let known = known.map_err(|error| viewed.failed(error))?;
    let found = find(&viewed, &named).await;
    let found = found.map_err(|error| viewed.failed(error))?;
    if let Some(known) = known {
        let text = found.as_ref().and_then(|(_, _, file)| file.text());
        return workflow::page(&viewed, &known, text).await;
    }
    let Some((reference, path, file)) = found else {
        return Err(viewed.failed(ApiError::NotFound));
    };
    Ok(shown(&Page {
        title: &path,
        trail: &viewed.trail(),
        body: html! {
            p.quiet { "At " code { (reference) } }
            @match &file.content {
                Content::Text(text) => pre { (text) },
                Content::TooLarge { .. } => p { "The file is too large to be shown." },
                Content::NotUtf8 => p { "The file is no text in UTF-8." },
            }
        },
    }))
}

/// The workflow that the path means on the default branch: it has a page also where its file cannot be read.
async fn known_workflow(viewed: &Viewed, named: &str) -> Result<Option<Workflow>, ApiError> {
    let repository = viewed.repo.repository();
    let below = named.strip_prefix(repository.default_branch.as_str());
    let Some(path) = below.and_then(|rest| rest.strip_prefix('/')) else {
        return Ok(None);
    };
    let store = viewed.state.engine.store();
    Ok(store.workflow_by_path(repository.id, path).await?)
}

/// The file, whose ref is the shortest beginning of the path that is one.
async fn find(
    viewed: &Viewed,
    named: &str,
) -> Result<Option<(String, String, WorkflowFile)>, ApiError> {
    let (git, id) = (viewed.state.engine.git(), viewed.repo.id());
    for (at, _) in named.match_indices('/').take(REF_SEGMENTS_MAX) {
        let (reference, path) = (&named[..at], &named[at + 1..]);
        let sha = match git.resolve(id, reference).await {
            Ok(resolved) => resolved.sha,
            Err(GitError::UnknownRef { .. }) if is_commit_id(reference) => {
                match git.commit(id, reference).await {
                    Ok(commit) => commit.sha,
                    Err(GitError::UnknownCommit { .. } | GitError::NotACommit { .. }) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            Err(GitError::UnknownRef { .. } | GitError::NotACommit { .. }) => continue,
            Err(GitError::NotFetched { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if let Some(file) = git.file(id, &sha, path).await? {
            return Ok(Some((reference.to_owned(), path.to_owned(), file)));
        }
    }
    Ok(None)
}

fn is_commit_id(text: &str) -> bool {
    text.len() == COMMIT_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

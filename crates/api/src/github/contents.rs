//! What is at a path of a repository: a file, a folder, a link, a submodule, at any branch, tag or commit.

use super::{
    bodies::contents::{ContentBody, Place},
    repositories::urls,
    runs::Parameters,
};
use crate::{
    ApiState,
    auth::{Fetch, Repo},
    error::ApiError,
    wire::{Origin, ok},
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header::{ACCEPT, CONTENT_TYPE},
    web::{Bytes, Data, Path},
};
use futures_util::stream;
use runyard_engine::{
    EngineError,
    git::{Found, LARGE_FILE_BYTES_MAX, LargeFile, What},
};
use serde::Deserialize;
use std::convert::Infallible;

/// Content type of a file as it is.
const RAW: &str = "application/vnd.github.raw; charset=utf-8";
/// Bytes of a large file that are handed on at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A path in a path.
#[derive(Deserialize)]
pub(super) struct ContentsPath {
    path: String,
}

/// What form a client wants of what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Facts, with the content encoded.
    Json,
    /// The same, and a folder is an object too.
    Object,
    /// Files as they are.
    Raw,
}

impl Form {
    fn asked(request: &HttpRequest) -> Self {
        let named = request.headers().get_all(ACCEPT);
        let named = named.filter_map(|value| value.to_str().ok());
        let kinds = named.flat_map(|value| value.split(','));
        let mut forms = kinds.filter_map(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            let media = kind.strip_prefix("application/vnd.github.")?;
            let media = media.strip_prefix("v3.").unwrap_or(media);
            match media.split('+').next() {
                Some("raw") => Some(Self::Raw),
                Some("object") => Some(Self::Object),
                Some(_) | None => None,
            }
        });
        forms.next().unwrap_or(Self::Json)
    }
}

/// GET /repos/{owner}/{repo}/contents
pub(super) async fn root(
    repo: Repo<Fetch>,
    query: Parameters,
    request: HttpRequest,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    show(&repo, "", &query, &request, (&state, &origin)).await
}

/// GET /repos/{owner}/{repo}/contents/{path}
pub(super) async fn at_path(
    repo: Repo<Fetch>,
    path: Path<ContentsPath>,
    query: Parameters,
    request: HttpRequest,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let path = path.path.trim_matches('/');
    show(&repo, path, &query, &request, (&state, &origin)).await
}

async fn show(
    repo: &Repo<Fetch>,
    path: &str,
    query: &Parameters,
    request: &HttpRequest,
    (state, origin): (&ApiState, &Origin),
) -> Result<HttpResponse, ApiError> {
    let repository = repo.repository();
    let asked = query.get("ref").filter(|reference| !reference.is_empty());
    let reference = asked.unwrap_or(&repository.default_branch);
    let commit = state.engine.commit_named(repository, reference).await;
    let commit = commit.map_err(|error| match asked {
        Some(asked) => no_commit(error, &format!("No commit found for the ref {asked}")),
        None => no_commit(error, "This repository is empty."),
    })?;
    let found = state.engine.contents(repository, &commit, path).await?;
    let place = Place {
        path,
        reference,
        urls: &urls(repo, origin),
    };
    match (Form::asked(request), found) {
        (
            Form::Raw,
            Found {
                what: What::File { bytes, data },
                sha,
            },
        ) => match data {
            Some(data) => Ok(raw().body(data)),
            None if bytes > LARGE_FILE_BYTES_MAX => Err(ApiError::BlobTooLarge),
            None => {
                let file = state.engine.large_file(repository, &sha).await?;
                Ok(raw().body(SizedStream::new(bytes, in_chunks(file))))
            }
        },
        (
            Form::Json | Form::Raw,
            Found {
                what: What::Folder(entries),
                ..
            },
        ) => Ok(ok(&ContentBody::entries(entries, &place))),
        (
            _,
            Found {
                what: What::File { bytes, .. },
                ..
            },
        ) if bytes > LARGE_FILE_BYTES_MAX => Err(ApiError::BlobTooLarge),
        (_, found) => Ok(ok(&ContentBody::of(found, &place))),
    }
}

/// A name that means no commit is answered as if what it leads to were not there.
fn no_commit(error: EngineError, message: &str) -> ApiError {
    match error.is_unknown_commit() {
        true => ApiError::NotThere(message.to_owned()),
        false => error.into(),
    }
}

fn raw() -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, RAW));
    answer
}

/// Hands a file on bit by bit; its place is free when all was handed on, or the client is gone.
fn in_chunks(file: LargeFile) -> impl stream::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((file, 0), |(file, sent)| async move {
        let rest = file.data().get(sent..).filter(|rest| !rest.is_empty())?;
        let chunk = Bytes::copy_from_slice(&rest[..rest.len().min(CHUNK_BYTES)]);
        let sent = sent + chunk.len();
        Some((Ok(chunk), (file, sent)))
    })
}

#[cfg(test)]
mod tests {
    use super::Form;
    use actix_web::{http::header::ACCEPT, test::TestRequest};

    #[test]
    fn the_first_media_type_of_contents_decides() {
        for (accept, form) in [
            ("application/vnd.github+json", Form::Json),
            ("application/vnd.github.v3+json", Form::Json),
            ("application/json", Form::Json),
            ("*/*", Form::Json),
            ("application/vnd.github.raw", Form::Raw),
            ("application/vnd.github.raw+json", Form::Raw),
            ("application/vnd.github.v3.raw", Form::Raw),
            ("application/vnd.github.VERSION.raw", Form::Json),
            ("text/html, application/vnd.github.raw;q=0.5", Form::Raw),
            ("application/vnd.github.object", Form::Object),
            ("application/vnd.github.html", Form::Json),
        ] {
            let request = TestRequest::get().insert_header((ACCEPT, accept));
            assert_eq!(Form::asked(&request.to_http_request()), form, "{accept}");
        }
    }
}

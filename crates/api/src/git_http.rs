//! Clones over smart HTTP from the mirrors at `/{owner}/{repo}[.git]`. Reading only: pushes are refused.

use crate::{
    ApiLimits, ApiState,
    auth::{self, Fetch, Named, Repo},
    error::ApiError,
    routes::unknown,
    wire::Body,
};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError,
    http::{StatusCode, header},
    web::{Data, PayloadConfig, Query, ServiceConfig, get, post, resource, to},
};
use runyard_domain::access::{Caller, Door};
use runyard_engine::git::GitError;
use serde::Deserialize;

const UPLOAD_PACK: &str = "git-upload-pack";
const RECEIVE_PACK: &str = "git-receive-pack";
/// Makes git ask its user, or its credential helper, and try again.
const CHALLENGE: &str = "Basic realm=\"Runyard\"";

pub(crate) fn routes(config: &mut ServiceConfig, limits: ApiLimits) {
    config
        .route("/{owner}/{repo}/info/refs", get().to(advertise))
        .route("/{owner}/{repo}/git-receive-pack", post().to(refuse_push))
        .service(
            resource("/{owner}/{repo}/git-upload-pack")
                .app_data(PayloadConfig::new(limits.git_request_bytes))
                .route(post().to(upload_pack))
                .default_service(to(unknown)),
        );
}

/// What a client wants to do.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    service: String,
}

/// GET /{owner}/{repo}/info/refs
async fn advertise(
    request: HttpRequest,
    wanted: Query<Wanted>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let repo = match readable(&request, &state).await {
        Ok(repo) => repo,
        Err(error) => return challenge(error),
    };
    match wanted.service.as_str() {
        UPLOAD_PACK => {}
        RECEIVE_PACK => return refuse_push().await,
        _ => {
            return Err(ApiError::forbidden(
                "Only smart HTTP is served: use a newer git",
            ));
        }
    }
    let git = state.engine.git();
    let protocol = protocol(&request);
    let advertised = match git.advertise(repo.id(), protocol.as_deref()).await {
        Err(GitError::NotFetched { .. }) => {
            state.engine.fetch(repo.repository()).await?;
            git.advertise(repo.id(), protocol.as_deref()).await?
        }
        advertised => advertised?,
    };
    Ok(answer("application/x-git-upload-pack-advertisement").body(advertised))
}

/// POST /{owner}/{repo}/git-upload-pack
async fn upload_pack(
    request: HttpRequest,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let repo = match readable(&request, &state).await {
        Ok(repo) => repo,
        Err(error) => return challenge(error),
    };
    let git = state.engine.git();
    let protocol = protocol(&request);
    let body = body.into_bytes().to_vec();
    let pack = git
        .upload_pack(repo.id(), protocol.as_deref(), body)
        .await?;
    Ok(answer("application/x-git-upload-pack-result").streaming(pack))
}

/// POST /{owner}/{repo}/git-receive-pack
async fn refuse_push() -> Result<HttpResponse, ApiError> {
    Err(ApiError::forbidden(
        "Pushes are not taken here: push to the repository's own source",
    ))
}

/// The repository, if the caller may read it. A stranger is asked for a credential whether it is there or not.
async fn readable(request: &HttpRequest, state: &ApiState) -> Result<Repo<Fetch>, ApiError> {
    let caller = auth::caller(request).await?;
    let anonymous = caller == Caller::Anonymous;
    let path = request.match_info();
    let (owner, repo) = (path.get("owner"), path.get("repo"));
    let (owner, repo) = owner.zip(repo).ok_or(ApiError::NotFound)?;
    let name = repo.strip_suffix(".git").unwrap_or(repo);
    let named = Named::Name(owner.to_owned(), name.to_owned());
    let found = match named.find(state).await {
        Ok(repository) => Repo::authorise(state, caller, repository, Door::GitHub).await,
        Err(error) => Err(error),
    };
    match found {
        Err(ApiError::NotFound) if anonymous => Err(ApiError::RequiresAuthentication),
        found => found,
    }
}

/// A 401 tells git how to authenticate; any other error is one.
fn challenge(error: ApiError) -> Result<HttpResponse, ApiError> {
    if error.status_code() != StatusCode::UNAUTHORIZED {
        return Err(error);
    }
    let mut answer = error.error_response();
    let value = header::HeaderValue::from_static(CHALLENGE);
    answer.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    Ok(answer)
}

fn protocol(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get("Git-Protocol")?;
    value.to_str().ok().map(str::to_owned)
}

fn answer(content_type: &'static str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((
            header::CACHE_CONTROL,
            "no-cache, max-age=0, must-revalidate",
        ))
        .insert_header((header::PRAGMA, "no-cache"));
    answer
}

//! Repositories: registered, listed, shown and forgotten.

use super::{Keyset, credentials::CredentialBody};
use crate::{
    ApiState,
    auth::{self, Administer, Repo, See, SignedIn},
    error::ApiError,
    wire::{Body, Origin, created, ok, seconds},
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Query},
};
use runyard_domain::{
    RepositoryId,
    access::{Access, Action, Caller, Door},
    account::{Scope, User},
    repository::{Repository, Role, Source},
};
use runyard_engine::NewRepository;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

/// A repository to be registered: with a `url` or, for administrators, a `path` on the server's machine.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewRepository")]
pub(super) struct NewRepositoryBody {
    owner: String,
    name: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    default_branch: Option<String>,
    #[serde(default)]
    credentials: Option<CredentialBody>,
}

/// A repository. Its source is shown only to those who administer it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Repository")]
pub(super) struct RepositoryBody {
    id: i64,
    owner: String,
    name: String,
    full_name: String,
    private: bool,
    default_branch: String,
    html_url: String,
    clone_url: String,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

impl RepositoryBody {
    fn of(repository: &Repository, role: Option<Role>, origin: &Origin) -> Self {
        let full_name = repository.full_name();
        let html_url = format!("{}/{full_name}", origin.web());
        let (url, path) = match &repository.source {
            Source::Url(url) => (Some(without_password(url)), None),
            Source::Path(path) => (None, Some(path.clone())),
        };
        let administers = role == Some(Role::Admin);
        Self {
            id: repository.id.get(),
            owner: repository.owner.clone(),
            name: repository.name.clone(),
            full_name,
            private: repository.private,
            default_branch: repository.default_branch.clone(),
            clone_url: format!("{html_url}.git"),
            html_url,
            created_at: seconds(repository.created_at),
            url: url.filter(|_| administers),
            path: path.filter(|_| administers),
        }
    }
}

/// The URL as people may see it; what is no such URL holds no password.
fn without_password(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if url.password().is_some() => match url.set_password(Some("***")) {
            Ok(()) => url.to_string(),
            Err(()) => String::new(),
        },
        Ok(_) | Err(_) => text.to_owned(),
    }
}

/// POST /repos
pub(super) async fn create(
    signed_in: SignedIn,
    body: Body,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    require_scope(&signed_in)?;
    let body: NewRepositoryBody = body.parse()?;
    let owner = owner(&signed_in, &body.owner, &state).await?;
    let source = source(&signed_in, body.url, body.path)?;
    let credential = body.credentials.map(CredentialBody::checked).transpose()?;
    let new = NewRepository {
        owner,
        name: body.name,
        source,
        private: body.private,
        default_branch: body.default_branch,
    };
    let repository = state
        .engine
        .register_repository_with(new, credential)
        .await?;
    Ok(created(&RepositoryBody::of(
        &repository,
        Some(Role::Admin),
        &origin,
    )))
}

fn require_scope(signed_in: &SignedIn) -> Result<(), ApiError> {
    let scopes = [Scope::Repo, Scope::RepoWrite, Scope::SiteAdmin];
    match signed_in.grant.has_any(&scopes) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "Must have a token with the scope repo or repo:write",
        )),
    }
}

async fn owner(signed_in: &SignedIn, login: &str, state: &ApiState) -> Result<User, ApiError> {
    if !signed_in.may_act_for(login) {
        return Err(ApiError::forbidden(format!(
            "Must be {login} or a site administrator to register a repository of {login}"
        )));
    }
    let found = state.engine.store().user_by_login(login).await?;
    found.ok_or_else(|| {
        ApiError::Unprocessable(format!("owner: {login:?} is not the login of a user"))
    })
}

/// A path, or a `file:` URL, reads the server's own disk: only administrators may.
fn source(
    signed_in: &SignedIn,
    url: Option<String>,
    path: Option<String>,
) -> Result<Source, ApiError> {
    let (source, local) = match (url, path) {
        (Some(url), None) => {
            let local = url.trim_start().to_ascii_lowercase().starts_with("file:");
            (Source::Url(url), local)
        }
        (None, Some(path)) => (Source::Path(path), true),
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::InvalidRequest {
                detail: "Exactly one of \"url\" and \"path\" must be supplied.".to_owned(),
            });
        }
    };
    match !local || signed_in.is_site_admin() {
        true => Ok(source),
        false => Err(ApiError::forbidden(
            "Must be a site administrator to register a folder of the server's machine",
        )),
    }
}

/// GET /repos: those that the caller can read.
pub(super) async fn list(
    request: HttpRequest,
    keyset: Query<Keyset>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let caller = auth::caller(&request).await?;
    let after = RepositoryId::new(keyset.after());
    let found = state
        .engine
        .store()
        .repositories(after, keyset.limit())
        .await?;
    let next = keyset.next(found.last().map(|last| last.id.get()), found.len());
    let mut shown = Vec::new();
    for repository in &found {
        if let Some(role) = seen_as(&caller, repository, &state).await? {
            shown.push(RepositoryBody::of(repository, role, &origin));
        }
    }
    Ok(ok(&json!({ "repositories": shown, "next": next })))
}

/// The caller's role, if the repository is not hidden from them.
async fn seen_as(
    caller: &Caller,
    repository: &Repository,
    state: &ApiState,
) -> Result<Option<Option<Role>>, ApiError> {
    let engine = &state.engine;
    match engine
        .access(caller, repository, Action::See, Door::Runyard)
        .await?
    {
        Access::Allowed => Ok(Some(engine.role(caller, repository).await?)),
        Access::Hidden | Access::Forbidden => Ok(None),
    }
}

/// GET /repos/{owner}/{repo}
pub(super) async fn show(
    repo: Repo<See>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let role = state.engine.role(repo.caller(), repo.repository()).await?;
    Ok(ok(&RepositoryBody::of(repo.repository(), role, &origin)))
}

/// DELETE /repos/{owner}/{repo}
pub(super) async fn remove(
    repo: Repo<Administer>,
    _: Path<(String, String)>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.delete_repository(repo.repository()).await?;
    Ok(HttpResponse::NoContent().finish())
}

//! What opens the source of a repository, and what signs its events: given, told about, forgotten; never read back.

use crate::{
    ApiState,
    auth::{Administer, Repo},
    error::ApiError,
    wire::{Body, Origin, ok, seconds},
};
use actix_web::{HttpResponse, web::Data};
use runyard_engine::{CredentialFacts, EngineError, git::Credential};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name that a token is given with when none is said: servers of tokens take any.
const ANY_USERNAME: &str = "git";

/// What opens a source.
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "NewCredential")]
pub(super) enum CredentialBody {
    Token {
        #[serde(default)]
        username: Option<String>,
        token: String,
    },
    SshKey {
        private_key: String,
        #[serde(default)]
        known_hosts: Option<String>,
    },
}

impl CredentialBody {
    /// The same, checked.
    pub(super) fn checked(self) -> Result<Credential, EngineError> {
        Ok(match self {
            Self::Token { username, token } => {
                Credential::token(username.unwrap_or_else(|| ANY_USERNAME.to_owned()), token)?
            }
            Self::SshKey {
                private_key,
                known_hosts,
            } => Credential::ssh_key(&private_key, known_hosts.as_deref())?,
        })
    }
}

/// What is told of a credential.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Credential")]
pub(super) struct FactsBody {
    kind: String,
    username: Option<String>,
    fingerprint: Option<String>,
    known_hosts: bool,
    key_id: String,
    updated_at: String,
}

/// What signs the events of a repository.
#[derive(Serialize, JsonSchema)]
pub(super) struct EventSecret {
    /// Where they are delivered.
    url: String,
    /// The secret itself, only when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    updated_at: String,
}

fn shown(facts: CredentialFacts) -> HttpResponse {
    ok(&FactsBody {
        kind: facts.kind,
        username: facts.username,
        fingerprint: facts.fingerprint,
        known_hosts: facts.known_hosts,
        key_id: facts.key_id,
        updated_at: seconds(facts.updated_at),
    })
}

/// GET /repos/{owner}/{repo}/credentials
pub(super) async fn show(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let facts = state.engine.credential_facts(repo.repository()).await?;
    Ok(shown(facts))
}

/// PUT /repos/{owner}/{repo}/credentials
pub(super) async fn put(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let credential = body.parse::<CredentialBody>()?.checked()?;
    let facts = state
        .engine
        .put_credential(repo.repository(), &credential)
        .await?;
    Ok(shown(facts))
}

/// DELETE /repos/{owner}/{repo}/credentials
pub(super) async fn remove(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.delete_credential(repo.repository()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// GET /repos/{owner}/{repo}/events/secret: when it was made.
pub(super) async fn show_event_secret(
    repo: Repo<Administer>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let made_at = state.engine.event_secret_made_at(repo.repository()).await?;
    let url = events_url(&repo, &origin);
    Ok(ok(&EventSecret {
        url,
        secret: None,
        updated_at: seconds(made_at),
    }))
}

/// PUT /repos/{owner}/{repo}/events/secret: makes one, in place of the one before; shown this once.
pub(super) async fn put_event_secret(
    repo: Repo<Administer>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let made = state.engine.rotate_event_secret(repo.repository()).await?;
    let (secret, made_at) = made;
    Ok(ok(&EventSecret {
        url: events_url(&repo, &origin),
        secret: Some(secret.reveal().to_owned()),
        updated_at: seconds(made_at),
    }))
}

/// DELETE /repos/{owner}/{repo}/events/secret
pub(super) async fn remove_event_secret(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.delete_event_secret(repo.repository()).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn events_url(repo: &Repo<Administer>, origin: &Origin) -> String {
    let name = repo.repository().full_name();
    format!("{}/api/v1/repos/{name}/events", origin.web())
}

//! Secrets of a repository: given encrypted, never shown.

use super::{repositories::urls, runs::with_link};
use crate::{
    ApiState,
    auth::{ReadSecretKey, ReadSecrets, Repo, WriteSecrets},
    error::ApiError,
    wire::{Body, Empty, ListBody, Origin, Paging, created, ok, seconds},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_engine::EncryptedSecret;
use runyard_store::SecretFacts;
use serde::{Deserialize, Serialize};

/// A secret in a path.
#[derive(Deserialize)]
pub(super) struct SecretPath {
    secret_name: String,
}

/// What may be read of a secret.
#[derive(Serialize)]
struct SecretBody {
    name: String,
    created_at: String,
    updated_at: String,
}

impl From<SecretFacts> for SecretBody {
    fn from(facts: SecretFacts) -> Self {
        Self {
            name: facts.name.into(),
            created_at: seconds(facts.created_at),
            updated_at: seconds(facts.updated_at),
        }
    }
}

/// What secrets are encrypted with.
#[derive(Serialize)]
struct KeyBody {
    key_id: String,
    key: String,
}

/// Body of a secret that is given.
#[derive(Deserialize)]
struct GivenSecret {
    encrypted_value: String,
    key_id: String,
}

/// GET /repos/{owner}/{repo}/actions/secrets
pub(super) async fn list(
    repo: Repo<ReadSecrets>,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    let listed = engine.secrets_of(repo.repository(), paging.page).await?;
    let body = ListBody {
        key: "secrets",
        total: listed.total,
        items: listed.items.into_iter().map(SecretBody::from).collect(),
    };
    let url = urls(&repo, &origin).by_id("/actions/secrets");
    Ok(with_link(ok(&body), paging.link(&url, listed.total)))
}

/// GET /repos/{owner}/{repo}/actions/secrets/public-key
pub(super) async fn public_key(
    _repo: Repo<ReadSecretKey>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let key = state.engine.secrets_key().await?;
    Ok(ok(&KeyBody {
        key_id: key.key_id,
        key: key.key,
    }))
}

/// GET /repos/{owner}/{repo}/actions/secrets/{secret_name}
pub(super) async fn secret(
    repo: Repo<ReadSecrets>,
    path: Path<SecretPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    let facts = engine.secret_facts(repo.repository(), &path.secret_name);
    Ok(ok(&SecretBody::from(facts.await?)))
}

/// PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}
pub(super) async fn put(
    repo: Repo<WriteSecrets>,
    path: Path<SecretPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let given: GivenSecret = body.parse()?;
    let given = EncryptedSecret {
        encrypted_value: given.encrypted_value,
        key_id: given.key_id,
    };
    let engine = &state.engine;
    let put = engine.put_named_secret(repo.repository(), &path.secret_name, &given);
    Ok(match put.await? {
        true => created(&Empty {}),
        false => HttpResponse::NoContent().finish(),
    })
}

/// DELETE /repos/{owner}/{repo}/actions/secrets/{secret_name}
pub(super) async fn delete(
    repo: Repo<WriteSecrets>,
    path: Path<SecretPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    engine
        .delete_named_secret(repo.repository(), &path.secret_name)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

//! The credentials with which git reaches sources: kept encrypted, shown never, told about only.

use crate::{
    Engine, EngineError, SealingKey,
    git::{BadCredential, Credential},
};
use runyard_domain::{RepositoryId, Timestamp, repository::Repository};
use runyard_store::{SealedSecret, SecretUse};
use serde_json::{Value, json};

/// What may be told of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFacts {
    /// `token` or `ssh_key`.
    pub kind: String,
    /// The name that a token is given with.
    pub username: Option<String>,
    /// An ssh key's, as `ssh-keygen -l` shows it.
    pub fingerprint: Option<String>,
    /// Whether the keys of the host are given with it.
    pub known_hosts: bool,
    /// Which key it is encrypted with.
    pub key_id: String,
    /// When it was given.
    pub updated_at: Timestamp,
}

impl CredentialFacts {
    fn of(kept: &SealedSecret) -> Self {
        let text = |member: &str| kept.facts[member].as_str().map(str::to_owned);
        Self {
            kind: text("kind").unwrap_or_default(),
            username: text("username"),
            fingerprint: text("fingerprint"),
            known_hosts: kept.facts["known_hosts"] == true,
            key_id: kept.key_id.clone(),
            updated_at: kept.updated_at,
        }
    }
}

impl From<BadCredential> for EngineError {
    fn from(bad: BadCredential) -> Self {
        Self::Unfit {
            field: bad.field,
            problem: bad.problem,
        }
    }
}

impl Engine {
    /// Keeps what opens a repository's source, in place of what was kept.
    ///
    /// # Errors
    /// [`EngineError::Git`] when it does not fit the source, [`EngineError::NoSealingKey`].
    pub async fn put_credential(
        &self,
        repository: &Repository,
        credential: &Credential,
    ) -> Result<CredentialFacts, EngineError> {
        self.git.check(&repository.source, Some(credential)).await?;
        let facts = facts(credential);
        let plain = credential.plain().map_err(anyhow::Error::new)?;
        let usage = SecretUse::GitCredential;
        let kept = self
            .keep_secret(repository.id, usage, &plain, facts)
            .await?;
        Ok(CredentialFacts::of(&kept))
    }

    /// What may be told of a repository's credential.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn credential_facts(
        &self,
        repository: &Repository,
    ) -> Result<CredentialFacts, EngineError> {
        let usage = SecretUse::GitCredential;
        let kept = self.store.secret(repository.id, usage).await?;
        let what = "the credential";
        let kept = kept.ok_or(EngineError::NotFound { what })?;
        Ok(CredentialFacts::of(&kept))
    }

    /// Forgets a repository's credential.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn delete_credential(&self, repository: &Repository) -> Result<(), EngineError> {
        let usage = SecretUse::GitCredential;
        Ok(self.store.delete_secret(repository.id, usage).await?)
    }

    /// Brings a repository's mirror up to its source, with what opens the source.
    ///
    /// # Errors
    /// [`EngineError::Git`] when the source cannot be read.
    pub async fn fetch(&self, repository: &Repository) -> Result<(), EngineError> {
        let credential = self.credential(repository.id).await?;
        let fetched = self
            .git
            .fetch(repository.id, &repository.source, credential.as_ref());
        Ok(fetched.await?)
    }

    pub(crate) async fn credential(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<Credential>, EngineError> {
        let plain = self.secret(repository, SecretUse::GitCredential).await?;
        let credential = plain.map(|plain| Credential::from_plain(&plain));
        Ok(credential.transpose().map_err(anyhow::Error::new)?)
    }

    /// Encrypts a secret of a repository and keeps it.
    pub(crate) async fn keep_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
        plain: &[u8],
        facts: Value,
    ) -> Result<SealedSecret, EngineError> {
        let key = self.sealing_key()?;
        let secret = SealedSecret {
            key_id: key.id().to_owned(),
            sealed: key.seal(plain, &place(repository, usage))?,
            facts,
            updated_at: self.store.now().await?,
        };
        self.store.put_secret(repository, usage, &secret).await?;
        Ok(secret)
    }

    /// A secret of a repository, to be used and not shown.
    pub(crate) async fn secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        let Some(kept) = self.store.secret(repository, usage).await? else {
            return Ok(None);
        };
        let key = self.sealing_key()?;
        let plain = key.open(&kept.key_id, &kept.sealed, &place(repository, usage))?;
        Ok(Some(plain))
    }

    pub(crate) fn sealing_key(&self) -> Result<&SealingKey, EngineError> {
        let key = self.settings.sealing_key.as_ref();
        key.ok_or(EngineError::NoSealingKey)
    }
}

/// Binds what is encrypted to where it is kept: moved elsewhere it cannot be read.
fn place(repository: RepositoryId, usage: SecretUse) -> String {
    format!("repository/{repository}/{}", usage.name())
}

fn facts(credential: &Credential) -> Value {
    let known_hosts = match credential {
        Credential::Token { .. } => false,
        Credential::SshKey { known_hosts, .. } => known_hosts.is_some(),
    };
    json!({
        "kind": credential.kind(),
        "username": credential.username(),
        "fingerprint": credential.fingerprint(),
        "known_hosts": known_hosts,
    })
}

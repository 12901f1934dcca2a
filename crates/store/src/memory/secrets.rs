//! Encrypted secrets in memory.

use super::{
    MemoryStore,
    state::{broken_reference, not_found},
};
use crate::{SealedSecret, SecretUse, Secrets, StoreError};
use async_trait::async_trait;
use runyard_domain::RepositoryId;

#[async_trait]
impl Secrets for MemoryStore {
    async fn put_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let of = state.live_repository(repository);
        of.ok_or_else(broken_reference)?;
        state.secrets.insert((repository, usage), secret.clone());
        Ok(())
    }

    async fn secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<Option<SealedSecret>, StoreError> {
        Ok(self.state().secrets.get(&(repository, usage)).cloned())
    }

    async fn delete_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<(), StoreError> {
        let removed = self.state().secrets.remove(&(repository, usage));
        removed.map(drop).ok_or_else(|| not_found("secret"))
    }
}

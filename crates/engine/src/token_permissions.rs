//! What the token of a running job may do (semantics R2.80, R2.81).

use crate::{Engine, EngineError};
use runyard_domain::{
    permission::{DefaultPermissions, Permissions},
    repository::Repository,
    run::{Definition, NodePath, permissions_of},
};
use runyard_store::RunView;

impl Engine {
    /// Says what the tokens of a repository's jobs may do where no file says it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_default_permissions(
        &self,
        repository: &Repository,
        permissions: DefaultPermissions,
    ) -> Result<(), EngineError> {
        let store = &self.store;
        Ok(store
            .put_default_permissions(repository.id, permissions)
            .await?)
    }

    /// What the token of a run's job may do.
    pub(crate) async fn token_permissions(
        &self,
        run: &RunView,
        node: &NodePath,
        definition: &Definition,
    ) -> Result<Permissions, EngineError> {
        let declared = permissions_of(definition, node);
        let silent = match declared {
            Some(_) => DefaultPermissions::Read,
            None => {
                self.store
                    .default_permissions(run.identity.repository)
                    .await?
            }
        };
        let permissions = Permissions::of_a_job(declared, silent);
        Ok(match run.identity.is_of_a_fork() {
            true => permissions.reading(),
            false => permissions,
        })
    }
}

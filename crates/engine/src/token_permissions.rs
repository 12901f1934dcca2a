//! What the token of a running job may do (semantics R2.80, R2.81).

use crate::{Engine, EngineError};
use runyard_domain::{
    permission::{DefaultPermissions, Permissions},
    run::{Definition, NodePath, permissions_of},
};
use runyard_store::RunView;

impl Engine {
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
                let settings = self.store.actions_settings(run.identity.repository);
                settings.await?.tokens
            }
        };
        let permissions = Permissions::of_a_job(declared, silent);
        Ok(match run.identity.is_of_a_fork() {
            true => permissions.reading(),
            false => permissions,
        })
    }
}

//! Repositories as GitHub's API shows them, and the shared start of everything below them.

use super::bodies::{
    repository::{FullRepository, MinimalRepository, RepositoryUrls},
    user::SimpleUser,
};
use crate::{
    ApiState,
    auth::{Permission, Repo, See},
    error::ApiError,
    wire::{Origin, ok},
};
use actix_web::{HttpResponse, web::Data};
use runyard_domain::repository::Repository;
use runyard_store::UserRef;
use std::rc::Rc;

/// GET /repos/{owner}/{repo}
pub(super) async fn repository(
    repo: Repo<See>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let role = match repo.caller().user() {
        Some(_) => Some(state.engine.role(repo.caller(), repo.repository()).await?),
        None => None,
    };
    let minimal = minimal(&repo, &state, &origin).await?;
    Ok(ok(&FullRepository::of(
        repo.repository(),
        minimal,
        role,
        &origin,
    )))
}

/// The repository as runs show it.
pub(super) async fn minimal<P: Permission>(
    repo: &Repo<P>,
    state: &ApiState,
    origin: &Origin,
) -> Result<Rc<MinimalRepository>, ApiError> {
    let repository = repo.repository();
    let owner = owner(repo, state).await?;
    let owner = SimpleUser::of(&owner, origin);
    Ok(Rc::new(MinimalRepository::of(repository, owner, origin)))
}

/// Links below a repository.
pub(super) fn urls<P: Permission>(repo: &Repo<P>, origin: &Origin) -> RepositoryUrls {
    RepositoryUrls::of(repo.repository(), origin)
}

/// The owner under the name that the repository has, also after the account was deleted.
async fn owner<P: Permission>(repo: &Repo<P>, state: &ApiState) -> Result<UserRef, ApiError> {
    let Repository { owner_id, .. } = *repo.repository();
    let site_admin = match repo.owner_is_site_admin() {
        Some(known) => known,
        None => {
            let user = state.engine.store().user(owner_id).await?;
            user.is_some_and(|user| user.site_admin)
        }
    };
    Ok(UserRef {
        id: owner_id,
        login: repo.repository().owner.clone(),
        site_admin,
    })
}

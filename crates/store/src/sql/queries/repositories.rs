//! Repositories and their collaborators. Deleted repositories keep their row; what is of them answers as not there.

use super::{
    Connection, SqlStore,
    accounts::{lock_live_user, token_by_hash},
    actions_settings::{actions_settings, change_actions_settings},
    caches::forget_caches_of,
    dialect,
    workflows::{
        definition, ensure_workflow, put_definition, put_workflow_state, unchanged_workflow,
        workflow, workflow_by_path, workflows_of,
    },
};
use crate::{
    Conflict, Listed, Page, Repositories, SeenRepository, Standing, StoreError,
    sql::{
        columns::DbTime,
        failure::{Failure, reference, with_meaning},
        perform::perform,
        rows::{CollaboratorRow, RepositoryRow, TokenRow, UserRow, login_key},
        schema::{
            actions_settings as settings_of_actions, collaborators, default_branches, deliveries,
            named_secrets, polls, pull_requests, repositories, repository_secrets, retentions,
            runs, schedules, tokens, users, variables,
        },
    },
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    RepositoryId, RunStatus, UserId, WorkflowId,
    account::TokenHash,
    actions::{ActionsChange, ActionsSettings},
    repository::{Collaborator, Repository, Role, Workflow, WorkflowState},
};

#[async_trait]
impl Repositories for SqlStore {
    async fn insert_repository(&self, repository: &Repository) -> Result<(), StoreError> {
        perform!(self.write, insert_repository(repository))
    }

    async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        perform!(self.read, repository(id))
    }

    async fn repository_by_name(
        &self,
        owner: &str,
        name: &str,
    ) -> Result<Option<Repository>, StoreError> {
        perform!(self.read, repository_by_name(owner, name))
    }

    async fn standing(
        &self,
        bearer: Option<TokenHash>,
        owner: &str,
        name: &str,
    ) -> Result<Standing, StoreError> {
        perform!(self.read, standing(bearer, owner, name))
    }

    async fn repositories(
        &self,
        after: RepositoryId,
        limit: u32,
    ) -> Result<Vec<Repository>, StoreError> {
        perform!(self.read, all_repositories(after, limit))
    }

    async fn delete_repository(&self, id: RepositoryId) -> Result<(), StoreError> {
        perform!(self.write, delete_repository(id))
    }

    async fn put_collaborator(
        &self,
        repository: RepositoryId,
        collaborator: Collaborator,
    ) -> Result<(), StoreError> {
        perform!(self.write, put_collaborator(repository, collaborator))
    }

    async fn delete_collaborator(
        &self,
        repository: RepositoryId,
        user: UserId,
    ) -> Result<(), StoreError> {
        perform!(self.write, delete_collaborator(repository, user))
    }

    async fn collaborators(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<Collaborator>, StoreError> {
        perform!(self.read, collaborators_of(repository))
    }

    async fn role(
        &self,
        repository: RepositoryId,
        user: UserId,
    ) -> Result<Option<Role>, StoreError> {
        perform!(self.read, role(repository, user))
    }

    async fn ensure_workflow(&self, workflow: &Workflow) -> Result<Workflow, StoreError> {
        // Nearly always it is there as it shall be: then nothing is locked.
        match perform!(self.read, unchanged_workflow(workflow))? {
            Some(kept) => Ok(kept),
            None => perform!(self.write, ensure_workflow(workflow)),
        }
    }

    async fn workflow(&self, id: WorkflowId) -> Result<Option<Workflow>, StoreError> {
        perform!(self.read, workflow(id))
    }

    async fn workflow_by_path(
        &self,
        repository: RepositoryId,
        path: &str,
    ) -> Result<Option<Workflow>, StoreError> {
        perform!(self.read, workflow_by_path(repository, path))
    }

    async fn workflows(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<Workflow>, StoreError> {
        perform!(self.read, workflows_of(repository, page))
    }

    async fn put_workflow_state(
        &self,
        id: WorkflowId,
        from: WorkflowState,
        to: WorkflowState,
    ) -> Result<bool, StoreError> {
        perform!(self.write, put_workflow_state(id, from, to))
    }

    async fn change_actions_settings(
        &self,
        repository: RepositoryId,
        change: &ActionsChange,
    ) -> Result<(), StoreError> {
        perform!(self.write, change_actions_settings(repository, change))
    }

    async fn actions_settings(
        &self,
        repository: RepositoryId,
    ) -> Result<ActionsSettings, StoreError> {
        perform!(self.read, actions_settings(repository))
    }

    async fn put_definition(&self, hash: &str, text: &str) -> Result<(), StoreError> {
        // Most runs are of a file that was seen before.
        match perform!(self.read, definition(hash))? {
            Some(_) => Ok(()),
            None => perform!(self.write, put_definition(hash, text)),
        }
    }

    async fn definition(&self, hash: &str) -> Result<Option<String>, StoreError> {
        perform!(self.read, definition(hash))
    }
}

async fn insert_repository(
    connection: &mut Connection,
    repository: &Repository,
) -> Result<(), Failure> {
    let owner = lock_live_user(connection, repository.owner_id).await?;
    owner.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    diesel::insert_into(repositories::table)
        .values(RepositoryRow::from(repository))
        .execute(connection)
        .await
        .map_err(|error| with_meaning(error, Conflict::RepositoryName))?;
    Ok(())
}

async fn repository(
    connection: &mut Connection,
    id: &RepositoryId,
) -> Result<Option<Repository>, Failure> {
    let row: Option<RepositoryRow> = repositories::table
        .filter(repositories::id.eq(id.get()))
        .filter(repositories::deleted_at.is_null())
        .select(RepositoryRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Repository::try_from).transpose()?)
}

async fn repository_by_name(
    connection: &mut Connection,
    owner: &str,
    name: &str,
) -> Result<Option<Repository>, Failure> {
    let row: Option<RepositoryRow> = repositories::table
        .filter(repositories::owner_key.eq(login_key(owner)))
        .filter(repositories::name_key.eq(login_key(name)))
        .filter(repositories::deleted_at.is_null())
        .select(RepositoryRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Repository::try_from).transpose()?)
}

/// One statement, but for names of nothing: where the database is far, each costs its way.
async fn standing(
    connection: &mut Connection,
    bearer: &Option<TokenHash>,
    owner: &str,
    name: &str,
) -> Result<Standing, Failure> {
    if let Some(standing) = standing_to_known(connection, bearer.as_ref(), owner, name).await? {
        return Ok(standing);
    }
    let bearer = match bearer {
        Some(hash) => token_by_hash(connection, hash).await?,
        None => None,
    };
    Ok(Standing {
        bearer,
        repository: None,
    })
}

type StandingRow = (
    RepositoryRow,
    bool,
    Option<TokenRow>,
    Option<UserRow>,
    Option<CollaboratorRow>,
);

async fn standing_to_known(
    connection: &mut Connection,
    bearer: Option<&TokenHash>,
    owner: &str,
    name: &str,
) -> Result<Option<Standing>, Failure> {
    let bearers = diesel::alias!(users as bearers);
    // No token has an empty hash.
    let hash = bearer.map_or_else(Vec::new, |hash| hash.as_bytes().to_vec());
    let of_token = bearers
        .field(users::id)
        .eq(tokens::user_id)
        .and(bearers.field(users::deleted_at).is_null());
    let as_collaborator = collaborators::repository_id
        .eq(repositories::id)
        .and(collaborators::user_id.eq(bearers.field(users::id)));
    let row: Option<StandingRow> = repositories::table
        .inner_join(users::table.on(users::id.eq(repositories::owner_id)))
        .left_join(tokens::table.on(tokens::hash.eq(hash)))
        .left_join(bearers.on(of_token))
        .left_join(collaborators::table.on(as_collaborator))
        .filter(repositories::owner_key.eq(login_key(owner)))
        .filter(repositories::name_key.eq(login_key(name)))
        .filter(repositories::deleted_at.is_null())
        .select((
            RepositoryRow::as_select(),
            users::site_admin,
            Option::<TokenRow>::as_select(),
            bearers
                .fields((
                    users::id,
                    users::login,
                    users::login_key,
                    users::name,
                    users::site_admin,
                    users::created_at,
                ))
                .nullable(),
            Option::<CollaboratorRow>::as_select(),
        ))
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(stood).transpose()?)
}

fn stood(
    (repository, owner_is_site_admin, token, user, collaborator): StandingRow,
) -> Result<Standing, StoreError> {
    let bearer = match (token, user) {
        (Some(token), Some(user)) => Some((token.try_into()?, user.into())),
        // Whoever was deleted has no tokens.
        (None | Some(_), None) | (None, Some(_)) => None,
    };
    let collaborator = collaborator.map(Collaborator::try_from).transpose()?;
    Ok(Standing {
        bearer,
        repository: Some(SeenRepository {
            repository: repository.try_into()?,
            owner_is_site_admin,
            role: collaborator.map(|collaborator| collaborator.role),
        }),
    })
}

async fn all_repositories(
    connection: &mut Connection,
    after: &RepositoryId,
    limit: &u32,
) -> Result<Vec<Repository>, Failure> {
    let rows: Vec<RepositoryRow> = repositories::table
        .filter(repositories::deleted_at.is_null())
        .filter(repositories::id.gt(after.get()))
        .order(repositories::id)
        .limit((*limit).into())
        .select(RepositoryRow::as_select())
        .load(connection)
        .await?;
    let rows = rows.into_iter().map(|row| Ok(Repository::try_from(row)?));
    rows.collect()
}

/// Locks a repository that is not deleted and answers the index of its newest run.
pub(super) async fn lock_live_repository(
    connection: &mut Connection,
    id: RepositoryId,
) -> Result<Option<i64>, Failure> {
    let live = repositories::table
        .filter(repositories::id.eq(id.get()))
        .filter(repositories::deleted_at.is_null())
        .select(repositories::run_count);
    let found = dialect::locked!(live).get_result(connection).await;
    Ok(found.optional()?)
}

async fn delete_repository(connection: &mut Connection, id: &RepositoryId) -> Result<(), Failure> {
    let locked = lock_live_repository(connection, *id).await?;
    locked.ok_or_else(|| Failure::not_found("repository"))?;
    if live_runs(connection, *id).await? > 0 {
        return Err(Failure::conflict(Conflict::LiveRuns));
    }
    let now = dialect::now(connection).await?;
    forget_what_belongs_to(connection, id.get()).await?;
    diesel::update(repositories::table.find(id.get()))
        .set(repositories::deleted_at.eq(Some(DbTime(now))))
        .execute(connection)
        .await?;
    Ok(())
}

/// Who may do what, and what was kept to reach the source: a deleted repository keeps no secret.
async fn forget_what_belongs_to(connection: &mut Connection, id: i64) -> Result<(), Failure> {
    diesel::delete(collaborators::table.filter(collaborators::repository_id.eq(id)))
        .execute(connection)
        .await?;
    diesel::delete(repository_secrets::table.filter(repository_secrets::repository_id.eq(id)))
        .execute(connection)
        .await?;
    diesel::delete(named_secrets::table.filter(named_secrets::repository_id.eq(id)))
        .execute(connection)
        .await?;
    diesel::delete(variables::table.filter(variables::repository_id.eq(id)))
        .execute(connection)
        .await?;
    forget_caches_of(connection, id).await?;
    diesel::delete(deliveries::table.filter(deliveries::repository_id.eq(id)))
        .execute(connection)
        .await?;
    diesel::delete(pull_requests::table.filter(pull_requests::repository_id.eq(id)))
        .execute(connection)
        .await?;
    diesel::delete(schedules::table.filter(schedules::repository_id.eq(id)))
        .execute(connection)
        .await?;
    diesel::delete(default_branches::table.find(id))
        .execute(connection)
        .await?;
    diesel::delete(polls::table.find(id))
        .execute(connection)
        .await?;
    diesel::delete(retentions::table.find(id))
        .execute(connection)
        .await?;
    diesel::delete(settings_of_actions::table.find(id))
        .execute(connection)
        .await?;
    Ok(())
}

async fn live_runs(connection: &mut Connection, id: RepositoryId) -> Result<i64, Failure> {
    let live = RunStatus::ALL
        .iter()
        .filter(|status| **status != RunStatus::Completed)
        .map(|status| status.name());
    let runs = runs::table
        .filter(runs::repository_id.eq(id.get()))
        .filter(runs::status.eq_any(live.collect::<Vec<_>>()));
    Ok(runs.count().get_result(connection).await?)
}

async fn put_collaborator(
    connection: &mut Connection,
    repository: &RepositoryId,
    collaborator: &Collaborator,
) -> Result<(), Failure> {
    let user = lock_live_user(connection, collaborator.user).await?;
    let of = lock_live_repository(connection, *repository).await?;
    user.and(of)
        .ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let row = CollaboratorRow {
        repository_id: repository.get(),
        user_id: collaborator.user.get(),
        role: collaborator.role.name().to_owned(),
    };
    diesel::insert_into(collaborators::table)
        .values(row)
        .on_conflict((collaborators::repository_id, collaborators::user_id))
        .do_update()
        .set(collaborators::role.eq(collaborator.role.name()))
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

async fn delete_collaborator(
    connection: &mut Connection,
    repository: &RepositoryId,
    user: &UserId,
) -> Result<(), Failure> {
    let row = collaborators::table.find((repository.get(), user.get()));
    match diesel::delete(row).execute(connection).await? {
        0 => Err(Failure::not_found("collaborator")),
        _ => Ok(()),
    }
}

async fn collaborators_of(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<Vec<Collaborator>, Failure> {
    let rows: Vec<CollaboratorRow> = collaborators::table
        .filter(collaborators::repository_id.eq(repository.get()))
        .order(collaborators::user_id)
        .select(CollaboratorRow::as_select())
        .load(connection)
        .await?;
    let rows = rows.into_iter().map(|row| Ok(Collaborator::try_from(row)?));
    rows.collect()
}

async fn role(
    connection: &mut Connection,
    repository: &RepositoryId,
    user: &UserId,
) -> Result<Option<Role>, Failure> {
    let row: Option<CollaboratorRow> = collaborators::table
        .find((repository.get(), user.get()))
        .select(CollaboratorRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    let collaborator = row.map(Collaborator::try_from).transpose()?;
    Ok(collaborator.map(|collaborator| collaborator.role))
}

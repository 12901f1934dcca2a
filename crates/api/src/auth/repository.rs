//! The repository that a path speaks of, and the proof that the caller may do what the route does.

use super::credential::{caller, is_known, state, token};
use crate::{ApiState, error::ApiError};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use runyard_domain::{
    JobId, RepositoryId, RunId,
    access::{Access, Action, Caller, Door, decide},
    account::{Grant, User},
    repository::Repository,
};
use runyard_engine::EngineError;
use std::marker::PhantomData;

/// What a route does to a repository.
pub(crate) trait Permission: 'static {
    /// In the words of the access rules.
    const ACTION: Action;
}

/// Sees that it is there.
pub(crate) struct See;
/// Fetches its code.
pub(crate) struct Fetch;
/// Reads its runs.
pub(crate) struct Read;
/// Changes its runs.
pub(crate) struct Write;
/// Reads its checks.
pub(crate) struct ReadChecks;
/// Says more of its checks.
pub(crate) struct WriteChecks;
/// Reads how it is set up.
pub(crate) struct ReadAdministration;
/// Sends it an event.
pub(crate) struct SendEvent;
/// Reads the key that secrets are encrypted with on their way.
pub(crate) struct ReadSecretKey;
/// Sees which secrets there are.
pub(crate) struct ReadSecrets;
/// Sets and deletes secrets.
pub(crate) struct WriteSecrets;
/// Reads variables.
pub(crate) struct ReadVariables;
/// Sets and deletes variables.
pub(crate) struct WriteVariables;
/// Changes who may do what.
pub(crate) struct Administer;

impl Permission for See {
    const ACTION: Action = Action::See;
}
impl Permission for Fetch {
    const ACTION: Action = Action::Fetch;
}
impl Permission for Read {
    const ACTION: Action = Action::Read;
}
impl Permission for Write {
    const ACTION: Action = Action::Write;
}
impl Permission for ReadChecks {
    const ACTION: Action = Action::ReadChecks;
}
impl Permission for WriteChecks {
    const ACTION: Action = Action::WriteChecks;
}
impl Permission for ReadAdministration {
    const ACTION: Action = Action::ReadAdministration;
}
impl Permission for SendEvent {
    const ACTION: Action = Action::SendEvent;
}
impl Permission for ReadSecretKey {
    const ACTION: Action = Action::ReadSecretKey;
}
impl Permission for ReadSecrets {
    const ACTION: Action = Action::ReadSecrets;
}
impl Permission for WriteSecrets {
    const ACTION: Action = Action::WriteSecrets;
}
impl Permission for ReadVariables {
    const ACTION: Action = Action::ReadVariables;
}
impl Permission for WriteVariables {
    const ACTION: Action = Action::WriteVariables;
}
impl Permission for Administer {
    const ACTION: Action = Action::Administer;
}

/// A repository that the caller may do `P` with: having one is the proof. Unreadable is 404, not 403 (contract 2).
///
/// It is the one that the path names: by owner and name, by its id, or as that of the run or job in the path.
pub(crate) struct Repo<P> {
    repository: Repository,
    /// Known where the store was asked for it with the rest.
    owner_is_site_admin: Option<bool>,
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P: Permission> Repo<P> {
    /// The repository.
    pub(crate) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Its id.
    pub(crate) fn id(&self) -> RepositoryId {
        self.repository.id
    }

    /// Whether its owner administers this server, if that was asked for.
    pub(crate) fn owner_is_site_admin(&self) -> Option<bool> {
        self.owner_is_site_admin
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The proof, if `caller` may do `P` with `repository`.
    pub(crate) async fn authorise(
        state: &ApiState,
        caller: Caller,
        repository: Repository,
        door: Door,
    ) -> Result<Self, ApiError> {
        let access = state
            .engine
            .access(&caller, &repository, P::ACTION, door)
            .await?;
        Self::decided(access, caller, repository)
    }

    fn decided(access: Access, caller: Caller, repository: Repository) -> Result<Self, ApiError> {
        match access {
            Access::Allowed => Ok(Self {
                repository,
                owner_is_site_admin: None,
                caller,
                permission: PhantomData,
            }),
            Access::Hidden => Err(ApiError::NotFound),
            Access::Forbidden => Err(forbidden(&caller)),
        }
    }

    async fn load(request: &HttpRequest) -> Result<Self, ApiError> {
        let named = Named::in_path(request);
        if let (Some(Named::Name(owner, name)), false) = (&named, is_known(request)) {
            return Self::enter(request, owner, name).await;
        }
        let caller = caller(request).await?;
        // For the header that says what it needs, whatever the answer is.
        request.extensions_mut().insert(P::ACTION);
        let state = state(request)?;
        let repository = named.ok_or(ApiError::NotFound)?.find(&state).await?;
        Self::authorise(&state, caller, repository, door(request)).await
    }

    /// Asks the store for caller and repository at once: nearly every request comes here.
    async fn enter(request: &HttpRequest, owner: &str, name: &str) -> Result<Self, ApiError> {
        let text = token(request.headers());
        let entered = state(request)?
            .engine
            .enter(text.as_deref(), owner, name)
            .await?;
        let caller = entered.caller.ok_or(ApiError::BadCredentials)?;
        request.extensions_mut().insert(caller.clone());
        request.extensions_mut().insert(P::ACTION);
        let seen = entered.repository.ok_or(ApiError::NotFound)?;
        let access = decide(
            &caller,
            seen.role,
            &seen.repository,
            P::ACTION,
            door(request),
        );
        let repo = Self::decided(access, caller, seen.repository)?;
        Ok(Self {
            owner_is_site_admin: Some(seen.owner_is_site_admin),
            ..repo
        })
    }
}

impl Repo<Write> {
    /// Who changes something.
    pub(crate) fn user(&self) -> Result<&User, ApiError> {
        self.caller.actor().ok_or_else(|| forbidden(&self.caller))
    }
}

impl Repo<SendEvent> {
    /// Who sends it.
    pub(crate) fn user(&self) -> Result<&User, ApiError> {
        self.caller.actor().ok_or_else(|| forbidden(&self.caller))
    }
}

impl<P: Permission> FromRequest for Repo<P> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::load(&request).await })
    }
}

/// 403 in the words that GitHub has for each kind of caller (contract 2).
fn forbidden(caller: &Caller) -> ApiError {
    ApiError::forbidden(words_of_refusal(caller))
}

/// What is said to a caller who sees something and may not do it.
pub(crate) fn words_of_refusal(caller: &Caller) -> &'static str {
    let scoped = |grant: &Grant| grant.scopes().is_some();
    match caller {
        Caller::User { grant, .. } if !scoped(grant) => {
            "Resource not accessible by personal access token"
        }
        Caller::Anonymous | Caller::User { .. } => "Must have admin rights to Repository.",
        Caller::Job { .. } => "Resource not accessible by integration",
    }
}

fn door(request: &HttpRequest) -> Door {
    request.app_data::<Door>().copied().unwrap_or(Door::GitHub)
}

/// How a path names a repository.
pub(crate) enum Named {
    /// `/{owner}/{repo}`.
    Name(String, String),
    /// By its id.
    Id(RepositoryId),
    /// As that of a run.
    OfRun(RunId),
    /// As that of a job.
    OfJob(JobId),
}

impl Named {
    fn in_path(request: &HttpRequest) -> Option<Self> {
        let path = request.match_info();
        let id = |name| path.get(name).map(|text| text.parse::<i64>());
        if let (Some(owner), Some(name)) = (path.get("owner"), path.get("repo")) {
            return Some(Self::Name(owner.to_owned(), name.to_owned()));
        }
        if let Some(id) = id("repository_id") {
            return Some(Self::Id(RepositoryId::new(id.ok()?)));
        }
        if let Some(id) = id("run_id") {
            return Some(Self::OfRun(RunId::new(id.ok()?)));
        }
        Some(Self::OfJob(JobId::new(id("job_id")?.ok()?)))
    }

    /// The repository, whoever may see it.
    pub(crate) async fn find(self, state: &ApiState) -> Result<Repository, ApiError> {
        let store = state.engine.store();
        let id = match self {
            Self::Name(owner, name) => {
                return Ok(state.engine.repository_by_name(&owner, &name).await?);
            }
            Self::Id(id) => Some(id),
            Self::OfRun(run) => store.run(run).await?.map(|run| run.identity.repository),
            Self::OfJob(job) => match store.job(job).await? {
                Some(job) => store.run(job.run).await?.map(|run| run.identity.repository),
                None => None,
            },
        };
        let repository = match id {
            Some(id) => store.repository(id).await.map_err(EngineError::from)?,
            None => None,
        };
        repository.ok_or(ApiError::NotFound)
    }
}

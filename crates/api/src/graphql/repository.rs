//! Repositories in answers to queries, as far as Runyard has something to say of them.

use super::{
    asking::{Asking, forbidden, not_found},
    pull_requests::{Chosen, IssueOrder, PullRequestConnection, PullRequestNode, PullRequestState},
    scalars::{DateTime, Uri},
    user::{RepositoryOwner, UserNode},
};
use crate::{
    auth::words_of_refusal,
    github::node_id::{Node, node_id},
};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use runyard_domain::{
    access::{Access, Action, Door},
    repository::{Repository, Role},
};
use runyard_engine::EngineError;
use std::sync::Arc;

/// A repository that the caller may see. Clones share it.
#[derive(Clone)]
pub(super) struct RepositoryNode(Arc<Seen>);

struct Seen {
    repository: Repository,
    owner: UserNode,
    /// What the caller may do; a job has none.
    role: Option<Role>,
    web: String,
    host: String,
}

impl RepositoryNode {
    /// The repository with this name; none also when the caller may not see it (contract 2).
    pub(super) async fn find(owner: &str, name: &str, asking: &Asking) -> Result<Option<Self>> {
        let engine = &asking.state.engine;
        let failed = |error| asking.failed(error);
        let repository = match engine.repository_by_name(owner, name).await {
            Ok(repository) => repository,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let access = engine.access(&asking.caller, &repository, Action::See, Door::GitHub);
        match access.await.map_err(failed)? {
            Access::Allowed => {}
            Access::Hidden | Access::Forbidden => return Ok(None),
        }
        let owner = engine.store().user(repository.owner_id).await;
        let owner = owner.map_err(|error| failed(error.into()))?;
        let owner = owner.ok_or_else(|| failed(EngineError::NotFound { what: "the owner" }))?;
        let role = match asking.caller.user() {
            Some(_) => engine
                .role(&asking.caller, &repository)
                .await
                .map_err(failed)?,
            None => None,
        };
        let seen = Seen {
            owner: UserNode::of(&owner, asking),
            role,
            web: format!("{}/{}", asking.origin.web(), repository.full_name()),
            host: asking.origin.host().to_owned(),
            repository,
        };
        Ok(Some(Self(Arc::new(seen))))
    }

    /// Its facts.
    pub(super) fn facts(&self) -> &Repository {
        &self.0.repository
    }

    /// A link to one of its pages.
    pub(super) fn web(&self, below: &str) -> Uri {
        Uri(format!("{}{below}", self.0.web))
    }

    /// Its owner.
    pub(super) fn owner_node(&self) -> RepositoryOwner {
        RepositoryOwner::User(self.0.owner.clone())
    }

    fn may(&self, least: Role) -> bool {
        self.0.role.is_some_and(|role| role >= least)
    }

    /// Pull requests are shown to whoever may read runs, which show them too.
    async fn require_pull_requests(&self, asking: &Asking) -> Result<()> {
        let engine = &asking.state.engine;
        let access = engine.access(&asking.caller, self.facts(), Action::Read, Door::GitHub);
        match access.await.map_err(|error| asking.failed(error))? {
            Access::Allowed => Ok(()),
            Access::Hidden | Access::Forbidden => Err(forbidden(words_of_refusal(&asking.caller))),
        }
    }
}

/// The access level to a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum RepositoryPermission {
    Admin,
    Maintain,
    Read,
    Triage,
    Write,
}

/// The repository's visibility level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum RepositoryVisibility {
    Internal,
    Private,
    Public,
}

/// Represents a Git reference.
#[derive(SimpleObject)]
pub(super) struct Ref {
    id: ID,
    name: String,
    /// The ref's prefix, such as `refs/heads/`.
    prefix: String,
}

/// A repository contains the content for a project.
#[Object(name = "Repository")]
impl RepositoryNode {
    async fn id(&self) -> ID {
        ID(node_id(Node::Repository, self.facts().id.get()))
    }

    async fn database_id(&self) -> i64 {
        self.facts().id.get()
    }

    async fn name(&self) -> &str {
        &self.facts().name
    }

    async fn name_with_owner(&self) -> String {
        self.facts().full_name()
    }

    async fn owner(&self) -> RepositoryOwner {
        self.owner_node()
    }

    /// Runyard keeps none: always null.
    async fn description(&self) -> Option<String> {
        None
    }

    /// Runyard keeps none: always null.
    async fn homepage_url(&self) -> Option<Uri> {
        None
    }

    async fn url(&self) -> Uri {
        self.web("")
    }

    async fn ssh_url(&self) -> String {
        format!("git@{}:{}.git", self.0.host, self.facts().full_name())
    }

    async fn created_at(&self) -> DateTime {
        DateTime::of(self.facts().created_at)
    }

    async fn updated_at(&self) -> DateTime {
        DateTime::of(self.facts().created_at)
    }

    /// The Ref associated with the repository's default branch.
    async fn default_branch_ref(&self) -> Option<Ref> {
        let name = self.facts().default_branch.clone();
        let prefix = "refs/heads/".to_owned();
        let place = format!("{}:{prefix}{name}", self.facts().id);
        Some(Ref {
            id: ID(crate::github::node_id::named_node_id("REF", &place)),
            name,
            prefix,
        })
    }

    /// The users permission level on the repository. Will return null if authenticated as an GitHub App.
    async fn viewer_permission(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<RepositoryPermission>> {
        let asking = context.data::<Asking>()?;
        if asking.caller.user().is_none() {
            return Ok(None);
        }
        Ok(match self.0.role {
            Some(Role::Admin) => Some(RepositoryPermission::Admin),
            Some(Role::Write) => Some(RepositoryPermission::Write),
            Some(Role::Read) => Some(RepositoryPermission::Read),
            None => (!self.facts().private).then_some(RepositoryPermission::Read),
        })
    }

    async fn viewer_can_administer(&self) -> bool {
        self.may(Role::Admin)
    }

    async fn visibility(&self) -> RepositoryVisibility {
        match self.facts().private {
            true => RepositoryVisibility::Private,
            false => RepositoryVisibility::Public,
        }
    }

    async fn is_private(&self) -> bool {
        self.facts().private
    }

    /// Forks are repositories of their own here: always false.
    async fn is_fork(&self) -> bool {
        false
    }

    /// The repository parent, if this is a fork.
    async fn parent(&self) -> Option<RepositoryNode> {
        None
    }

    async fn is_archived(&self) -> bool {
        false
    }

    async fn is_disabled(&self) -> bool {
        false
    }

    async fn is_locked(&self) -> bool {
        false
    }

    async fn is_template(&self) -> bool {
        false
    }

    /// Only users own repositories: always false.
    async fn is_in_organization(&self) -> bool {
        false
    }

    /// Runyard has no issues: always false.
    async fn has_issues_enabled(&self) -> bool {
        false
    }

    /// Runyard has no projects: always false.
    async fn has_projects_enabled(&self) -> bool {
        false
    }

    /// Runyard has no wikis: always false.
    async fn has_wiki_enabled(&self) -> bool {
        false
    }

    /// Runyard has no discussions: always false.
    async fn has_discussions_enabled(&self) -> bool {
        false
    }

    /// Runyard merges nothing, the repository's source does: always false.
    async fn merge_commit_allowed(&self) -> bool {
        false
    }

    /// Runyard merges nothing, the repository's source does: always false.
    async fn rebase_merge_allowed(&self) -> bool {
        false
    }

    /// Runyard merges nothing, the repository's source does: always false.
    async fn squash_merge_allowed(&self) -> bool {
        false
    }

    async fn delete_branch_on_merge(&self) -> bool {
        false
    }

    async fn fork_count(&self) -> i32 {
        0
    }

    async fn stargazer_count(&self) -> i32 {
        0
    }

    /// A list of pull requests that have been opened in the repository: those that are open, as events told of them.
    #[graphql(complexity = "super::schema::cost_of_page(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "GitHub's arguments")]
    async fn pull_requests(
        &self,
        context: &Context<'_>,
        states: Option<Vec<PullRequestState>>,
        head_ref_name: Option<String>,
        base_ref_name: Option<String>,
        order_by: Option<IssueOrder>,
        after: Option<String>,
        before: Option<String>,
        first: Option<i32>,
        last: Option<i32>,
    ) -> Result<PullRequestConnection> {
        let asking = context.data::<Asking>()?;
        self.require_pull_requests(asking).await?;
        let chosen = Chosen {
            states,
            head_ref_name,
            base_ref_name,
            order_by,
        };
        let page = (first, after, last, before);
        PullRequestConnection::of(self, chosen, page, asking).await
    }

    /// Returns a single pull request from the current repository by number.
    #[graphql(complexity = "super::schema::cost_of_lookup(child_complexity)")]
    async fn pull_request(
        &self,
        context: &Context<'_>,
        number: i32,
    ) -> Result<Option<PullRequestNode>> {
        let asking = context.data::<Asking>()?;
        self.require_pull_requests(asking).await?;
        let store = asking.state.engine.store();
        let pull = store.pull_request(self.facts().id, number.into()).await;
        let pull = pull.map_err(|error| asking.failed(error.into()))?;
        let pull = pull.map(|pull| PullRequestNode::of(pull, self));
        pull.map(Some).ok_or_else(|| {
            not_found(format!(
                "Could not resolve to a PullRequest with the number of {number}."
            ))
        })
    }
}

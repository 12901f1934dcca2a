//! Repositories in bodies: minimal in runs, full alone; and the links of what is in them.

use super::{repository_links::RepositoryLinks, user::SimpleUser};
use crate::{
    github::node_id::{Node, node_id},
    wire::{Origin, seconds},
};
use runyard_domain::{
    UserId,
    repository::{Repository, Role},
    run::Fork,
};
use runyard_store::UserRef;
use serde::Serialize;
use std::rc::Rc;

/// Where a repository and what is in it are found.
#[derive(Debug, Clone)]
pub(in crate::github) struct RepositoryUrls {
    api: String,
    web: String,
    by_id: String,
}

impl RepositoryUrls {
    /// The beginnings of its links.
    pub(in crate::github) fn of(repository: &Repository, origin: &Origin) -> Self {
        Self::named(&repository.full_name(), repository.id.get(), origin)
    }

    fn named(full_name: &str, id: i64, origin: &Origin) -> Self {
        Self {
            api: format!("{}/repos/{full_name}", origin.api()),
            web: format!("{}/{full_name}", origin.web()),
            by_id: format!("{}/repositories/{id}", origin.api()),
        }
    }

    /// A link of the API.
    pub(in crate::github) fn api(&self, below: &str) -> String {
        format!("{}{below}", self.api)
    }

    /// A link to a page.
    pub(in crate::github) fn web(&self, below: &str) -> String {
        format!("{}{below}", self.web)
    }

    /// A link of the API that outlives a new name, as `Link` headers have it (contract 4).
    pub(in crate::github) fn by_id(&self, below: &str) -> String {
        format!("{}{below}", self.by_id)
    }
}

/// A repository as runs show it.
#[derive(Debug, Clone, Serialize)]
pub(in crate::github) struct MinimalRepository {
    id: i64,
    node_id: String,
    name: String,
    full_name: String,
    private: bool,
    owner: SimpleUser,
    html_url: String,
    description: Option<String>,
    fork: bool,
    url: String,
    #[serde(flatten)]
    links: RepositoryLinks,
}

/// The little of a repository that pull requests show.
#[derive(Debug, Clone, Serialize)]
pub(in crate::github) struct RepositoryReference {
    id: i64,
    url: String,
    name: String,
}

impl MinimalRepository {
    /// The repository with the links that the client can follow.
    pub(in crate::github) fn of(
        repository: &Repository,
        owner: SimpleUser,
        origin: &Origin,
    ) -> Self {
        let urls = RepositoryUrls::of(repository, origin);
        let id = repository.id.get();
        Self::linked(
            (id, &repository.name, repository.private),
            repository.full_name(),
            owner,
            urls,
        )
    }

    /// A fork of it, under the ids of the forge that has it.
    pub(in crate::github) fn fork(fork: &Fork, origin: &Origin) -> Self {
        let full_name = format!("{}/{}", fork.owner, fork.name);
        let owner = UserRef {
            id: UserId::new(fork.owner_id),
            login: fork.owner.clone(),
            site_admin: false,
        };
        let urls = RepositoryUrls::named(&full_name, fork.id, origin);
        let owner = SimpleUser::of(&owner, origin);
        let minimal = Self::linked((fork.id, &fork.name, fork.private), full_name, owner, urls);
        Self {
            fork: true,
            ..minimal
        }
    }

    fn linked(
        (id, name, private): (i64, &str, bool),
        full_name: String,
        owner: SimpleUser,
        urls: RepositoryUrls,
    ) -> Self {
        Self {
            id,
            node_id: node_id(Node::Repository, id),
            name: name.to_owned(),
            full_name,
            private,
            owner,
            html_url: urls.web(""),
            description: None,
            fork: false,
            links: RepositoryLinks::below(&urls.api),
            url: urls.api,
        }
    }

    /// The little of it that pull requests show.
    pub(in crate::github) fn reference(&self) -> RepositoryReference {
        RepositoryReference {
            id: self.id,
            url: self.url.clone(),
            name: self.name.clone(),
        }
    }
}

/// A repository alone. Runyard has runs of it, and neither issues nor stars.
#[derive(Serialize)]
pub(in crate::github) struct FullRepository {
    #[serde(flatten)]
    minimal: Rc<MinimalRepository>,
    created_at: String,
    updated_at: String,
    pushed_at: String,
    git_url: String,
    ssh_url: String,
    clone_url: String,
    svn_url: String,
    mirror_url: Option<String>,
    homepage: Option<String>,
    language: Option<String>,
    license: Option<String>,
    size: u32,
    stargazers_count: u32,
    watchers_count: u32,
    forks_count: u32,
    open_issues_count: u32,
    forks: u32,
    open_issues: u32,
    watchers: u32,
    subscribers_count: u32,
    network_count: u32,
    has_issues: bool,
    has_projects: bool,
    has_downloads: bool,
    has_wiki: bool,
    has_pages: bool,
    has_discussions: bool,
    archived: bool,
    disabled: bool,
    is_template: bool,
    allow_forking: bool,
    web_commit_signoff_required: bool,
    topics: [String; 0],
    visibility: &'static str,
    default_branch: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Permissions>,
}

/// What the caller may do, in GitHub's five words.
#[derive(Serialize)]
struct Permissions {
    admin: bool,
    maintain: bool,
    push: bool,
    triage: bool,
    pull: bool,
}

impl Permissions {
    fn of(role: Option<Role>, private: bool) -> Self {
        let at_least = |least| role.is_some_and(|role| role >= least);
        Self {
            admin: at_least(Role::Admin),
            maintain: at_least(Role::Admin),
            push: at_least(Role::Write),
            triage: at_least(Role::Write),
            pull: !private || at_least(Role::Read),
        }
    }
}

impl FullRepository {
    /// The repository for a caller whose role is `role`; for nobody known without one.
    pub(in crate::github) fn of(
        repository: &Repository,
        minimal: Rc<MinimalRepository>,
        role: Option<Option<Role>>,
        origin: &Origin,
    ) -> Self {
        let (host, name) = (origin.host(), repository.full_name());
        let visibility = if repository.private {
            "private"
        } else {
            "public"
        };
        Self {
            git_url: format!("git://{host}/{name}.git"),
            ssh_url: format!("git@{host}:{name}.git"),
            clone_url: format!("{}/{name}.git", origin.web()),
            svn_url: minimal.html_url.clone(),
            minimal,
            created_at: seconds(repository.created_at),
            updated_at: seconds(repository.created_at),
            pushed_at: seconds(repository.created_at),
            mirror_url: None,
            homepage: None,
            language: None,
            license: None,
            size: 0,
            stargazers_count: 0,
            watchers_count: 0,
            forks_count: 0,
            open_issues_count: 0,
            forks: 0,
            open_issues: 0,
            watchers: 0,
            subscribers_count: 0,
            network_count: 0,
            has_issues: false,
            has_projects: false,
            has_downloads: false,
            has_wiki: false,
            has_pages: false,
            has_discussions: false,
            archived: false,
            disabled: false,
            is_template: false,
            allow_forking: false,
            web_commit_signoff_required: false,
            topics: [],
            visibility,
            default_branch: repository.default_branch.clone(),
            permissions: role.map(|role| Permissions::of(role, repository.private)),
        }
    }
}

//! Users in bodies: short in runs, whole for themselves.

use crate::{
    github::node_id::{Node, node_id},
    wire::{Origin, seconds},
};
use runyard_domain::account::User;
use runyard_store::{OwnedCounts, UserRef};
use serde::Serialize;

/// What a user is: a person, or what stands for programs, which ends so.
const PERSON: &str = "User";
const BOT: &str = "Bot";
const END_OF_BOTS: &str = "[bot]";

fn kind(login: &str) -> &'static str {
    match login.ends_with(END_OF_BOTS) {
        true => BOT,
        false => PERSON,
    }
}

/// A login in a path.
fn in_path(login: &str) -> String {
    login.replace('[', "%5B").replace(']', "%5D")
}

/// A user as runs and repositories show them.
#[derive(Debug, Clone, Serialize)]
pub(in crate::github) struct SimpleUser {
    login: String,
    id: i64,
    node_id: String,
    avatar_url: String,
    gravatar_id: &'static str,
    url: String,
    html_url: String,
    followers_url: String,
    following_url: String,
    gists_url: String,
    starred_url: String,
    subscriptions_url: String,
    organizations_url: String,
    repos_url: String,
    events_url: String,
    received_events_url: String,
    r#type: &'static str,
    user_view_type: &'static str,
    site_admin: bool,
}

impl SimpleUser {
    /// The user with the links that the client can follow.
    pub(in crate::github) fn of(user: &UserRef, origin: &Origin) -> Self {
        let UserRef {
            id,
            login,
            site_admin,
        } = user;
        let name = in_path(login);
        let url = format!("{}/users/{name}", origin.api());
        Self {
            login: login.clone(),
            id: id.get(),
            node_id: node_id(Node::User, id.get()),
            avatar_url: format!("{}/avatars/u/{id}", origin.web()),
            gravatar_id: "",
            html_url: format!("{}/{name}", origin.web()),
            followers_url: format!("{url}/followers"),
            following_url: format!("{url}/following{{/other_user}}"),
            gists_url: format!("{url}/gists{{/gist_id}}"),
            starred_url: format!("{url}/starred{{/owner}}{{/repo}}"),
            subscriptions_url: format!("{url}/subscriptions"),
            organizations_url: format!("{url}/orgs"),
            repos_url: format!("{url}/repos"),
            events_url: format!("{url}/events{{/privacy}}"),
            received_events_url: format!("{url}/received_events"),
            url,
            r#type: kind(login),
            user_view_type: "public",
            site_admin: *site_admin,
        }
    }
}

/// A user as everybody may see them. What Runyard does not know is null or none.
#[derive(Serialize)]
pub(in crate::github) struct PublicUser {
    #[serde(flatten)]
    user: SimpleUser,
    name: Option<String>,
    company: Option<String>,
    blog: Option<String>,
    location: Option<String>,
    email: Option<String>,
    hireable: Option<bool>,
    bio: Option<String>,
    twitter_username: Option<String>,
    public_repos: u32,
    public_gists: u32,
    followers: u32,
    following: u32,
    created_at: String,
    updated_at: String,
}

impl PublicUser {
    /// The user as everybody may see them.
    pub(in crate::github) fn of(user: &User, owned: OwnedCounts, origin: &Origin) -> Self {
        let reference = UserRef {
            id: user.id,
            login: user.login.clone(),
            site_admin: user.site_admin,
        };
        Self {
            user: SimpleUser::of(&reference, origin),
            name: user.name.clone(),
            company: None,
            blog: None,
            location: None,
            email: None,
            hireable: None,
            bio: None,
            twitter_username: None,
            public_repos: owned.public_repositories,
            public_gists: 0,
            followers: 0,
            following: 0,
            created_at: seconds(user.created_at),
            updated_at: seconds(user.created_at),
        }
    }
}

/// A user as they see themselves.
#[derive(Serialize)]
pub(in crate::github) struct PrivateUser {
    #[serde(flatten)]
    public: PublicUser,
    private_gists: u32,
    total_private_repos: u32,
    owned_private_repos: u32,
    disk_usage: u32,
    collaborators: u32,
    two_factor_authentication: bool,
}

impl PrivateUser {
    /// The user as they see themselves.
    pub(in crate::github) fn of(user: &User, owned: OwnedCounts, origin: &Origin) -> Self {
        let mut public = PublicUser::of(user, owned, origin);
        public.user.user_view_type = "private";
        Self {
            public,
            private_gists: 0,
            total_private_repos: owned.private_repositories,
            owned_private_repos: owned.private_repositories,
            disk_usage: 0,
            collaborators: owned.collaborators,
            two_factor_authentication: false,
        }
    }
}

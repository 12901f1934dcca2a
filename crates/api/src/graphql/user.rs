//! Users in answers to queries.

use super::{
    asking::Asking,
    scalars::{DateTime, Uri},
};
use crate::github::node_id::{Node, node_id};
use async_graphql::{ID, Interface, SimpleObject};
use runyard_domain::account::User;

/// A user is an individual's account that owns repositories and can make new content.
#[derive(Clone, SimpleObject)]
#[graphql(name = "User")]
pub(super) struct UserNode {
    id: ID,
    database_id: i64,
    login: String,
    name: Option<String>,
    /// Not known: always empty.
    email: String,
    avatar_url: Uri,
    url: Uri,
    created_at: DateTime,
    is_site_admin: bool,
    /// Whether or not this user is the viewing user.
    is_viewer: bool,
}

impl UserNode {
    /// The user as `asking` sees them.
    pub(super) fn of(user: &User, asking: &Asking) -> Self {
        let web = asking.origin.web();
        Self {
            id: ID(node_id(Node::User, user.id.get())),
            database_id: user.id.get(),
            login: user.login.clone(),
            name: user.name.clone(),
            email: String::new(),
            avatar_url: Uri(format!("{web}/avatars/u/{}", user.id)),
            url: Uri(format!("{web}/{}", user.login)),
            created_at: DateTime::of(user.created_at),
            is_site_admin: user.site_admin,
            is_viewer: asking.caller.user_id() == Some(user.id),
        }
    }
}

/// Represents an owner of a repository. Only users own any.
#[expect(
    clippy::duplicated_attributes,
    reason = "two fields of one type are no repeat"
)]
#[derive(Clone, Interface)]
#[graphql(
    field(name = "id", ty = "&ID"),
    field(name = "login", ty = "&String"),
    field(name = "avatar_url", ty = "&Uri"),
    field(name = "url", ty = "&Uri")
)]
pub(super) enum RepositoryOwner {
    /// The user.
    User(UserNode),
}

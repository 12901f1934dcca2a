//! Members that the payloads of this server's own events share, in the shape of GitHub's.

use runyard_domain::{account::User, repository::Repository};
use serde_json::{Value, json};

/// `repository`
pub(crate) fn repository(of: &Repository) -> Value {
    json!({
        "id": of.id,
        "name": of.name,
        "full_name": of.full_name(),
        "private": of.private,
        "default_branch": of.default_branch,
        "owner": { "login": of.owner, "id": of.owner_id },
    })
}

/// `sender`
pub(crate) fn sender(of: &User) -> Value {
    json!({ "login": of.login, "id": of.id })
}

//! Builds `container` and `services`; it must not know images.

use super::read;
use crate::diagnostic::Diagnostics;
use crate::model::{Container, Credentials, Field, Service, Tree, TreeValue};

/// `container` of a job, or one service.
pub(super) fn container(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Field<Container>> {
    let mapping = matches!(tree.value, TreeValue::Mapping(_));
    let image = if mapping {
        tree.get("image")
    } else {
        Some(tree)
    };
    let missing = image.is_none_or(|image| image.text().is_some_and(|text| text.is_empty()));
    if mapping && missing && has_plain_keys(tree) {
        let message = "Container image cannot be empty: image names what runs";
        diagnostics.report(tree.position, message);
    }
    tree.field(|_| {
        Some(Container {
            image: image.and_then(read::text),
            env: tree.get("env").and_then(read::variables),
            ports: tree.get("ports").and_then(read::fields),
            volumes: tree.get("volumes").and_then(read::fields),
            options: tree.get("options").and_then(read::text),
            credentials: tree.get("credentials").and_then(credentials),
            entrypoint: tree.get("entrypoint").and_then(read::text),
            command: tree.get("command").and_then(read::text),
        })
    })
}

/// A mapping with a computed key may get its image from that.
fn has_plain_keys(tree: &Tree) -> bool {
    let plain = |(key, _): &(Tree, Tree)| matches!(key.value, TreeValue::Scalar(_));
    tree.entries().iter().all(plain)
}

fn credentials(tree: &Tree) -> Option<Field<Credentials>> {
    read::mapping(tree, |tree| Credentials {
        username: tree.get("username").and_then(read::text),
        password: tree.get("password").and_then(read::text),
    })
}

/// `services` of a job.
pub(super) fn services(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Field<Vec<Service>>> {
    read::mapping(tree, |tree| {
        tree.entries()
            .iter()
            .filter_map(|(name, tree)| {
                Some(Service {
                    name: read::text(name)?,
                    container: container(tree, diagnostics)?,
                })
            })
            .collect()
    })
}

//! Node ids: opaque texts with GitHub's prefixes (contract 7). They are never read back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// What an id is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    User,
    Repository,
    Workflow,
    Run,
    CheckSuite,
    /// A job is its check run.
    CheckRun,
    Artifact,
    PullRequest,
    App,
}

impl Node {
    const fn prefix(self) -> &'static str {
        match self {
            Self::User => "U",
            Self::Repository => "R",
            Self::Workflow => "W",
            Self::Run => "WFR",
            Self::CheckSuite => "CS",
            Self::CheckRun => "CR",
            Self::Artifact => "AR",
            Self::PullRequest => "PR",
            Self::App => "A",
        }
    }
}

/// The node id of the thing with this number.
pub(crate) fn node_id(node: Node, id: i64) -> String {
    named_node_id(node.prefix(), &id.to_string())
}

/// The node id of what has a name and no number.
pub(crate) fn named_node_id(prefix: &str, name: &str) -> String {
    let encoded = URL_SAFE_NO_PAD.encode(format!("{prefix}:{name}"));
    format!("{prefix}_{encoded}")
}

#[cfg(test)]
mod tests {
    use super::{Node, node_id};

    #[test]
    fn node_ids_have_the_prefix_of_their_kind_and_differ() {
        for (node, prefix) in [
            (Node::User, "U_"),
            (Node::Repository, "R_"),
            (Node::Workflow, "W_"),
            (Node::Run, "WFR_"),
            (Node::CheckSuite, "CS_"),
            (Node::CheckRun, "CR_"),
            (Node::Artifact, "AR_"),
            (Node::PullRequest, "PR_"),
            (Node::App, "A_"),
        ] {
            let (one, two) = (node_id(node, 1), node_id(node, 2));
            assert!(one.starts_with(prefix), "{one}");
            assert_ne!(one, two);
            assert!(
                one.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
            );
        }
    }
}

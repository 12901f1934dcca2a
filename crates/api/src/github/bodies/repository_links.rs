//! The many links that every repository shows, as one list of names and paths.

use serde::Serialize;

/// Makes a struct of links from names and the paths that follow the repository's own.
macro_rules! links {
    ($(#[$doc:meta])* $name:ident { $($link:ident = $path:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        pub(super) struct $name { $($link: String),+ }

        impl $name {
            /// The links that follow `url`.
            pub(super) fn below(url: &str) -> Self {
                Self { $($link: format!(concat!("{}", $path), url)),+ }
            }
        }
    };
}

links! {
    /// Links below a repository. Most of what they lead to is not there.
    RepositoryLinks {
        archive_url = "/{{archive_format}}{{/ref}}",
        assignees_url = "/assignees{{/user}}",
        blobs_url = "/git/blobs{{/sha}}",
        branches_url = "/branches{{/branch}}",
        collaborators_url = "/collaborators{{/collaborator}}",
        comments_url = "/comments{{/number}}",
        commits_url = "/commits{{/sha}}",
        compare_url = "/compare/{{base}}...{{head}}",
        contents_url = "/contents/{{+path}}",
        contributors_url = "/contributors",
        deployments_url = "/deployments",
        downloads_url = "/downloads",
        events_url = "/events",
        forks_url = "/forks",
        git_commits_url = "/git/commits{{/sha}}",
        git_refs_url = "/git/refs{{/sha}}",
        git_tags_url = "/git/tags{{/sha}}",
        hooks_url = "/hooks",
        issue_comment_url = "/issues/comments{{/number}}",
        issue_events_url = "/issues/events{{/number}}",
        issues_url = "/issues{{/number}}",
        keys_url = "/keys{{/key_id}}",
        labels_url = "/labels{{/name}}",
        languages_url = "/languages",
        merges_url = "/merges",
        milestones_url = "/milestones{{/number}}",
        notifications_url = "/notifications{{?since,all,participating}}",
        pulls_url = "/pulls{{/number}}",
        releases_url = "/releases{{/id}}",
        stargazers_url = "/stargazers",
        statuses_url = "/statuses/{{sha}}",
        subscribers_url = "/subscribers",
        subscription_url = "/subscription",
        tags_url = "/tags",
        teams_url = "/teams",
        trees_url = "/git/trees{{/sha}}",
    }
}

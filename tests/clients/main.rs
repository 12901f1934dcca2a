//! gh, Octokit, PyGithub and octocrab drive a real server through the operations of workflow runs and the commands of
//! every day. Each client is used as its own documentation shows; what it cannot read fails its suite.

mod gh;
mod octocrab_suite;
mod scripts;
mod yard;

use runyard_tests::{Store, stores};

stores!(sqlite, postgres => [gh_works, gh_speaks_to_workflows, octokit_works, pygithub_works, octocrab_works]);

async fn gh_works(store: Store) {
    gh::runs(store).await;
}

async fn gh_speaks_to_workflows(store: Store) {
    gh::workflows(store).await;
}

async fn octokit_works(store: Store) {
    scripts::octokit(store).await;
}

async fn pygithub_works(store: Store) {
    scripts::pygithub(store).await;
}

async fn octocrab_works(store: Store) {
    octocrab_suite::run(store).await;
}

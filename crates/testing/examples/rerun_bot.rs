//! A bot that runs failed runs again, once, and how it is tested: `cargo test --example rerun_bot`.
//!
//! `cargo run --example rerun_bot` lets it work once on a service that is started for it.

use runyard_testing::{RepositorySeed, RunSeed, Scope, Service, State};
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

/// Runs what failed again, in every failed run of a repository that has had one attempt; gives their ids.
///
/// It knows of nothing but GitHub's API: `api` may be `https://api.github.com`.
async fn rerun_failed(api: &str, token: &str, repository: &str) -> Result<Vec<i64>, Failure> {
    let client = reqwest::Client::builder()
        .user_agent("rerun-bot")
        .no_proxy()
        .build()?;
    let runs = format!("{api}/repos/{repository}/actions/runs");
    let failed = client
        .get(format!("{runs}?status=failure"))
        .bearer_auth(token);
    let failed: Value = failed.send().await?.error_for_status()?.json().await?;
    let mut again = Vec::new();
    for run in failed["workflow_runs"].as_array().into_iter().flatten() {
        let (Some(id), Some(1)) = (run["id"].as_i64(), run["run_attempt"].as_i64()) else {
            continue;
        };
        let rerun = client.post(format!("{runs}/{id}/rerun-failed-jobs"));
        rerun.bearer_auth(token).send().await?.error_for_status()?;
        again.push(id);
    }
    Ok(again)
}

const WORKFLOW: &str = "
name: CI
on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
";

/// A service with a user, their token and a repository.
async fn service() -> Result<(Service, String), Failure> {
    let service = Service::start().await?;
    service.create_user("mona").await?;
    let token = service.token("mona", &[Scope::Repo]).await?;
    let repository = RepositorySeed::new("mona/app").file(".github/workflows/ci.yml", WORKFLOW);
    service.create_repository(&repository).await?;
    Ok((service, token))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (service, token) = service().await?;
    service
        .run(&RunSeed::new("mona/app", "ci.yml", State::Failure))
        .await?;
    let again = rerun_failed(&service.api(), &token, "mona/app").await?;
    println!("the bot ran these again: {again:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use runyard_testing::Conclusion;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_failed_once_is_run_again_and_nothing_else() -> Result<(), Failure> {
        let (service, token) = service().await?;
        let mut failed = None;
        for state in [
            State::Success,
            State::Failure,
            State::Cancelled,
            State::InProgress,
        ] {
            let run = service
                .run(&RunSeed::new("mona/app", "ci.yml", state))
                .await?;
            failed = failed.or((state == State::Failure).then_some(run));
        }
        let twice = RunSeed::new("mona/app", "ci.yml", State::Failure).then(State::Failure);
        service.run(&twice).await?;
        let failed = failed.expect("one of them failed");

        let again = rerun_failed(&service.api(), &token, "mona/app").await?;
        assert_eq!(again, [failed.get()]);
        assert_eq!(service.state_of(failed).await?, State::Queued);

        // The second attempt fails too: the bot leaves it at that.
        let runner = service.runner("builder", &["ubuntu-latest"]).await?;
        let job = runner.take().await?.expect("the job is queued again");
        job.finish(Conclusion::Failure).await?;
        assert_eq!(service.state_of(failed).await?, State::Failure);
        assert_eq!(
            rerun_failed(&service.api(), &token, "mona/app").await?,
            Vec::<i64>::new()
        );
        Ok(())
    }
}

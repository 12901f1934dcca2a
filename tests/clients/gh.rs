//! The commands of gh that people use every day, of the version that Debian has.

use crate::yard::Yard;
use runyard_tests::{Finished, Gh, Store};
use serde_json::Value;

/// gh on the repository of the yard.
struct Hand<'a> {
    yard: &'a Yard,
    gh: Gh,
}

impl<'a> Hand<'a> {
    fn of(yard: &'a Yard) -> Self {
        let gh = Gh::installed(&yard.server).expect("make test-clients installs gh");
        Self { yard, gh }
    }

    async fn says(&self, command: &str) -> Finished {
        let words: Vec<&str> = command.split(' ').collect();
        self.gh.run(&self.yard.slug(), &words).await
    }

    /// What it printed; it must end with success.
    async fn prints(&self, command: &str) -> String {
        let finished = self.says(command).await;
        assert_eq!(finished.code, Some(0), "gh {command}: {finished:?}");
        finished.stdout
    }

    async fn prints_all(&self, command: &str, words: &[&str]) {
        let printed = self.prints(command).await;
        for word in words {
            assert!(
                printed.contains(word),
                "gh {command}: no {word:?} in {printed}"
            );
        }
    }

    async fn json(&self, command: &str) -> Value {
        let printed = self.prints(command).await;
        let value = serde_json::from_str(&printed);
        value.unwrap_or_else(|error| panic!("gh {command}: {error}: {printed}"))
    }

    async fn is_refused(&self, command: &str, why: &str) {
        let finished = self.says(command).await;
        assert_ne!(finished.code, Some(0), "gh {command}: {finished:?}");
        assert!(finished.stderr.contains(why), "gh {command}: {finished:?}");
    }
}

pub(crate) async fn runs(store: Store) {
    let yard = Yard::start(store).await;
    let gh = Hand::of(&yard);
    let run = yard.dispatch("half.yml").await;
    assert_eq!(yard.completed(run).await, "failure");

    let list = "run list --limit 5 --json databaseId,displayTitle,status,conclusion,event,headBranch,workflowName";
    let listed = gh.json(list).await;
    assert_eq!(listed[0]["databaseId"], run, "{listed}");
    assert_eq!(listed[0]["displayTitle"], "Half of everything");
    assert_eq!(listed[0]["conclusion"], "failure");
    gh.prints_all(
        "run list --workflow half.yml --branch main",
        &["Half", &run.to_string()],
    )
    .await;
    let ids = [format!("run view {run}"), format!("run view {run} --log")];
    gh.prints_all(&ids[0], &["good", "bad", "mind the gap", "after"])
        .await;
    gh.prints_all(&ids[1], &["good morning from good"]).await;
    let failed = gh.prints(&format!("run view {run} --log-failed")).await;
    assert!(
        failed.contains("bad\t") && !failed.contains("good morning"),
        "{failed}"
    );
    let jobs = gh
        .json(&format!("run view {run} --json jobs,url,headSha"))
        .await;
    assert_eq!(jobs["headSha"], yard.head());
    let jobs = jobs["jobs"].as_array().expect("a list").clone();
    let bad = jobs.iter().find(|job| job["name"] == "bad").expect("a job");
    let bad = &bad["databaseId"];
    gh.prints_all(&format!("run view --job {bad}"), &["bad", "Try"])
        .await;
    gh.prints_all(&format!("run view --job {bad} --log"), &["bad\tTry\t"])
        .await;
    let refused = gh.says(&format!("run view {run} --exit-status")).await;
    assert_eq!(refused.code, Some(1), "it failed: {refused:?}");

    gh.is_refused(&format!("run cancel {run}"), "completed")
        .await;
    let _ = gh.prints(&format!("run rerun --job {bad}")).await;
    assert_eq!(yard.completed(run).await, "success");
    let _ = gh.prints(&format!("run rerun {run}")).await;
    let _ = gh
        .prints(&format!("run watch {run} --exit-status --interval 1"))
        .await;
    assert_eq!(yard.completed(run).await, "success");
    gh.is_refused(&format!("run rerun {run} --failed"), "")
        .await;

    let waiting = yard.dispatch("wait.yml").await;
    gh.is_refused(&format!("run rerun {waiting}"), "cannot be rerun")
        .await;
    let _ = gh.prints(&format!("run cancel {waiting}")).await;
    assert_eq!(yard.completed(waiting).await, "cancelled");
    gh.is_refused(&format!("run download {run}"), "no valid artifacts")
        .await;
}

pub(crate) async fn workflows(store: Store) {
    let yard = Yard::start(store).await;
    let gh = Hand::of(&yard);
    gh.prints_all("workflow list", &["Half", "Wait", "active"])
        .await;
    gh.prints_all("workflow view half.yml", &["Half", "half.yml"])
        .await;
    gh.prints_all("workflow view half.yml --yaml", &["mind the gap"])
        .await;
    let _ = gh.prints("workflow disable Wait").await;
    let listed = gh.prints("workflow list").await;
    assert!(!listed.contains("Wait"), "{listed}");
    gh.prints_all("workflow list --all", &["disabled_manually"])
        .await;
    gh.is_refused("workflow run wait.yml --ref main", "disabled")
        .await;
    let _ = gh.prints("workflow enable wait.yml").await;
    // Without a ref it asks for the default branch by GraphQL.
    let _ = gh.prints("workflow run half.yml -f what=nothing").await;
    let listed = gh
        .json("run list --limit 1 --json databaseId,displayTitle")
        .await;
    assert_eq!(listed[0]["displayTitle"], "Half of nothing");
    let id = listed[0]["databaseId"].as_i64().expect("an id");
    assert_eq!(yard.completed(id).await, "failure");

    let _ = gh.prints("secret set TOKEN --body very-secret").await;
    gh.prints_all("secret list", &["TOKEN"]).await;
    let _ = gh.prints("secret remove TOKEN").await;
    let runs = format!("repos/{}/actions/runs?per_page=1", yard.slug());
    let pages = gh.gh.api("GET", &runs).await;
    assert_eq!(pages.code, Some(0), "{pages:?}");
    let all = gh.gh.paginate(&runs, ".workflow_runs[].id").await;
    assert_eq!(all.code, Some(0), "{all:?}");
    assert_eq!(all.stdout.lines().count(), 2, "{all:?}");
}

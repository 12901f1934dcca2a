//! Which runs the webhooks of a forge start, at which commit and ref (semantics 6.1).

use crate::World;
use runyard_domain::run::HeadRepository;
use runyard_engine::Occurrence;
use serde_json::{Value, json};

/// Starts for everything that a forge tells of, and shows what its expressions see.
const EVERYTHING: &str = "
run-name: ${{ github.event_name }} ${{ github.ref }} ${{ github.base_ref }}<${{ github.head_ref }} ${{ github.sha }}
on:
  branch_protection_rule:
  check_run:
  check_suite:
  create:
  delete:
  deployment:
  deployment_status:
  discussion:
  discussion_comment:
  fork:
  gollum:
  issue_comment:
  issues:
  label:
  merge_group:
  milestone:
  page_build:
  project:
  project_card:
  project_column:
  public:
  pull_request:
    types: [opened, closed]
  pull_request_review:
  pull_request_review_comment:
  pull_request_target:
    types: [opened, closed]
  push:
  registry_package:
  release:
  repository_dispatch:
  status:
  watch:
jobs:
  a: {runs-on: linux, steps: [{run: x}]}
";

/// The commits of a source with a branch, a tag and a pull request.
struct Commits {
    main: String,
    topic: String,
    merge: String,
}

/// `main`, the branch `topic` one commit ahead, the tag `v1` at its tip, and pull request 7 of it.
fn branch_off(world: &World) -> Commits {
    let main = world.git(&["rev-parse", "HEAD"]);
    world.git(&["checkout", "-q", "-b", "topic"]);
    let topic = world.write("src/code.txt", "new");
    world.git(&["tag", "v1"]);
    world.git(&["checkout", "-q", "--detach", "main"]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge 7", "topic"]);
    let merge = world.git(&["rev-parse", "HEAD"]);
    world.git(&["update-ref", "refs/pull/7/merge", &merge]);
    world.git(&["checkout", "-q", "main"]);
    Commits { main, topic, merge }
}

fn pull_request(action: &str, commits: &Commits, change: impl FnOnce(&mut Value)) -> Value {
    let repo = json!({ "id": 1, "full_name": "mona/hello", "owner": { "id": 1 } });
    let mut payload = json!({
        "action": action,
        "number": 7,
        "pull_request": {
            "id": 70, "number": 7, "state": "open", "title": "Add code",
            "merged": false, "mergeable": null, "merge_commit_sha": null,
            "head": { "ref": "topic", "sha": commits.topic, "repo": repo },
            "base": { "ref": "main", "sha": commits.main, "repo": repo },
        },
    });
    change(&mut payload["pull_request"]);
    payload
}

/// Event, ref, base, head and commit as the run's expressions see them, then the head that the run shows.
async fn seen(world: &World, event: &str, payload: Value) -> Vec<String> {
    let mut found = Vec::new();
    for run in world.told(event, payload).await {
        let identity = world.view(run).await.identity;
        let branch = identity.head_branch.unwrap_or_else(|| "-".to_owned());
        let title = identity.display_title;
        found.push(format!("{title} | {branch} {}", identity.head_sha));
    }
    found
}

#[tokio::test]
async fn r6_3_every_event_runs_where_the_table_says() {
    let world = World::new(EVERYTHING).await;
    let c = branch_off(&world);
    let (main, topic) = (&c.main, &c.topic);
    let on_main = format!("refs/heads/main < {main} | main {main}");
    let merged = format!("refs/pull/7/merge main<topic {} | topic {topic}", c.merge);
    let reviewed = format!("refs/pull/7/merge < {} | topic {topic}", c.merge);
    let target = format!("refs/heads/main main<topic {main} | topic {topic}");
    let at_topic = format!("refs/heads/topic < {topic} | topic {topic}");
    let at_tag = format!("refs/tags/v1 < {topic} | v1 {topic}");
    let review = pull_request("submitted", &c, |_| {});
    let comment = pull_request("created", &c, |_| {});
    let deployed = |git_ref: &str| json!({ "deployment": { "ref": git_ref, "sha": topic } });
    let group = "gh-readonly-queue/main/pr-7";
    let queued = json!({ "action": "checks_requested", "merge_group": {
        "head_ref": format!("refs/heads/{group}"), "head_sha": topic, "base_ref": "refs/heads/main",
    } });
    let release = json!({ "action": "published", "release": { "tag_name": "v1", "draft": false } });
    let push = |git_ref: &str| json!({ "ref": git_ref, "after": topic });
    let new = |kind: &str, name: &str| json!({ "ref": name, "ref_type": kind });
    let action = |word: &str| json!({ "action": word });
    let table: Vec<(&str, Value, String)> = vec![
        ("push", push("refs/heads/topic"), at_topic.clone()),
        ("push", push("refs/tags/v1"), at_tag.clone()),
        ("pull_request_review", review, reviewed.clone()),
        ("pull_request_review_comment", comment, reviewed),
        (
            "merge_group",
            queued,
            format!("refs/heads/{group} < {topic} | {group} {topic}"),
        ),
        ("create", new("branch", "topic"), at_topic.clone()),
        ("create", new("tag", "v1"), at_tag.clone()),
        ("delete", new("branch", "gone"), on_main.clone()),
        ("release", release, at_tag),
        ("deployment", deployed("topic"), at_topic),
        (
            "deployment_status",
            deployed(topic),
            format!(" < {topic} | - {topic}"),
        ),
        ("repository_dispatch", action("anything"), on_main.clone()),
        ("issues", action("opened"), on_main.clone()),
        ("issue_comment", action("created"), on_main.clone()),
        ("discussion", action("answered"), on_main.clone()),
        ("discussion_comment", action("edited"), on_main.clone()),
        ("label", action("created"), on_main.clone()),
        ("milestone", action("opened"), on_main.clone()),
        ("fork", json!({}), on_main.clone()),
        ("watch", action("started"), on_main.clone()),
        ("status", json!({ "sha": topic }), on_main.clone()),
        ("check_run", action("created"), on_main.clone()),
        ("check_suite", action("completed"), on_main.clone()),
        ("public", json!({}), on_main.clone()),
        ("gollum", json!({}), on_main.clone()),
        ("page_build", json!({}), on_main.clone()),
        ("branch_protection_rule", action("created"), on_main.clone()),
        ("registry_package", action("published"), on_main.clone()),
        ("project", action("closed"), on_main.clone()),
        ("project_card", action("moved"), on_main.clone()),
        ("project_column", action("updated"), on_main),
    ];
    for (event, payload, wanted) in table {
        let found = seen(&world, event, payload).await;
        assert_eq!(found, [format!("{event} {wanted}")], "{event}");
    }
    let pulled = seen(&world, "pull_request", pull_request("opened", &c, |_| {})).await;
    let wanted = [
        format!("pull_request {merged}"),
        format!("pull_request_target {target}"),
    ];
    assert_eq!(pulled, wanted);
}

const PULLED: &str = "
on:
  pull_request:
    branches: [main]
    paths: ['src/**']
jobs:
  a: {runs-on: linux, steps: [{run: x}]}
";

#[tokio::test]
async fn r6_38_a_pull_request_s_run_shows_its_title_and_the_head_commit() {
    let world = World::new(PULLED).await;
    let c = branch_off(&world);
    let runs = world
        .told("pull_request", pull_request("opened", &c, |_| {}))
        .await;
    let run = world.view(runs[0]).await;
    assert_eq!(run.identity.display_title, "Add code");
    assert_eq!(run.identity.name, ".github/workflows/ci.yml");
    assert_eq!(run.commit.sha, c.topic);
    assert_eq!(
        (run.identity.sha(), &*run.identity.head_sha),
        (&*c.merge, &*c.topic)
    );
    assert_eq!(run.identity.cause.notice, None);
    let offer = world.claim("k").await.pop().unwrap();
    assert_eq!(offer.assignment.run.identity.sha(), c.merge);
}

#[tokio::test]
async fn r6_4_no_run_while_there_is_a_conflict_and_the_base_branch_once_it_is_merged() {
    let world = World::new(EVERYTHING).await;
    let c = branch_off(&world);
    let conflict = pull_request("opened", &c, |pull| pull["mergeable"] = json!(false));
    let found = seen(&world, "pull_request", conflict).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("pull_request_target "), "{found:?}");

    world.git(&["update-ref", "refs/heads/main", &c.merge]);
    let merged = pull_request("closed", &c, |pull| {
        pull["state"] = json!("closed");
        pull["merged"] = json!(true);
        pull["merge_commit_sha"] = json!(c.merge);
    });
    let found = seen(&world, "pull_request", merged).await;
    let wanted = format!("refs/heads/main main<topic {} | topic {}", c.merge, c.topic);
    assert_eq!(found[0], format!("pull_request {wanted}"));
}

#[tokio::test]
async fn r6_5_r6_21_the_activity_and_the_base_branch_decide() {
    let world = World::new(PULLED).await;
    let c = branch_off(&world);
    for (action, base, starts) in [
        ("opened", "main", 1),
        ("synchronize", "main", 1),
        ("reopened", "main", 1),
        ("labeled", "main", 0),
        ("closed", "main", 0),
        ("opened", "release", 0),
    ] {
        let payload = pull_request(action, &c, |pull| pull["base"]["ref"] = json!(base));
        let runs = world.told("pull_request", payload).await;
        assert_eq!(runs.len(), starts, "{action} into {base}");
    }
}

#[tokio::test]
async fn r6_24_only_what_the_head_changed_since_it_left_its_base_is_looked_at() {
    let docs = PULLED.replace("src/**", "docs/**");
    let world = World::new(&docs).await;
    let mut c = branch_off(&world);
    // The base moved on: against its tip, `docs` would differ too.
    c.main = world.write("docs/guide.md", "how to");
    let runs = world
        .told("pull_request", pull_request("opened", &c, |_| {}))
        .await;
    assert_eq!(runs, []);
    world.git(&["checkout", "-q", "topic"]);
    c.topic = world.write("docs/other.md", "how to");
    let runs = world
        .told("pull_request", pull_request("synchronize", &c, |_| {}))
        .await;
    assert_eq!(runs.len(), 1);
}

#[tokio::test]
async fn r6_30_the_message_of_the_head_commit_is_heeded() {
    let world = World::new(&EVERYTHING.replace("types: [opened, closed]", "types: [opened]")).await;
    let mut c = branch_off(&world);
    world.git(&["checkout", "-q", "topic"]);
    world.git(&["commit", "-q", "--allow-empty", "-m", "Nothing [skip ci]"]);
    c.topic = world.git(&["rev-parse", "HEAD"]);
    let found = seen(&world, "pull_request", pull_request("opened", &c, |_| {})).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("pull_request_target "), "{found:?}");
}

#[tokio::test]
async fn without_a_merge_ref_of_this_head_the_head_commit_runs_and_the_log_says_so() {
    let world = World::new(PULLED).await;
    let mut c = branch_off(&world);
    let notice = async |c: &Commits, part: &str| {
        let runs = world
            .told("pull_request", pull_request("opened", c, |_| {}))
            .await;
        let identity = world.view(runs[0]).await.identity;
        assert_eq!(
            (identity.sha(), &*identity.head_sha),
            (&*c.topic, &*c.topic)
        );
        assert_eq!(identity.git_ref, "refs/pull/7/merge");
        let notice = identity.cause.notice.unwrap();
        assert!(
            notice.contains(part) && notice.contains(&c.topic),
            "{notice}"
        );
    };
    world.git(&["checkout", "-q", "topic"]);
    c.topic = world.write("src/more.txt", "newer");
    notice(&c, "refs/pull/7/merge of the source is of another head").await;
    world.git(&["update-ref", "-d", "refs/pull/7/merge"]);
    notice(&c, "the source has no refs/pull/7/merge").await;
}

#[tokio::test]
async fn r6_36_a_run_of_a_fork_knows_the_fork_and_its_pull_request_is_not_kept() {
    let world = World::new(PULLED).await;
    let c = branch_off(&world);
    let of_fork = pull_request("opened", &c, |pull| {
        let owner = json!({ "id": 9, "login": "eve" });
        pull["head"]["repo"] = json!({ "id": 8, "full_name": "eve/hello", "owner": owner });
    });
    let run = world.told("pull_request", of_fork).await[0];
    let view = world.view(run).await;
    let HeadRepository::Fork(fork) = &view.identity.cause.head_repository else {
        panic!("{:?}", view.identity.cause);
    };
    assert_eq!((&*fork.owner, &*fork.name, fork.id), ("eve", "hello", 8));
    let shown = world.engine.pull_requests_of(&[&view]).await.unwrap();
    assert_eq!(shown, []);

    let gone = pull_request("opened", &c, |pull| pull["head"]["repo"] = Value::Null);
    let run = world.told("pull_request", gone).await[0];
    let cause = world.view(run).await.identity.cause;
    assert_eq!(cause.head_repository, HeadRepository::Gone);
}

#[tokio::test]
async fn a_run_shows_the_open_pull_requests_of_its_branch() {
    let world = World::new(EVERYTHING).await;
    let c = branch_off(&world);
    let push = json!({ "ref": "refs/heads/topic", "after": c.topic });
    let run = world.told("push", push).await[0];
    let shown = async || {
        let view = world.view(run).await;
        let pulls = world.engine.pull_requests_of(&[&view]).await.unwrap();
        pulls
            .into_iter()
            .map(|pull| pull.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(shown().await, [0; 0]);
    world
        .told("pull_request", pull_request("opened", &c, |_| {}))
        .await;
    assert_eq!(shown().await, [7]);
    // A tag may be called as a branch is.
    let tag = json!({ "ref": "refs/tags/topic", "after": c.topic });
    world.git(&["tag", "topic", &c.topic]);
    let tagged = world.view(world.told("push", tag).await[0]).await;
    assert_eq!(world.engine.pull_requests_of(&[&tagged]).await.unwrap(), []);
    let closed = pull_request("closed", &c, |pull| pull["state"] = json!("closed"));
    world.told("pull_request", closed).await;
    assert_eq!(shown().await, [0; 0]);
}

#[tokio::test]
async fn r6_3_a_file_that_only_another_branch_has_reacts_to_nothing_of_the_repository() {
    let world = World::new(PULLED).await;
    world.git(&["checkout", "-q", "-b", "topic"]);
    let head = world.write(".github/workflows/all.yml", EVERYTHING);
    assert_eq!(
        world.told("issues", json!({ "action": "opened" })).await,
        []
    );
    let push = json!({ "ref": "refs/heads/topic", "after": head });
    assert_eq!(world.told("push", push).await.len(), 1);
}

#[tokio::test]
async fn r6_6_a_draft_of_a_release_starts_nothing_though_its_tag_is_not_there() {
    let world = World::new(EVERYTHING).await;
    let release = json!({ "tag_name": "v9", "draft": true });
    let payload = |action: &str| json!({ "action": action, "release": release });
    for action in ["created", "edited", "deleted"] {
        assert_eq!(world.told("release", payload(action)).await, [], "{action}");
    }
}

#[tokio::test]
async fn r6_91_a_broken_file_makes_a_run_for_a_push_and_for_nothing_else() {
    let world = World::new("on: [push\njobs:").await;
    let head = world.git(&["rev-parse", "HEAD"]);
    assert_eq!(
        world.told("issues", json!({ "action": "opened" })).await,
        []
    );
    let push = json!({ "ref": "refs/heads/main", "after": head });
    assert_eq!(world.told("push", push).await.len(), 1);
}

#[tokio::test]
async fn a_delivery_that_comes_again_makes_no_second_run_of_either_event() {
    let world = World::new(EVERYTHING).await;
    let c = branch_off(&world);
    let deliver = async || {
        let payload = pull_request("opened", &c, |_| {});
        let told = Occurrence::read("pull_request", payload, Some("d".to_owned())).unwrap();
        let runs = world.engine.deliver(&world.repository, told, &world.user);
        runs.await.unwrap()
    };
    let made = deliver().await;
    assert_eq!(made.len(), 2);
    assert_eq!(deliver().await, made);
    // Where the delivery itself is forgotten, the runs are not.
    let payload = pull_request("opened", &c, |_| {});
    let told = Occurrence::read("pull_request", payload, Some("d".to_owned())).unwrap();
    let again = world.engine.occur(&world.repository, told, &world.user);
    assert_eq!(again.await.unwrap(), made);
    assert_eq!(world.runs().await.len(), 2);
}

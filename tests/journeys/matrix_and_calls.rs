//! Files that say more than one job after the other: matrices, conditions, called workflows, inputs.

use runyard_tests::{Repository, Server, Store, stores};
use serde_json::json;

use crate::project::{NAME, OWNER, Project, conclusions, text};

stores!(memory, sqlite, postgres => [
    a_matrix_runs_its_legs_under_github_s_names,
    a_called_workflow_runs_and_is_named_as_referenced,
    a_dispatch_with_a_bad_choice_names_the_input,
    r1_19_a_push_of_ignored_paths_starts_nothing,
    a_pushed_tag_starts_the_release_only,
]);

const MATRIX: &str = "
on: [push, workflow_dispatch]
jobs:
  test:
    strategy:
      matrix:
        os: [linux, mac]
        version: [1, 2, 3]
        exclude:
          - {os: mac, version: 2}
    runs-on: ubuntu-latest
    steps:
      - run: echo tested
  report:
    needs: test
    if: always() && needs.test.result == 'success'
    runs-on: ubuntu-latest
    steps:
      - run: echo all legs are in
  never:
    needs: test
    if: needs.test.result == 'failure'
    runs-on: ubuntu-latest
    steps:
      - run: echo never said
";

async fn a_matrix_runs_its_legs_under_github_s_names(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, MATRIX).await;

    let run = project.dispatch().await;

    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");
    let jobs = project.jobs(run).await;
    let wanted = [
        ("never", "skipped"),
        ("report", "success"),
        ("test (linux, 1)", "success"),
        ("test (linux, 2)", "success"),
        ("test (linux, 3)", "success"),
        ("test (mac, 1)", "success"),
        ("test (mac, 3)", "success"),
    ];
    assert_eq!(conclusions(&jobs), wanted.into());
}

const CALLER: &str = "
on: [push, workflow_dispatch]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo built
  deploy:
    needs: build
    uses: ./.github/workflows/deploy.yml
    with:
      to: production
  after:
    needs: deploy
    runs-on: ubuntu-latest
    steps:
      - run: echo done
";

const CALLED: &str = "
on:
  workflow_call:
    inputs:
      to: {type: string, required: true}
jobs:
  ship:
    name: Ship to ${{ inputs.to }}
    runs-on: ubuntu-latest
    steps:
      - run: echo shipped
";

async fn a_called_workflow_runs_and_is_named_as_referenced(store: Store) {
    let server = Server::start(store).await;
    let repository = Repository::new();
    repository.write(".github/workflows/ci.yml", CALLER);
    repository.write(".github/workflows/deploy.yml", CALLED);
    let head = repository.commit("Deploy by a workflow of its own");
    repository.push();
    let project = Project::register(&server, repository).await;

    let run = project.dispatch().await;

    let done = project.completed(run).await;
    assert_eq!(text(&done, "conclusion"), "success");
    let jobs = project.jobs(run).await;
    let wanted = [
        ("after", "success"),
        ("build", "success"),
        ("deploy / Ship to production", "success"),
    ];
    assert_eq!(conclusions(&jobs), wanted.into());
    let path = format!("{OWNER}/{NAME}/.github/workflows/deploy.yml@refs/heads/main");
    assert_eq!(
        done["referenced_workflows"],
        json!([{ "path": path, "sha": head, "ref": "refs/heads/main" }])
    );
}

const INPUTS: &str = "
on:
  workflow_dispatch:
    inputs:
      to:
        type: choice
        options: [staging, production]
jobs:
  deploy:
    name: To ${{ inputs.to }}
    runs-on: ubuntu-latest
    steps:
      - run: echo deployed
";

async fn a_dispatch_with_a_bad_choice_names_the_input(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, INPUTS).await;
    let path = project.actions("workflows/ci.yml/dispatches");
    let dispatch = async |to: &str| {
        let body = json!({ "ref": "main", "inputs": { "to": to } });
        project.client.post(&path, &body).await
    };

    let refused = dispatch("nowhere").await.expect(422);

    let message = refused.message();
    for words in ["to", "nowhere", "staging", "production"] {
        assert!(message.contains(words), "{words:?} is not in {message}");
    }
    let runs = project.client.get(&project.actions("runs")).await;
    assert_eq!(runs.expect(200).json()["total_count"], 0);
    let _ = dispatch("staging").await.expect(204);
    let listed = async || {
        let runs = project.client.get(&project.actions("runs")).await;
        runs.expect(200).json()["workflow_runs"][0]["id"].as_i64()
    };
    let run = runyard_tests::eventually("the run is there", crate::project::PATIENCE, listed).await;
    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");
    let jobs = project.jobs(run).await;
    assert_eq!(conclusions(&jobs), [("To staging", "success")].into());
}

const PATHS: &str = "
on:
  push:
    branches: [main]
    paths-ignore: [docs/**]
run-name: Built by ${{ github.actor }} as number ${{ github.run_number }}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo built
";

async fn r1_19_a_push_of_ignored_paths_starts_nothing(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, PATHS).await;
    let before = project.repository.head();
    project.repository.write("docs/guide.md", "how to\n");
    project.repository.commit("Explain");
    project.repository.push();
    assert_eq!(project.tell_of_push(&before).await, Vec::<i64>::new());

    let before = project.repository.head();
    project.repository.write("docs/guide.md", "how to, again\n");
    project.repository.write("src/main.txt", "code\n");
    project.repository.commit("Explain and do");
    project.repository.push();
    let runs = project.tell_of_push(&before).await;

    assert_eq!(runs.len(), 1, "{runs:?}");
    let run = project.completed(runs[0]).await;
    assert_eq!(text(&run, "conclusion"), "success");
    let title = text(&run, "display_title");
    assert!(title.ends_with(" as number 1"), "{title}");
}

const RELEASE: &str = "
on:
  push:
    tags: ['v*']
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: echo released
";

async fn a_pushed_tag_starts_the_release_only(store: Store) {
    let server = Server::start(store).await;
    let repository = Repository::new();
    repository.write(".github/workflows/ci.yml", PATHS);
    repository.write(".github/workflows/release.yml", RELEASE);
    let head = repository.commit("Release by tag");
    repository.push();
    repository.tag("v1.0");
    let project = Project::register(&server, repository).await;

    let runs = project.tell_of("refs/tags/v1.0", &head).await;

    assert_eq!(runs.len(), 1, "{runs:?}");
    let run = project.completed(runs[0]).await;
    assert_eq!(text(&run, "path"), ".github/workflows/release.yml");
    assert_eq!(text(&run, "head_branch"), "v1.0");
    assert_eq!(text(&run, "conclusion"), "success");
}

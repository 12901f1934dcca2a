//! What the steps of jobs see, decide and give to each other: outputs, conditions, clean-up, actions of the repository.

use runyard_tests::{Repository, Server, Store, eventually, stores};
use serde_json::{Value, json};

use crate::project::{NAME, OWNER, PATIENCE, Project, conclusions, id, text};

stores!(memory, sqlite, postgres => [
    an_output_becomes_the_matrix_of_the_next_job,
    e9_a_failing_step_is_cleaned_up_after_and_annotated,
    a_composite_action_of_the_repository_gives_outputs,
    e18_a_cancelled_job_cleans_up_before_it_ends,
    r2_68_a_called_workflow_gives_outputs_to_its_caller,
]);

const OUTPUTS: &str = "
on: [push, workflow_dispatch]
env: {REGION: north}
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs:
      legs: ${{ steps.make.outputs.legs }}
      who: ${{ env.WHO }} of ${{ env.REGION }}
    env: {WHO: '${{ github.actor }}'}
    steps:
      - id: make
        run: echo 'legs=[\"one\",\"two\"]' >> $GITHUB_OUTPUT
  each:
    needs: plan
    strategy:
      matrix:
        leg: ${{ fromJSON(needs.plan.outputs.legs) }}
    runs-on: ubuntu-latest
    outputs:
      ${{ matrix.leg }}: done by ${{ matrix.leg }}
    steps:
      - if: matrix.leg == 'two'
        run: echo second ${{ strategy.job-index }} for ${{ needs.plan.outputs.who }}
      - if: ${{ matrix.leg != 'two' }}
        run: echo first
  all:
    needs: [plan, each]
    if: needs.each.outputs.one == 'done by one'
    name: All of ${{ join(fromJSON(needs.plan.outputs.legs), ' and ') }}
    runs-on: ubuntu-latest
    steps:
      - run: test '${{ needs.each.outputs.two }}' = 'done by two'
";

async fn an_output_becomes_the_matrix_of_the_next_job(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, OUTPUTS).await;

    let run = project.dispatch().await;

    let done = project.completed(run).await;
    let jobs = project.jobs(run).await;
    let wanted = [
        ("All of one and two", "success"),
        ("each (one)", "success"),
        ("each (two)", "success"),
        ("plan", "success"),
    ];
    assert_eq!(conclusions(&jobs), wanted.into());
    assert_eq!(text(&done, "conclusion"), "success");
    let log = project.job_log(id(&jobs["each (two)"])).await;
    assert!(
        log.contains("second 1 for ") && log.contains(" of north"),
        "{log}"
    );
    assert!(!log.contains("Z first"), "{log}");
}

const CLEAN_UP: &str = "
on: [push, workflow_dispatch]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - name: Break ${{ github.job }}
        id: broken
        run: |
          echo '::error file=src/main.sh,line=3,title=Broken::it is broken'
          echo '::warning::look out'
          echo '# Report' >> $GITHUB_STEP_SUMMARY
          exit 2
      - run: echo never said
      - if: failure()
        run: echo 'outcome ${{ steps.broken.outcome }}'
      - if: always()
        name: Clean up
        run: echo cleaned
";

async fn e9_a_failing_step_is_cleaned_up_after_and_annotated(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, CLEAN_UP).await;

    let run = project.dispatch().await;

    assert_eq!(text(&project.completed(run).await, "conclusion"), "failure");
    let job = project.jobs(run).await.remove("build").expect("the job");
    let steps: Vec<(&str, &str)> = steps(&job);
    let wanted = [
        ("Set up job", "success"),
        ("Break build", "failure"),
        ("Run echo never said", "skipped"),
        ("Run echo 'outcome failure'", "success"),
        ("Clean up", "success"),
        ("Complete job", "success"),
    ];
    assert_eq!(steps, wanted);
    let path = format!(
        "/api/v3/repos/{OWNER}/{NAME}/check-runs/{}/annotations",
        id(&job)
    );
    let annotations = project.client.get(&path).await.expect(200).json();
    let shown: Vec<(&str, &str)> = annotations
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (text(one, "annotation_level"), text(one, "message")))
        .collect();
    let wanted = [
        ("failure", "it is broken"),
        ("warning", "look out"),
        ("failure", "Process completed with exit code 2."),
    ];
    assert_eq!(shown, wanted);
    assert_eq!(
        (text(&annotations[0], "path"), &annotations[0]["start_line"]),
        ("src/main.sh", &json!(3))
    );
    let path = format!("/api/v1/jobs/{}/summary", id(&job));
    let summary = project.client.get(&path).await.expect(200).json();
    assert_eq!(
        summary["summaries"],
        json!([{ "step": 2, "markdown": "# Report\n" }])
    );
}

/// Names and conclusions of a job's steps.
fn steps(job: &Value) -> Vec<(&str, &str)> {
    let steps = job["steps"].as_array().expect("steps");
    let shown = steps
        .iter()
        .map(|step| (text(step, "name"), text(step, "conclusion")));
    shown.collect()
}

const ACTION: &str = "
name: Greet
inputs:
  who: {required: true}
  greeting: {default: Hello}
outputs:
  said: {value: '${{ steps.say.outputs.said }}'}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: echo \"said=${{ inputs.greeting }} $(cat \"$GITHUB_ACTION_PATH/mark\") ${{ inputs.who }}\" >> $GITHUB_OUTPUT
";

const USES_ACTION: &str = "
on: [push, workflow_dispatch]
jobs:
  greet:
    runs-on: ubuntu-latest
    outputs: {said: '${{ steps.greet.outputs.said }}'}
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/greet
        id: greet
        with: {who: harbour}
  tell:
    needs: greet
    name: ${{ needs.greet.outputs.said }}
    runs-on: ubuntu-latest
    steps:
      - uses: docker://alpine
";

async fn a_composite_action_of_the_repository_gives_outputs(store: Store) {
    let server = Server::start(store).await;
    let repository = Repository::new();
    repository.write(".github/workflows/ci.yml", USES_ACTION);
    repository.write(".github/actions/greet/action.yml", ACTION);
    repository.write(".github/actions/greet/mark", "dear");
    repository.commit("Greet by an action of its own");
    repository.push();
    let project = Project::register(&server, repository).await;

    let run = project.dispatch().await;

    project.completed(run).await;
    let jobs = project.jobs(run).await;
    let wanted = [("Hello dear harbour", "failure"), ("greet", "success")];
    assert_eq!(conclusions(&jobs), wanted.into());
    let log = project.job_log(id(&jobs["Hello dear harbour"])).await;
    assert!(log.contains("composite actions of the workspace"), "{log}");
}

async fn e18_a_cancelled_job_cleans_up_before_it_ends(store: Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let gate = folder.path().join("gate");
    let workflow = format!(
        "
on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: exit 1
      - if: always()
        run: |
          until [ -e '{}' ]; do sleep 0.05; done
          echo kept on
      - {{if: failure(), run: echo never said}}
      - {{if: always(), run: echo always}}
      - {{if: cancelled(), run: 'echo status ${{{{ job.status }}}}'}}
",
        gate.display()
    );
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, &workflow).await;
    let run = project.dispatch().await;
    project.started(run, "build").await;
    let second = async || {
        let job = project.jobs(run).await.remove("build")?;
        (job["steps"][2]["status"] == "in_progress").then_some(())
    };
    eventually("the second step runs", PATIENCE, second).await;

    let cancel = project.actions(&format!("runs/{run}/cancel"));
    let _ = project.client.post_empty(&cancel).await.expect(202);
    let path = format!("/api/v1/runs/{run}");
    let told = async || {
        let run = project.client.get(&path).await.expect(200).json();
        (run["jobs"][0]["cancel_requested"] == true).then_some(())
    };
    eventually("the job was told to cancel", PATIENCE, told).await;
    std::fs::write(&gate, "").expect("the gate opens");

    assert_eq!(
        text(&project.completed(run).await, "conclusion"),
        "cancelled"
    );
    let job = project.jobs(run).await.remove("build").expect("the job");
    assert_eq!(text(&job, "conclusion"), "cancelled");
    let ends: Vec<&str> = steps(&job).into_iter().map(|(_, end)| end).collect();
    assert_eq!(ends[1..3], ["failure", "success"]);
    let log = project.job_log(id(&job)).await;
    assert!(
        log.contains("Z kept on") && log.contains("Z always"),
        "{log}"
    );
}

const CALLER: &str = "
on: [push, workflow_dispatch]
jobs:
  deploy:
    uses: ./.github/workflows/deploy.yml
    with: {to: production}
  after:
    needs: deploy
    name: Seen at ${{ needs.deploy.outputs.url }}
    runs-on: ubuntu-latest
    steps:
      - run: echo done
";

const CALLED: &str = "
on:
  workflow_call:
    inputs: {to: {type: string, required: true}}
    outputs: {url: {value: 'https://${{ jobs.ship.outputs.host }}'}}
env: {DOMAIN: example.com}
defaults: {run: {shell: sh}}
jobs:
  ship:
    runs-on: ubuntu-latest
    outputs: {host: '${{ steps.it.outputs.host }}'}
    steps:
      - id: it
        run: echo \"host=${{ inputs.to }}.$DOMAIN\" >> $GITHUB_OUTPUT
";

async fn r2_68_a_called_workflow_gives_outputs_to_its_caller(store: Store) {
    let server = Server::start(store).await;
    let repository = Repository::new();
    repository.write(".github/workflows/ci.yml", CALLER);
    repository.write(".github/workflows/deploy.yml", CALLED);
    repository.commit("Deploy by a workflow of its own");
    repository.push();
    let project = Project::register(&server, repository).await;

    let run = project.dispatch().await;

    project.completed(run).await;
    let jobs = project.jobs(run).await;
    let wanted = [
        ("Seen at https://production.example.com", "success"),
        ("deploy / ship", "success"),
    ];
    assert_eq!(conclusions(&jobs), wanted.into());
}

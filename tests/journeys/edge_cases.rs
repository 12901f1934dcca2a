//! The rows of the table of edge cases (semantics 10) that a user can cause, with the real server and runner: how jobs
//! with conditions, absorbed failures, matrices, outputs and groups end.

use std::path::Path;

use runyard_tests::{Repository, Server, Settings, Store, eventually, stores};
use serde_json::Value;

use crate::project::{PATIENCE, Project, conclusions, text};

stores!(memory, sqlite, postgres => [
    e1_and_e5_to_e34_jobs_and_runs_end_as_the_table_says,
    e2_e15_e16_and_e17_a_cancel_asks_every_condition_again,
]);

/// What a job of no interest does; `BAD` is one that fails.
const OK: &str = "runs-on: ubuntu-latest, steps: [{run: echo}]";
const BAD: &str = "runs-on: ubuntu-latest, steps: [{run: exit 1}]";

/// One row: a file of its own.
struct Row {
    name: &'static str,
    /// Its jobs; `OK`, `BAD` and `FOLDER` stand for something.
    jobs: &'static str,
    /// What becomes of them.
    ends: &'static [(&'static str, &'static str)],
    run: &'static str,
}

const ROWS: [Row; 17] = [
    Row {
        name: "e1",
        jobs: "
  m:
    strategy: {matrix: {v: [a, b]}}
    runs-on: ubuntu-latest
    steps:
      - run: |
          if [ ${{ matrix.v }} = b ]; then touch FOLDER/e1; sleep 300; fi
          until [ -e FOLDER/e1 ]; do sleep 0.05; done
          exit 1
  after: {needs: m, if: failure() && needs.m.result == 'failure', OK}",
        ends: &[("m (a)", "failure"), ("m (b)", "cancelled"), ("after", "success")],
        run: "failure",
    },
    Row {
        name: "e5",
        jobs: "
  b: {continue-on-error: true, BAD}
  c: {needs: b, name: 'seen as ${{ needs.b.result }}', OK}",
        ends: &[("b", "failure"), ("seen as success", "success")],
        run: "success",
    },
    Row {
        name: "e6",
        jobs: "
  a: {if: false, OK}
  b: {if: github.event_name == 'schedule', OK}",
        ends: &[("a", "skipped"), ("b", "skipped")],
        run: "skipped",
    },
    Row {
        name: "e7",
        jobs: "
  a: {OK}
  b: {if: false, OK}",
        ends: &[("a", "success"), ("b", "skipped")],
        run: "success",
    },
    Row {
        name: "e8",
        jobs: "
  a: {if: false, OK}
  b: {needs: a, if: always(), OK}
  c: {needs: b, OK}",
        ends: &[("a", "skipped"), ("b", "success"), ("c", "skipped")],
        run: "success",
    },
    Row {
        name: "e9",
        jobs: "
  a: {BAD}
  b: {needs: a, if: always(), OK}
  c: {needs: b, if: failure(), OK}",
        ends: &[("a", "failure"), ("b", "success"), ("c", "success")],
        run: "failure",
    },
    Row {
        name: "e10",
        jobs: "
  a: {continue-on-error: true, BAD}
  b: {needs: a, if: failure(), OK}",
        ends: &[("a", "failure"), ("b", "skipped")],
        run: "success",
    },
    Row {
        name: "e11",
        jobs: "
  a: {if: false, OK}
  b: {needs: a, if: '${{ !failure() && !cancelled() }}', OK}",
        ends: &[("a", "skipped"), ("b", "success")],
        run: "success",
    },
    Row {
        name: "e12",
        jobs: "
  a:
    runs-on: ubuntu-latest
    outputs: {x: '${{ steps.it.outputs.x }}'}
    steps:
      - id: it
        run: echo x=y >> $GITHUB_OUTPUT
      - run: exit 1
  b: {needs: a, if: needs.a.outputs.x == 'y', OK}
  c: {needs: a, if: always() && needs.a.outputs.x == 'y', OK}",
        ends: &[("a", "failure"), ("b", "skipped"), ("c", "success")],
        run: "failure",
    },
    Row {
        name: "e13",
        jobs: "
  a: {if: '${{ false }} && true', OK}",
        ends: &[("a", "success")],
        run: "success",
    },
    Row {
        name: "e14",
        jobs: "
  a: {BAD}
  b: {needs: a, if: \"contains('always()', 'x') == false\", OK}",
        ends: &[("a", "failure"), ("b", "skipped")],
        run: "failure",
    },
    Row {
        name: "e27",
        jobs: "
  a:
    runs-on: ubuntu-latest
    outputs: {m: '${{ steps.it.outputs.m }}'}
    steps:
      - id: it
        run: echo 'm={\"v\":[]}' >> $GITHUB_OUTPUT
  b: {needs: a, strategy: {matrix: '${{ fromJSON(needs.a.outputs.m) }}'}, OK}",
        ends: &[("a", "success"), ("b", "failure")],
        run: "failure",
    },
    Row {
        name: "e28",
        jobs: "
  m:
    strategy: {matrix: {value: [p, '']}}
    runs-on: ubuntu-latest
    outputs: {k: '${{ steps.it.outputs.k }}'}
    steps:
      - id: it
        run: echo 'k=${{ matrix.value }}' >> $GITHUB_OUTPUT
  after: {needs: m, name: 'k is ${{ needs.m.outputs.k }}', OK}",
        ends: &[("m (p)", "success"), ("m", "success"), ("k is p", "success")],
        run: "success",
    },
    Row {
        name: "e29",
        jobs: "
  m:
    strategy: {max-parallel: 1, matrix: {v: [1, 2]}}
    continue-on-error: true
    runs-on: ubuntu-latest
    steps: [{run: '[ ${{ matrix.v }} = 2 ]'}]",
        ends: &[("m (1)", "failure"), ("m (2)", "success")],
        run: "success",
    },
    Row {
        name: "e30",
        jobs: "
  m: {if: false, strategy: {matrix: {v: [1, 2]}}, OK}",
        ends: &[("m", "skipped")],
        run: "skipped",
    },
    // Two jobs beside each other would find each other's folder.
    Row {
        name: "e33",
        jobs: "
  x: {concurrency: Prod, runs-on: ubuntu-latest, steps: [{run: 'mkdir FOLDER/e33 && sleep 0.5 && rmdir FOLDER/e33'}]}
  y: {concurrency: prod, runs-on: ubuntu-latest, steps: [{run: 'mkdir FOLDER/e33 && sleep 0.5 && rmdir FOLDER/e33'}]}",
        ends: &[("x", "success"), ("y", "success")],
        run: "success",
    },
    Row {
        name: "e34",
        jobs: "
  a: {concurrency: {group: g, queue: max, cancel-in-progress: true}, OK}",
        ends: &[],
        run: "startup_failure",
    },
];

fn filled(jobs: &str, folder: &Path) -> String {
    let jobs = jobs.replace("OK}", &format!("{OK}}}"));
    let jobs = jobs.replace("BAD}", &format!("{BAD}}}"));
    jobs.replace("FOLDER", &folder.display().to_string())
}

/// The file of a run of that name.
fn path(name: &str) -> String {
    format!(".github/workflows/{name}.yml")
}

async fn e1_and_e5_to_e34_jobs_and_runs_end_as_the_table_says(store: Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::new(store).variable("RUNYARD__RUNNER__CAPACITY", "6");
    let server = Server::start_with(settings).await;
    let repository = Repository::new();
    for row in &ROWS {
        let jobs = filled(row.jobs, folder.path());
        repository.write(&path(row.name), &format!("on: push\njobs:{jobs}\n"));
    }
    let head = repository.commit("Ask for every edge");
    repository.push();
    let project = Project::register(&server, repository).await;

    let runs = project.tell_of("refs/heads/main", &head).await;

    assert_eq!(runs.len(), ROWS.len());
    for run in runs {
        let ended = project.completed(run).await;
        let row = ROWS.iter().find(|row| ended["path"] == path(row.name));
        let row = row.unwrap_or_else(|| panic!("{ended}"));
        let jobs = project.jobs(run).await;
        let wanted = row.ends.iter().copied().collect();
        assert_eq!(conclusions(&jobs), wanted, "{}", row.name);
        assert_eq!(text(&ended, "conclusion"), row.run, "{}", row.name);
    }
}

const CANCELLED: &str = "
on: workflow_dispatch
jobs:
  failed: {BAD}
  sleeps: {runs-on: ubuntu-latest, steps: [{run: 'touch FOLDER/sleeps; sleep 300'}]}
  obeys: {if: '!cancelled()', runs-on: ubuntu-latest, steps: [{run: 'touch FOLDER/obeys; sleep 300'}]}
  stays:
    if: always()
    runs-on: ubuntu-latest
    steps: [{run: 'touch FOLDER/stays; until [ -e FOLDER/go ]; do sleep 0.05; done'}]
  cleans: {needs: sleeps, if: always(), OK}
  mourns: {needs: sleeps, if: cancelled(), OK}
  follows: {needs: sleeps, OK}
";

async fn e2_e15_e16_and_e17_a_cancel_asks_every_condition_again(store: Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::new(store).variable("RUNYARD__RUNNER__CAPACITY", "6");
    let server = Server::start_with(settings).await;
    let workflow = filled(CANCELLED, folder.path());
    let project = Project::with_workflow(&server, &workflow).await;
    let run = project.dispatch().await;
    let ready = async || {
        let begun = ["sleeps", "obeys", "stays"].map(|name| folder.path().join(name).exists());
        let failed = project.jobs(run).await.remove("failed")?;
        (begun == [true; 3] && failed["status"] == "completed").then_some(())
    };
    eventually("three jobs run and one has failed", PATIENCE, ready).await;

    let cancel = project.actions(&format!("runs/{run}/cancel"));
    let _ = project.client.post_empty(&cancel).await.expect(202);

    let all_but_one = async || {
        let jobs = project.jobs(run).await;
        let open: Vec<&String> = jobs
            .iter()
            .filter(|(_, job)| job["status"] != "completed")
            .map(|(name, _)| name)
            .collect();
        (jobs.len() == 7 && open == ["stays"]).then_some(())
    };
    eventually("only the job that stays goes on", PATIENCE, all_but_one).await;
    std::fs::write(folder.path().join("go"), "").expect("it may end");

    let ended = project.completed(run).await;
    assert_eq!(text(&ended, "conclusion"), "cancelled", "E2, E16");
    let jobs = project.jobs(run).await;
    let wanted = [
        ("failed", "failure"),
        ("sleeps", "cancelled"),
        ("obeys", "cancelled"),
        ("stays", "success"),
        ("cleans", "success"),
        ("mourns", "success"),
        ("follows", "skipped"),
    ];
    assert_eq!(conclusions(&jobs), wanted.into());
}

const TOO_LONG: &str = "
on: workflow_dispatch
jobs:
  a: {OK}
  b: {timeout-minutes: 1, runs-on: ubuntu-latest, steps: [{run: sleep 300}]}
  absorbed:
    continue-on-error: true
    timeout-minutes: 1
    runs-on: ubuntu-latest
    steps: [{run: sleep 300}]
  c: {needs: b, if: failure(), OK}
  d: {needs: absorbed, OK}
";

/// The shortest limit is a minute, so it is told on one store.
#[tokio::test]
async fn e3_and_e4_a_job_beyond_its_time_cancels_its_run() {
    let settings = Settings::new(Store::Sqlite).variable("RUNYARD__RUNNER__CAPACITY", "3");
    let server = Server::start_with(settings).await;
    let project = Project::with_workflow(&server, &filled(TOO_LONG, Path::new(""))).await;
    let run = project.dispatch().await;

    let over = async || {
        let run: Value = project.run(run).await;
        (run["status"] == "completed").then_some(run)
    };
    let ended = eventually("a minute and the cancel are over", PATIENCE * 3, over).await;

    assert_eq!(text(&ended, "conclusion"), "cancelled", "E3, E4");
    let jobs = project.jobs(run).await;
    let wanted = [
        ("a", "success"),
        ("b", "cancelled"),
        ("absorbed", "cancelled"),
        ("c", "skipped"),
        ("d", "skipped"),
    ];
    assert_eq!(conclusions(&jobs), wanted.into());
}

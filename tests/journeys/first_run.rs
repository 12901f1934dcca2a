//! A newcomer dispatches the sample project's workflow and looks at what came of it.

use std::collections::BTreeMap;

use runyard_tests::{Repository, Server, Store, stores};

use crate::project::{Project, conclusions, id, text};

stores!(memory, sqlite, postgres, replicas => [
    the_sample_project_runs_to_success,
    the_archive_holds_the_output_of_every_step,
    a_job_waits_for_what_it_needs,
]);

/// The files of the sample project, as they are built into the program.
fn sample() -> Repository {
    let repository = Repository::new();
    for (path, text) in [
        (
            ".github/workflows/ci.yml",
            include_str!("../../bins/server/demo/.github/workflows/ci.yml"),
        ),
        (
            "README.md",
            include_str!("../../bins/server/demo/README.md"),
        ),
        (
            "src/wordcount.sh",
            include_str!("../../bins/server/demo/src/wordcount.sh"),
        ),
        (
            "tests/run.sh",
            include_str!("../../bins/server/demo/tests/run.sh"),
        ),
        (
            "texts/harbour.txt",
            include_str!("../../bins/server/demo/texts/harbour.txt"),
        ),
    ] {
        repository.write(path, text);
    }
    repository.commit("Add the word count");
    repository.push();
    repository
}

async fn the_sample_project_runs_to_success(store: Store) {
    let server = Server::start(store).await;
    let project = Project::register(&server, sample()).await;

    let run = project.dispatch().await;
    let run = project.completed(run).await;

    assert_eq!(text(&run, "conclusion"), "success");
    assert_eq!(text(&run, "event"), "workflow_dispatch");
    assert_eq!(text(&run, "head_sha"), project.repository.head());
    assert_eq!(text(&run, "head_branch"), "main");
    assert_eq!(
        (&run["run_number"], &run["run_attempt"]),
        (&1.into(), &1.into())
    );
    let jobs = project.jobs(id(&run)).await;
    let all = ["Lint", "Test", "Report", "Package"].map(|name| (name, "success"));
    assert_eq!(conclusions(&jobs), BTreeMap::from(all));
    let steps = jobs["Test"]["steps"].as_array().expect("steps");
    let names: Vec<_> = steps.iter().map(|step| text(step, "name")).collect();
    assert!(names.contains(&"Run the tests"), "{names:?}");
    assert_eq!(names.first(), Some(&"Set up job"));
    assert_eq!(names.last(), Some(&"Complete job"));
}

const TWO_VOICES: &str = "
name: Voices
on: workflow_dispatch
jobs:
  low:
    name: Low voice
    runs-on: ubuntu-latest
    steps:
      - name: Say hello
        run: echo good morning, $WHO
        env:
          WHO: harbour
      - run: |
          echo first line
          echo second line
  high:
    runs-on: ubuntu-latest
    steps:
      - run: echo quite high
";

async fn the_archive_holds_the_output_of_every_step(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, TWO_VOICES).await;
    let run = project.dispatch().await;
    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");

    let files: BTreeMap<_, _> = project.run_logs(run).await.into_iter().collect();

    let whole = files
        .keys()
        .filter(|name| !name.contains('/') && name.ends_with("_Low voice.txt"));
    assert_eq!(whole.count(), 1, "{:?}", files.keys());
    let said = |ending: &str| {
        let found = files
            .iter()
            .find(|(name, _)| name.starts_with("Low voice/") && name.ends_with(ending));
        found
            .unwrap_or_else(|| panic!("no {ending} in {:?}", files.keys()))
            .1
            .clone()
    };
    assert!(said("_Say hello.txt").contains("Z good morning, harbour\n"));
    let job = id(&project.jobs(run).await["Low voice"]);
    let log = project.job_log(job).await;
    assert!(
        log.contains("Z first line\n") && log.contains("Z second line\n"),
        "{log}"
    );
    assert!(!log.contains("quite high"), "{log}");
    assert!(log.lines().all(begins_with_a_time), "{log}");
}

/// `2023-06-29T18:16:44.1239045Z `: seven digits of a second and one space (contract 8).
fn begins_with_a_time(line: &str) -> bool {
    let pattern = "0000-00-00T00:00:00.0000000Z ";
    let fits = |(expected, found): (char, char)| {
        if expected == '0' {
            found.is_ascii_digit()
        } else {
            expected == found
        }
    };
    line.len() >= pattern.len() && pattern.chars().zip(line.chars()).all(fits)
}

const A_CHAIN: &str = "
on: workflow_dispatch
jobs:
  last:
    needs: [first, second]
    runs-on: ubuntu-latest
    steps:
      - run: echo last
  first:
    runs-on: ubuntu-latest
    steps:
      - run: echo first
  second:
    needs: first
    runs-on: ubuntu-latest
    steps:
      - run: echo second
";

async fn a_job_waits_for_what_it_needs(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, A_CHAIN).await;
    let run = project.dispatch().await;
    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");

    let jobs = project.jobs(run).await;

    for (before, after) in [("first", "second"), ("second", "last")] {
        let ended = text(&jobs[before], "completed_at");
        let started = text(&jobs[after], "started_at");
        assert!(
            ended <= started,
            "{before} ended {ended}, {after} started {started}"
        );
        // Newer jobs have larger ids: a job is planned when its needs are complete.
        assert!(id(&jobs[before]) < id(&jobs[after]));
    }
}

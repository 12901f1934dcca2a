//! Re-running a part: what is carried, whose log it leads to, and which called files count.

use crate::{TWO_JOBS, World, commit, git};
use runyard_domain::{Conclusion, Refusal, RunStatus, run::RerunOf};
use runyard_engine::EngineError;
use runyard_store::RunView;
use std::io::Read;

/// Names of the files of an attempt's archive.
async fn archived(world: &World, run: runyard_domain::RunId, attempt: Option<u32>) -> Vec<String> {
    let file = world.engine.run_archive(run, attempt).await.unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let names = archive.file_names();
    let mut names: Vec<String> = names.map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    let mut text = String::new();
    archive
        .by_index(0)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(!text.is_empty());
    names
}

#[tokio::test]
async fn r4_11_a_carried_job_leads_to_the_log_of_the_one_that_ran_and_is_not_in_the_archive() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Success).await;
    world.pass(1);
    world.run_next(Conclusion::Failure).await;
    let old = world.jobs(run).await;
    world.rerun(run, RerunOf::Failed).await.unwrap();
    world.run_next(Conclusion::Success).await;
    let new = world.jobs(run).await;
    assert_eq!(new[0].carried_from, Some(old[0].id));
    assert_eq!(new[1].carried_from, None);
    let log = world.engine.job_log(&new[0]).await.unwrap();
    assert_eq!(log, world.engine.job_log(&old[0]).await.unwrap());
    assert_eq!(new[0].steps, old[0].steps);

    let both = [
        "0_first.txt",
        "1_second.txt",
        "first/2_Run echo one.txt",
        "second/2_Run echo one.txt",
    ];
    assert_eq!(archived(&world, run, Some(1)).await, both);
    let own = ["0_second.txt", "second/2_Run echo one.txt"];
    assert_eq!(archived(&world, run, None).await, own);
    assert_eq!(archived(&world, run, Some(2)).await, own);
    let missing = world.engine.run_archive(run, Some(3)).await.unwrap_err();
    assert!(matches!(missing, EngineError::NotFound { .. }));
}

#[tokio::test]
async fn a_job_of_an_older_attempt_is_not_run_again() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Failure).await;
    let old = world.jobs(run).await[0].id;
    let by = world.user.id;
    world.engine.rerun_job(old, by, true).await.unwrap();
    let view = world.engine.store().run(run).await.unwrap().unwrap();
    assert!(view.attempt.debug, "r4_10");
    let live = world.engine.rerun_job(old, by, false).await.unwrap_err();
    assert!(matches!(
        live,
        EngineError::Refused(Refusal::RunNotCompleted { .. })
    ));
    world.run_next(Conclusion::Failure).await;
    let refused = world.engine.rerun_job(old, by, false).await.unwrap_err();
    assert!(
        matches!(refused, EngineError::Refused(Refusal::JobOfOlderAttempt { job }) if job == old)
    );
    let missing = runyard_domain::JobId::new(9_999);
    let missing = world.engine.rerun_job(missing, by, false).await;
    assert!(matches!(missing.unwrap_err(), EngineError::NotFound { .. }));
}

#[tokio::test]
async fn two_reruns_at_the_same_time_make_one_attempt() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Failure).await;
    let (first, second) = tokio::join!(
        world.rerun(run, RerunOf::All),
        world.rerun(run, RerunOf::Failed)
    );
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    let view = world.engine.store().run(run).await.unwrap().unwrap();
    assert_eq!(view.attempt.number, 2);
}

#[tokio::test]
async fn r4_2_an_attempt_has_the_contexts_of_whoever_caused_it() {
    const ASKS: &str = "on: workflow_dispatch
jobs:
  always:
    runs-on: linux
    name: by ${{ github.triggering_actor }} for ${{ github.actor }}, ${{ github.run_attempt }}
    steps: [{run: x}]
";
    let world = World::new(ASKS).await;
    let run = world.dispatch().await.unwrap();
    let names = async || world.jobs(run).await[0].display_name.clone();
    assert_eq!(names().await, "by mona for mona, 1");
    world.run_next(Conclusion::Success).await;
    let new = runyard_engine::NewUser {
        login: "rita".to_owned(),
        name: None,
        site_admin: false,
    };
    let rita = world.engine.create_user(new).await.unwrap().id;
    world
        .engine
        .rerun(run, RerunOf::All, rita, false)
        .await
        .unwrap();
    assert_eq!(names().await, "by rita for mona, 2");
}

const CALLER: &str = "on: workflow_dispatch
jobs:
  first:
    runs-on: linux
    steps: [{run: x}]
  deploy:
    uses: mona/hello/.github/workflows/called.yml@stable
  local:
    uses: ./.github/workflows/called.yml
";

fn called(jobs: &[&str]) -> String {
    let line = |job: &&str| format!("  {job}: {{runs-on: linux, steps: [{{run: x}}]}}\n");
    let jobs: String = jobs.iter().map(line).collect();
    format!("on: workflow_call\njobs:\n{jobs}")
}

/// Commits what is called, and has the branch `stable` name it.
fn release(world: &World, jobs: &[&str]) -> String {
    let source = world.folder.path().join("source");
    let file = source.join(".github/workflows/called.yml");
    std::fs::write(file, called(jobs)).unwrap();
    let sha = commit(&source, CALLER);
    git(&source, &["branch", "-f", "stable"]);
    sha
}

async fn names(world: &World, run: runyard_domain::RunId) -> Vec<String> {
    let jobs = world.jobs(run).await;
    jobs.into_iter().map(|job| job.display_name).collect()
}

async fn run_all(world: &World, run: runyard_domain::RunId, end: Conclusion) {
    while world.status(run).await.0 != RunStatus::Completed {
        world.pass(1);
        world.run_next(end).await;
    }
}

async fn view(world: &World, run: runyard_domain::RunId) -> RunView {
    world.engine.store().run(run).await.unwrap().unwrap()
}

#[tokio::test]
async fn all_is_run_again_with_called_files_as_they_are_now_and_a_part_as_they_were_first() {
    let world = World::new(TWO_JOBS).await;
    let old = release(&world, &["build"]);
    let run = world.dispatch().await.unwrap();
    run_all(&world, run, Conclusion::Failure).await;
    assert_eq!(
        names(&world, run).await,
        ["first", "deploy / build", "local / build"]
    );
    let new = release(&world, &["build", "ship"]);

    world.rerun(run, RerunOf::Failed).await.unwrap();
    assert_eq!(
        names(&world, run).await.len(),
        3,
        "a part: the first attempt's files"
    );
    assert!(view(&world, run).await.attempt.referenced.is_none());
    run_all(&world, run, Conclusion::Failure).await;

    world.rerun(run, RerunOf::All).await.unwrap();
    let mut all = names(&world, run).await;
    all.sort();
    assert_eq!(
        all,
        ["deploy / build", "deploy / ship", "first", "local / build"],
        "R2.61: a local call stays at the run's own commit"
    );
    let referenced = view(&world, run).await;
    let shas: Vec<&str> = referenced
        .referenced()
        .iter()
        .map(|one| one.source.sha.as_str())
        .collect();
    assert!(
        shas.contains(&new.as_str()) && shas.contains(&old.as_str()),
        "{shas:?}"
    );
    run_all(&world, run, Conclusion::Failure).await;

    // Their jobs are not the first attempt's any more, so those of the newest count.
    world.rerun(run, RerunOf::Failed).await.unwrap();
    assert_eq!(names(&world, run).await.len(), 4);
    run_all(&world, run, Conclusion::Success).await;
    assert_eq!(world.status(run).await.1, Some(Conclusion::Success));
    let first = world.engine.store().attempt(run, 1).await.unwrap().unwrap();
    assert!(first.referenced().iter().all(|one| one.source.sha == old));
}

#[tokio::test]
async fn a_call_that_leads_nowhere_any_more_ends_the_attempt_and_a_later_one_may_go() {
    let world = World::new(TWO_JOBS).await;
    release(&world, &["build"]);
    let run = world.dispatch().await.unwrap();
    run_all(&world, run, Conclusion::Failure).await;
    let source = world.folder.path().join("source");
    git(&source, &["branch", "-D", "stable"]);
    world.rerun(run, RerunOf::All).await.unwrap();
    let broken = view(&world, run).await;
    assert_eq!(broken.attempt.conclusion, Some(Conclusion::StartupFailure));
    assert!(broken.attempt.diagnostics[0].message.contains("stable"));
    let refused = world.rerun(run, RerunOf::Failed).await.unwrap_err();
    assert!(matches!(
        refused,
        EngineError::Refused(Refusal::NothingFailed)
    ));
    git(&source, &["branch", "stable"]);
    world.rerun(run, RerunOf::All).await.unwrap();
    assert_eq!(world.status(run).await.0, RunStatus::Queued);
}

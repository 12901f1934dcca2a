//! The steps of a job in their order, each with GitHub's default condition: run while nothing
//! failed and nobody cancelled (semantics 1.3, R1.10, R3.3).

use std::io;
use std::path::PathBuf;

use runyard_api::runner::messages::{JobResult, StepActionMessage, StepConclusion, StepMessage};

use super::execution::Execution;
use super::report::{SET_UP, complete_number};
use crate::backend::Session;
use crate::config;
use crate::step::{Checkout, JobEnvironment, Script, StepEnd, StepRun, run_checkout, run_script};
use crate::stop::StopReason;
use crate::supervisor::Ended;

impl Execution {
    /// Runs all steps and ends every process.
    pub(super) async fn run_job(&self, mut session: Box<dyn Session>) -> JobResult {
        let mut failed = false;
        match self.set_up() {
            Ok(mut environment) => {
                for step in &self.offer.job.steps {
                    failed |= self
                        .turn(step, failed, session.as_mut(), &mut environment)
                        .await;
                }
            }
            Err(error) => {
                failed = true;
                self.fail_set_up(&error);
            }
        }
        self.complete(session).await;
        self.result(failed)
    }

    fn set_up(&self) -> io::Result<JobEnvironment> {
        self.report.begin(SET_UP);
        let (job, host) = (&self.offer.job, &self.agent.host);
        let secrets = job
            .masks
            .iter()
            .chain([&job.github_token, &self.offer.token]);
        secrets.for_each(|secret| self.log.mask(secret));
        let rows = [
            format!("Runner version: {}", env!("CARGO_PKG_VERSION")),
            format!("Runner name: {}", host.runner),
            format!("Operating system: {} {}", config::os(), config::arch()),
            format!("Job: {}", job.name),
            format!(
                "Run: {} number {}, attempt {}",
                job.workflow, job.run_number, job.run_attempt
            ),
            format!(
                "Commit: {} at {} ({})",
                job.repository.full_name, job.sha, job.git_ref
            ),
        ];
        self.log.write(SET_UP, rows);
        self.log.write(SET_UP, job.notices.clone());
        let event = self.write_event()?;
        let environment = JobEnvironment::new(job, host, &self.folders, &event);
        self.report.end(SET_UP, StepConclusion::Success);
        Ok(environment)
    }

    fn write_event(&self) -> io::Result<PathBuf> {
        let folder = self.folders.temp.join("_github_workflow");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join("event.json");
        std::fs::write(&file, serde_json::to_vec(&self.offer.job.event)?)?;
        Ok(file)
    }

    fn fail_set_up(&self, error: &io::Error) {
        self.log.line(
            SET_UP,
            format!("##[error]The job's files cannot be written: {error}."),
        );
        self.report.end(SET_UP, StepConclusion::Failure);
        let skip = |step: &StepMessage| self.report.end(step.number, StepConclusion::Skipped);
        self.offer.job.steps.iter().for_each(skip);
    }

    /// Runs a step, or passes it over. True when it failed.
    async fn turn(
        &self,
        step: &StepMessage,
        failed: bool,
        session: &mut dyn Session,
        environment: &mut JobEnvironment,
    ) -> bool {
        if failed || self.stop.ordered().is_some() {
            self.report.end(step.number, StepConclusion::Skipped);
            return false;
        }
        self.report.begin(step.number);
        let (folders, log, stop) = (&self.folders, &self.log, &self.stop);
        let mut run = StepRun {
            session,
            environment,
            folders,
            log,
            stop,
        };
        let end = match &step.action {
            StepActionMessage::Run {
                script,
                shell,
                working_directory,
            } => {
                let folder = working_directory.as_deref();
                run_script(
                    &mut run,
                    step,
                    Script {
                        text: script,
                        shell: shell.as_deref(),
                        folder,
                    },
                )
                .await
            }
            StepActionMessage::Checkout => {
                let job = &self.offer.job;
                let source = || self.client.moved(&job.repository.clone_url);
                run_checkout(
                    &mut run,
                    step,
                    Checkout {
                        job,
                        source: &source,
                    },
                )
                .await
            }
        };
        let conclusion = self.conclusion(step, end);
        self.report.end(step.number, conclusion);
        self.pace.flush.notify_one();
        conclusion == StepConclusion::Failure
    }

    fn conclusion(&self, step: &StepMessage, end: StepEnd) -> StepConclusion {
        match end {
            StepEnd::Success => StepConclusion::Success,
            StepEnd::Failure => StepConclusion::Failure,
            StepEnd::Stopped => {
                if let Some(why) = self.why_stopped() {
                    self.log.line(step.number, format!("##[error]{why}"));
                }
                match self.stop_reason() {
                    Some(StopReason::Drained) => StepConclusion::Failure,
                    Some(StopReason::Cancelled | StopReason::TimedOut | StopReason::Gone)
                    | None => StepConclusion::Cancelled,
                }
            }
        }
    }

    fn stop_reason(&self) -> Option<StopReason> {
        self.stop.ordered().map(|stop| stop.reason)
    }

    /// What a person could not guess.
    fn why_stopped(&self) -> Option<String> {
        match self.stop_reason()? {
            StopReason::TimedOut => {
                let minutes = self.offer.job.timeout_minutes;
                Some(format!(
                    "The job ran longer than its limit of {minutes} minutes."
                ))
            }
            StopReason::Drained => {
                Some("The runner is shutting down and could not wait longer.".to_owned())
            }
            StopReason::Cancelled | StopReason::Gone => None,
        }
    }

    async fn complete(&self, session: Box<dyn Session>) {
        let number = complete_number(&self.offer.job);
        self.report.begin(number);
        self.log
            .line(number, "Ending processes that the steps left.");
        let left = session.close().await;
        self.log.write(number, left.iter().map(left_row));
        self.report.end(number, StepConclusion::Success);
    }

    /// Worst of all (semantics R1.10); a runner that goes away fails its jobs.
    fn result(&self, failed: bool) -> JobResult {
        match self.stop_reason() {
            Some(StopReason::Drained) => JobResult::Failure,
            Some(StopReason::Cancelled | StopReason::TimedOut | StopReason::Gone) => {
                JobResult::Cancelled
            }
            None if failed => JobResult::Failure,
            None => JobResult::Success,
        }
    }
}

fn left_row(left: &Ended) -> String {
    let Ended {
        pid,
        name,
        survived,
    } = left;
    match survived {
        false => format!("Ended process {pid} ({name})."),
        true => format!(
            "##[warning]Process {pid} ({name}) could not be ended: it belongs to another user."
        ),
    }
}

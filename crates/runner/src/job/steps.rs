//! The steps of a job from "Set up job" to "Complete job", and what comes of them (semantics 1.3,
//! R1.10, R1.11). The turn of each is elsewhere.

use std::io;
use std::path::PathBuf;

use runyard_api::runner::messages::{JobResult, StepConclusion};
use runyard_workflow::expression::Object;
use runyard_workflow::model::{FieldError, Position};

use super::contexts::Facts;
use super::definition::{Definition, InvalidMessage};
use super::execution::Execution;
use super::report::{SET_UP, complete_number};
use super::status::{JobStatus, StepFunctions};
use super::worker::{StepList, Worker, not_computed, run_defaults};
use crate::backend::Session;
use crate::config;
use crate::step::{JobEnvironment, sentence};
use crate::stop::StopReason;
use crate::supervisor::Ended;

/// How the job ended, and what it gives.
pub(super) struct JobEnd {
    pub(super) result: JobResult,
    pub(super) outputs: Vec<(String, String)>,
}

/// Why a job cannot begin; the text goes into the log of "Set up job".
#[derive(Debug, thiserror::Error)]
enum SetUpError {
    #[error("the job's files cannot be written: {0}")]
    Files(#[from] io::Error),
    #[error("this runner does not understand the job: {0}")]
    Message(#[from] InvalidMessage),
    #[error("{0}")]
    NotComputed(String),
}

impl Execution {
    /// Runs all steps and ends every process.
    pub(super) async fn run_job(&self, mut session: Box<dyn Session>) -> JobEnd {
        let ran = match self.set_up(session.as_mut()) {
            Ok((definition, mut worker)) => worker.run_all(&definition).await,
            Err(error) => {
                self.fail_set_up(&error);
                (JobStatus::Failure, Vec::new())
            }
        };
        self.complete(session).await;
        let (status, outputs) = ran;
        JobEnd {
            result: self.result(status),
            outputs,
        }
    }

    fn set_up<'s>(
        &'s self,
        session: &'s mut dyn Session,
    ) -> Result<(Definition, Worker<'s>), SetUpError> {
        self.report.begin(SET_UP);
        let (job, host) = (&self.offer.job, &self.agent.host);
        let secrets = job.secrets.values().chain(&job.masks);
        let secrets = secrets.chain([&job.github_token, &self.offer.token]);
        secrets.for_each(|secret| self.log.mask(secret));
        if job.debug {
            self.log.show_debug();
        }
        self.log.write(SET_UP, self.introduction());
        self.log.write(SET_UP, job.notices.clone());
        let definition = Definition::of(job)?;
        let event = self.write_event()?;
        let environment = JobEnvironment::new(job, host, &self.folders, &event);
        let mut worker = Worker {
            execution: self,
            session,
            environment,
            facts: Facts::new(job, &self.agent, &self.folders, &event),
            defaults: Default::default(),
            failed: false,
            serial: 0,
        };
        worker.compute(&definition).map_err(|(key, at, error)| {
            let text = not_computed(&job.workflow_file, at, key, &error);
            SetUpError::NotComputed(text)
        })?;
        self.report.end(SET_UP, StepConclusion::Success);
        Ok((definition, worker))
    }

    fn introduction(&self) -> [String; 6] {
        let (job, host) = (&self.offer.job, &self.agent.host);
        [
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
        ]
    }

    fn write_event(&self) -> io::Result<PathBuf> {
        let folder = self.folders.temp.join("_github_workflow");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join("event.json");
        std::fs::write(&file, serde_json::to_vec(&self.offer.job.event)?)?;
        Ok(file)
    }

    fn fail_set_up(&self, error: &SetUpError) {
        self.log.error(SET_UP, sentence(&error.to_string()));
        self.report.end(SET_UP, StepConclusion::Failure);
        for step in &self.offer.job.steps {
            self.report.end(step.number, StepConclusion::Skipped);
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
    fn result(&self, status: JobStatus) -> JobResult {
        match self.stop.ordered().map(|stop| stop.reason) {
            Some(StopReason::Drained) => JobResult::Failure,
            Some(
                StopReason::Cancelled
                | StopReason::TimedOut
                | StopReason::Gone
                | StopReason::StepTimedOut,
            ) => JobResult::Cancelled,
            None => match status {
                JobStatus::Success => JobResult::Success,
                JobStatus::Failure => JobResult::Failure,
                JobStatus::Cancelled => JobResult::Cancelled,
            },
        }
    }
}

impl Worker<'_> {
    /// Computes what comes before all steps: `env` of the workflow and the job, `defaults`.
    fn compute(
        &mut self,
        definition: &Definition,
    ) -> Result<(), (&'static str, Position, FieldError)> {
        let functions = StepFunctions {
            job: JobStatus::Success,
            action_failed: None,
            workspace: self.workspace().to_owned(),
        };
        let contexts = self.facts.before_steps(None);
        let of_workflow = &definition.workflow_env;
        let mut env = of_workflow
            .pairs(&contexts, &functions)
            .map_err(|error| ("env", of_workflow.position, error))?;
        let of_job = &definition.env;
        let own = of_job
            .pairs(&contexts, &functions)
            .map_err(|error| ("env", of_job.position, error))?;
        env.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
        env.extend(own);
        self.environment.set_job(env);
        let given = self.environment.given(&[]);
        let contexts = self.facts.before_steps(Some(&given));
        self.defaults = run_defaults(&definition.defaults, &contexts, &functions)
            .map_err(|(at, error)| ("defaults", at, error))?;
        Ok(())
    }

    async fn run_all(&mut self, definition: &Definition) -> (JobStatus, Vec<(String, String)>) {
        let job = &self.execution.offer.job;
        let mut list = StepList {
            steps: Object::new(),
            file: job.workflow_file.clone(),
            action: None,
        };
        for numbered in &definition.steps {
            self.turn(&numbered.step, numbered.number, &mut list).await;
        }
        let number = complete_number(job);
        let outputs = match self.execution.stop.is_gone() {
            true => Vec::new(),
            false => self.job_outputs(&definition.outputs, &list, number),
        };
        (self.status(), outputs)
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

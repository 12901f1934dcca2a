//! A runner that a test plays: it takes jobs and says of them what the test wants.

use crate::{SeedError, World};
use runyard_domain::{
    Conclusion, ExecutionId, JobId, RunId, StepConclusion, Timestamp,
    execution::{Annotation, AnnotationLevel, Step, StepState},
    runner::Runner,
};
use runyard_engine::{Engine, EngineError, Finish, NewRunner, Offer, Secret, StopOrder};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Jobs that a played runner may have at once.
const CAPACITY: u32 = 64;
/// Steps begin with "Set up job".
const SET_UP: u32 = 1;
/// The first step of the file.
const FIRST_STEP: u32 = 2;

static CLAIMS: AtomicU64 = AtomicU64::new(0);

/// A registered runner without a process: what its jobs do is what the test says.
pub struct PlayedRunner {
    world: World,
    runner: Runner,
    token: Secret,
}

/// A job that a played runner has. Dropped without an end it stays in progress, as if its runner worked on.
pub struct PlayedJob {
    world: World,
    offer: Offer,
    steps: Vec<(u32, String)>,
    started_at: Timestamp,
    log_bytes: u64,
    annotations: Vec<Annotation>,
    outputs: BTreeMap<String, String>,
    failed_step: Option<u32>,
}

impl World {
    /// Registers a runner with these labels, in the group `Default`.
    ///
    /// # Errors
    /// For a name that cannot be, or is taken; for labels that cannot be.
    pub async fn runner(&self, name: &str, labels: &[&str]) -> Result<PlayedRunner, SeedError> {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.runner_of(name, labels, None, false).await
    }

    pub(crate) async fn runner_of(
        &self,
        name: &str,
        labels: Vec<String>,
        group: Option<String>,
        replace: bool,
    ) -> Result<PlayedRunner, SeedError> {
        let new = NewRunner {
            name: name.to_owned(),
            labels,
            group,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            os: "Linux".to_owned(),
            arch: "X64".to_owned(),
            capacity: CAPACITY,
            replace,
        };
        let (runner, token) = self.engine().register_runner(new).await?;
        Ok(PlayedRunner {
            world: self.clone(),
            runner,
            token,
        })
    }
}

impl PlayedRunner {
    /// The runner's own credential, for those who speak the runner protocol themselves.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.reveal()
    }

    /// Takes the next job that is queued and has no label that this runner lacks; none when there is none.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn take(&self) -> Result<Option<PlayedJob>, SeedError> {
        self.take_within(Duration::ZERO).await
    }

    /// The same, waiting up to `wait` for one.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn take_within(&self, wait: Duration) -> Result<Option<PlayedJob>, SeedError> {
        match self.offers(1, wait).await?.pop() {
            Some(offer) => Ok(Some(PlayedJob::start(&self.world, offer).await?)),
            None => Ok(None),
        }
    }

    pub(crate) async fn offers(&self, most: u32, wait: Duration) -> Result<Vec<Offer>, SeedError> {
        let key = format!("played-{}", CLAIMS.fetch_add(1, Ordering::Relaxed));
        let engine = self.world.engine();
        Ok(engine.claim(&self.runner, &key, most, wait).await?)
    }
}

impl PlayedJob {
    /// Takes what was offered: the job is in progress from now on.
    pub(crate) async fn start(world: &World, offer: Offer) -> Result<Self, SeedError> {
        let engine = world.engine();
        engine.start(&offer.execution).await?;
        let steps = offer.assignment.steps();
        let steps = steps.map(|(number, step)| (number, step.display_name()));
        let job = Self {
            world: world.clone(),
            steps: steps.collect(),
            started_at: now(engine).await?,
            offer,
            log_bytes: 0,
            annotations: Vec::new(),
            outputs: BTreeMap::new(),
            failed_step: None,
        };
        job.world.leases.add(job.execution());
        job.report().await?;
        Ok(job)
    }

    /// Its id, which is its check run's too.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.offer.assignment.job
    }

    /// Its run.
    #[must_use]
    pub fn run(&self) -> RunId {
        self.offer.assignment.run.identity.id
    }

    /// Its key in the file.
    #[must_use]
    pub fn key(&self) -> &str {
        self.offer.assignment.definition.id.as_str()
    }

    /// The name that people see.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.offer.assignment.display_name
    }

    /// Its `GITHUB_TOKEN`.
    #[must_use]
    pub fn github_token(&self) -> &str {
        self.offer.assignment.github_token.reveal()
    }

    /// The steps of the file with their numbers.
    #[must_use]
    pub fn steps(&self) -> &[(u32, String)] {
        &self.steps
    }

    fn execution(&self) -> ExecutionId {
        self.offer.execution.id
    }

    async fn current(&self) -> Result<runyard_domain::Execution, SeedError> {
        let id = self.execution();
        let found = self.world.engine().store().execution(id).await;
        let found = found.map_err(EngineError::from)?;
        Ok(found.ok_or(EngineError::NotFound { what: "the job" })?)
    }

    /// Writes lines to the log of its first step.
    ///
    /// # Errors
    /// When the job is over.
    pub async fn log(&mut self, text: &str) -> Result<(), SeedError> {
        self.log_of_step(FIRST_STEP, text).await
    }

    /// Writes lines to the log of a step.
    ///
    /// # Errors
    /// When the job is over; for a line that is longer than a log has.
    pub async fn log_of_step(&mut self, step: u32, text: &str) -> Result<(), SeedError> {
        let at = now(self.world.engine()).await?.unix_millis();
        let mut rows = String::new();
        for line in text.lines() {
            rows.push_str(&json!([step, at, line]).to_string());
            rows.push('\n');
        }
        let execution = self.current().await?;
        let appended = self
            .world
            .engine()
            .append_log(&execution, self.log_bytes, rows.as_bytes());
        appended.await?;
        self.log_bytes += rows.len() as u64;
        Ok(())
    }

    /// Makes a remark about the job.
    pub fn annotate(&mut self, level: AnnotationLevel, message: &str) {
        self.remark(Annotation {
            level,
            ..Annotation::of_job(0, message)
        });
    }

    pub(crate) fn remark(&mut self, annotation: Annotation) {
        let number = u32::try_from(self.annotations.len()).unwrap_or(u32::MAX);
        self.annotations.push(Annotation {
            number: number.saturating_add(1),
            step: FIRST_STEP,
            ..annotation
        });
    }

    /// Gives something to the jobs that need it.
    pub fn output(&mut self, name: &str, value: &str) {
        self.outputs.insert(name.to_owned(), value.to_owned());
    }

    /// This step fails when the job fails, and not the first.
    pub fn fail_at(&mut self, step: u32) {
        self.failed_step = Some(step);
    }

    /// Whether somebody told the job to stop, waiting up to `wait` for it.
    ///
    /// # Errors
    /// When the job ended otherwise.
    pub async fn is_cancelled(&self, wait: Duration) -> Result<bool, SeedError> {
        let execution = self.current().await?;
        let order = self.world.engine().cancel_check(&execution, wait).await?;
        Ok(order != StopOrder::None)
    }

    /// Ends the job: `success`, `failure` or `cancelled`.
    ///
    /// # Errors
    /// For another conclusion, and when the job is over.
    pub async fn finish(self, result: Conclusion) -> Result<(), SeedError> {
        let (own, rest) = match result {
            Conclusion::Success => (StepConclusion::Success, StepConclusion::Success),
            Conclusion::Failure => (StepConclusion::Failure, StepConclusion::Skipped),
            Conclusion::Cancelled => (StepConclusion::Cancelled, StepConclusion::Skipped),
            Conclusion::Skipped
            | Conclusion::TimedOut
            | Conclusion::ActionRequired
            | Conclusion::Neutral
            | Conclusion::Stale
            | Conclusion::StartupFailure => {
                let problem =
                    format!("no runner ends a job as {result}: success, failure or cancelled");
                return Err(SeedError::invalid("result", problem));
            }
        };
        let now = now(self.world.engine()).await?;
        let execution = self.current().await?;
        let finish = Finish {
            result,
            steps: self.ended_steps(own, rest, now),
            log_bytes: self.log_bytes,
            outputs: self.outputs.clone().into_iter().collect(),
            annotations: self.annotations.clone(),
        };
        self.world.engine().finish(&execution, finish).await?;
        self.world.leases.remove(self.execution());
        Ok(())
    }

    /// Tells that the job is set up and its first step runs.
    async fn report(&self) -> Result<(), SeedError> {
        let at = self.started_at;
        let mut steps = vec![self.ended(SET_UP, "Set up job", StepConclusion::Success, at)];
        for (number, name) in &self.steps {
            steps.push(Step {
                number: *number,
                name: name.clone(),
                state: match *number {
                    FIRST_STEP => StepState::InProgress { started_at: at },
                    _ => StepState::Pending,
                },
            });
        }
        let execution = self.current().await?;
        let said = self.world.engine().sync(&execution, 1, steps, Vec::new());
        said.await?;
        Ok(())
    }

    /// All steps: those before the decisive one went well, it ended as `own`, those behind it as `rest`.
    fn ended_steps(&self, own: StepConclusion, rest: StepConclusion, now: Timestamp) -> Vec<Step> {
        let decisive = self.failed_step.unwrap_or(FIRST_STEP);
        let mut steps = vec![self.ended(SET_UP, "Set up job", StepConclusion::Success, now)];
        for (number, name) in &self.steps {
            let conclusion = match number.cmp(&decisive) {
                std::cmp::Ordering::Less => StepConclusion::Success,
                std::cmp::Ordering::Equal => own,
                std::cmp::Ordering::Greater => rest,
            };
            steps.push(self.ended(*number, name, conclusion, now));
        }
        let last = self.steps.last().map_or(SET_UP, |(number, _)| *number) + 1;
        steps.push(self.ended(last, "Complete job", StepConclusion::Success, now));
        steps
    }

    fn ended(&self, number: u32, name: &str, conclusion: StepConclusion, now: Timestamp) -> Step {
        let ran = conclusion != StepConclusion::Skipped;
        Step {
            number,
            name: name.to_owned(),
            state: StepState::Completed {
                conclusion,
                started_at: ran.then_some(self.started_at),
                completed_at: Some(now),
            },
        }
    }
}

async fn now(engine: &Engine) -> Result<Timestamp, SeedError> {
    Ok(engine.store().now().await.map_err(EngineError::from)?)
}

//! The service behind the runner protocol: claim, start, sync, log, cancel-check, finish, release.

use crate::{
    Engine, EngineError,
    assignment::Assignment,
    engine::wrong_load,
    logs::parse_rows,
    secret::{Secret, SecretKind},
    waiting::Waiter,
};
use runyard_domain::{
    Conclusion, Execution, ExecutionId, JobId, Refusal, RunId, Timestamp,
    execution::{Annotation, ExecutionEnd, ExecutionState, Step},
    handover,
    run::Planning,
    runner::Runner,
};
use runyard_store::{Appended, ClaimRequest, Loaded, NewExecution, RowKind, Scope, Wake};
use std::time::{Duration, Instant};

/// Jobs that one claim may ask for.
pub const CLAIM_SLOTS_MAX: u32 = 32;
/// Looks into the queue that one call takes when all that they bring cannot be described.
const CLAIM_ROUNDS_MAX: u32 = 8;
/// Longest request key.
pub(crate) const REQUEST_KEY_CHARACTERS_MAX: usize = 100;

/// A job offered to a runner.
#[derive(Debug)]
pub struct Offer {
    /// The hand-over.
    pub execution: Execution,
    /// Credential of the calls about it.
    pub token: Secret,
    /// Until when it stands.
    pub until: Timestamp,
    /// What to do.
    pub assignment: Assignment,
}

/// What a runner hears when it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// It must be heard of again before then.
    pub lease_until: Timestamp,
    /// It shall stop.
    pub cancelled: bool,
}

/// Whether a job shall stop, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopOrder {
    /// It goes on.
    None,
    /// It is cancelled: steps get their grace.
    Cancel,
    /// It was ended without its runner, who stops at once (semantics R3.4).
    Force,
}

/// What became of a final report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// The job ended.
    Done,
    /// So many bytes of log are stored, fewer than the runner wrote: the rest must come first.
    LogIncomplete {
        /// Bytes stored.
        stored: u64,
    },
}

/// A final report.
#[derive(Debug, Clone)]
pub struct Finish {
    /// How the job ended.
    pub result: Conclusion,
    /// All steps.
    pub steps: Vec<Step>,
    /// Bytes of log that the runner wrote.
    pub log_bytes: u64,
    /// What the job gives to those that need it (semantics R2.20).
    pub outputs: Vec<(String, String)>,
    /// All remarks about the job.
    pub annotations: Vec<Annotation>,
}

impl Engine {
    /// Offers jobs to a runner, waiting up to `wait` for the first. Nothing to one that was deleted meanwhile: jobs
    /// bring secrets.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for a request key or a number of slots that cannot be.
    pub async fn claim(
        &self,
        runner: &Runner,
        request_key: &str,
        slots: u32,
        wait: Duration,
    ) -> Result<Vec<Offer>, EngineError> {
        check_claim(request_key, slots)?;
        let mut waiter = Waiter::new(self.store.wakes(), wait.min(self.settings.wait_max));
        let mut secrets = self.new_secrets(slots).await?;
        let _waiting = self.measures.waiting();
        let mut runner = runner.clone();
        loop {
            let offers = self
                .claim_past_troubled(&runner, request_key, slots, &mut secrets)
                .await?;
            if !offers.is_empty() || !waiter.wait(|wake| wake == Wake::Queue).await {
                return Ok(offers);
            }
            match self.store.runner_by_token(runner.token).await? {
                Some(registered) => runner = registered,
                None => return Ok(offers),
            }
        }
    }

    async fn new_secrets(&self, slots: u32) -> Result<Vec<NewSecrets>, EngineError> {
        let ids = self
            .ids
            .execution
            .take(&*self.store, slots as usize)
            .await?;
        Ok(ids.into_iter().map(NewSecrets::new).collect())
    }

    /// Offers what can be described. When nothing of what was taken can, what comes behind it is taken by a key of its
    /// own, so that jobs which nobody can run keep nobody from the others.
    async fn claim_past_troubled(
        &self,
        runner: &Runner,
        request_key: &str,
        slots: u32,
        secrets: &mut Vec<NewSecrets>,
    ) -> Result<Vec<Offer>, EngineError> {
        if runner.draining {
            return Ok(Vec::new());
        }
        for round in 0..CLAIM_ROUNDS_MAX {
            let key = match round {
                0 => request_key.to_owned(),
                _ => format!("{request_key}/{round}"),
            };
            let Claimed { offers, troubled } = self.claim_now(runner, &key, secrets).await?;
            if !offers.is_empty() || troubled == 0 {
                return Ok(offers);
            }
            *secrets = self.new_secrets(slots).await?;
        }
        Ok(Vec::new())
    }

    async fn claim_now(
        &self,
        runner: &Runner,
        request_key: &str,
        secrets: &[NewSecrets],
    ) -> Result<Claimed, EngineError> {
        let request = ClaimRequest {
            runner: runner.reference(),
            labels: runner.label_set(),
            request_key: request_key.to_owned(),
            executions: secrets.iter().map(NewSecrets::hashes).collect(),
            offer: self.settings.patience.offer,
        };
        let begun = Instant::now();
        let executions = self.store.claim(request).await?;
        self.measures.looked(begun.elapsed());
        let (mut offers, mut troubled) = (Vec::new(), 0);
        for (execution, secrets) in executions.into_iter().zip(secrets) {
            let of = (execution.id, execution.job, execution.run);
            match self.offer(execution, secrets).await {
                Ok(offer) => offers.push(offer),
                Err(error) => {
                    troubled += 1;
                    self.cannot_be_offered(of, &error).await;
                }
            }
        }
        Ok(Claimed { offers, troubled })
    }

    /// One job that cannot be described must not keep the others from running: its offer lapses and it is tried again,
    /// until it is set aside.
    async fn cannot_be_offered(
        &self,
        (id, job, run): (ExecutionId, JobId, RunId),
        error: &EngineError,
    ) {
        log::error!("execution {id}: job {job} of run {run} cannot be offered: {error}");
        let row = (RowKind::Job, job.get());
        if self.note_trouble(row, Some(run), error).await
            && let Err(error) = self.release(id).await
        {
            log::warn!("execution {id}: stays offered until it lapses: {error}");
        }
    }

    async fn offer(
        &self,
        execution: Execution,
        secrets: &NewSecrets,
    ) -> Result<Offer, EngineError> {
        let ExecutionState::Offered { until } = execution.state else {
            return Err(Refusal::ExecutionEnded {
                execution: execution.id,
            }
            .into());
        };
        let assignment = self
            .assignment(&execution, secrets.github_token.clone())
            .await?;
        let offered = until.minus(self.settings.patience.offer);
        self.measures.offered(assignment.ready_at, offered);
        Ok(Offer {
            execution,
            token: secrets.token.clone(),
            until,
            assignment,
        })
    }

    /// The runner takes the job that it was offered.
    ///
    /// # Errors
    /// Refused when the offer is over, or the job is not queued any more.
    pub async fn start(&self, execution: &Execution) -> Result<Timestamp, EngineError> {
        let (id, patience) = (execution.id, self.settings.patience);
        let scope = Scope::RunOfExecution(id);
        let lease = self
            .command(scope, execution.run, move |run, executions, planning| {
                let execution = executions.first_mut().ok_or_else(wrong_load)?;
                let started = handover::start(run, execution, planning, patience)?;
                Ok((started.unwrap_or_default(), execution.lease_until()))
            })
            .await
            .map_err(|error| over_with_its_run(error, id))?;
        lease.ok_or(EngineError::Refused(Refusal::ExecutionEnded {
            execution: id,
        }))
    }

    /// The runner reports on steps, makes remarks, and is heard of.
    ///
    /// # Errors
    /// Refused when the execution is over or was not started.
    pub async fn sync(
        &self,
        execution: &Execution,
        rev: u64,
        steps: Vec<Step>,
        annotations: Vec<Annotation>,
    ) -> Result<Heard, EngineError> {
        if !annotations.is_empty() {
            heard(execution)?;
            self.annotate(execution, annotations, None).await?;
        }
        if rev <= execution.rev || steps.is_empty() {
            return self.renew(execution).await;
        }
        let (run, job, id) = (execution.run, execution.job, execution.id);
        let patience = self.settings.patience;
        let heard = self
            .change(Scope::Execution(id), move |loaded, now| {
                let Loaded::Execution(execution) = loaded else {
                    return Err(wrong_load());
                };
                execution.sync(rev, steps.clone(), now, patience)?;
                Ok((Vec::new(), heard(execution)?))
            })
            .await?;
        log::debug!("run {run}, job {job}: report {rev} of execution {id}");
        self.store.wakes().send(Wake::Run(run));
        Ok(heard)
    }

    /// The runner is heard of; written only when the lease is not fresh.
    pub(crate) async fn renew(&self, execution: &Execution) -> Result<Heard, EngineError> {
        let patience = self.settings.patience;
        let known = heard(execution)?;
        let interval = self.settings.lease_write_interval();
        let fresh = patience.lease.saturating_sub(interval);
        if known.lease_until > self.store.now().await?.plus(fresh) {
            return Ok(known);
        }
        self.change(Scope::Execution(execution.id), move |loaded, now| {
            let Loaded::Execution(execution) = loaded else {
                return Err(wrong_load());
            };
            execution.sync(0, Vec::new(), now, patience)?;
            Ok((Vec::new(), heard(execution)?))
        })
        .await
    }

    /// Stores log rows that begin at `offset` of the whole log.
    ///
    /// # Errors
    /// Refused when the execution is over; [`EngineError::Invalid`] for rows that are none.
    pub async fn append_log(
        &self,
        execution: &Execution,
        offset: u64,
        rows: &[u8],
    ) -> Result<Appended, EngineError> {
        self.renew(execution).await?;
        parse_rows(rows).map_err(|bad| EngineError::Invalid {
            field: "rows",
            value: format!("{} bytes", rows.len()),
            problem: bad.to_string(),
        })?;
        let limit = self.settings.job_log_bytes;
        let appended = self
            .store
            .append_log(execution.id, offset, rows, limit)
            .await?;
        self.store.wakes().send(Wake::Log(execution.id));
        Ok(appended)
    }

    /// Whether the job was told to stop, waiting up to `wait` for it. Being asked renews the lease.
    ///
    /// # Errors
    /// Refused when the execution is over otherwise than by force.
    pub async fn cancel_check(
        &self,
        execution: &Execution,
        wait: Duration,
    ) -> Result<StopOrder, EngineError> {
        let id = execution.id;
        let mut waiter = Waiter::new(self.store.wakes(), wait.min(self.settings.wait_max));
        if !was_forced(execution) {
            self.renew(execution).await?;
        }
        loop {
            let current = self.store.execution(id).await?;
            let current = current.ok_or(EngineError::NotFound {
                what: "the execution",
            })?;
            match current.state {
                ExecutionState::Cancelling { .. } => return Ok(StopOrder::Cancel),
                ExecutionState::Ended { .. } if was_forced(&current) => {
                    return Ok(StopOrder::Force);
                }
                ExecutionState::Ended { .. } => {
                    return Err(Refusal::ExecutionEnded { execution: id }.into());
                }
                ExecutionState::Offered { .. } | ExecutionState::Running { .. } => {}
            }
            if !waiter.wait(|wake| wake == Wake::Execution(id)).await {
                return Ok(StopOrder::None);
            }
        }
    }

    /// The runner reports the end. Its log is sealed afterwards.
    ///
    /// # Errors
    /// Refused when another result is stored, or the execution ended without one.
    pub async fn finish(
        &self,
        execution: &Execution,
        finish: Finish,
    ) -> Result<Finished, EngineError> {
        let stored = self.store.log_bytes(execution.id).await?;
        let wanted = finish.log_bytes.min(self.settings.job_log_bytes);
        if stored < wanted && !execution.is_ended() {
            self.renew(execution).await?;
            return Ok(Finished::LogIncomplete { stored });
        }
        let (given, too_much) = self.given(execution, finish.outputs).await?;
        if !execution.is_ended() {
            let told = finish.annotations;
            self.annotate(execution, told, too_much).await?;
        }
        let (result, steps) = (finish.result, finish.steps);
        let (id, patience) = (execution.id, self.settings.patience);
        let scope = Scope::RunOfExecution(id);
        let finish = move |run: &mut _, executions: &mut Vec<_>, planning: Planning<'_>| {
            let end = (result, steps.clone());
            let events = handover::finish(run, executions, id, end, planning, patience)?;
            Ok((events, ()))
        };
        self.command_giving(scope, execution.run, Some(given), finish)
            .await
            .map_err(|error| over_with_its_run(error, id))?;
        self.seal_soon(execution.id);
        Ok(Finished::Done)
    }

    /// The runner gives an offer back; the job can be claimed again at once.
    ///
    /// # Errors
    /// Refused once it was started, or when it is over.
    pub async fn release(&self, execution: ExecutionId) -> Result<(), EngineError> {
        self.change(Scope::Execution(execution), |loaded, now| {
            let Loaded::Execution(execution) = loaded else {
                return Err(wrong_load());
            };
            execution.release(now)?;
            Ok((Vec::new(), ()))
        })
        .await
    }
}

/// What one look into the queue brought.
struct Claimed {
    offers: Vec<Offer>,
    /// Jobs that were taken and that cannot be described.
    troubled: usize,
}

/// The tokens of an execution that may come to be.
struct NewSecrets {
    id: ExecutionId,
    token: Secret,
    github_token: Secret,
}

impl NewSecrets {
    fn new(id: i64) -> Self {
        Self {
            id: ExecutionId::new(id),
            token: Secret::generate(SecretKind::Job),
            github_token: Secret::generate(SecretKind::GitHub),
        }
    }

    fn hashes(&self) -> NewExecution {
        NewExecution {
            id: self.id,
            token: self.token.hash(),
            github_token: self.github_token.hash(),
        }
    }
}

/// A run that was deleted has no hand-over that goes on: runners hear the same of both.
fn over_with_its_run(error: EngineError, execution: ExecutionId) -> EngineError {
    if let EngineError::NotFound { .. } = error {
        return Refusal::ExecutionEnded { execution }.into();
    }
    error
}

/// Whether its run was force-cancelled under its runner's hands.
fn was_forced(execution: &Execution) -> bool {
    match execution.state {
        ExecutionState::Ended { end, .. } => end == ExecutionEnd::Forced,
        ExecutionState::Offered { .. }
        | ExecutionState::Running { .. }
        | ExecutionState::Cancelling { .. } => false,
    }
}

fn heard(execution: &Execution) -> Result<Heard, Refusal> {
    let cancelled = matches!(execution.state, ExecutionState::Cancelling { .. });
    match (execution.lease_until(), execution.is_ended()) {
        (Some(lease_until), _) => Ok(Heard {
            lease_until,
            cancelled,
        }),
        (None, true) => Err(Refusal::ExecutionEnded {
            execution: execution.id,
        }),
        (None, false) => Err(Refusal::ExecutionNotStarted {
            execution: execution.id,
        }),
    }
}

fn check_claim(request_key: &str, slots: u32) -> Result<(), EngineError> {
    if request_key.is_empty() || request_key.len() > REQUEST_KEY_CHARACTERS_MAX {
        return Err(EngineError::Invalid {
            field: "request_key",
            value: request_key
                .chars()
                .take(REQUEST_KEY_CHARACTERS_MAX)
                .collect(),
            problem: format!("must have 1 to {REQUEST_KEY_CHARACTERS_MAX} characters"),
        });
    }
    if !(1..=CLAIM_SLOTS_MAX).contains(&slots) {
        return Err(EngineError::Invalid {
            field: "free_slots",
            value: slots.to_string(),
            problem: format!("must be 1 to {CLAIM_SLOTS_MAX}"),
        });
    }
    Ok(())
}

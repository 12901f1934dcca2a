//! How the steps of an execution stand: for the server and, in case this process dies, for the
//! spool.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Utc;
use runyard_api::runner::messages::{
    AnnotationMessage, JobMessage, StepConclusion, StepReport, StepStatus,
};
use tokio::sync::Notify;

use crate::log::JobLog;
use crate::spool::{Spool, Spooled};

/// Number of the step "Set up job".
pub(super) const SET_UP: u32 = 1;

/// The steps of one execution.
pub(super) struct Report {
    state: Mutex<State>,
    /// Tells that a step changed.
    pub(super) changed: Notify,
    spool: Spool,
    log: Arc<JobLog>,
}

struct State {
    spooled: Spooled,
    unsent: BTreeSet<u32>,
    /// Annotations that the server has.
    told: usize,
}

impl Report {
    /// All steps, pending: "Set up job", the file's, "Complete job".
    pub(super) fn new(
        spool: Spool,
        log: Arc<JobLog>,
        (execution_id, token): (i64, &str),
        job: &JobMessage,
    ) -> Self {
        let mut steps = vec![pending(SET_UP, "Set up job")];
        steps.extend(
            job.steps
                .iter()
                .map(|step| pending(step.number, &step.name)),
        );
        steps.push(pending(complete_number(job), "Complete job"));
        let unsent = steps.iter().map(|step| step.number).collect();
        let spooled = Spooled {
            execution_id,
            token: token.to_owned(),
            steps,
            annotations: Vec::new(),
            finish: None,
        };
        let state = State {
            spooled,
            unsent,
            told: 0,
        };
        Self {
            state: Mutex::new(state),
            changed: Notify::new(),
            spool,
            log,
        }
    }

    /// Writes the state to the spool.
    pub(super) fn save(&self) -> std::io::Result<()> {
        self.spool.save(&self.spooled())
    }

    /// Takes the computed name of a step that has not begun.
    pub(super) fn rename(&self, number: u32, name: &str) {
        let mut state = self.state();
        let mut steps = state.spooled.steps.iter_mut();
        if let Some(step) = steps.find(|step| step.number == number) {
            name.clone_into(&mut step.name);
        }
    }

    pub(super) fn begin(&self, number: u32) {
        self.change(number, |step| {
            step.status = StepStatus::InProgress;
            step.started_at_ms = Some(now());
        });
    }

    pub(super) fn end(&self, number: u32, conclusion: StepConclusion) {
        self.change(number, |step| complete(step, conclusion));
    }

    /// The steps that the server has not heard of as they are; they count as sent.
    pub(super) fn take_unsent(&self) -> Vec<StepReport> {
        let mut state = self.state();
        let unsent = std::mem::take(&mut state.unsent);
        let steps = state.spooled.steps.iter();
        steps
            .filter(|step| unsent.contains(&step.number))
            .cloned()
            .collect()
    }

    /// Steps that were taken but did not arrive.
    pub(super) fn not_sent(&self, steps: &[StepReport]) {
        self.state()
            .unsent
            .extend(steps.iter().map(|step| step.number));
    }

    /// Number of the step that runs; of the first when none does.
    pub(super) fn current(&self) -> u32 {
        let state = self.state();
        let mut steps = state.spooled.steps.iter();
        let running = steps.find(|step| step.status == StepStatus::InProgress);
        running.map_or(SET_UP, |step| step.number)
    }

    /// Annotations that the server has not heard of.
    pub(super) fn untold(&self) -> Vec<AnnotationMessage> {
        let told = self.state().told;
        self.log.annotations().split_off(told)
    }

    /// The server heard of so many annotations more.
    pub(super) fn told(&self, more: usize) {
        self.state().told += more;
    }

    /// All that is known.
    pub(super) fn spooled(&self) -> Spooled {
        Spooled {
            annotations: self.log.annotations(),
            ..self.state().spooled.clone()
        }
    }

    fn change(&self, number: u32, change: impl FnOnce(&mut StepReport)) {
        let mut state = self.state();
        if let Some(step) = state
            .spooled
            .steps
            .iter_mut()
            .find(|step| step.number == number)
        {
            change(step);
            state.unsent.insert(number);
        }
        drop(state);
        if let Err(error) = self.save() {
            log::warn!("the state of a job cannot be spooled: {error}");
        }
        self.changed.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Number of the step "Complete job": after all others.
pub(super) fn complete_number(job: &JobMessage) -> u32 {
    job.steps
        .iter()
        .map(|step| step.number)
        .max()
        .unwrap_or(SET_UP)
        + 1
}

/// Completes a step now; one that never began has no length.
pub(super) fn complete(step: &mut StepReport, conclusion: StepConclusion) {
    let now = now();
    step.status = StepStatus::Completed;
    step.conclusion = Some(conclusion);
    step.started_at_ms.get_or_insert(now);
    step.completed_at_ms = Some(now);
}

/// The runner's clock, in milliseconds.
pub(super) fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn pending(number: u32, name: &str) -> StepReport {
    StepReport {
        number,
        name: name.to_owned(),
        status: StepStatus::Pending,
        conclusion: None,
        started_at_ms: None,
        completed_at_ms: None,
    }
}

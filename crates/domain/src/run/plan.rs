//! Coming to be and being planned: from a matched event to a graph with its first jobs queued.

use super::{Attempt, AttemptState, DIAGNOSTICS_MAX, JOBS_PER_ATTEMPT_MAX, Run, RunIdentity};
use crate::{Event, JobIds, Refusal, Timestamp, event::GraphNode};
use runyard_workflow::{Diagnostic, Workflow};

/// What every command needs that may plan jobs: the run's definition, reserved ids and the time.
#[derive(Debug)]
pub struct Planning<'a> {
    /// The run's own definition.
    pub workflow: &'a Workflow,
    /// Ids for jobs that get planned; one for each job of the definition is always enough.
    pub ids: &'a mut JobIds,
    /// The moment of the command.
    pub now: Timestamp,
}

impl Run {
    /// A run that an event asked for: `requested`, with no jobs yet.
    pub fn request(identity: RunIdentity) -> (Self, Vec<Event>) {
        let event = Event::RunRequested {
            run: Box::new(identity.clone()),
        };
        let mut run = Self::before_events(identity);
        run.record(event);
        let events = run.take_events();
        (run, events)
    }

    pub(super) fn before_events(identity: RunIdentity) -> Self {
        let attempt = Attempt {
            number: 1,
            triggering_actor: identity.actor,
            requested_at: identity.created_at,
            cancelled_at: None,
            state: AttemptState::Requested,
            jobs: Vec::new(),
        };
        let updated_at = identity.created_at;
        Self {
            identity,
            attempt,
            seq: 0,
            updated_at,
            events: Vec::new(),
        }
    }

    /// Lays out the graph of the newest attempt and queues what needs nothing (semantics R2.5, R2.31).
    ///
    /// More than [`JOBS_PER_ATTEMPT_MAX`] jobs end the run as a startup failure.
    ///
    /// # Errors
    /// [`Refusal::AlreadyPlanned`] unless the attempt was just requested.
    pub fn plan(&mut self, mut planning: Planning<'_>) -> Result<Vec<Event>, Refusal> {
        self.require_requested()?;
        if planning.workflow.jobs.len() > JOBS_PER_ATTEMPT_MAX {
            let diagnostics = vec![self.too_many_jobs(planning.workflow.jobs.len())];
            return self.fail_startup(diagnostics, planning.now);
        }
        let jobs = graph_of(planning.workflow);
        let at = planning.now;
        self.decide(vec![Event::AttemptPlanned { jobs, at }], &mut planning)
    }

    /// Ends a requested run whose file cannot be planned (semantics R6.90); the first ten errors are kept.
    ///
    /// # Errors
    /// [`Refusal::AlreadyPlanned`] unless the attempt was just requested.
    pub fn fail_startup(
        &mut self,
        mut diagnostics: Vec<Diagnostic>,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_requested()?;
        diagnostics.truncate(DIAGNOSTICS_MAX);
        self.record(Event::StartupFailed {
            diagnostics,
            at: now,
        });
        Ok(self.take_events())
    }

    fn require_requested(&self) -> Result<(), Refusal> {
        match self.attempt.state {
            AttemptState::Requested => Ok(()),
            AttemptState::Live | AttemptState::Completed { .. } => Err(Refusal::AlreadyPlanned),
        }
    }

    fn too_many_jobs(&self, count: usize) -> Diagnostic {
        Diagnostic {
            file: self.identity.path.clone(),
            line: 1,
            column: 1,
            message: format!(
                "the workflow has {count} jobs, at most {JOBS_PER_ATTEMPT_MAX} are allowed"
            ),
        }
    }
}

fn graph_of(workflow: &Workflow) -> Vec<GraphNode> {
    let node = |job: &runyard_workflow::Job| GraphNode {
        name: job.id.value.clone(),
        needs: job.needs.iter().map(|need| need.value.clone()).collect(),
    };
    workflow.jobs.iter().map(node).collect()
}

//! Coming to be and being planned: from a matched event to a graph with its first jobs queued.

use super::{
    Attempt, AttemptState, DIAGNOSTICS_MAX, Definition, JOBS_PER_ATTEMPT_MAX, NodePath, Outputs,
    Run, RunIdentity, definition::graph,
};
use crate::{Event, JobIds, Refusal, Timestamp};
use runyard_workflow::{
    Diagnostic,
    expression::{Object, Value},
};

/// What expressions of a run see beside its graph; objects, and what its jobs gave.
#[derive(Debug, Clone)]
pub struct Contexts {
    /// `github`.
    pub github: Value,
    /// `inputs`.
    pub inputs: Value,
    /// `vars`.
    pub vars: Value,
    /// Outputs of jobs that ended, as far as they were loaded. With too few the command is refused and can be given
    /// again with more.
    pub outputs: Outputs,
}

impl Default for Contexts {
    fn default() -> Self {
        let empty = || Value::from(Object::new());
        Self {
            github: empty(),
            inputs: empty(),
            vars: empty(),
            outputs: Outputs::default(),
        }
    }
}

/// What every command needs that may plan jobs: the run's definition and contexts, reserved ids and the time.
#[derive(Debug)]
pub struct Planning<'a> {
    /// The run's own file, and those that it calls.
    pub definition: &'a Definition,
    /// What its expressions see.
    pub contexts: &'a Contexts,
    /// Ids for jobs that get planned. With too few the command is refused and can be given again with more.
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
        let count = planning.definition.workflow.jobs.len();
        if count > JOBS_PER_ATTEMPT_MAX {
            let diagnostics = vec![self.too_many_jobs(count)];
            return self.fail_startup(diagnostics, planning.now);
        }
        let jobs = graph(&planning.definition.workflow, NodePath::root);
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

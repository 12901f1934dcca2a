//! Coming to be and being planned: from a matched event to a graph with its first jobs queued.

use super::{
    Attempt, AttemptState, DIAGNOSTICS_MAX, Definition, JOBS_PER_ATTEMPT_MAX, NodePath, Outputs,
    Run, RunIdentity,
    definition::graph,
    values::{self, Problem},
};
use crate::{
    Conclusion, Event, JobIds, Refusal, Timestamp, UserId,
    concurrency::{Concurrency, Entered, GroupName, Groups, Member},
    event::EndReason,
};
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
    /// The concurrency groups that were loaded. With too few the command is refused and can be given again with more.
    pub groups: &'a mut Groups,
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
            cancelled_with_run: false,
            debug: false,
            referenced: None,
            cancel_reason: None,
            group: None,
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

    /// Lays out the graph of the newest attempt and queues what needs nothing (semantics R2.5, R2.31), once the attempt
    /// has the slot of its concurrency group (semantics R2.55).
    ///
    /// More than [`JOBS_PER_ATTEMPT_MAX`] jobs, or a `concurrency` that cannot be evaluated, end the run as a startup
    /// failure.
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
        let kept = planning.groups.clone();
        let decided = match self.concurrency(&planning) {
            Ok(concurrency) => self.enter(concurrency, &mut planning)?,
            Err(problem) => {
                let diagnostics = vec![self.bad_concurrency(problem, &planning)];
                return self.fail_startup(diagnostics, planning.now);
            }
        };
        let planned = self.decide(decided, &mut planning);
        if planned.is_err() {
            *planning.groups = kept;
        }
        planned
    }

    /// Lays out the graph, or has the attempt wait or end (semantics 1.4, R2.52, R2.53).
    fn enter(
        &self,
        concurrency: Option<Concurrency>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        let Some(concurrency) = concurrency else {
            return Ok(vec![self.laid_out(None, planning)]);
        };
        let group = concurrency.group.clone();
        match planning.groups.arrive(self.member(), &concurrency)? {
            Entered::Running => Ok(vec![self.laid_out(Some(group), planning)]),
            Entered::Pending => Ok(vec![Event::RunPending { group, at }]),
            Entered::Full => {
                self.cancelled_before_start(None, Some(EndReason::GroupFull { group }), planning)
            }
        }
    }

    /// What the newest attempt is in a concurrency group.
    pub fn member(&self) -> Member {
        Member::Run {
            run: self.id(),
            attempt: self.attempt.number,
        }
    }

    pub(super) fn laid_out(&self, group: Option<GroupName>, planning: &Planning<'_>) -> Event {
        Event::AttemptPlanned {
            jobs: graph(&planning.definition.workflow, NodePath::root),
            group,
            at: planning.now,
        }
    }

    /// The end of an attempt of which nothing was started (semantics R3.7). It has jobs only when a re-run of a part had
    /// to wait.
    pub(super) fn cancelled_before_start(
        &self,
        by: Option<UserId>,
        reason: Option<EndReason>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let (at, conclusion) = (planning.now, Conclusion::Cancelled);
        let mut events = vec![Event::RunCancelRequested { by, reason, at }];
        for job in &self.attempt.jobs {
            events.extend(self.ended_at_once(job, None, planning)?);
        }
        events.push(Event::RunCompleted { conclusion, at });
        Ok(events)
    }

    /// The file's `concurrency`, which no job has a part in (semantics R2.55).
    pub(super) fn concurrency(
        &self,
        planning: &Planning<'_>,
    ) -> Result<Option<Concurrency>, Problem> {
        let field = planning.definition.workflow.concurrency.as_ref();
        let known = planning.contexts;
        let mut contexts = Object::new();
        contexts.insert("github", known.github.clone());
        contexts.insert("inputs", known.inputs.clone());
        contexts.insert("vars", known.vars.clone());
        field
            .map(|field| values::concurrency(field, &contexts))
            .transpose()
    }

    pub(super) fn bad_concurrency(&self, message: String, planning: &Planning<'_>) -> Diagnostic {
        let field = planning.definition.workflow.concurrency.as_ref();
        let (line, column) =
            field.map_or((1, 1), |field| (field.position.line, field.position.column));
        Diagnostic {
            file: self.identity.path.clone(),
            line,
            column,
            message,
        }
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
            AttemptState::Pending | AttemptState::Live | AttemptState::Completed { .. } => {
                Err(Refusal::AlreadyPlanned)
            }
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

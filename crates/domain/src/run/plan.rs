//! Coming to be and being planned: from a matched event to a graph with its first jobs queued.

use super::{
    Attempt, AttemptState, DIAGNOSTICS_MAX, JOBS_PER_ATTEMPT_MAX, NodePath, Run, RunIdentity,
};
use crate::{Event, JobIds, Refusal, Timestamp, event::GraphNode};
use runyard_workflow::{Diagnostic, Job, JobName, Workflow};
use std::{collections::BTreeMap, sync::Arc};

/// A workflow file with those that it calls.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The file.
    pub workflow: Arc<Workflow>,
    /// The file that each calling job of it calls.
    pub called: BTreeMap<JobName, Arc<Definition>>,
}

impl Definition {
    /// A file that calls no other.
    pub fn single(workflow: Workflow) -> Self {
        Self {
            workflow: Arc::new(workflow),
            called: BTreeMap::new(),
        }
    }

    /// The job that a node of the graph stands for, with the file that it is in.
    pub fn find(&self, node: &NodePath) -> Option<(&Self, &Job)> {
        let mut definition = self;
        let mut keys = node.keys().peekable();
        loop {
            let key = JobName::new(keys.next()?).ok()?;
            if keys.peek().is_none() {
                return Some((definition, definition.workflow.job(&key)?));
            }
            definition = definition.called.get(&key)?;
        }
    }

    /// The jobs of the file as nodes of a graph; `place` gives the path of a job of it.
    pub(super) fn graph(&self, place: impl Fn(&JobName) -> NodePath) -> Vec<GraphNode> {
        let jobs = self.workflow.jobs.iter();
        let node = |job: &Job| GraphNode {
            node: place(&job.id),
            needs: job.needs.iter().map(&place).collect(),
        };
        jobs.map(node).collect()
    }
}

/// What expressions of a run see that is not decided by its jobs; objects.
#[derive(Debug, Clone, Default)]
pub struct Contexts {
    /// `github`.
    pub github: serde_json::Value,
    /// `inputs`.
    pub inputs: serde_json::Value,
    /// `vars`.
    pub vars: serde_json::Value,
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
        let jobs = planning.definition.graph(NodePath::root);
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

//! The one door for change: load what a scope names, decide, keep the result and its events in one transaction.

use crate::{JobOutputs, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    Event, Execution, ExecutionId, MessageId, Refusal, RepositoryId, Run, RunId, Timestamp,
    WorkflowId,
    concurrency::{GroupName, Groups},
    run::{CommitFacts, Crowd, Intake},
};

/// What to load and lock. Run rows are locked before anything that belongs to them (architecture 4, rule 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A run that is about to come to be.
    NewRun {
        /// Its repository.
        repository: RepositoryId,
        /// Its workflow.
        workflow: WorkflowId,
        /// Two requests with one key make one run.
        trigger_key: String,
        /// The run it is made from; locked too.
        parent: Option<RunId>,
        /// How many runs the repository may have, and how fast.
        intake: Intake,
    },
    /// A run and its executions that have not ended.
    Run(RunId),
    /// One execution alone; its run is neither read nor locked.
    Execution(ExecutionId),
    /// A run and one execution of it, whether that has ended or not.
    RunOfExecution(ExecutionId),
    /// The same with all its executions that have not ended: when what happens to one concerns the others.
    WholeRunOfExecution(ExecutionId),
    /// The run that a message is for, and its executions that have not ended. The message is gone once the decision is
    /// kept; [`StoreError::NotFound`] when it was applied before.
    RunOfMessage(MessageId),
}

/// What a scope loaded.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a change holds one at a time, on its own stack"
)]
pub enum Loaded {
    /// For [`Scope::NewRun`].
    NewRun {
        /// Its repository.
        repository: RepositoryId,
        /// The run it is made from.
        parent: Option<Run>,
        /// The numbers that the new run gets when it is created; not used up otherwise.
        numbers: RunNumbers,
        /// What the repository has, as far as the scope's limits ask.
        crowd: Crowd,
        /// The run that this key made before: then no other is created.
        duplicate: Option<RunId>,
        /// Concurrency groups that the decision asked for by [`Refusal::GroupsNotLoaded`].
        groups: Groups,
        /// What the decision puts here is created.
        created: Option<Box<Created>>,
    },
    /// For [`Scope::Run`], [`Scope::RunOfExecution`], [`Scope::WholeRunOfExecution`] and [`Scope::RunOfMessage`].
    Run {
        /// The run.
        run: Box<Run>,
        /// Those that the scope names.
        executions: Vec<Execution>,
        /// What the decision puts here is kept with its events.
        outputs: Option<JobOutputs>,
        /// Concurrency groups that the decision asked for by [`Refusal::GroupsNotLoaded`].
        groups: Groups,
        /// The message that is gone once the decision is kept.
        message: Option<MessageId>,
    },
    /// For [`Scope::Execution`].
    Execution(Box<Execution>),
}

impl Loaded {
    /// Whose concurrency groups the decision may ask for; nobody's when there is no run.
    pub(crate) fn groups(&self) -> Option<&Groups> {
        match self {
            Self::NewRun { groups, .. } | Self::Run { groups, .. } => Some(groups),
            Self::Execution(_) => None,
        }
    }

    pub(crate) fn groups_mut(&mut self) -> Option<&mut Groups> {
        match self {
            Self::NewRun { groups, .. } | Self::Run { groups, .. } => Some(groups),
            Self::Execution(_) => None,
        }
    }

    /// Those of the groups that were not loaded; none when the decision asks for what it has, which it never should.
    pub(crate) fn lacking(&self, asked: Vec<GroupName>) -> Vec<GroupName> {
        let Some(groups) = self.groups() else {
            return Vec::new();
        };
        let has = |name: &GroupName| groups.iter().any(|group| group.name.is_same(name));
        asked.into_iter().filter(|name| !has(name)).collect()
    }
}

/// The index of the first of the last [`Intake::burst`] runs of a repository, if it has so many.
pub(crate) fn burst_begins(last_index: i64, intake: Intake) -> Option<i64> {
    let burst = i64::try_from(intake.burst).ok()?;
    let first = last_index.checked_sub(burst)?.checked_add(1)?;
    (first > 0).then_some(first)
}

/// Numbers of a new run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunNumbers {
    /// Within its workflow (semantics R6.37).
    pub number: i64,
    /// Within its repository (semantics R4.15).
    pub index: i64,
}

/// A run that came to be.
#[derive(Debug, Clone)]
pub struct Created {
    /// The run, with the numbers that were loaded, after its first commands.
    pub run: Run,
    /// The commit that it shows.
    pub commit: CommitFacts,
    /// The event's payload.
    pub payload: serde_json::Value,
}

/// Decides over what was loaded: changes it and returns the events of the run, oldest first, or refuses and
/// nothing is kept. Synchronous, and possibly called again on a fresh load, so it must not count on being called once.
pub type Decide = Box<dyn FnMut(&mut Loaded, Timestamp) -> Result<Vec<Event>, Refusal> + Send>;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The decision refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes runs and executions.
#[async_trait]
pub trait Changes {
    /// Loads `scope`, calls `decide` with it and the store's clock, and saves what changed: the rows that the
    /// events name, the executions that differ, the events, the queue rows; then sends wake-ups.
    /// Deadlocks and serialization failures are tried again here and nowhere else. A decision that refuses with
    /// [`Refusal::GroupsNotLoaded`] is asked again with those groups, locked too.
    ///
    /// # Errors
    /// [`ChangeError::Refused`] as `decide` says; [`StoreError::NotFound`] when the scope names nothing.
    async fn change(&self, scope: Scope, decide: Decide) -> Result<(), ChangeError>;
}

//! One execution of a run: its jobs and where they stand. Data and questions about it; no commands.

use super::{Leg, NodePath, ReferencedWorkflow, RunId};
use crate::{
    Conclusion, ExecutionId, JobId, JobStatus, RunStatus, Timestamp, UserId,
    concurrency::{Concurrency, GroupName, Member},
    event::EndReason,
    runner::{LabelSet, RunnerRef},
};
use serde::{Deserialize, Serialize};

/// One attempt of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// 1, 2, ...
    pub number: u32,
    /// Who caused this attempt.
    pub triggering_actor: UserId,
    /// When it was requested: `run_started_at` of the API.
    pub requested_at: Timestamp,
    /// When the whole run was cancelled, if it was: *run-cancelled* of the semantics.
    pub cancelled_at: Option<Timestamp>,
    /// A job ended as cancelled after the whole run was: then the run does (semantics R1.16, row 2). Kept, as times do
    /// not tell which of two events of the same microsecond was first.
    pub cancelled_with_run: bool,
    /// Its jobs write debug lines (semantics R4.10).
    pub debug: bool,
    /// The called files as they were resolved for it; those of the first attempt when absent (semantics 4).
    pub referenced: Option<Vec<ReferencedWorkflow>>,
    /// Why it was, when nobody did it.
    pub cancel_reason: Option<EndReason>,
    /// The concurrency group whose slot it waits for, has, or had (semantics R2.55).
    pub group: Option<GroupName>,
    /// Where it stands.
    pub state: AttemptState,
    /// In the order of the file; what a matrix or a called workflow adds comes behind.
    pub jobs: Vec<Job>,
}

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq)]
pub enum AttemptState {
    /// Nothing is planned yet.
    Requested,
    /// It waits for the slot of its concurrency group, without any job (semantics R2.55).
    Pending,
    /// It has unfinished jobs.
    Live,
    /// It ended.
    Completed {
        /// How.
        conclusion: Conclusion,
        /// When.
        completed_at: Timestamp,
    },
}

/// One job of an attempt.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most jobs become planned, and there are few of them"
)]
pub enum Job {
    /// Its needs are not complete.
    Blocked(BlockedJob),
    /// It has an id, a name and labels.
    Planned(PlannedJob),
    /// It calls a workflow, whose jobs stand for it.
    Called(CalledWorkflow),
}

/// A job whose needs are not complete; GitHub shows no such job (semantics R1.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedJob {
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Direct needs.
    pub needs: Vec<NodePath>,
}

/// A caller whose condition was true: its jobs are those of the workflow that it calls (semantics 2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledWorkflow {
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Direct needs.
    pub needs: Vec<NodePath>,
    /// One call, or one for each leg of the caller's matrix.
    pub calls: Vec<Call>,
}

/// One call of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Which leg of the caller makes it, if that has a matrix.
    pub leg: Option<Leg>,
    /// What the shown names of its jobs begin with (semantics R2.67).
    pub display_name: String,
    /// What `inputs` holds for its jobs.
    pub inputs: serde_json::Value,
    /// The groups that it enters one after the other: the caller's, then the called file's (semantics R2.60, R2.70).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concurrency: Vec<Concurrency>,
    /// How far it came with them.
    #[serde(default, skip_serializing_if = "CallGate::is_open")]
    pub gate: CallGate,
}

/// How far a call came with its concurrency groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallGate {
    /// It has all slots, or needs none: its jobs are decided.
    #[default]
    Open,
    /// It did not ask yet for the slot of the group with this number.
    Before(usize),
    /// It waits for the slot of the group with this number.
    Pending(usize),
}

impl CallGate {
    /// Whether nothing holds the jobs of the call back.
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }

    /// The number of the group that is next.
    pub fn next(self) -> Option<usize> {
        match self {
            Self::Open => None,
            Self::Before(gate) | Self::Pending(gate) => Some(gate),
        }
    }
}

impl Call {
    /// The number of the caller's leg.
    pub fn leg_index(&self) -> Option<u32> {
        self.leg.as_ref().map(|leg| leg.index)
    }

    /// What it is in the group with this number.
    pub fn member(&self, (run, attempt): (RunId, u32), node: &NodePath, gate: usize) -> Member {
        Member::Call {
            run,
            attempt,
            node: node.clone(),
            leg: self.leg_index(),
            gate,
        }
    }
}

/// A job that the API shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedJob {
    /// Its id, of this attempt only.
    pub id: JobId,
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Which leg, if its node has a matrix and was not skipped before that was looked at.
    pub leg: Option<Leg>,
    /// Direct needs.
    pub needs: Vec<NodePath>,
    /// The evaluated name that people see.
    pub display_name: String,
    /// The evaluated `runs-on`.
    pub labels: Vec<String>,
    /// The runner group of `runs-on`: a runner must be in it.
    pub runner_group: Option<String>,
    /// Its failure counts as a success for others (semantics R1.20).
    pub continue_on_error: bool,
    /// It is cancelled after so many minutes in progress (semantics R2.75); the server's default without.
    pub timeout_minutes: Option<u32>,
    /// Once cancelled it may go on for so many minutes (semantics R2.75); as the server says without.
    pub cancel_timeout_minutes: Option<u32>,
    /// Its `concurrency` (semantics R2.56).
    pub concurrency: Option<Concurrency>,
    /// When it was planned.
    pub created_at: Timestamp,
    /// The job of an earlier attempt that ran for it, if it was not run again itself (semantics R4.4).
    pub carried_from: Option<JobId>,
    /// Where it stands.
    pub state: JobState,
}

/// Where a planned job stands (semantics 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// Planned, not yet past its gates; shown as `queued` (semantics R2.44).
    Held,
    /// It waits for the slot of its concurrency group (semantics R2.50).
    Pending,
    /// Offered to runners.
    Queued,
    /// A runner has it.
    InProgress {
        /// When the runner took it.
        started_at: Timestamp,
        /// Who and by which hand-over.
        ran: Ran,
        /// When it was told to stop, if it was.
        cancel_requested_at: Option<Timestamp>,
        /// Why it was, when nobody did it.
        cancel_reason: Option<EndReason>,
    },
    /// It ended.
    Completed {
        /// How.
        conclusion: Conclusion,
        /// When it was started, or when it ended if it never was.
        started_at: Timestamp,
        /// When it ended.
        completed_at: Timestamp,
        /// Who ran it, if anybody did.
        ran: Option<Ran>,
        /// Why, where the conclusion alone does not say.
        reason: Option<EndReason>,
    },
}

/// Who runs or ran a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// The hand-over.
    pub execution: ExecutionId,
    /// The runner.
    pub runner: RunnerRef,
}

impl JobState {
    /// The word for it.
    pub fn status(&self) -> JobStatus {
        match self {
            Self::Held | Self::Queued => JobStatus::Queued,
            Self::Pending => JobStatus::Pending,
            Self::InProgress { .. } => JobStatus::InProgress,
            Self::Completed { .. } => JobStatus::Completed,
        }
    }

    /// How it ended, if it did.
    pub fn conclusion(&self) -> Option<Conclusion> {
        match self {
            Self::Held | Self::Pending | Self::Queued | Self::InProgress { .. } => None,
            Self::Completed { conclusion, .. } => Some(*conclusion),
        }
    }

    /// The hand-over to the runner that has or had it.
    pub fn ran(&self) -> Option<&Ran> {
        match self {
            Self::Held | Self::Pending | Self::Queued => None,
            Self::InProgress { ran, .. } => Some(ran),
            Self::Completed { ran, .. } => ran.as_ref(),
        }
    }

    /// Why it ended, or shall end, where the conclusion alone does not say.
    pub fn reason(&self) -> Option<&EndReason> {
        match self {
            Self::Held | Self::Pending | Self::Queued => None,
            Self::InProgress { cancel_reason, .. } => cancel_reason.as_ref(),
            Self::Completed { reason, .. } => reason.as_ref(),
        }
    }
}

impl PlannedJob {
    /// What a runner must have to be offered it: its labels, and the group that it names (semantics R2.77).
    pub fn label_set(&self) -> LabelSet {
        let labels = LabelSet::new(&self.labels);
        match &self.runner_group {
            Some(group) => labels.in_group(group),
            None => labels,
        }
    }

    /// The job that ran, or will: its own id, or that of the job of an earlier attempt which it stands for. Under it
    /// are the outputs and the log (semantics R4.4).
    pub fn origin(&self) -> JobId {
        self.carried_from.unwrap_or(self.id)
    }

    /// What it is in its concurrency group, if it says one.
    pub fn member(&self, run: RunId) -> Option<(Member, &Concurrency)> {
        let concurrency = self.concurrency.as_ref()?;
        Some((Member::Job { run, job: self.id }, concurrency))
    }

    /// How its end counts for others: a failure that is absorbed is a success (semantics R1.20).
    pub fn effective(&self) -> Option<Conclusion> {
        match self.state.conclusion() {
            Some(Conclusion::Failure) if self.continue_on_error => Some(Conclusion::Success),
            conclusion => conclusion,
        }
    }
}

impl Job {
    /// Which node of the graph it is; the legs of a matrix share one.
    pub fn node(&self) -> &NodePath {
        match self {
            Self::Blocked(job) => &job.node,
            Self::Planned(job) => &job.node,
            Self::Called(job) => &job.node,
        }
    }

    /// Direct needs.
    pub fn needs(&self) -> &[NodePath] {
        match self {
            Self::Blocked(job) => &job.needs,
            Self::Planned(job) => &job.needs,
            Self::Called(job) => &job.needs,
        }
    }

    /// The job, if it has an id.
    pub fn planned(&self) -> Option<&PlannedJob> {
        match self {
            Self::Planned(job) => Some(job),
            Self::Blocked(_) | Self::Called(_) => None,
        }
    }
}

impl Attempt {
    /// The jobs that have an id.
    pub fn planned(&self) -> impl Iterator<Item = &PlannedJob> {
        self.jobs.iter().filter_map(Job::planned)
    }

    /// Where it stands (semantics R1.15: the first that any job has, of in progress, queued, pending).
    pub fn status(&self) -> RunStatus {
        match self.state {
            AttemptState::Requested => RunStatus::Requested,
            AttemptState::Pending => RunStatus::Pending,
            AttemptState::Completed { .. } => RunStatus::Completed,
            AttemptState::Live => self.live_status(),
        }
    }

    fn live_status(&self) -> RunStatus {
        let any = |status: fn(&JobState) -> bool| self.planned().any(|job| status(&job.state));
        if any(|state| matches!(state, JobState::InProgress { .. })) {
            RunStatus::InProgress
        } else if any(|state| *state == JobState::Queued) {
            RunStatus::Queued
        } else if any(|state| *state == JobState::Pending) || self.has_pending_call() {
            RunStatus::Pending
        } else {
            RunStatus::Queued
        }
    }

    /// The calls of the attempt with their callers.
    pub fn calls(&self) -> impl Iterator<Item = (&NodePath, &Call)> {
        let called = self.jobs.iter().filter_map(|job| match job {
            Job::Called(called) => Some(called),
            Job::Blocked(_) | Job::Planned(_) => None,
        });
        called.flat_map(|called| called.calls.iter().map(|call| (&called.node, call)))
    }

    fn has_pending_call(&self) -> bool {
        let pending = |call: &Call| matches!(call.gate, CallGate::Pending(_));
        self.calls().any(|(_, call)| pending(call))
    }

    /// How it ended, if it did.
    pub fn conclusion(&self) -> Option<Conclusion> {
        match self.state {
            AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
            AttemptState::Completed { conclusion, .. } => Some(conclusion),
        }
    }
}

//! What can be wrong, each as one sentence for a person. No looking and no mending here.

use runyard_domain::{
    ExecutionId, JobId, RepositoryId, RunId, Timestamp,
    concurrency::{GroupName, Member},
    execution::ExecutionEnd,
    run::{Membership, Overdue},
};
use runyard_store::SetAside;
use std::fmt;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Rows of a run hold what they cannot hold.
    UnreadableRows {
        /// The run.
        run: RunId,
        /// Which row, and which column.
        problem: String,
    },
    /// Events of a run hold what they cannot hold.
    UnreadableEvents {
        /// The run.
        run: RunId,
        /// Which row, and which column.
        problem: String,
    },
    /// Events of a run are missing, or there are too many.
    EventsMissing {
        /// The run.
        run: RunId,
        /// So many there are.
        have: u64,
        /// So many its row counts.
        counted: u64,
    },
    /// The rows of a run are not what its events make.
    RowsDiffer {
        /// The run.
        run: RunId,
        /// Where they differ.
        what: String,
    },
    /// The words that lists find a run by are not those of its jobs (semantics R1.15, R1.16).
    WordsDiffer {
        /// The run.
        run: RunId,
        /// `run` or `attempt`.
        of: &'static str,
        /// As they are kept.
        kept: String,
        /// As its jobs make them.
        wanted: String,
    },
    /// What follows from the state of the jobs did not happen.
    Overdue {
        /// The run.
        run: RunId,
        /// What.
        overdue: Overdue,
    },
    /// A job is in progress, and its hand-over is over or not there.
    Forsaken {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
        /// Its hand-over.
        execution: ExecutionId,
        /// How that ended; nothing when it is not there.
        end: Option<ExecutionEnd>,
    },
    /// A hand-over goes on whose job does not.
    Unwanted {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
        /// The hand-over.
        execution: ExecutionId,
        /// The run is there.
        has_run: bool,
    },
    /// A hand-over that has not ended holds what it cannot hold: then nothing can be done with its run.
    UnreadableExecution {
        /// The run.
        run: RunId,
        /// The hand-over.
        execution: ExecutionId,
        /// Which column.
        problem: String,
    },
    /// A job waits for a runner and is not in the queue.
    NotQueued {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
    },
    /// A job is in the queue and does not wait for a runner.
    QueuedInVain {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
    },
    /// The queue keeps a job for an offer that is over.
    KeptForNobody {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
        /// The hand-over.
        execution: ExecutionId,
    },
    /// The row of a concurrency group cannot be read: nobody can enter or leave it.
    UnreadableGroup {
        /// Whose group.
        repository: RepositoryId,
        /// The key of its name.
        key: String,
        /// Which column.
        problem: String,
        /// Who is in it by the word of their runs.
        members: Vec<Membership>,
    },
    /// Somebody is in a concurrency group who ended, or is gone.
    MemberGone {
        /// Whose group.
        repository: RepositoryId,
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
        /// It has the slot; otherwise it waits.
        has_slot: bool,
    },
    /// Somebody waits for a slot that it has, and no message tells it so.
    NeverTold {
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
    },
    /// Somebody waits for a group in which it is not.
    WaitsNowhere {
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
    },
    /// Somebody goes on without the slot of its group.
    WithoutSlot {
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
        /// Who has it, if anybody has.
        holder: Option<Member>,
    },
    /// A message to a run was not applied.
    MessageLeft {
        /// Its number.
        id: i64,
        /// The run.
        run: RunId,
        /// Since when it is due.
        since: Timestamp,
    },
    /// A message to a run cannot be read.
    UnreadableMessage {
        /// Its number.
        id: i64,
        /// The run.
        run: RunId,
        /// Which column.
        problem: String,
    },
    /// What follows a run was not started.
    FollowUpLeft {
        /// Its number.
        id: i64,
        /// The run.
        run: RunId,
        /// Since when it is due.
        since: Timestamp,
    },
    /// A row could not be applied and is not tried any more.
    SetAside(SetAside),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnreadableRows { run, problem } => {
                write!(f, "run {run}: it cannot be read: {problem}")
            }
            Self::UnreadableEvents { run, problem } => {
                write!(f, "run {run}: its events cannot be read: {problem}")
            }
            Self::EventsMissing { run, have, counted } => write!(
                f,
                "run {run}: it has {have} events, but its row counts {counted}"
            ),
            Self::RowsDiffer { run, what } => {
                write!(
                    f,
                    "run {run}: its rows are not what its events make: {what}"
                )
            }
            Self::WordsDiffer {
                run,
                of,
                kept,
                wanted,
            } => write!(
                f,
                "run {run}: its {of} row says {kept}, but its jobs make it {wanted}"
            ),
            Self::Overdue { run, overdue } => match overdue {
                Overdue::End(conclusion) => write!(
                    f,
                    "run {run}: all its jobs ended, but it did not end as {}",
                    conclusion.name()
                ),
                Overdue::Plan(node) => write!(
                    f,
                    "run {run}: job {node} is blocked, though all that it needs is complete"
                ),
            },
            Self::Forsaken {
                run,
                job,
                execution,
                end,
            } => {
                let what = match end {
                    Some(_) => "has ended",
                    None => "is not there",
                };
                write!(
                    f,
                    "run {run}: job {job} is in progress, but its execution {execution} {what}"
                )
            }
            Self::Unwanted {
                run,
                job,
                execution,
                has_run,
            } => {
                let why = match has_run {
                    true => format!("its job {job} does not run by it"),
                    false => "the run is not there".to_owned(),
                };
                write!(f, "run {run}: execution {execution} goes on, but {why}")
            }
            Self::UnreadableExecution {
                run,
                execution,
                problem,
            } => write!(
                f,
                "run {run}: execution {execution} cannot be read: {problem}"
            ),
            Self::NotQueued { run, job } => write!(
                f,
                "run {run}: job {job} waits for a runner, but is not in the queue"
            ),
            Self::QueuedInVain { run, job } => write!(
                f,
                "run {run}: job {job} is in the queue, but does not wait for a runner"
            ),
            Self::KeptForNobody {
                run,
                job,
                execution,
            } => write!(
                f,
                "run {run}: job {job} is kept in the queue for execution {execution}, which is \
                 not offered"
            ),
            Self::UnreadableGroup {
                repository,
                key,
                problem,
                ..
            } => write!(
                f,
                "concurrency group {key:?} of repository {repository}: it cannot be read: {problem}"
            ),
            Self::MemberGone {
                repository,
                group,
                member,
                has_slot,
            } => {
                let place = match has_slot {
                    true => "has its slot",
                    false => "waits for its slot",
                };
                let group = group.as_str();
                write!(
                    f,
                    "concurrency group {group:?} of repository {repository}: {member} {place}, \
                     but has ended or is gone"
                )
            }
            Self::NeverTold { group, member } => write!(
                f,
                "{member}: it waits for the slot of concurrency group {:?}, which it has",
                group.as_str()
            ),
            Self::WaitsNowhere { group, member } => write!(
                f,
                "{member}: it waits for concurrency group {:?}, but is not in it",
                group.as_str()
            ),
            Self::WithoutSlot {
                group,
                member,
                holder,
            } => {
                let group = group.as_str();
                write!(
                    f,
                    "{member}: it goes on without the slot of concurrency group {group:?}, "
                )?;
                match holder {
                    Some(holder) => write!(f, "which {holder} has"),
                    None => write!(f, "which nobody has"),
                }
            }
            Self::MessageLeft { id, run, since } => write!(
                f,
                "run {run}: message {id} to it was left over, it is due since {since}"
            ),
            Self::UnreadableMessage { id, run, problem } => {
                write!(f, "run {run}: message {id} to it cannot be read: {problem}")
            }
            Self::FollowUpLeft { id, run, since } => write!(
                f,
                "run {run}: what follows it was not started (follow-up {id}), it is due since \
                 {since}"
            ),
            Self::SetAside(SetAside {
                row,
                run,
                reason,
                at,
            }) => {
                write!(f, "{row}")?;
                if let Some(run) = run {
                    write!(f, " of run {run}")?;
                }
                write!(f, ": set aside since {at}: {reason}")
            }
        }
    }
}

//! What can be wrong, each as one sentence for a person. No looking and no mending here.

use runyard_domain::{
    ExecutionId, JobId, RepositoryId, RunId, Timestamp,
    concurrency::{GroupName, Member},
    execution::ExecutionEnd,
    run::{Membership, Overdue},
};
use runyard_store::SetAside;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Rows of a run hold what they cannot hold.
    #[error("run {run}: it cannot be read: {problem}")]
    UnreadableRows {
        /// The run.
        run: RunId,
        /// Which row, and which column.
        problem: String,
    },
    /// Events of a run hold what they cannot hold.
    #[error("run {run}: its events cannot be read: {problem}")]
    UnreadableEvents {
        /// The run.
        run: RunId,
        /// Which row, and which column.
        problem: String,
    },
    /// Events of a run are missing, or there are too many.
    #[error("run {run}: it has {have} events, but its row counts {counted}")]
    EventsMissing {
        /// The run.
        run: RunId,
        /// So many there are.
        have: u64,
        /// So many its row counts.
        counted: u64,
    },
    /// The rows of a run are not what its events make.
    #[error("run {run}: its rows are not what its events make: {what}")]
    RowsDiffer {
        /// The run.
        run: RunId,
        /// Where they differ.
        what: String,
    },
    /// The words that lists find a run by are not those of its jobs (semantics R1.15, R1.16).
    #[error("run {run}: its {of} row says {kept}, but its jobs make it {wanted}")]
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
    #[error("run {run}: {}", undone(.overdue))]
    Overdue {
        /// The run.
        run: RunId,
        /// What.
        overdue: Overdue,
    },
    /// A job is in progress, and its hand-over is over or not there.
    #[error("run {run}: job {job} is in progress, but its execution {execution} {}", fate(.end.is_some()))]
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
    #[error("run {run}: execution {execution} goes on, but {}", unwanted(.job, .has_run))]
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
    #[error("run {run}: execution {execution} cannot be read: {problem}")]
    UnreadableExecution {
        /// The run.
        run: RunId,
        /// The hand-over.
        execution: ExecutionId,
        /// Which column.
        problem: String,
    },
    /// A job waits for a runner and is not in the queue.
    #[error("run {run}: job {job} waits for a runner, but is not in the queue")]
    NotQueued {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
    },
    /// A job is in the queue and does not wait for a runner.
    #[error("run {run}: job {job} is in the queue, but does not wait for a runner")]
    QueuedInVain {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
    },
    /// The queue keeps a job for an offer that is over.
    #[error(
        "run {run}: job {job} is kept in the queue for execution {execution}, which is not offered"
    )]
    KeptForNobody {
        /// The run.
        run: RunId,
        /// The job.
        job: JobId,
        /// The hand-over.
        execution: ExecutionId,
    },
    /// The row of a concurrency group cannot be read: nobody can enter or leave it.
    #[error("concurrency group {key:?} of repository {repository}: it cannot be read: {problem}")]
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
    #[error("concurrency group {:?} of repository {repository}: {member} {}, but has ended or is gone", .group.as_str(), place_in_group(.has_slot))]
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
    #[error("{member}: it waits for the slot of concurrency group {:?}, which it has", .group.as_str())]
    NeverTold {
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
    },
    /// Somebody waits for a group in which it is not.
    #[error("{member}: it waits for concurrency group {:?}, but is not in it", .group.as_str())]
    WaitsNowhere {
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
    },
    /// Somebody goes on without the slot of its group.
    #[error("{member}: it goes on without the slot of concurrency group {:?}, {}", .group.as_str(), who_has_it(.holder.as_ref()))]
    WithoutSlot {
        /// The group.
        group: GroupName,
        /// Who.
        member: Member,
        /// Who has it, if anybody has.
        holder: Option<Member>,
    },
    /// A message to a run was not applied.
    #[error("run {run}: message {id} to it was left over, it is due since {since}")]
    MessageLeft {
        /// Its number.
        id: i64,
        /// The run.
        run: RunId,
        /// Since when it is due.
        since: Timestamp,
    },
    /// A message to a run cannot be read.
    #[error("run {run}: message {id} to it cannot be read: {problem}")]
    UnreadableMessage {
        /// Its number.
        id: i64,
        /// The run.
        run: RunId,
        /// Which column.
        problem: String,
    },
    /// What follows a run was not started.
    #[error("run {run}: what follows it was not started (follow-up {id}), it is due since {since}")]
    FollowUpLeft {
        /// Its number.
        id: i64,
        /// The run.
        run: RunId,
        /// Since when it is due.
        since: Timestamp,
    },
    /// A row could not be applied and is not tried any more.
    #[error("{}", set_aside(.0))]
    SetAside(SetAside),
}

fn undone(overdue: &Overdue) -> String {
    match overdue {
        Overdue::End(conclusion) => {
            let end = conclusion.name();
            format!("all its jobs ended, but it did not end as {end}")
        }
        Overdue::Plan(node) => {
            format!("job {node} is blocked, though all that it needs is complete")
        }
    }
}

fn fate(is_there: bool) -> &'static str {
    match is_there {
        true => "has ended",
        false => "is not there",
    }
}

fn unwanted(job: &JobId, has_run: &bool) -> String {
    match has_run {
        true => format!("its job {job} does not run by it"),
        false => "the run is not there".to_owned(),
    }
}

fn place_in_group(has_slot: &bool) -> &'static str {
    match has_slot {
        true => "has its slot",
        false => "waits for its slot",
    }
}

fn who_has_it(holder: Option<&Member>) -> String {
    match holder {
        Some(holder) => format!("which {holder} has"),
        None => "which nobody has".to_owned(),
    }
}

fn set_aside(row: &SetAside) -> String {
    let of = row
        .run
        .map_or_else(String::new, |run| format!(" of run {run}"));
    let (at, reason) = (row.at, &row.reason);
    format!("{}{of}: set aside since {at}: {reason}", row.row)
}

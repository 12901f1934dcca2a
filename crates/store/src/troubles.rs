//! Rows that could not be applied: noted, and after some tries set aside, so that they keep nothing behind them waiting.
//! What is set aside stays where it is; queues pass over it until it is put back.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RunId, Timestamp};
use std::{fmt, time::Duration};

/// Characters of a reason that are kept.
pub const REASON_CHARACTERS_MAX: usize = 500;
/// What is not tried any more in this time has passed: it counts from one again, and is forgotten some time after.
pub const TROUBLE_PASSES: Duration = Duration::from_secs(60 * 60);

/// In which queue a row waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// Jobs for runners, by their ids.
    Job,
    /// Hand-overs whose time is over.
    Execution,
    /// Messages to runs.
    Message,
    /// Moments of runs that others follow.
    FollowUp,
    /// Looks at the sources of repositories, by the repository.
    Poll,
    /// Runs whose time is over.
    Run,
    /// Logs to be sealed, by their executions.
    Log,
}

impl RowKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Job,
        Self::Execution,
        Self::Message,
        Self::FollowUp,
        Self::Poll,
        Self::Run,
        Self::Log,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Execution => "execution",
            Self::Message => "message",
            Self::FollowUp => "follow_up",
            Self::Poll => "poll",
            Self::Run => "run",
            Self::Log => "log",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A row of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueueRow {
    /// Of which queue.
    pub kind: RowKind,
    /// Its number there.
    pub id: i64,
}

impl QueueRow {
    /// Tells whoever watches the log that nobody tries this row any more.
    pub fn sound_alarm(self, reason: &str) {
        log::error!(
            "{self} cannot be applied and was set aside, others go on without it: {reason}. \
             `runyard doctor` says more, `runyard doctor --fix` puts it back once it can be applied"
        );
    }
}

impl fmt::Display for QueueRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            RowKind::Job => "job",
            RowKind::Execution => "execution",
            RowKind::Message => "message",
            RowKind::FollowUp => "follow-up",
            RowKind::Poll => "the look at the source of repository",
            RowKind::Run => "the time limit of run",
            RowKind::Log => "the log of execution",
        };
        write!(f, "{what} {}", self.id)
    }
}

/// A row that nobody tries any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Which.
    pub row: QueueRow,
    /// The run that it belongs to, where it is of one.
    pub run: Option<RunId>,
    /// Why it could not be applied, the last time.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// A row of a queue as it is now.
#[derive(Debug)]
pub enum RowState {
    /// It is not in its queue any more.
    Gone,
    /// It can be read.
    Readable,
    /// It holds what it cannot hold.
    Unreadable(StoreError),
}

/// How often a row is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// The try of this number sets it aside; at least 1.
    pub most: u32,
    /// Tries that come sooner after one that counted do not count.
    pub apart: Duration,
}

/// Rows that could not be applied.
#[async_trait]
pub trait Troubles {
    /// Notes that a row could not be applied; the last of its tries sets it aside. Whether this call did that.
    /// Of the reason the first [`REASON_CHARACTERS_MAX`] characters are kept.
    async fn note_trouble(
        &self,
        row: QueueRow,
        run: Option<RunId>,
        reason: &str,
        tries: Tries,
    ) -> Result<bool, StoreError>;
    /// What is set aside, by kind and id, after `after`, at most `limit`.
    async fn set_aside(
        &self,
        after: Option<QueueRow>,
        limit: u32,
    ) -> Result<Vec<SetAside>, StoreError>;
    /// How much is set aside.
    async fn count_set_aside(&self) -> Result<u64, StoreError>;
    /// Whether the row is set aside.
    async fn is_set_aside(&self, row: QueueRow) -> Result<bool, StoreError>;
    /// Whether the row is in its queue, and whether it can be read. Of what it needs beside nothing is said.
    async fn row_state(&self, row: QueueRow) -> Result<RowState, StoreError>;
    /// Has the row tried again like any other. Nothing happens when it was not set aside.
    async fn put_back(&self, row: QueueRow) -> Result<(), StoreError>;
}

/// The reason as it is kept.
pub(crate) fn kept_reason(reason: &str) -> String {
    let characters = reason.chars().filter(|character| *character != '\0');
    characters.take(REASON_CHARACTERS_MAX).collect()
}

/// The number of this try, where the last that counted was number `tries` at `noted`; nothing when it does not count.
pub(crate) fn number_of_try(
    last: Option<(u32, Timestamp)>,
    now: Timestamp,
    apart: Duration,
) -> Option<u32> {
    match last {
        Some((_, noted)) if now < noted.plus(apart) => None,
        Some((tries, noted)) if now < noted.plus(TROUBLE_PASSES) => Some(tries + 1),
        Some(_) | None => Some(1),
    }
}

//! The tables that a change writes one after the other: a statement on each can be made to fail.

use runyard_store::Writes;

/// A table that a change writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Attempts,
    Jobs,
    Events,
    Queue,
    Executions,
}

impl Table {
    /// In the order in which they are written.
    pub(crate) const ALL: [Self; 5] = [
        Self::Attempts,
        Self::Jobs,
        Self::Events,
        Self::Queue,
        Self::Executions,
    ];

    /// Its name in the databases.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Jobs => "jobs",
            Self::Events => "run_events",
            Self::Queue => "queue",
            Self::Executions => "executions",
        }
    }

    /// Which statements fail: those that a change is sure to make when it writes here.
    pub(super) fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Attempts | Self::Events | Self::Queue => &["INSERT"],
            // Jobs of which only the state changed are updated.
            Self::Jobs => &["INSERT", "UPDATE"],
            Self::Executions => &["UPDATE"],
        }
    }

    /// Whether these writes have such a statement.
    pub(crate) fn is_written(self, writes: &Writes) -> bool {
        match self {
            Self::Attempts => writes.run.is_some(),
            Self::Jobs => !writes.jobs.is_empty() || !writes.moved.is_empty(),
            Self::Events => !writes.events.is_empty(),
            Self::Queue => !writes.queued.is_empty(),
            Self::Executions => !writes.executions.is_empty(),
        }
    }
}

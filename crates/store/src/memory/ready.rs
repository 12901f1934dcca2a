//! The queue of ready jobs in the order in which they became ready. It must not know runs or runners.

use crate::QueueDepth;
use runyard_domain::{JobId, RunId, Timestamp, runner::LabelSet};
use std::collections::{BTreeMap, BTreeSet};

/// Jobs that are queued, offered ones included.
#[derive(Debug, Default)]
pub(super) struct Ready {
    rows: BTreeMap<JobId, ReadyJob>,
    /// Those that nobody was offered, in order.
    free: BTreeSet<(Timestamp, JobId)>,
}

/// A job that is queued.
#[derive(Debug)]
pub(super) struct ReadyJob {
    pub(super) run: RunId,
    pub(super) labels: LabelSet,
    pub(super) since: Timestamp,
}

impl Ready {
    /// How much nobody was offered.
    pub(super) fn depth(&self) -> QueueDepth {
        QueueDepth {
            ready: self.free.len() as u64,
            oldest: self.free.first().map(|(since, _)| *since),
        }
    }

    /// Those that nobody was offered and that wait since `before`, oldest first.
    pub(super) fn waiting_since(&self, before: Timestamp, count: usize) -> Vec<(RunId, JobId)> {
        let free = self.free.iter().take_while(|(since, _)| *since <= before);
        let jobs = free.map(|(_, job)| (self.rows[job].run, *job));
        jobs.take(count).collect()
    }

    /// The job can be offered from now on.
    pub(super) fn add(&mut self, job: JobId, row: ReadyJob) {
        self.free.insert((row.since, job));
        self.rows.insert(job, row);
    }

    /// The job is not queued any more.
    pub(super) fn remove(&mut self, job: JobId) {
        if let Some(row) = self.rows.remove(&job) {
            self.free.remove(&(row.since, job));
        }
    }

    /// Takes the oldest `count` jobs that a runner with these labels can run, for offering them.
    pub(super) fn take(&mut self, labels: &LabelSet, count: usize) -> Vec<(RunId, JobId)> {
        let fitting = self.free.iter().filter_map(|(since, job)| {
            let row = &self.rows[job];
            labels
                .covers(&row.labels)
                .then_some((*since, row.run, *job))
        });
        let taken: Vec<_> = fitting.take(count).collect();
        for (since, _, job) in &taken {
            self.free.remove(&(*since, *job));
        }
        taken.into_iter().map(|(_, run, job)| (run, job)).collect()
    }

    /// An offer ended without a start: the job can be offered again, in its old place, if it is still queued.
    pub(super) fn give_back(&mut self, job: JobId) {
        if let Some(row) = self.rows.get(&job) {
            self.free.insert((row.since, job));
        }
    }
}

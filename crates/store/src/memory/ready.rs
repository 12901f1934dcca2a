//! The queue of ready jobs in the order in which they became ready. It must not know runs or runners.

use crate::QueueDepth;
use runyard_domain::{JobId, RunId, Timestamp, runner::LabelSet};
use std::collections::BTreeMap;

/// Jobs that are queued, offered ones included.
#[derive(Debug, Default)]
pub(super) struct Ready {
    rows: BTreeMap<JobId, (u64, ReadyJob)>,
    /// Those that nobody was offered, by their place.
    free: BTreeMap<u64, JobId>,
    /// Places that were given out.
    places: u64,
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
            oldest: self.free.values().next().map(|job| self.rows[job].1.since),
        }
    }

    /// Those that nobody was offered and that wait since `before`, oldest first.
    pub(super) fn waiting_since(&self, before: Timestamp, count: usize) -> Vec<(RunId, JobId)> {
        let free = self.free.values().map(|job| (*job, &self.rows[job].1));
        let waiting = free.filter(|(_, row)| row.since <= before);
        let jobs = waiting.map(|(job, row)| (row.run, job));
        jobs.take(count).collect()
    }

    /// The job can be offered from now on, after all that were added before.
    pub(super) fn add(&mut self, job: JobId, row: ReadyJob) {
        self.places += 1;
        self.free.insert(self.places, job);
        self.rows.insert(job, (self.places, row));
    }

    /// The job is not queued any more.
    pub(super) fn remove(&mut self, job: JobId) {
        if let Some((place, _)) = self.rows.remove(&job) {
            self.free.remove(&place);
        }
    }

    /// Takes the oldest `count` jobs that a runner with these labels can run, for offering them.
    pub(super) fn take(&mut self, labels: &LabelSet, count: usize) -> Vec<(RunId, JobId)> {
        let fitting = self.free.iter().filter_map(|(place, job)| {
            let (_, row) = &self.rows[job];
            labels
                .covers(&row.labels)
                .then_some((*place, row.run, *job))
        });
        let taken: Vec<_> = fitting.take(count).collect();
        for (place, ..) in &taken {
            self.free.remove(place);
        }
        taken.into_iter().map(|(_, run, job)| (run, job)).collect()
    }

    /// An offer ended without a start: the job can be offered again, in its old place, if it is still queued.
    pub(super) fn give_back(&mut self, job: JobId) {
        if let Some((place, _)) = self.rows.get(&job) {
            self.free.insert(*place, job);
        }
    }
}

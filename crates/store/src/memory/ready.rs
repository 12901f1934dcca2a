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
    /// How much nobody was offered, of the jobs that are tried.
    pub(super) fn depth(&self, tried: impl Fn(JobId) -> bool) -> QueueDepth {
        let mut free = self.free.values().filter(|job| tried(**job));
        let oldest = free.next().map(|job| self.rows[job].1.since);
        QueueDepth {
            ready: u64::from(oldest.is_some()) + free.count() as u64,
            oldest,
        }
    }

    /// Those that nobody was offered and that wait since `before`, oldest first.
    pub(super) fn waiting_since(
        &self,
        before: Timestamp,
        count: usize,
        tried: impl Fn(JobId) -> bool,
    ) -> Vec<(RunId, JobId)> {
        let free = self.free.values().filter(|job| tried(**job));
        let free = free.map(|job| (*job, &self.rows[job].1));
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

    /// The jobs of a run, and whether nobody was offered them.
    pub(super) fn of_run(&self, run: RunId) -> Vec<(JobId, bool)> {
        let own = self.rows.iter().filter(|(_, (_, row))| row.run == run);
        own.map(|(job, (place, _))| (*job, self.free.contains_key(place)))
            .collect()
    }

    /// Whether the job is queued.
    pub(super) fn has(&self, job: JobId) -> bool {
        self.rows.contains_key(&job)
    }

    /// The runs that have jobs here.
    pub(super) fn runs(&self) -> impl Iterator<Item = RunId> {
        self.rows.values().map(|(_, row)| row.run)
    }

    /// An offer of the job stands: nobody else gets it.
    pub(super) fn hold(&mut self, job: JobId) {
        if let Some((place, _)) = self.rows.get(&job) {
            self.free.remove(place);
        }
    }

    /// The job is not queued any more.
    pub(super) fn remove(&mut self, job: JobId) {
        if let Some((place, _)) = self.rows.remove(&job) {
            self.free.remove(&place);
        }
    }

    /// Takes the oldest `count` jobs that a runner with these labels can run, for offering them.
    pub(super) fn take(
        &mut self,
        labels: &LabelSet,
        count: usize,
        tried: impl Fn(JobId) -> bool,
    ) -> Vec<(RunId, JobId)> {
        let free = self.free.iter().filter(|(_, job)| tried(**job));
        let fitting = free.filter_map(|(place, job)| {
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

//! What `runyard doctor` looks at and mends, in memory.

use super::{
    MemoryStore,
    concurrency::MessageRow,
    ready::ReadyJob,
    state::{State, not_found},
};
use crate::{
    Inspected, Inspections, KeptGroup, Left, QueuedJob, Store, StoreError, StoredWords, Wake,
};
use async_trait::async_trait;
use runyard_domain::{
    Conclusion, Execution, ExecutionId, JobId, MessageId, RepositoryId, Run, RunId, Timestamp,
    concurrency::Member, execution::ExecutionState, run::JobState,
};
use std::collections::BTreeSet;

#[async_trait]
impl Inspections for MemoryStore {
    async fn unfinished_runs(&self, after: RunId, limit: u32) -> Result<Vec<RunId>, StoreError> {
        let state = self.state();
        let rows = state.runs.iter().filter(|(_, row)| !row.deleted);
        let open = rows.filter(|(_, row)| !row.run.is_completed());
        let handed = state.open_executions.iter();
        let handed = handed.map(|id| state.executions[id].execution.run);
        let all: BTreeSet<RunId> = open
            .map(|(id, _)| *id)
            .chain(state.ready.runs())
            .chain(handed)
            .filter(|id| *id > after)
            .collect();
        Ok(all.into_iter().take(limit as usize).collect())
    }

    async fn inspect(&self, run: RunId) -> Result<Inspected, StoreError> {
        let state = self.state();
        let queued = state.ready.of_run(run).into_iter();
        let queued = queued.map(|(job, is_free)| QueuedJob {
            job,
            offered: (!is_free).then(|| state.last_offer(job)).flatten(),
        });
        let mut found = Inspected {
            stored: Err(not_found("run")),
            seq: 0,
            words: Vec::new(),
            events: Ok(Vec::new()),
            executions: state.executions_of_interest(run),
            unreadable: Vec::new(),
            queued: queued.collect(),
        };
        if let Some(row) = state.live_run(run) {
            let attempt = row.run.attempt();
            found.words = ["run", "attempt"].map(|of| words(of, &row.run)).into();
            found.seq = row.run.seq();
            found.stored = Ok(Run::restore(
                row.run.identity().clone(),
                attempt.clone(),
                row.run.seq(),
                row.run.updated_at(),
            ));
            found.events = Ok(row.events.clone());
        }
        Ok(found)
    }

    async fn rebuild(&self, run: RunId) -> Result<bool, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let Some(row) = state.live_run(run) else {
            for (job, _) in state.ready.of_run(run) {
                state.ready.remove(job);
            }
            return Ok(true);
        };
        if row.events.len() as u64 != row.run.seq() {
            return Ok(false);
        }
        let Ok(replayed) = Run::replay(&row.events) else {
            return Ok(false);
        };
        state.index_jobs(&replayed);
        state.queue_again(&replayed, now);
        if let Some(row) = state.runs.get_mut(&run) {
            row.run = replayed;
        }
        drop(state);
        self.wakes().send(Wake::Queue);
        Ok(true)
    }

    async fn groups(
        &self,
        after: Option<(RepositoryId, String)>,
        limit: u32,
    ) -> Result<Vec<KeptGroup>, StoreError> {
        let state = self.state();
        let later = state.groups.iter().filter(|(key, _)| match &after {
            Some(after) => *key > after,
            None => true,
        });
        let groups = later.map(|((repository, key), group)| KeptGroup {
            repository: *repository,
            key: key.clone(),
            group: Ok(group.clone()),
        });
        Ok(groups.take(limit as usize).collect())
    }

    async fn leave_group(
        &self,
        repository: RepositoryId,
        key: &str,
        member: &Member,
    ) -> Result<bool, StoreError> {
        let due_at = self.clock_now();
        let mut state = self.state();
        let place = (repository, key.to_owned());
        let Some(group) = state.groups.get_mut(&place) else {
            return Ok(false);
        };
        if group.place_of(member).is_none() {
            return Ok(false);
        }
        let message = group.leave(member);
        if group.running().is_none() {
            state.groups.remove(&place);
        }
        if let Some(message) = message {
            state.last_message += 1;
            let id = MessageId::new(state.last_message);
            state.messages.insert(id, MessageRow { message, due_at });
            drop(state);
            self.wakes().send(Wake::Message);
        }
        Ok(true)
    }

    async fn forget_unreadable_group(
        &self,
        _repository: RepositoryId,
        _key: &str,
    ) -> Result<bool, StoreError> {
        // What is kept as a value can always be read.
        Ok(false)
    }

    async fn kept_group(
        &self,
        repository: RepositoryId,
        key: &str,
    ) -> Result<Option<KeptGroup>, StoreError> {
        let state = self.state();
        let group = state.groups.get(&(repository, key.to_owned()));
        Ok(group.map(|group| KeptGroup {
            repository,
            key: key.to_owned(),
            group: Ok(group.clone()),
        }))
    }

    async fn forget_unreadable_steps(&self, _execution: ExecutionId) -> Result<bool, StoreError> {
        // What is kept as a value can always be read.
        Ok(true)
    }

    async fn left_messages(&self, after: i64, limit: u32) -> Result<Vec<Left>, StoreError> {
        let state = self.state();
        let rows = state.messages.iter().map(|(id, row)| Left {
            id: id.get(),
            run: row.message.to.run(),
            due_at: row.due_at,
        });
        let later = rows.filter(|left| left.id > after);
        Ok(later.take(limit as usize).collect())
    }

    async fn left_follow_ups(&self, after: i64, limit: u32) -> Result<Vec<Left>, StoreError> {
        let state = self.state();
        let rows = state.follow_ups.values().map(|row| Left {
            id: row.follow_up.id,
            run: row.follow_up.run,
            due_at: row.due_at,
        });
        let later = rows.filter(|left| left.id > after);
        Ok(later.take(limit as usize).collect())
    }
}

fn words(of: &'static str, run: &Run) -> StoredWords {
    StoredWords {
        of,
        status: run.status().name().to_owned(),
        conclusion: run
            .attempt()
            .conclusion()
            .map(|conclusion| Conclusion::name(conclusion).to_owned()),
    }
}

impl State {
    /// Those that have not ended, and those that jobs in progress name.
    fn executions_of_interest(&self, run: RunId) -> Vec<Execution> {
        let jobs = self.live_run(run).into_iter();
        let jobs = jobs.flat_map(|row| row.run.attempt().planned());
        let named: BTreeSet<ExecutionId> = jobs
            .filter_map(|job| match &job.state {
                JobState::InProgress { ran, .. } => Some(ran.execution),
                JobState::Held
                | JobState::Pending
                | JobState::Queued
                | JobState::Completed { .. } => None,
            })
            .collect();
        let own = self.executions.values().map(|row| &row.execution);
        let own = own.filter(|it| it.run == run && (!it.is_ended() || named.contains(&it.id)));
        own.cloned().collect()
    }

    fn last_offer(&self, job: JobId) -> Option<ExecutionId> {
        let own = self.executions.values().map(|row| &row.execution);
        own.filter(|it| it.job == job).map(|it| it.id).max()
    }

    /// Has the queue hold the jobs that wait for a runner, and no others of the run.
    fn queue_again(&mut self, run: &Run, now: Timestamp) {
        let queued = run.attempt().planned();
        let queued: Vec<_> = queued.filter(|job| job.state == JobState::Queued).collect();
        for (job, _) in self.ready.of_run(run.id()) {
            if !queued.iter().any(|queued| queued.id == job) {
                self.ready.remove(job);
            }
        }
        let known = self.ready.of_run(run.id());
        for job in queued {
            if !known.iter().any(|(known, _)| *known == job.id) {
                let (run, labels, since) = (run.id(), job.label_set(), now);
                self.ready.add(job.id, ReadyJob { run, labels, since });
            }
            let open = self.open_executions.iter();
            let mut open = open.map(|id| &self.executions[id].execution);
            let is_offered = open
                .any(|it| it.job == job.id && matches!(it.state, ExecutionState::Offered { .. }));
            match is_offered {
                true => self.ready.hold(job.id),
                false => self.ready.give_back(job.id),
            }
        }
    }
}

//! Rows that could not be applied, in memory.

use super::{MemoryStore, state::State};
use crate::{
    QueueRow, RowKind, RowState, SetAside, StoreError, Tries, Troubles,
    troubles::{kept_reason, number_of_try},
};
use async_trait::async_trait;
use runyard_domain::{ExecutionId, JobId, MessageId, RepositoryId, RunId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What is noted of a row.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    run: Option<RunId>,
    tries: u32,
    reason: String,
    noted_at: Timestamp,
    set_aside_at: Option<Timestamp>,
}

#[async_trait]
impl Troubles for MemoryStore {
    async fn note_trouble(
        &self,
        row: QueueRow,
        run: Option<RunId>,
        reason: &str,
        tries: Tries,
    ) -> Result<bool, StoreError> {
        let (now, mut state) = (self.clock_now(), self.state());
        let known = state.troubles.get(&row);
        if known.is_some_and(|known| known.set_aside_at.is_some()) {
            return Ok(false);
        }
        let last = known.map(|known| (known.tries, known.noted_at));
        let Some(number) = number_of_try(last, now, tries.apart) else {
            return Ok(false);
        };
        let is_last = number >= tries.most;
        let trouble = Trouble {
            run,
            tries: number,
            reason: kept_reason(reason),
            noted_at: now,
            set_aside_at: is_last.then_some(now),
        };
        state.troubles.insert(row, trouble);
        Ok(is_last)
    }

    async fn set_aside(
        &self,
        after: Option<QueueRow>,
        limit: u32,
    ) -> Result<Vec<SetAside>, StoreError> {
        let state = self.state();
        let mut rows: Vec<(&QueueRow, &Trouble)> = state.troubles.iter().collect();
        rows.sort_by_key(|(row, _)| (row.kind.name(), row.id));
        let later = rows.into_iter().filter(|(row, _)| {
            after.is_none_or(|after| (row.kind.name(), row.id) > (after.kind.name(), after.id))
        });
        let aside = later.filter_map(|(row, trouble)| {
            Some(SetAside {
                row: *row,
                run: trouble.run,
                reason: trouble.reason.clone(),
                at: trouble.set_aside_at?,
            })
        });
        Ok(aside.take(limit as usize).collect())
    }

    async fn count_set_aside(&self) -> Result<u64, StoreError> {
        let state = self.state();
        let aside = state.troubles.values();
        let aside = aside.filter(|trouble| trouble.set_aside_at.is_some());
        Ok(aside.count() as u64)
    }

    async fn is_set_aside(&self, row: QueueRow) -> Result<bool, StoreError> {
        Ok(!self.state().is_tried(row.kind, row.id))
    }

    async fn row_state(&self, row: QueueRow) -> Result<RowState, StoreError> {
        let state = self.state();
        let execution = || state.executions.get(&ExecutionId::new(row.id));
        let is_there = match row.kind {
            RowKind::Job => state.ready.has(JobId::new(row.id)),
            RowKind::Execution => execution().is_some_and(|it| !it.execution.is_ended()),
            RowKind::Message => state.messages.contains_key(&MessageId::new(row.id)),
            RowKind::FollowUp => state.follow_ups.contains_key(&row.id),
            RowKind::Poll => state.polls.contains_key(&RepositoryId::new(row.id)),
            RowKind::Run => {
                let run = state.live_run(RunId::new(row.id));
                run.is_some_and(|row| !row.run.is_completed())
            }
            RowKind::Log => execution().is_some(),
        };
        Ok(match is_there {
            true => RowState::Readable,
            false => RowState::Gone,
        })
    }

    async fn put_back(&self, row: QueueRow) -> Result<(), StoreError> {
        self.state().troubles.remove(&row);
        Ok(())
    }
}

impl State {
    /// Jobs that no runner is offered until they are put back.
    pub(super) fn jobs_set_aside(&self) -> BTreeSet<JobId> {
        let rows = self.troubles.keys().filter(|row| row.kind == RowKind::Job);
        let aside = rows.filter(|row| !self.is_tried(row.kind, row.id));
        aside.map(|row| JobId::new(row.id)).collect()
    }

    /// Whether nobody set this row aside.
    pub(super) fn is_tried(&self, kind: RowKind, id: i64) -> bool {
        is_tried(&self.troubles, kind, id)
    }
}

/// Whether nobody set this row aside.
pub(super) fn is_tried(troubles: &BTreeMap<QueueRow, Trouble>, kind: RowKind, id: i64) -> bool {
    let trouble = troubles.get(&QueueRow { kind, id });
    trouble.is_none_or(|trouble| trouble.set_aside_at.is_none())
}

//! The label sets that jobs ask for, as far as this process has read them. They are never changed or removed.

use crate::{StoreError, sql::rows::Place};
use runyard_domain::runner::LabelSet;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Label sets by their ids; clones are the same list.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownLabels(Arc<Mutex<BTreeMap<i64, LabelSet>>>);

impl KnownLabels {
    /// The newest that was read; sets become visible in the order of their ids, so only later ones are missing.
    pub(crate) fn newest(&self) -> i64 {
        self.sets().last_key_value().map_or(0, |(id, _)| *id)
    }

    /// Keeps rows that were read.
    pub(crate) fn add(&self, rows: Vec<(i64, String)>) -> Result<(), StoreError> {
        for (id, labels) in rows {
            let set = serde_json::from_str(&labels)
                .map_err(|_| Place::of("label_sets", id).corrupt("labels"))?;
            self.sets().insert(id, set);
        }
        Ok(())
    }

    /// Those that a runner with these labels can run.
    pub(crate) fn covered_by(&self, labels: &LabelSet) -> Vec<i64> {
        let sets = self.sets();
        let covered = sets.iter().filter(|(_, wanted)| labels.covers(wanted));
        covered.map(|(id, _)| *id).collect()
    }

    fn sets(&self) -> MutexGuard<'_, BTreeMap<i64, LabelSet>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Keeps jobs that were started and left: a runner that says nothing loses its job.

use runyard_domain::{Execution, ExecutionId};
use runyard_engine::{Engine, EngineError};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::task::JoinHandle;

/// The hand-overs that are kept while this lives.
pub(crate) struct Leases {
    kept: Arc<Mutex<BTreeSet<ExecutionId>>>,
    keeping: JoinHandle<()>,
}

impl Leases {
    pub(crate) fn keep(engine: Engine) -> Self {
        let kept = Arc::new(Mutex::new(BTreeSet::new()));
        let keeping = tokio::spawn(renew_all(engine, kept.clone()));
        Self { kept, keeping }
    }

    /// This one is kept from now on.
    pub(crate) fn add(&self, execution: ExecutionId) {
        lock(&self.kept).insert(execution);
    }

    /// Whoever has it speaks for it again.
    pub(crate) fn remove(&self, execution: ExecutionId) {
        lock(&self.kept).remove(&execution);
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

fn lock(kept: &Mutex<BTreeSet<ExecutionId>>) -> std::sync::MutexGuard<'_, BTreeSet<ExecutionId>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn renew_all(engine: Engine, kept: Arc<Mutex<BTreeSet<ExecutionId>>>) {
    let mut often = tokio::time::interval(engine.settings().report_interval());
    loop {
        often.tick().await;
        let now: Vec<ExecutionId> = lock(&kept).iter().copied().collect();
        for id in now {
            if renew(&engine, id).await.is_err() {
                lock(&kept).remove(&id);
            }
        }
    }
}

async fn renew(engine: &Engine, id: ExecutionId) -> Result<(), EngineError> {
    let found: Option<Execution> = engine.store().execution(id).await?;
    let execution = found.ok_or(EngineError::NotFound {
        what: "the execution",
    })?;
    engine.sync(&execution, 0, Vec::new(), Vec::new()).await?;
    Ok(())
}

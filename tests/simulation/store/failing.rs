//! The store itself: every call goes to the real one, unless the plan of the action says otherwise.

use super::{
    defect::{Defect, Planted},
    plan::{CallPlan, PLAN, Trouble},
};
use crate::place::{Place, Table};
use async_trait::async_trait;
use runyard_domain::{Event, ExecutionId, JobId, Refusal, RunId, Timestamp};
use runyard_store::{
    ChangeError, Changes, ClaimRequest, Connections, Decide, IdKind, Loaded, Queue, QueueDepth,
    Scope, Store, StoreError, Wakes, Writes,
};
use std::{
    collections::BTreeSet,
    future::Future,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What a watcher must know of the calls.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Runs that came to be, oldest first.
    pub(crate) runs: Vec<RunId>,
    /// Runs that a change was about since the watcher looked.
    pub(crate) touched: BTreeSet<RunId>,
    /// Offers since the watcher looked.
    pub(crate) offered: Vec<(ExecutionId, RunId, JobId)>,
}

/// A store that fails when it is told to.
pub(crate) struct FailingStore {
    pub(super) inner: Arc<dyn Store>,
    place: Arc<Place>,
    planted: Option<Planted>,
    seen: Arc<Mutex<Seen>>,
}

impl FailingStore {
    pub(crate) fn new(place: Arc<Place>, defect: Option<Defect>) -> Self {
        Self {
            inner: place.store(),
            place,
            planted: defect.map(Planted::new),
            seen: Arc::default(),
        }
    }

    /// The real store, for those who watch.
    pub(crate) fn real(&self) -> &dyn Store {
        &*self.inner
    }

    /// What the watcher must know; it takes out what it has looked at.
    pub(crate) fn with_seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a call that changes no run.
    pub(super) async fn call<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.met(CallPlan::due(), name, work).await
    }

    async fn met<T>(
        &self,
        trouble: Option<Trouble>,
        name: &'static str,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        match trouble {
            None => work.await,
            Some(Trouble::Before | Trouble::Within(_)) => Err(CallPlan::fail(name)),
            Some(Trouble::After) => {
                work.await?;
                Err(CallPlan::fail(name))
            }
            Some(Trouble::Meanwhile(other)) => {
                other.await;
                work.await
            }
        }
    }

    /// A change that fails after its decision.
    async fn broken(&self, scope: Scope, decide: Decide, table: Table) -> Result<(), ChangeError> {
        let undo = match self.place.has_statements() {
            true => Undo::UnlessItFailsAt(table),
            false => Undo::Always,
        };
        self.place.break_at(Some(table)).await;
        let done = self.changed(scope, decide, undo).await;
        self.place.break_at(None).await;
        match done {
            Err(ChangeError::Refused(UNDONE) | ChangeError::Store(StoreError::Internal(_))) => {
                Err(CallPlan::fail("change").into())
            }
            done => done,
        }
    }

    async fn changed(&self, scope: Scope, decide: Decide, undo: Undo) -> Result<(), ChangeError> {
        let plan = PLAN.try_with(CallPlan::clone).unwrap_or_default();
        let rehearsal = CallPlan::is_rehearsal();
        let made = Arc::new(Mutex::new(None));
        let watched = self.watched(decide, Arc::clone(&made), move |before, after, events| {
            if rehearsal {
                plan.accept();
            }
            rehearsal || undo.is_to_be_undone(before, after, events)
        });
        self.inner.change(scope, watched).await?;
        let made = made.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.with_seen(|seen| seen.runs.extend(made));
        Ok(())
    }

    /// The decision, watched; refused in the end when `undone` says so.
    fn watched(
        &self,
        mut decide: Decide,
        made: Arc<Mutex<Option<RunId>>>,
        undone: impl Fn(&Loaded, &Loaded, &[Event]) -> bool + Send + 'static,
    ) -> Decide {
        let (seen, planted) = (Arc::clone(&self.seen), self.planted.clone());
        Box::new(move |loaded, now| {
            let wrong = planted.as_ref().map(|planted| planted.before(loaded));
            let before = loaded.clone();
            let mut events = decide(loaded, now)?;
            if let (Some(planted), Some(wrong)) = (&planted, wrong) {
                planted.after(&before, loaded, &mut events, wrong);
            }
            let run = match loaded {
                Loaded::NewRun { created, .. } => created.as_ref().map(|created| {
                    let id = created.run.id();
                    *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
                    id
                }),
                Loaded::Run { run, .. } => Some(run.id()),
                Loaded::Execution(execution) => Some(execution.run),
            };
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.touched.extend(run);
            match undone(&before, loaded, &events) {
                true => Err(UNDONE),
                false => Ok(events),
            }
        })
    }
}

/// Whether a change that was decided is refused in the end.
#[derive(Clone, Copy)]
enum Undo {
    Never,
    Always,
    /// Unless the database refuses it, as it writes to this table.
    UnlessItFailsAt(Table),
}

impl Undo {
    fn is_to_be_undone(self, before: &Loaded, after: &Loaded, events: &[Event]) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::UnlessItFailsAt(table) => {
                let writes = Writes::of(before, after.clone(), events.to_vec());
                !table.is_written(&writes)
            }
        }
    }
}

/// No command of the engine is refused so.
const UNDONE: Refusal = Refusal::AlreadyPlanned;

#[async_trait]
impl Changes for FailingStore {
    async fn change(&self, scope: Scope, decide: Decide) -> Result<(), ChangeError> {
        match CallPlan::due() {
            None => self.changed(scope, decide, Undo::Never).await,
            Some(Trouble::Before) => Err(CallPlan::fail("change").into()),
            Some(Trouble::Within(table)) => self.broken(scope, decide, table).await,
            Some(Trouble::After) => {
                self.changed(scope, decide, Undo::Never).await?;
                Err(CallPlan::fail("change").into())
            }
            Some(Trouble::Meanwhile(other)) => {
                other.await;
                self.changed(scope, decide, Undo::Never).await
            }
        }
    }
}

#[async_trait]
impl Queue for FailingStore {
    async fn claim(
        &self,
        request: ClaimRequest,
    ) -> Result<Vec<runyard_domain::Execution>, StoreError> {
        let claim = async {
            let mut offers = self.inner.claim(request.clone()).await?;
            if let Some(planted) = &self.planted {
                planted.claimed(&request, &mut offers);
            }
            let made = offers.iter().map(|one| (one.id, one.run, one.job));
            self.with_seen(|seen| seen.offered.extend(made));
            Ok(offers)
        };
        self.call("claim", claim).await
    }

    async fn depth(&self) -> Result<QueueDepth, StoreError> {
        self.call("depth", self.inner.depth()).await
    }

    async fn running(&self, limit: u32) -> Result<Vec<runyard_domain::Execution>, StoreError> {
        self.call("running", self.inner.running(limit)).await
    }

    async fn open_executions(
        &self,
        run: RunId,
    ) -> Result<Vec<runyard_domain::Execution>, StoreError> {
        self.call("open_executions", self.inner.open_executions(run))
            .await
    }

    async fn waiting_since(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(RunId, JobId)>, StoreError> {
        self.call("waiting_since", self.inner.waiting_since(before, limit))
            .await
    }

    async fn expired(&self, limit: u32) -> Result<Vec<runyard_store::Expired>, StoreError> {
        self.call("expired", self.inner.expired(limit)).await
    }

    async fn extend_leases(&self, lease: Duration) -> Result<(), StoreError> {
        self.call("extend_leases", self.inner.extend_leases(lease))
            .await
    }

    async fn execution(
        &self,
        id: ExecutionId,
    ) -> Result<Option<runyard_domain::Execution>, StoreError> {
        self.call("execution", self.inner.execution(id)).await
    }

    async fn execution_by_token(
        &self,
        token: runyard_domain::account::TokenHash,
    ) -> Result<Option<runyard_domain::Execution>, StoreError> {
        let planted = self.planted.as_ref();
        match planted.and_then(|planted| planted.opened_by(token)) {
            Some(id) => self.inner.execution(id).await,
            None => {
                let found = self.inner.execution_by_token(token);
                self.call("execution_by_token", found).await
            }
        }
    }

    async fn execution_by_github_token(
        &self,
        token: runyard_domain::account::TokenHash,
    ) -> Result<Option<runyard_domain::Execution>, StoreError> {
        let found = self.inner.execution_by_github_token(token);
        self.call("execution_by_github_token", found).await
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        self.call("now", self.inner.now()).await
    }

    async fn reserve(&self, kind: IdKind, count: u32) -> Result<Range<i64>, StoreError> {
        let reserving = self.inner.reserve(kind, count);
        // The server holds its block of ids until it has more, and whoever else needs some waits for it.
        self.met(CallPlan::due_alone(), "reserve", reserving).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.call("ready", self.inner.ready()).await
    }

    async fn setting(&self, name: &str, proposed: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.call("setting", self.inner.setting(name, proposed))
            .await
    }

    fn connections(&self) -> Option<Connections> {
        self.inner.connections()
    }

    fn wakes(&self) -> &Wakes {
        self.inner.wakes()
    }
}

//! The engine: what all use cases share. Each use case is a method in the file of its name.

use crate::{
    EngineError, Settings,
    definitions::Definitions,
    git::Git,
    ids::IdBlock,
    logs::{LinkSigner, LogStorage},
    measures::Measures,
    presence::Presence,
    sealed_box::KeyPair,
};
use runyard_domain::{Event, Refusal, Timestamp};
use runyard_store::{IdKind, Loaded, Scope, Store};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Bytes of the key that signs links.
const LINK_KEY_BYTES: usize = 32;

/// Use cases over one store, one set of git mirrors and one log storage. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) git: Git,
    pub(crate) logs: LogStorage,
    pub(crate) settings: Arc<Settings>,
    pub(crate) definitions: Definitions,
    pub(crate) ids: Arc<Blocks>,
    pub(crate) measures: Measures,
    /// Read once: it never changes while the server has the same key for it.
    pub(crate) key_pair: Arc<OnceCell<KeyPair>>,
    pub(crate) presence: Presence,
    links: Arc<LinkSigner>,
}

pub(crate) struct Blocks {
    pub(crate) job: IdBlock,
    pub(crate) execution: IdBlock,
    pub(crate) check_suite: IdBlock,
}

impl Engine {
    /// An engine over these parts. The key that signs links is the store's, so that replicas share it.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn new(
        store: Arc<dyn Store>,
        git: Git,
        logs: LogStorage,
        settings: Settings,
    ) -> Result<Self, EngineError> {
        let proposed: [u8; LINK_KEY_BYTES] = rand::random();
        let key = store.setting("link_key", &proposed).await?;
        let key: [u8; LINK_KEY_BYTES] = key.as_slice().try_into().map_err(|_| bad_key(&key))?;
        Ok(Self {
            definitions: Definitions::new(store.clone()),
            store,
            git,
            logs,
            settings: Arc::new(settings),
            ids: Arc::new(Blocks {
                job: IdBlock::new(IdKind::Job),
                execution: IdBlock::new(IdKind::Execution),
                check_suite: IdBlock::new(IdKind::CheckSuite),
            }),
            measures: Measures::default(),
            key_pair: Arc::default(),
            presence: Presence::default(),
            links: Arc::new(LinkSigner::new(&key)),
        })
    }

    /// The store, for queries.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The git mirrors, for clones.
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is counted for operators.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Signs and checks links to logs.
    pub fn links(&self) -> &LinkSigner {
        &self.links
    }

    /// One id of a kind that is seldom needed.
    pub(crate) async fn one_id(&self, kind: IdKind) -> Result<i64, EngineError> {
        Ok(self.store.reserve(kind, 1).await?.start)
    }

    /// Changes what `scope` names by `decide`, and gives what it made besides the events.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        scope: Scope,
        mut decide: impl FnMut(&mut Loaded, Timestamp) -> Result<(Vec<Event>, T), Refusal>
        + Send
        + 'static,
    ) -> Result<T, EngineError> {
        let made = Arc::new(Mutex::new(None));
        let slot = made.clone();
        let decide = Box::new(move |loaded: &mut Loaded, now| {
            let (events, value) = decide(loaded, now)?;
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Ok(events)
        });
        self.store.change(scope, decide).await?;
        let value = made.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| anyhow::anyhow!("the store kept a change it never asked for").into())
    }
}

fn bad_key(key: &[u8]) -> anyhow::Error {
    anyhow::anyhow!(
        "the setting link_key has {} bytes instead of {LINK_KEY_BYTES}",
        key.len()
    )
}

/// The scope did not load what it should have: a defect of a store.
pub(crate) fn wrong_load() -> Refusal {
    Refusal::WrongLoad
}

//! Workflow definitions, read once: a bounded cache of parsed files. Never used inside a transaction.

use crate::{EngineError, calls::CallFiles};
use runyard_domain::run::{Definition as Resolved, RunIdentity, single};
use runyard_store::Store;
use runyard_workflow::{
    Diagnostic, InvalidWorkflow, Triggers, Workflow, parse_measured,
    reusable::{CallLimits, Loaded, ResolvedCall, resolve},
};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

/// Parsed files, and workflows with what they call, that are kept at most; of each.
const CACHED_MAX: usize = 256;

/// A file as it was read: a workflow with the bytes that it takes, or why it is none.
pub(crate) type File = Arc<Result<(Arc<Workflow>, usize), InvalidWorkflow>>;

/// A file with all that it calls, or why it cannot be run.
pub(crate) type Definition = Arc<Result<Resolved, InvalidWorkflow>>;

/// The definitions of a store.
#[derive(Clone)]
pub(crate) struct Definitions {
    store: Arc<dyn Store>,
    files: Arc<Mutex<Cache<(String, String), File>>>,
    resolved: Arc<Mutex<Cache<Vec<String>, Definition>>>,
}

impl Definitions {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            files: Arc::default(),
            resolved: Arc::default(),
        }
    }

    /// Keeps a text under its hash, which is answered.
    pub(crate) async fn keep_text(&self, text: &str) -> Result<String, EngineError> {
        let hash = hex(&Sha256::digest(text.as_bytes()));
        self.store.put_definition(&hash, text).await?;
        Ok(hash)
    }

    /// Parses the text of the file `path`, keeps it under its hash, and gives both.
    pub(crate) async fn keep(&self, path: &str, text: &str) -> Result<(String, File), EngineError> {
        let hash = self.keep_text(text).await?;
        Ok((hash.clone(), self.parse(path, &hash, text)))
    }

    /// The file `path` whose text was kept under `hash`.
    pub(crate) async fn file(&self, path: &str, hash: &str) -> Result<File, EngineError> {
        let key = (path.to_owned(), hash.to_owned());
        if let Some(known) = locked(&self.files).get(&key) {
            return Ok(known);
        }
        let text = self.text(hash).await?;
        Ok(self.parse(path, hash, &text))
    }

    pub(crate) async fn text(&self, hash: &str) -> Result<String, EngineError> {
        let text = self.store.definition(hash).await?;
        text.ok_or(EngineError::NotFound {
            what: "the workflow's definition",
        })
    }

    fn parse(&self, path: &str, hash: &str, text: &str) -> File {
        let key = (path.to_owned(), hash.to_owned());
        if let Some(known) = locked(&self.files).get(&key) {
            return known;
        }
        let (workflow, bytes) = parse_measured(path, text, &CallLimits::default().file);
        let parsed = Arc::new(workflow.map(|workflow| (Arc::new(workflow), bytes)));
        locked(&self.files).put(key, Arc::clone(&parsed));
        parsed
    }

    /// The definition of a run, from the texts that were kept when it came to be.
    pub(crate) async fn of(&self, identity: &RunIdentity) -> Result<Definition, EngineError> {
        let key = key(identity);
        if let Some(known) = locked(&self.resolved).get(&key) {
            return Ok(known);
        }
        let file = self.file(&identity.path, &identity.definition).await?;
        let mut files = CallFiles::default();
        for referenced in &identity.referenced {
            files.add(Loaded {
                source: referenced.source.clone(),
                text: self.text(&referenced.definition).await?,
            });
        }
        files.begin_in(identity);
        let definition = Arc::new(with_calls(&identity.path, &file, &files));
        locked(&self.resolved).put(key, Arc::clone(&definition));
        Ok(definition)
    }
}

/// A file with all that it calls, when this version does everything that they say.
pub(crate) fn with_calls(
    path: &str,
    file: &File,
    files: &CallFiles,
) -> Result<Resolved, InvalidWorkflow> {
    let (workflow, bytes) = file.as_ref().as_ref().map_err(Clone::clone)?;
    let invalid = |diagnostics| InvalidWorkflow {
        diagnostics,
        triggers: Some(workflow.on.clone()),
    };
    let limits = CallLimits::default();
    let resolved = resolve(path, Arc::clone(workflow), *bytes, files, &limits).map_err(invalid)?;
    let unhonoured = unhonoured(path, &resolved);
    if unhonoured.is_empty() {
        Ok(resolved)
    } else {
        Err(invalid(unhonoured))
    }
}

/// What this version does not do of the file and of those that it calls, each once.
fn unhonoured(path: &str, resolved: &Resolved) -> Vec<Diagnostic> {
    let mut found = runyard_workflow::unhonoured(path, &resolved.workflow);
    let mut seen = BTreeSet::new();
    let mut open: Vec<&ResolvedCall> = resolved.calls.iter().collect();
    while let Some(call) = open.pop() {
        if seen.insert(&call.source.path) {
            found.extend(runyard_workflow::unhonoured(
                &call.source.path,
                &call.workflow,
            ));
        }
        open.extend(&call.calls);
    }
    found
}

/// What `on` says, of a broken file too where it can be read (semantics R6.91).
pub(crate) fn triggers(file: &File) -> Option<&Triggers> {
    match &**file {
        Ok((workflow, _)) => Some(&workflow.on),
        Err(invalid) => invalid.triggers.as_ref(),
    }
}

/// The definition, or one without jobs where the file is broken: such a run is completed, and no command on it plans.
pub(crate) fn plannable(definition: &Definition) -> Resolved {
    match &**definition {
        Ok(resolved) => resolved.clone(),
        Err(_) => single(Workflow::default()),
    }
}

fn key(identity: &RunIdentity) -> Vec<String> {
    let own = [identity.path.clone(), identity.definition.clone()];
    let called = identity.referenced.iter();
    let called = called.flat_map(|one| [one.source.path.clone(), one.definition.clone()]);
    own.into_iter().chain(called).collect()
}

/// The newest entries, up to [`CACHED_MAX`].
struct Cache<K, V> {
    entries: HashMap<K, V>,
    oldest_first: VecDeque<K>,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            oldest_first: VecDeque::new(),
        }
    }
}

impl<K: Clone + Eq + std::hash::Hash, V: Clone> Cache<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.entries.get(key).cloned()
    }

    fn put(&mut self, key: K, value: V) {
        if self.entries.insert(key.clone(), value).is_none() {
            self.oldest_first.push_back(key);
        }
        if self.oldest_first.len() > CACHED_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }
}

fn locked<T>(cache: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Workflow definitions, read once: a bounded cache from hash to parsed file. Never used inside a transaction.

use crate::EngineError;
use runyard_store::Store;
use runyard_workflow::{InvalidWorkflow, Triggers, Workflow};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

/// Parsed files that are kept at most.
const CACHED_MAX: usize = 256;

/// A file as it was read: a workflow, or why it is none.
pub(crate) type Definition = Arc<Result<Workflow, InvalidWorkflow>>;

/// The definitions of a store.
#[derive(Clone)]
pub(crate) struct Definitions {
    store: Arc<dyn Store>,
    cache: Arc<Mutex<Cache>>,
}

#[derive(Default)]
struct Cache {
    parsed: HashMap<(String, String), Definition>,
    oldest_first: VecDeque<(String, String)>,
}

impl Definitions {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            cache: Arc::default(),
        }
    }

    /// Parses the text of the file `path`, keeps it under its hash, and gives both.
    pub(crate) async fn keep(
        &self,
        path: &str,
        text: &str,
    ) -> Result<(String, Definition), EngineError> {
        let hash = hex(&Sha256::digest(text.as_bytes()));
        self.store.put_definition(&hash, text).await?;
        Ok((hash.clone(), self.parse(path, &hash, text)))
    }

    /// The definition that was kept under `hash` for the file `path`.
    pub(crate) async fn get(&self, path: &str, hash: &str) -> Result<Definition, EngineError> {
        if let Some(known) = self.cached(path, hash) {
            return Ok(known);
        }
        let text = self.store.definition(hash).await?;
        let text = text.ok_or(EngineError::NotFound {
            what: "the workflow's definition",
        })?;
        Ok(self.parse(path, hash, &text))
    }

    fn parse(&self, path: &str, hash: &str, text: &str) -> Definition {
        if let Some(known) = self.cached(path, hash) {
            return known;
        }
        let parsed = Arc::new(honoured(path, text));
        let key = (path.to_owned(), hash.to_owned());
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.parsed.insert(key.clone(), parsed.clone()).is_none() {
            cache.oldest_first.push_back(key);
        }
        if cache.oldest_first.len() > CACHED_MAX
            && let Some(oldest) = cache.oldest_first.pop_front()
        {
            cache.parsed.remove(&oldest);
        }
        parsed
    }

    fn cached(&self, path: &str, hash: &str) -> Option<Definition> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache
            .parsed
            .get(&(path.to_owned(), hash.to_owned()))
            .cloned()
    }
}

/// The workflow of a file, if this version does everything that the file says.
fn honoured(path: &str, text: &str) -> Result<Workflow, InvalidWorkflow> {
    let workflow = runyard_workflow::parse(path, text)?;
    let diagnostics = runyard_workflow::unhonoured(path, &workflow);
    if diagnostics.is_empty() {
        return Ok(workflow);
    }
    Err(InvalidWorkflow {
        diagnostics,
        triggers: Some(workflow.on),
    })
}

/// What `on` says, of a broken file too where it can be read (semantics R6.91).
pub(crate) fn triggers(definition: &Definition) -> Option<&Triggers> {
    match &**definition {
        Ok(workflow) => Some(&workflow.on),
        Err(invalid) => invalid.triggers.as_ref(),
    }
}

/// The workflow, or one without jobs where the file is broken: such a run is completed, and no command on it plans.
pub(crate) fn plannable(definition: &Definition) -> Workflow {
    match &**definition {
        Ok(workflow) => workflow.clone(),
        Err(_) => Workflow::default(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

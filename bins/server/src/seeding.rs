//! `serve --seed FILE`: a server for tests that begins with users, repositories and runs in any state.

use crate::{
    first_start,
    settings::{Settings, StoreKind},
};
use anyhow::{Context, Result, bail};
use runyard_engine::{Engine, Secret};
use runyard_testing::{Seed, SeededToken, World};
use std::path::Path;
use tempfile::TempDir;

/// What is to be there, read before anything is opened. Whether the server's own runner runs is the seed's to say: it
/// would take what shall stay queued.
pub(crate) fn wanted(file: Option<&Path>, settings: &mut Settings) -> Result<Option<Seed>> {
    let Some(file) = file else {
        return Ok(None);
    };
    if settings.store.kind != StoreKind::Memory {
        let kind = settings.store.kind.name();
        bail!(
            "--seed is for the store that keeps nothing, and this one is {kind}: give --store memory too"
        );
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the file of --seed, {}", file.display()))?;
    let seed = Seed::parse(&text).with_context(|| format!("{}", file.display()))?;
    settings.runner.in_process = seed.in_process_runner;
    Ok(Some(seed))
}

/// What was made, and what it needs while the server lives.
pub(crate) struct Sown {
    tokens: Vec<SeededToken>,
    administrator: Option<Secret>,
    runs: usize,
    // Dropped in this order.
    _world: World,
    _folder: TempDir,
}

/// Makes it all. Without an administrator of its own the seed gets the usual one.
pub(crate) async fn sow(seed: &Seed, engine: &Engine) -> Result<Sown> {
    let administrator = match seed.has_site_admin() {
        true => None,
        false => first_start::administrator(engine).await?,
    };
    let folder = tempfile::tempdir().context("a folder for the repositories of the seed")?;
    let world = World::over(engine.clone(), folder.path());
    let tokens = world.sow(seed).await.context("the seed")?;
    Ok(Sown {
        tokens,
        administrator,
        runs: seed.runs.len(),
        _world: world,
        _folder: folder,
    })
}

impl Sown {
    /// Tells the tokens, as nothing else does.
    pub(crate) fn announce(&self) {
        if let Some(token) = &self.administrator {
            println!("token: {}", token.reveal());
        }
        for SeededToken { login, name, text } in &self.tokens {
            println!("token of {login} ({name}): {text}");
        }
        println!("seeded: {} runs", self.runs);
    }
}

//! `runyard-runner remove`: has the server forget this machine, and deletes the registration.

use std::fs;

use crate::arguments::Remove;
use crate::failure::Failure;
use crate::register::named;
use crate::run::load;

/// Unregisters this machine. The file stays when the server does not do it.
pub(crate) async fn remove(wanted: Remove) -> Result<(), Failure> {
    let mut registration = load(wanted.config.clone())?;
    if !wanted.server.is_empty() {
        (registration.url, registration.further_urls) = named(wanted.server);
    }
    runyard_runner::remove(&registration, wanted.token.as_deref()).await?;
    let file = wanted.config;
    fs::remove_file(&file).map_err(|source| Failure::NotDeleted { file, source })?;
    println!("removed {}", registration.name);
    Ok(())
}

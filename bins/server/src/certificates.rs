//! Looks after the certificate while the server lives: what is new in its files is shown from then on.

use anyhow::Result;
use runyard_api::Tls;
use std::{sync::Arc, time::Duration};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Time between two looks at the files.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Looks every few seconds, and at once on SIGHUP, until the program ends.
pub(crate) fn watch(tls: Arc<Tls>) -> Result<()> {
    let hangups = signal(SignalKind::hangup())?;
    tokio::spawn(look(tls, hangups));
    Ok(())
}

async fn look(tls: Arc<Tls>, mut hangups: Signal) {
    let mut often = tokio::time::interval(LOOK_INTERVAL);
    let mut told = None;
    loop {
        let asked = tokio::select! {
            _ = often.tick() => false,
            _ = hangups.recv() => true,
        };
        let problem = match tls.reload() {
            Ok(changed) => {
                if changed || asked {
                    let found = if changed { "new" } else { "as before" };
                    log::info!("the certificate's files were read again: {found}");
                }
                None
            }
            Err(error) => Some(error.to_string()),
        };
        // The same problem is told once, unless somebody asks.
        if let Some(problem) = problem
            .as_ref()
            .filter(|one| asked || told.as_ref() != Some(*one))
        {
            log::error!("the certificate stays as it was: {problem}");
        }
        told = problem;
    }
}

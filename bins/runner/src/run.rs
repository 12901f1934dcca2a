//! `runyard-runner run`: runs the registered runner until a signal.

use std::io;
use std::path::PathBuf;

use runyard_runner::{Registration, Runner, RunnerConfig};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::arguments::Run;
use crate::failure::Failure;
use crate::register::named;

/// Runs until the first signal, then drains; the second one ends the program at once.
pub(crate) async fn run(wanted: Run) -> Result<(), Failure> {
    let registration = load(wanted.config)?;
    let mut config = RunnerConfig {
        home: std::env::home_dir(),
        ..registration.config()
    };
    if !wanted.server.is_empty() {
        (config.url, config.further_urls) = named(wanted.server);
    }
    let mut signals = StopSignals::listen().map_err(Failure::Runtime)?;
    let (asked, shutdown) = tokio::sync::oneshot::channel::<()>();
    let watcher = tokio::spawn(async move {
        signals.next().await;
        log::info!("draining: running jobs may end, a second signal ends them now");
        drop(asked);
        signals.next().await;
    });
    let stop = async {
        let _ = shutdown.await;
    };
    tokio::select! {
        ended = Runner::new(config).run(stop) => Ok(ended?),
        _ = watcher => Ok(()),
    }
}

/// What `register` wrote.
pub(crate) fn load(file: PathBuf) -> Result<Registration, Failure> {
    Registration::load(&file).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            return Failure::NotRegistered(file);
        }
        Failure::BadRegistration { file, source }
    })
}

struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn listen() -> io::Result<Self> {
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self {
            interrupt: signal(interrupt)?,
            terminate: signal(terminate)?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

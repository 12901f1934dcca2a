//! The end of a server: what is told when, and how long anything may still take. It knows no requests and no jobs.

use anyhow::{Context, Result};
use std::time::Duration;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

/// The two moments of a stop, for all who must know.
pub(crate) struct Stop {
    begun: watch::Sender<bool>,
    drained: watch::Sender<bool>,
}

/// One of the moments; it may be awaited by many.
pub(crate) type Moment = watch::Receiver<bool>;

impl Stop {
    /// Nothing stops yet.
    pub(crate) fn new() -> Self {
        Self {
            begun: watch::Sender::new(false),
            drained: watch::Sender::new(false),
        }
    }

    /// From then on the server is not ready, and nothing new begins.
    pub(crate) fn begun(&self) -> Moment {
        self.begun.subscribe()
    }

    /// From then on no request is taken.
    pub(crate) fn drained(&self) -> Moment {
        self.drained.subscribe()
    }

    /// Stops in order, within `limit` whatever happens: `tasks` end while requests are still answered, because a job
    /// in this process reports by requests; then running requests end.
    pub(crate) async fn through(
        self,
        limit: Duration,
        tasks: Vec<JoinHandle<()>>,
        serving: JoinHandle<Result<()>>,
    ) -> Result<()> {
        let deadline = Instant::now() + limit;
        log::info!("stopping within {} s", limit.as_secs());
        self.begun.send_replace(true);
        for mut task in tasks {
            // The task's own end is logged by itself; a panic in it must not keep the server from stopping.
            if timeout_at(deadline, &mut task).await.is_err() {
                log::warn!("no time is left to let jobs end; they are ended now");
                task.abort();
            }
        }
        self.drained.send_replace(true);
        match timeout_at(deadline, serving).await {
            Ok(served) => served.context("serving")??,
            Err(_) => log::warn!("no time is left to let requests end; they are cut off"),
        }
        log::info!("stopped");
        Ok(())
    }
}

/// Returns at that moment.
pub(crate) async fn reached(mut moment: Moment) {
    // The sender is gone only when the server is, which is a stop too.
    let _ = moment.wait_for(|reached| *reached).await;
}

/// The signals that end the program. From `listen` on they end it in order; before, they end it at once.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Begins to listen; what comes before `received` is asked for is kept until then.
    pub(crate) fn listen() -> Result<Self> {
        let one = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: one(SignalKind::terminate())?,
            interrupt: one(SignalKind::interrupt())?,
        })
    }

    /// Returns when somebody wants the program to end.
    pub(crate) async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Stop, reached};
    use std::time::Duration;

    #[tokio::test]
    async fn tasks_end_before_requests_do() {
        let stop = Stop::new();
        let (begun, drained) = (stop.begun(), stop.drained());
        let not_yet = stop.drained();
        let task = tokio::spawn(async move {
            reached(begun).await;
            assert!(!*not_yet.borrow(), "requests are still answered");
        });
        let serving = tokio::spawn(async move {
            reached(drained).await;
            anyhow::bail!("what serving said")
        });
        let limit = Duration::from_secs(60);
        let ended = stop.through(limit, vec![task], serving).await;
        assert_eq!(ended.unwrap_err().to_string(), "what serving said");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_can_keep_the_server_beyond_the_limit() {
        let stop = Stop::new();
        let task = tokio::spawn(std::future::pending());
        let serving = tokio::spawn(std::future::pending());
        let begin = tokio::time::Instant::now();
        let limit = Duration::from_secs(30);
        stop.through(limit, vec![task], serving).await.unwrap();
        assert_eq!(begin.elapsed().as_secs(), 30);
    }
}

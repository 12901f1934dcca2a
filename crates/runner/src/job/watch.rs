//! What goes on beside the steps of a running job: telling the server how they stand, sending the
//! log, waiting for a cancel order, watching the time. Gives stop orders; must not touch processes.

use std::convert::Infallible;
use std::time::Duration;

use runyard_api::runner::messages::{CancelOrder, SyncExecution, Synced, WAIT_SECONDS_MAX};
use tokio::time::Instant;

use super::execution::Execution;
use crate::client::{CallError, until_answered};
use crate::log::Upload;
use crate::stop::{Stop, StopReason};

/// Changes of steps within this time travel together.
const GATHER_CHANGES: Duration = Duration::from_millis(200);
/// However eager the server is, two calls without news are this far apart.
const SYNC_PAUSE_MIN: Duration = Duration::from_millis(500);
/// Between two cancel-checks that the server answers at once.
const CHECK_PAUSE: Duration = Duration::from_secs(1);

impl Execution {
    /// Watches until it is dropped.
    pub(super) async fn watch(&self, upload: &mut Upload) -> Infallible {
        let never = tokio::join!(
            self.keep_in_sync(),
            self.send_log(upload),
            self.wait_for_cancel(),
            self.watch_time(),
            self.wait_for_drain(),
            self.watch_grace(),
        );
        never.0
    }

    async fn keep_in_sync(&self) -> Infallible {
        let mut pause = self.agent.intervals().sync;
        for rev in 1.. {
            tokio::select! {
                () = self.report.changed.notified() => tokio::time::sleep(GATHER_CHANGES).await,
                () = tokio::time::sleep(pause) => {}
            }
            if let Some(answer) = self.sync(rev).await {
                let wished = Duration::from_millis(answer.next_sync_ms);
                self.pace.set(wished);
                pause = wished.clamp(
                    SYNC_PAUSE_MIN,
                    self.agent.intervals().sync.max(SYNC_PAUSE_MIN),
                );
            }
        }
        std::future::pending().await
    }

    async fn sync(&self, rev: u64) -> Option<Synced> {
        let steps = self.report.take_unsent();
        let annotations = self.report.untold();
        let body = SyncExecution {
            rev,
            steps,
            annotations,
        };
        let id = self.offer.execution_id;
        match until_answered!("sync", self.client.sync(id, &body)) {
            Ok(answer) => {
                self.report.told(body.annotations.len());
                self.follow(answer.cancel);
                Some(answer)
            }
            Err(error) => {
                self.report.not_sent(&body.steps);
                self.give_up_if_ended(&error);
                None
            }
        }
    }

    fn follow(&self, order: CancelOrder) {
        match order {
            CancelOrder::None => {}
            CancelOrder::Cancel => self.stop.order(Stop::new(StopReason::Cancelled)),
            CancelOrder::Force => self.stop.order(Stop::forced(StopReason::Cancelled)),
        }
    }

    /// After 410, or when the job token opens nothing any more, all work is for nothing.
    fn give_up_if_ended(&self, error: &CallError) {
        let id = self.offer.execution_id;
        match error {
            CallError::Gone | CallError::Unauthorized(_) => {
                log::warn!("execution {id} is dropped: {error}");
                self.stop.order(Stop::new(StopReason::Gone));
            }
            CallError::Temporary { .. } | CallError::Conflict(_) | CallError::Refused { .. } => {
                log::error!("execution {id}: {error}");
            }
        }
    }

    async fn send_log(&self, upload: &mut Upload) -> Infallible {
        let error = upload.follow(&self.pace).await;
        self.give_up_if_ended(&error);
        std::future::pending().await
    }

    /// Long polls for a cancel order; after it, asks from time to time whether it became a forced
    /// one.
    async fn wait_for_cancel(&self) -> Infallible {
        let job = self.offer.job.job_id;
        loop {
            let (begin, known) = (Instant::now(), self.stop.ordered().is_some());
            let wait_s = if known { 0 } else { WAIT_SECONDS_MAX };
            match until_answered!("cancel-check", self.client.cancel_check(job, wait_s)) {
                Ok(answer) if answer.force => self.follow(CancelOrder::Force),
                Ok(answer) if answer.cancelled => self.follow(CancelOrder::Cancel),
                Ok(_) => {}
                Err(error) => self.give_up_if_ended(&error),
            }
            tokio::time::sleep_until(begin + CHECK_PAUSE).await;
        }
    }

    /// A cancelled job may go on for so long, `always()` steps included; then it is ended (semantics
    /// R2.75, R3.3).
    async fn watch_grace(&self) -> Infallible {
        let mut known = None;
        loop {
            let order = self.stop.changed_from(known).await;
            known = Some(order);
            match order.reason {
                StopReason::Cancelled | StopReason::TimedOut => break,
                StopReason::Drained | StopReason::Gone | StopReason::StepTimedOut => {}
            }
        }
        let minutes = self.offer.job.cancel_timeout_minutes;
        let grace = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
        tokio::time::sleep(grace.unwrap_or(self.agent.intervals().cancel_grace)).await;
        self.stop.order(Stop::forced(StopReason::Cancelled));
        std::future::pending().await
    }

    /// Semantics R2.75.
    async fn watch_time(&self) -> Infallible {
        let limit = Duration::from_secs(u64::from(self.offer.job.timeout_minutes) * 60);
        tokio::time::sleep(limit).await;
        let minutes = self.offer.job.timeout_minutes;
        let text = format!("The job ran longer than its limit of {minutes} minutes.");
        self.log.error(self.report.current(), text);
        self.stop.order(Stop::new(StopReason::TimedOut));
        std::future::pending().await
    }

    async fn wait_for_drain(&self) -> Infallible {
        self.agent.drain_over().await;
        self.stop.order(Stop::new(StopReason::Drained));
        std::future::pending().await
    }
}

//! What operators are told of the engine: counts since this process began. Nothing is decided by them.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use runyard_domain::Timestamp;
use std::time::Duration;

/// Upper ends of the buckets of a look into the queue, in seconds.
const LOOK_SECONDS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
/// Upper ends of the buckets of the wait of a job, in seconds.
const WAIT_SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 30.0, 300.0, 3600.0];
const MICROS: f64 = 1_000_000.0;

/// Counts of this process. Copies count together.
#[derive(Debug, Clone)]
pub struct Measures {
    looks: Histogram,
    waits: Histogram,
    waiting: Gauge,
    lapsed: Counter,
    lost: Counter,
}

/// A claim that waits, for as long as this lives.
pub(crate) struct Waiting(Gauge);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            looks: Histogram::new(LOOK_SECONDS),
            waits: Histogram::new(WAIT_SECONDS),
            waiting: Gauge::default(),
            lapsed: Counter::default(),
            lost: Counter::default(),
        }
    }
}

impl Measures {
    /// Makes the counts known under their names.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Time of one look for jobs in the queue, in seconds";
        registry.register("claim_seconds", help, self.looks.clone());
        let help = "Time from a job being ready to its offer to a runner, in seconds";
        registry.register("job_wait_seconds", help, self.waits.clone());
        let help = "Claims of runners that wait for a job now";
        registry.register("waiting_claims", help, self.waiting.clone());
        let help = "Offers that no runner took in time";
        registry.register("offers_lapsed", help, self.lapsed.clone());
        let help = "Jobs that were ended because their runner was silent or did not stop";
        registry.register("leases_lost", help, self.lost.clone());
    }

    pub(crate) fn waiting(&self) -> Waiting {
        self.waiting.inc();
        Waiting(self.waiting.clone())
    }

    pub(crate) fn looked(&self, took: Duration) {
        self.looks.observe(took.as_secs_f64());
    }

    /// A job that was ready at `ready` was offered at `offered`.
    pub(crate) fn offered(&self, ready: Timestamp, offered: Timestamp) {
        let micros = offered.unix_micros().saturating_sub(ready.unix_micros());
        self.waits.observe(micros.max(0) as f64 / MICROS);
    }

    pub(crate) fn lapsed(&self) {
        self.lapsed.inc();
    }

    pub(crate) fn lost(&self) {
        self.lost.inc();
    }
}

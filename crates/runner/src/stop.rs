//! The one order to stop a job, from whichever side it comes. Carries the order; must not act on
//! it.

use tokio::sync::watch;

/// Why a job shall stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// Someone cancelled it.
    Cancelled,
    /// It ran longer than its `timeout-minutes` (semantics R2.75).
    TimedOut,
    /// One step ran longer than its own `timeout-minutes` (semantics R2.76).
    StepTimedOut,
    /// The runner goes away and waited long enough.
    Drained,
    /// The server has given the execution up: nothing that it does counts any more.
    Gone,
}

/// An order to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) reason: StopReason,
    /// Without the grace of semantics R3.3.
    pub(crate) force: bool,
}

impl Stop {
    pub(crate) fn new(reason: StopReason) -> Self {
        Self {
            reason,
            force: reason == StopReason::Gone,
        }
    }

    pub(crate) fn forced(reason: StopReason) -> Self {
        Self {
            reason,
            force: true,
        }
    }

    /// What is left of two orders: the first reason (but gone is gone), the harder way.
    fn merged(self, newer: Self) -> Self {
        let reason = if newer.reason == StopReason::Gone {
            newer.reason
        } else {
            self.reason
        };
        Self {
            reason,
            force: self.force || newer.force,
        }
    }
}

/// One job's order, shared by all that may give or must follow it.
#[derive(Debug, Clone)]
pub(crate) struct StopSwitch(watch::Sender<Option<Stop>>);

impl StopSwitch {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Gives an order; a weaker one than stands changes nothing.
    pub(crate) fn order(&self, stop: Stop) {
        self.0.send_if_modified(|standing| {
            let merged = standing.map_or(stop, |known| known.merged(stop));
            let changed = *standing != Some(merged);
            *standing = Some(merged);
            changed
        });
    }

    /// The order as it stands.
    pub(crate) fn ordered(&self) -> Option<Stop> {
        *self.0.borrow()
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.ordered()
            .is_some_and(|stop| stop.reason == StopReason::Gone)
    }

    /// Waits for an order that differs from `known`. Safe to abandon.
    pub(crate) async fn changed_from(&self, known: Option<Stop>) -> Stop {
        let mut orders = self.0.subscribe();
        let found = orders
            .wait_for(|stop| stop.is_some() && *stop != known)
            .await;
        found
            .ok()
            .and_then(|stop| *stop)
            .expect("this switch itself keeps the channel open")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r3_4_a_later_order_can_only_be_harder() {
        let switch = StopSwitch::new();
        switch.order(Stop::new(StopReason::Cancelled));
        switch.order(Stop::forced(StopReason::TimedOut));
        switch.order(Stop::new(StopReason::Drained));
        assert_eq!(switch.ordered(), Some(Stop::forced(StopReason::Cancelled)));
        switch.order(Stop::new(StopReason::Gone));
        assert!(switch.is_gone());
    }
}

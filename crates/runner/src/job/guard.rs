//! Watches over one running step: ends it when the job is cancelled and its condition does not hold
//! any more, when its time is over, and when what it is part of is ended (semantics R3.3, R2.76).
//! Must not touch processes.

use std::convert::Infallible;
use std::time::Duration;

use runyard_workflow::expression::Object;
use runyard_workflow::model::Condition;

use super::status::StepFunctions;
use crate::stop::{Stop, StopReason, StopSwitch};

/// What watches over a step.
pub(super) struct Guard {
    /// The job's orders.
    pub(super) job: StopSwitch,
    /// The orders of the step that this one is a part of.
    pub(super) around: Option<StopSwitch>,
    /// Where orders for this step go.
    pub(super) step: StopSwitch,
    pub(super) condition: Condition,
    /// What the condition sees once the job is cancelled.
    pub(super) contexts: Object,
    pub(super) functions: StepFunctions,
    pub(super) limit: Option<Duration>,
}

impl Guard {
    /// Watches until it is dropped.
    pub(super) async fn watch(&self) -> Infallible {
        tokio::join!(self.follow_job(), self.follow_around(), self.watch_time()).0
    }

    async fn follow_job(&self) -> Infallible {
        let mut known = None;
        loop {
            let order = self.job.changed_from(known).await;
            known = Some(order);
            let ends = match order.reason {
                StopReason::Cancelled | StopReason::TimedOut => order.force || !self.still_holds(),
                StopReason::Drained | StopReason::Gone | StopReason::StepTimedOut => true,
            };
            if ends {
                self.step.order(order);
            }
        }
    }

    async fn follow_around(&self) -> Infallible {
        let Some(around) = &self.around else {
            return std::future::pending().await;
        };
        let mut known = None;
        loop {
            let order = around.changed_from(known).await;
            known = Some(order);
            self.step.order(order);
        }
    }

    async fn watch_time(&self) -> Infallible {
        if let Some(limit) = self.limit {
            tokio::time::sleep(limit).await;
            self.step.order(Stop::new(StopReason::StepTimedOut));
        }
        std::future::pending().await
    }

    /// A condition that cannot be evaluated does not hold.
    fn still_holds(&self) -> bool {
        let holds = self.condition.holds(&self.contexts, &self.functions);
        holds.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::super::status::JobStatus;
    use super::*;
    use runyard_workflow::expression::{Place, condition};

    fn guard(text: &str, limit: Option<Duration>) -> Guard {
        let expression = condition(text, &Place::StepIf.allowed()).unwrap();
        let functions = StepFunctions {
            job: JobStatus::Success,
            action_failed: None,
            workspace: Default::default(),
        };
        Guard {
            job: StopSwitch::new(),
            around: Some(StopSwitch::new()),
            step: StopSwitch::new(),
            condition: Condition {
                position: None,
                expression,
            },
            contexts: Object::new(),
            functions: functions.cancelled(),
            limit,
        }
    }

    async fn ordered(guard: &Guard) -> Option<Stop> {
        tokio::select! {
            order = guard.step.changed_from(None) => Some(order),
            never = guard.watch() => match never {},
            () = tokio::time::sleep(Duration::from_secs(1)) => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn r3_3_a_cancelled_step_is_ended_only_when_its_condition_is_false_now() {
        let table = [
            ("", true),
            ("success() || failure()", true),
            ("!cancelled()", true),
            ("fromJSON('{')", true),
            ("always()", false),
            ("cancelled()", false),
        ];
        for (text, ends) in table {
            let guard = guard(text, None);
            guard.job.order(Stop::new(StopReason::Cancelled));
            assert_eq!(ordered(&guard).await.is_some(), ends, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn r3_4_force_and_a_drained_runner_end_every_step() {
        for stop in [
            Stop::forced(StopReason::Cancelled),
            Stop::new(StopReason::Drained),
            Stop::new(StopReason::Gone),
        ] {
            let guard = guard("always()", None);
            guard.job.order(stop);
            assert_eq!(ordered(&guard).await, Some(stop));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn r2_76_a_step_ends_when_its_time_is_over() {
        let guard = guard("always()", Some(Duration::from_millis(500)));
        let stop = Stop::new(StopReason::StepTimedOut);
        assert_eq!(ordered(&guard).await, Some(stop));
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_ends_with_the_step_that_it_is_of() {
        let guard = guard("always()", None);
        let stop = Stop::new(StopReason::Cancelled);
        guard.around.as_ref().unwrap().order(stop);
        assert_eq!(ordered(&guard).await, Some(stop));
    }
}

//! What goes wrong during one action, and at which call of the store. Tasks of the background have no such plan.

use crate::place::Table;
use runyard_store::StoreError;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

/// What somebody else does meanwhile.
pub(crate) type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What goes wrong with a call.
pub(crate) enum Trouble {
    /// Nothing of it happens.
    Before,
    /// It is undone after the decision: when it writes to this table, or before it writes at all.
    Within(Table),
    /// It happens, and its answer is lost.
    After,
    /// Somebody else does something first.
    Meanwhile(Meanwhile),
}

#[derive(Default)]
struct Plan {
    /// Calls that go well before.
    left: usize,
    trouble: Option<Trouble>,
    /// What a failed call was.
    failed: Option<&'static str>,
    /// Changes are decided and not kept; whether one would have been.
    rehearsal: Option<bool>,
}

/// The plan of one action.
#[derive(Clone, Default)]
pub(crate) struct CallPlan(Arc<Mutex<Plan>>);

tokio::task_local! {
    /// Of the action that runs.
    pub(crate) static PLAN: CallPlan;
}

impl CallPlan {
    /// Trouble with the call after so many.
    pub(crate) fn with(left: usize, trouble: Trouble) -> Self {
        Self(Arc::new(Mutex::new(Plan {
            left,
            trouble: Some(trouble),
            ..Plan::default()
        })))
    }

    /// Nothing is kept.
    pub(crate) fn rehearsal() -> Self {
        Self(Arc::new(Mutex::new(Plan {
            rehearsal: Some(false),
            ..Plan::default()
        })))
    }

    /// What a failed call was, if one failed on purpose.
    pub(crate) fn failed(&self) -> Option<&'static str> {
        self.of().failed
    }

    /// Whether the change that was rehearsed would have been made.
    pub(crate) fn was_accepted(&self) -> bool {
        self.of().rehearsal == Some(true)
    }

    fn of(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trouble of this call, if it is its turn.
    pub(super) fn due() -> Option<Trouble> {
        Self::due_if(|_| true)
    }

    /// The same for a call during which its server lets nobody else go on: what others do comes with the next call.
    pub(super) fn due_alone() -> Option<Trouble> {
        Self::due_if(|trouble| !matches!(trouble, Trouble::Meanwhile(_)))
    }

    fn due_if(may_be: impl Fn(&Trouble) -> bool) -> Option<Trouble> {
        let due = PLAN.try_with(|plan| {
            let mut plan = plan.of();
            if plan.left > 0 {
                plan.left -= 1;
                return None;
            }
            plan.trouble.take_if(|trouble| may_be(trouble))
        });
        due.ok().flatten()
    }

    /// Whether changes are only rehearsed.
    pub(super) fn is_rehearsal() -> bool {
        PLAN.try_with(|plan| plan.of().rehearsal.is_some())
            .unwrap_or(false)
    }

    /// Notes that a rehearsed change was accepted.
    pub(super) fn accept(&self) {
        self.of().rehearsal = Some(true);
    }

    /// The answer of a call that fails on purpose.
    pub(super) fn fail(call: &'static str) -> StoreError {
        // There is a plan, or there would be no trouble.
        let _ = PLAN.try_with(|plan| plan.of().failed = Some(call));
        StoreError::Unavailable {
            reason: format!("on purpose, at {call}"),
        }
    }
}

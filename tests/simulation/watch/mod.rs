//! What must hold after each step, whatever happened. It reads the real store and changes nothing.

mod executions;
mod graph;
mod groups;
mod promises;
mod run;
mod settled;
mod views;

use crate::world::World;
use run::Watched;
use runyard_domain::{Execution, ExecutionId, JobId, RunId, WorkflowId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is broken.
    pub(crate) rule: &'static str,
    /// How it shows.
    pub(crate) text: String,
}

impl Fault {
    pub(crate) fn new(rule: &'static str, text: impl fmt::Display) -> Self {
        Self {
            rule,
            text: text.to_string(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.text)
    }
}

/// The first lines in which two values differ, for people.
pub(crate) fn differences(one: &impl fmt::Debug, other: &impl fmt::Debug) -> String {
    let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
    let differing = one.lines().zip(other.lines()).filter(|(a, b)| a != b);
    let lines = differing.take(DIFFERENCES_MAX);
    let lines = lines.map(|(a, b)| format!("{} | {}", a.trim(), b.trim()));
    lines.collect::<Vec<_>>().join("; ")
}

/// Lines that are shown of two values that differ.
const DIFFERENCES_MAX: usize = 6;

/// Fails with the rule and the text unless the condition holds.
macro_rules! hold {
    ($condition:expr, $rule:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::watch::Fault::new($rule, format!($($text)+)));
        }
    };
}
use hold;

/// Whoever watches a history.
#[derive(Default)]
pub(crate) struct Watcher {
    runs: BTreeMap<RunId, Watched>,
    /// Executions that have not ended, as they were seen last.
    open: BTreeMap<ExecutionId, Execution>,
    ended: BTreeMap<ExecutionId, Execution>,
    /// Queued jobs that somebody was offered.
    offered: usize,
    /// Which hand-over began a job, and by which runner.
    begun: BTreeMap<JobId, (ExecutionId, usize)>,
    /// Runs that are gone.
    deleted: BTreeSet<RunId>,
    trigger_keys: BTreeMap<(WorkflowId, String), RunId>,
    /// Words for what was seen, for those who ask whether the histories are worth anything.
    pub(crate) reached: BTreeSet<String>,
}

impl Watcher {
    /// Looks at all that a step was about.
    pub(crate) async fn look(&mut self, world: &World) -> Result<(), Fault> {
        let (touched, offered) = world.store.with_seen(|seen| {
            let touched = std::mem::take(&mut seen.touched);
            (touched, std::mem::take(&mut seen.offered))
        });
        let (promises, wrong, begun) = {
            let mut known = world.known();
            let promises = std::mem::take(&mut known.promises);
            let wrong = std::mem::take(&mut known.wrong);
            (promises, wrong, std::mem::take(&mut known.begun))
        };
        if let Some(wrong) = wrong.into_iter().next() {
            return Err(Fault::new("only what is wrong is refused", wrong));
        }
        for run in touched {
            self.look_at_run(world, run).await?;
        }
        self.look_at_begun(&begun)?;
        self.look_at_executions(world, &offered).await?;
        self.look_at_queue(world).await?;
        self.look_at_groups(world).await?;
        self.look_at_promises(world, &promises).await
    }

    /// Looks at everything once more, when all is over.
    pub(crate) async fn look_at_the_end(&mut self, world: &World) -> Result<(), Fault> {
        self.look(world).await?;
        for run in self.runs.keys().copied().collect::<Vec<_>>() {
            self.look_at_run(world, run).await?;
        }
        self.look_at_the_end_of_executions(world).await?;
        for (id, watched) in &self.runs {
            hold!(
                watched.is_over() || self.deleted.contains(id),
                "every run ends once its runners do",
                "run {id} has not ended"
            );
        }
        Ok(())
    }

    /// Whether every run has ended.
    pub(crate) fn is_over(&self) -> bool {
        let mut left = self.runs.iter();
        left.all(|(id, run)| run.is_over() || self.deleted.contains(id))
    }
}

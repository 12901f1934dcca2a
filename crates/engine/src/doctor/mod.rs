//! `runyard doctor`: recomputes every run that has not ended from its jobs and its events, says what disagrees, and mends
//! it. It may run beside servers: all that it reads of a run is of one moment, and each repair is one transaction of its
//! own that finds nothing to do where a server was faster.

mod finding;
mod groups;
mod left_over;
mod mend;
mod runs;

pub use finding::Finding;

use crate::{Engine, EngineError, Payloads};
use std::time::Duration;

/// Rows that one page has.
pub(crate) const ROWS_PER_PAGE: u32 = 100;
/// A run is looked at again after it was mended, as often as this: one repair may show what another hid.
const ROUNDS_MAX: u32 = 4;
/// What is due for longer than this was left over: servers take it within seconds.
pub const LEFT_OVER_AFTER: Duration = Duration::from_secs(60);

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was not to be mended.
    Told,
    /// It was mended: so.
    Mended(String),
    /// It could not be mended: therefore.
    Left(String),
}

/// A finding with what became of it.
#[derive(Debug)]
pub struct Diagnosis {
    /// What is wrong.
    pub finding: Finding,
    /// What became of it.
    pub outcome: Outcome,
}

/// How a look at everything went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checkup {
    /// Runs that were looked at.
    pub runs: u64,
    /// What is wrong and stays so.
    pub left: u64,
    /// What was wrong and was mended.
    pub mended: u64,
}

/// One look at everything.
pub(crate) struct Visit<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) fix: bool,
    pub(crate) payloads: &'a dyn Payloads,
    tell: &'a mut (dyn FnMut(&Diagnosis) + Send),
    checkup: Checkup,
}

impl Engine {
    /// Looks at every run that has not ended, at concurrency groups, at what was left over and at what was set aside.
    /// Each finding is told at once; with `fix` after it was mended, if it could be. `payloads` makes what followers of
    /// runs see.
    ///
    /// # Errors
    /// When the store cannot be reached. What cannot be read or mended is a finding, and ends nothing.
    pub async fn doctor(
        &self,
        fix: bool,
        payloads: &dyn Payloads,
        tell: &mut (dyn FnMut(&Diagnosis) + Send),
    ) -> Result<Checkup, EngineError> {
        let mut visit = Visit {
            engine: self,
            fix,
            payloads,
            tell,
            checkup: Checkup::default(),
        };
        let line = visit.look_at_runs().await?;
        visit.look_at_groups(line).await?;
        visit.look_at_what_was_left_over().await?;
        visit.look_at_what_was_set_aside().await?;
        Ok(visit.checkup)
    }
}

impl Visit<'_> {
    pub(crate) fn looked_at_a_run(&mut self) {
        self.checkup.runs += 1;
    }

    /// Mends a finding, if it is to be, and tells of it. Whether it was mended.
    pub(crate) async fn deal_with(&mut self, finding: Finding) -> Result<bool, EngineError> {
        let outcome = match self.fix {
            false => Outcome::Told,
            true => match self.mend(&finding).await {
                Err(error @ EngineError::Unavailable { .. }) => return Err(error),
                Ok(outcome) => outcome,
                Err(error) => Outcome::Left(format!("{error:#}")),
            },
        };
        let is_mended = matches!(outcome, Outcome::Mended(_));
        match is_mended {
            true => self.checkup.mended += 1,
            false => self.checkup.left += 1,
        }
        (self.tell)(&Diagnosis { finding, outcome });
        Ok(is_mended)
    }
}

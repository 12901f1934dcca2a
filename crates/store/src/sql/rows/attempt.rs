//! Rows of attempts.

use super::place::{Place, json};
use crate::{
    AttemptView, StoreError, UserRef,
    sql::{
        columns::{DbTime, JsonText},
        schema::attempts,
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    Conclusion, Run, RunStatus, UserId,
    concurrency::GroupName,
    event::EndReason,
    run::{Attempt, AttemptState, Job, ReferencedWorkflow},
};
use runyard_workflow::Diagnostic;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct AttemptRow {
    run_id: i64,
    number: i64,
    pub(crate) triggering_actor_id: i64,
    requested_at: DbTime,
    updated_at: DbTime,
    cancelled_at: Option<DbTime>,
    cancelled_with_run: bool,
    status: String,
    conclusion: Option<String>,
    completed_at: Option<DbTime>,
    diagnostics: JsonText,
    debug: bool,
    referenced: Option<JsonText>,
    concurrency_group: Option<String>,
    cancel_reason: Option<JsonText>,
}

impl AttemptRow {
    /// The row of the newest attempt; `diagnostics` are written only with a new row.
    pub(crate) fn newest(run: &Run, diagnostics: Option<&[Diagnostic]>) -> Self {
        let attempt = run.attempt();
        let end = match attempt.state {
            AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
            AttemptState::Completed {
                conclusion,
                completed_at,
            } => Some((conclusion.name().to_owned(), DbTime(completed_at))),
        };
        let (conclusion, completed_at) = end.unzip();
        Self {
            run_id: run.id().get(),
            number: attempt.number.into(),
            triggering_actor_id: attempt.triggering_actor.get(),
            requested_at: DbTime(attempt.requested_at),
            updated_at: DbTime(run.updated_at()),
            cancelled_at: attempt.cancelled_at.map(DbTime),
            cancelled_with_run: attempt.cancelled_with_run,
            status: attempt.status().name().to_owned(),
            conclusion,
            completed_at,
            diagnostics: json(diagnostics.unwrap_or_default()),
            debug: attempt.debug,
            referenced: attempt.referenced.as_ref().map(json),
            concurrency_group: attempt.group.clone().map(String::from),
            cancel_reason: attempt.cancel_reason.as_ref().map(json),
        }
    }

    fn place(&self) -> Place {
        Place::of("attempts", format!("{}/{}", self.run_id, self.number))
    }

    fn status(&self) -> Result<RunStatus, StoreError> {
        self.place().word("status", &self.status)
    }

    fn conclusion(&self) -> Result<Option<Conclusion>, StoreError> {
        let word = self.conclusion.as_deref();
        word.map(|word| self.place().word("conclusion", word))
            .transpose()
    }

    fn state(&self) -> Result<AttemptState, StoreError> {
        match self.status()? {
            RunStatus::Requested => Ok(AttemptState::Requested),
            RunStatus::Queued | RunStatus::Pending | RunStatus::Waiting | RunStatus::InProgress => {
                Ok(AttemptState::Live)
            }
            RunStatus::Completed => Ok(AttemptState::Completed {
                conclusion: self.place().present("conclusion", self.conclusion()?)?,
                completed_at: self.place().present("completed_at", self.completed_at)?.0,
            }),
        }
    }

    fn referenced(&self) -> Result<Option<Vec<ReferencedWorkflow>>, StoreError> {
        let text = self.referenced.as_ref();
        text.map(|text| self.place().json("referenced", text))
            .transpose()
    }

    fn group(&self) -> Result<Option<GroupName>, StoreError> {
        let name = self.concurrency_group.clone().map(GroupName::new);
        name.transpose()
            .map_err(|_| self.place().corrupt("concurrency_group"))
    }

    fn cancel_reason(&self) -> Result<Option<EndReason>, StoreError> {
        let reason = self.cancel_reason.as_ref();
        reason
            .map(|reason| self.place().json("cancel_reason", reason))
            .transpose()
    }

    /// The attempt of the aggregate with these jobs.
    pub(crate) fn with_jobs(&self, jobs: Vec<Job>) -> Result<Attempt, StoreError> {
        let mut attempt = Attempt {
            number: self.place().number("number", self.number)?,
            triggering_actor: UserId::new(self.triggering_actor_id),
            requested_at: self.requested_at.0,
            cancelled_at: self.cancelled_at.map(|time| time.0),
            cancelled_with_run: self.cancelled_with_run,
            debug: self.debug,
            referenced: self.referenced()?,
            cancel_reason: self.cancel_reason()?,
            group: self.group()?,
            state: self.state()?,
            jobs,
        };
        // An attempt is pending itself when none of its jobs is (semantics R2.55).
        if self.status()? == RunStatus::Pending && attempt.status() != RunStatus::Pending {
            attempt.state = AttemptState::Pending;
        }
        Ok(attempt)
    }

    /// The attempt as it is shown.
    pub(crate) fn view(&self, triggering_actor: UserRef) -> Result<AttemptView, StoreError> {
        let place = self.place();
        Ok(AttemptView {
            number: place.number("number", self.number)?,
            triggering_actor,
            requested_at: self.requested_at.0,
            updated_at: self.updated_at.0,
            status: self.status()?,
            conclusion: self.conclusion()?,
            completed_at: self.completed_at.map(|time| time.0),
            cancelled_at: self.cancelled_at.map(|time| time.0),
            debug: self.debug,
            referenced: self.referenced()?,
            diagnostics: place.json("diagnostics", &self.diagnostics)?,
            group: self.group()?,
            cancel_reason: self.cancel_reason()?,
        })
    }
}

//! Rows of runs, of their payloads and of their events.

use super::place::{Place, json};
use crate::{
    StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::{run_events, run_payloads, runs},
    },
};
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    CheckSuiteId, Event, RepositoryId, Run, RunId, Timestamp, UserId, WorkflowId,
    event::EVENT_VERSION,
    run::{AttemptState, CommitFacts, RunIdentity},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = runs, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct RunRow {
    pub(crate) id: i64,
    pub(crate) repository_id: i64,
    workflow_id: i64,
    check_suite_id: i64,
    number: i64,
    repository_index: i64,
    event: String,
    head_branch: Option<String>,
    head_sha: String,
    git_ref: String,
    pub(crate) actor_id: i64,
    parent_id: Option<i64>,
    trigger_key: String,
    name: String,
    path: String,
    display_title: String,
    definition: String,
    created_at: DbTime,
    commit_facts: JsonText,
    pub(crate) attempt: i64,
    status: String,
    conclusion: Option<String>,
    seq: i64,
    updated_at: DbTime,
    referenced: JsonText,
    cause: JsonText,
    logs_deleted_attempts: i64,
    logs_expired_attempts: i64,
    completed_at: Option<DbTime>,
}

impl RunRow {
    /// The row of a new run.
    pub(crate) fn new(run: &Run, commit: &CommitFacts) -> Self {
        let of = run.identity().clone();
        let changing = RunChange::of(run);
        Self {
            id: of.id.get(),
            repository_id: of.repository.get(),
            workflow_id: of.workflow.get(),
            check_suite_id: of.check_suite.get(),
            number: of.number,
            repository_index: of.index,
            event: of.event,
            head_branch: of.head_branch,
            head_sha: of.head_sha,
            git_ref: of.git_ref,
            actor_id: of.actor.get(),
            parent_id: of.parent.map(RunId::get),
            trigger_key: of.trigger_key,
            name: of.name,
            path: of.path,
            display_title: of.display_title,
            definition: of.definition,
            created_at: DbTime(of.created_at),
            commit_facts: json(commit),
            attempt: changing.attempt,
            status: changing.status,
            conclusion: changing.conclusion,
            seq: changing.seq,
            updated_at: changing.updated_at,
            referenced: json(&of.referenced),
            cause: json(&of.cause),
            logs_deleted_attempts: 0,
            logs_expired_attempts: 0,
            completed_at: changing.completed_at,
        }
    }

    /// The number of the newest event and the time of the newest change.
    pub(crate) fn newest_change(&self) -> Result<(u64, DbTime), StoreError> {
        let seq = Place::of("runs", self.id).number("seq", self.seq)?;
        Ok((seq, self.updated_at))
    }

    pub(crate) fn logs_deleted_attempts(&self) -> Result<u32, StoreError> {
        let place = Place::of("runs", self.id);
        place.number("logs_deleted_attempts", self.logs_deleted_attempts)
    }

    pub(crate) fn logs_expired_attempts(&self) -> Result<u32, StoreError> {
        let place = Place::of("runs", self.id);
        place.number("logs_expired_attempts", self.logs_expired_attempts)
    }

    pub(crate) fn commit(&self) -> Result<CommitFacts, StoreError> {
        Place::of("runs", self.id).json("commit_facts", &self.commit_facts)
    }
}

impl TryFrom<RunRow> for RunIdentity {
    type Error = StoreError;

    fn try_from(row: RunRow) -> Result<Self, StoreError> {
        let place = Place::of("runs", row.id);
        Ok(Self {
            id: RunId::new(row.id),
            repository: RepositoryId::new(row.repository_id),
            workflow: WorkflowId::new(row.workflow_id),
            check_suite: CheckSuiteId::new(row.check_suite_id),
            number: row.number,
            index: row.repository_index,
            event: row.event,
            head_branch: row.head_branch,
            head_sha: row.head_sha,
            git_ref: row.git_ref,
            actor: UserId::new(row.actor_id),
            parent: row.parent_id.map(RunId::new),
            trigger_key: row.trigger_key,
            name: row.name,
            path: row.path,
            display_title: row.display_title,
            definition: row.definition,
            referenced: place.json("referenced", &row.referenced)?,
            cause: place.json("cause", &row.cause)?,
            created_at: row.created_at.0,
        })
    }
}

/// What commands change of a run's row.
#[derive(AsChangeset)]
#[diesel(table_name = runs, treat_none_as_null = true)]
pub(crate) struct RunChange {
    attempt: i64,
    status: String,
    conclusion: Option<String>,
    seq: i64,
    updated_at: DbTime,
    completed_at: Option<DbTime>,
}

impl RunChange {
    pub(crate) fn of(run: &Run) -> Self {
        let conclusion = run.attempt().conclusion();
        Self {
            attempt: run.attempt().number.into(),
            status: run.status().name().to_owned(),
            conclusion: conclusion.map(|conclusion| conclusion.name().to_owned()),
            seq: number_of(run.seq()),
            updated_at: DbTime(run.updated_at()),
            completed_at: completed_at(run).map(DbTime),
        }
    }
}

fn completed_at(run: &Run) -> Option<Timestamp> {
    match run.attempt().state {
        AttemptState::Completed { completed_at, .. } => Some(completed_at),
        AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
    }
}

#[derive(Insertable)]
#[diesel(table_name = run_payloads, treat_none_as_default_value = false)]
pub(crate) struct PayloadRow {
    run_id: i64,
    payload: JsonText,
}

impl PayloadRow {
    pub(crate) fn new(run: RunId, payload: &serde_json::Value) -> Self {
        Self {
            run_id: run.get(),
            payload: json(payload),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = run_events, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    run_id: i64,
    seq: i64,
    version: i64,
    event: JsonText,
}

impl EventRow {
    pub(crate) fn new(run: RunId, (seq, event): (u64, &Event)) -> Self {
        Self {
            run_id: run.get(),
            seq: number_of(seq),
            version: EVENT_VERSION.into(),
            event: json(event),
        }
    }
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let place = Place::of("run_events", format!("{}/{}", row.run_id, row.seq));
        if row.version != i64::from(EVENT_VERSION) {
            return Err(place.corrupt("version"));
        }
        place.json("event", &row.event)
    }
}

/// Counted events never come near what a column holds.
fn number_of(count: u64) -> i64 {
    i64::try_from(count).expect("fewer events than a column can count")
}

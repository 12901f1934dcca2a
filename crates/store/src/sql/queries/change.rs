//! The one door for change: load and lock what a scope names, decide, save what the decision wrote.

use super::{
    Connection, SqlStore,
    aggregates::{lock_execution, lock_open_executions, lock_run, run_of},
    dialect,
    repositories::lock_live_repository,
    save::{Birth, save},
    workflows::lock_workflow,
};
use crate::{
    ChangeError, Changes, Decide, Loaded, RunNumbers, Scope, Wake, Writes,
    change::burst_begins,
    sql::{columns::DbTime, failure::Failure, schema::runs},
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use runyard_domain::{
    Execution, Refusal, RepositoryId, Run, RunId, RunStatus, WorkflowId,
    run::{Crowd, Intake},
};
use std::sync::{Arc, Mutex, PoisonError};

#[async_trait]
impl Changes for SqlStore {
    async fn change(&self, scope: Scope, decide: Decide) -> Result<(), ChangeError> {
        let decide = Arc::new(Mutex::new(decide));
        let database = &self.database;
        let changed = if is_keyed(&scope) {
            let changing = database.write_keyed(move |it| attempt(it, &scope, &decide));
            changing.await
        } else {
            let changing = database.write(move |it| attempt(it, &scope, &decide));
            changing.await
        };
        for wake in changed?? {
            self.wake(wake);
        }
        Ok(())
    }
}

/// Whether the same change again finds what it did before: a key makes one run.
fn is_keyed(scope: &Scope) -> bool {
    match scope {
        Scope::NewRun { .. } => true,
        Scope::Run(_)
        | Scope::Execution(_)
        | Scope::RunOfExecution(_)
        | Scope::WholeRunOfExecution(_) => false,
    }
}

type Changed = Result<Vec<Wake>, Refusal>;

fn attempt<'c>(
    connection: &'c mut Connection,
    scope: &Scope,
    decide: &Arc<Mutex<Decide>>,
) -> BoxFuture<'c, Result<Changed, Failure>> {
    let (scope, decide) = (scope.clone(), Arc::clone(decide));
    Box::pin(async move { change(connection, &scope, &decide).await })
}

/// A refusal is a result, not a failure: nothing was written, so there is nothing to undo or to try again.
async fn change(
    connection: &mut Connection,
    scope: &Scope,
    decide: &Mutex<Decide>,
) -> Result<Changed, Failure> {
    let before = load(connection, scope).await?;
    let now = dialect::now(connection).await?;
    let mut after = before.clone();
    let decided = decide.lock().unwrap_or_else(PoisonError::into_inner)(&mut after, now);
    let events = match decided {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let birth = Birth::of(&before, &after)?;
    let writes = Writes::of(&before, after, events);
    let wakes = writes.wakes();
    save(connection, writes, birth).await?;
    Ok(Ok(wakes))
}

async fn load(connection: &mut Connection, scope: &Scope) -> Result<Loaded, Failure> {
    match scope {
        Scope::NewRun {
            repository,
            workflow,
            trigger_key,
            parent,
            intake,
        } => {
            let of = (*repository, *workflow);
            load_new(connection, of, trigger_key, *parent, *intake).await
        }
        Scope::Run(id) => {
            let run = Box::new(lock_run(connection, *id).await?);
            let executions = lock_open_executions(connection, *id).await?;
            Ok(loaded(run, executions))
        }
        Scope::Execution(id) => {
            let execution = lock_execution(connection, *id).await?;
            Ok(Loaded::Execution(Box::new(execution)))
        }
        Scope::RunOfExecution(id) => {
            let run = run_of(connection, *id).await?;
            let run = Box::new(lock_run(connection, run).await?);
            let executions = vec![lock_execution(connection, *id).await?];
            Ok(loaded(run, executions))
        }
        Scope::WholeRunOfExecution(id) => {
            let run = run_of(connection, *id).await?;
            let run = Box::new(lock_run(connection, run).await?);
            let mut executions = lock_open_executions(connection, run.id()).await?;
            if !executions.iter().any(|execution| execution.id == *id) {
                executions.push(lock_execution(connection, *id).await?);
            }
            Ok(loaded(run, executions))
        }
    }
}

fn loaded(run: Box<Run>, executions: Vec<Execution>) -> Loaded {
    Loaded::Run {
        run,
        executions,
        outputs: None,
    }
}

/// The counters stay locked until the transaction ends, so numbers have no gaps and a key makes one run.
async fn load_new(
    connection: &mut Connection,
    (repository, workflow): (RepositoryId, WorkflowId),
    trigger_key: &str,
    parent: Option<RunId>,
    intake: Intake,
) -> Result<Loaded, Failure> {
    let parent = match parent {
        Some(id) => Some(lock_run(connection, id).await?),
        None => None,
    };
    let runs_of_repository = lock_live_repository(connection, repository).await?;
    let runs_of_repository = runs_of_repository.ok_or_else(|| Failure::not_found("repository"))?;
    let runs_of_workflow = lock_workflow(connection, (repository, workflow)).await?;
    let runs_of_workflow = runs_of_workflow.ok_or_else(|| Failure::not_found("workflow"))?;
    let duplicate: Option<i64> = runs::table
        .filter(runs::repository_id.eq(repository.get()))
        .filter(runs::workflow_id.eq(workflow.get()))
        .filter(runs::trigger_key.eq(trigger_key))
        .select(runs::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(Loaded::NewRun {
        parent,
        numbers: RunNumbers {
            number: runs_of_workflow + 1,
            index: runs_of_repository + 1,
        },
        crowd: crowd(connection, repository, runs_of_repository, intake).await?,
        duplicate: duplicate.map(RunId::new),
        created: None,
    })
}

/// What a repository that made `count` runs has, as far as is asked: one that never made so many is not looked at.
async fn crowd(
    connection: &mut Connection,
    repository: RepositoryId,
    count: i64,
    intake: Intake,
) -> Result<Crowd, Failure> {
    let burst_began = match burst_begins(count, intake) {
        Some(index) => created_at(connection, repository, index).await?,
        None => None,
    };
    let is_full = match i64::try_from(intake.open) {
        Ok(open) if count >= open => has_open(connection, repository, open).await?,
        Ok(_) | Err(_) => false,
    };
    Ok(Crowd {
        is_full,
        burst_began: burst_began.map(|time| time.0),
    })
}

async fn created_at(
    connection: &mut Connection,
    repository: RepositoryId,
    index: i64,
) -> Result<Option<DbTime>, Failure> {
    let run = runs::table
        .filter(runs::repository_id.eq(repository.get()))
        .filter(runs::repository_index.eq(index))
        .select(runs::created_at);
    Ok(run.get_result(connection).await.optional()?)
}

/// Whether so many runs have not ended; it reads no more of the index than that.
async fn has_open(
    connection: &mut Connection,
    repository: RepositoryId,
    count: i64,
) -> Result<bool, Failure> {
    let open = RunStatus::ALL
        .iter()
        .filter(|status| **status != RunStatus::Completed)
        .map(|status| status.name());
    let last: Option<i64> = runs::table
        .filter(runs::repository_id.eq(repository.get()))
        .filter(runs::status.eq_any(open.collect::<Vec<_>>()))
        .select(runs::id)
        .offset(count - 1)
        .limit(1)
        .get_result(connection)
        .await
        .optional()?;
    Ok(last.is_some())
}

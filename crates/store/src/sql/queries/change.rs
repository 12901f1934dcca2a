//! The one door for change: load and lock what a scope names, decide, save what the decision wrote.

use super::{
    Connection, SqlStore,
    aggregates::{lock_execution, lock_open_executions, lock_run, run_of},
    concurrency::{forget_free, lock_groups, message, run_of_message},
    dialect,
    repositories::lock_live_repository,
    save::{Birth, save},
    workflows::lock_workflow,
};
use crate::{
    ChangeError, Changes, Decide, Loaded, RunNumbers, Scope, StoreError, Wake, Writes,
    change::burst_begins,
    sql::{columns::DbTime, failure::Failure, schema::runs},
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use runyard_domain::{
    Execution, Refusal, RepositoryId, Run, RunId, RunStatus, WorkflowId,
    concurrency::{GroupName, Groups},
    run::{Crowd, Intake},
};
use std::sync::{Arc, Mutex, PoisonError};

#[async_trait]
impl Changes for SqlStore {
    async fn change(&self, scope: Scope, decide: Decide) -> Result<(), ChangeError> {
        let decide = Arc::new(Mutex::new(decide));
        let mut with = Asked::default();
        loop {
            match self.try_change(&scope, &with, &decide).await?? {
                Changed::Done(wakes) => {
                    for wake in wakes {
                        self.wake(wake);
                    }
                    return Ok(());
                }
                Changed::AskedForGroups(names) => with.add(names),
            }
        }
    }
}

impl SqlStore {
    async fn try_change(
        &self,
        scope: &Scope,
        with: &Asked,
        decide: &Arc<Mutex<Decide>>,
    ) -> Result<Result<Changed, Refusal>, StoreError> {
        let (scope, with, decide) = (scope.clone(), with.clone(), Arc::clone(decide));
        let database = &self.database;
        if is_keyed(&scope) {
            let changing = database.write_keyed(move |it| attempt(it, &scope, &with, &decide));
            changing.await
        } else {
            let changing = database.write(move |it| attempt(it, &scope, &with, &decide));
            changing.await
        }
    }
}

/// Transactions of one change that begin anew to lock groups in their order. The names of a decision's groups may
/// depend on what others change meanwhile; after so many it locks what it is asked for in any order.
const ROUNDS_IN_ORDER: u32 = 4;

/// The groups that a decision asked for in earlier transactions.
#[derive(Debug, Clone, Default)]
struct Asked {
    groups: Vec<GroupName>,
    rounds: u32,
}

impl Asked {
    fn add(&mut self, names: Vec<GroupName>) {
        self.groups.extend(names);
        self.rounds += 1;
    }

    /// Whether these groups can be locked now, after what `loaded` has: in the order of their keys, and before counters
    /// (architecture 4, rule 1).
    fn may_lock(&self, loaded: &Loaded, names: &[GroupName]) -> bool {
        if self.rounds >= ROUNDS_IN_ORDER {
            return true;
        }
        match loaded {
            Loaded::NewRun { .. } | Loaded::Execution(_) => false,
            Loaded::Run { groups, .. } => {
                let last = groups.iter().map(|group| group.name.key()).max();
                last.is_none_or(|last| names.iter().all(|name| name.key() > last))
            }
        }
    }
}

/// Whether the same change again finds what it did before: a key makes one run.
fn is_keyed(scope: &Scope) -> bool {
    match scope {
        Scope::NewRun { .. } => true,
        Scope::Run(_)
        | Scope::Execution(_)
        | Scope::RunOfExecution(_)
        | Scope::WholeRunOfExecution(_)
        | Scope::RunOfMessage(_) => false,
    }
}

/// What came of one transaction.
enum Changed {
    /// It is kept, and these shall know.
    Done(Vec<Wake>),
    /// Nothing is kept: the decision needs these groups, locked from the beginning.
    AskedForGroups(Vec<GroupName>),
}

fn attempt<'c>(
    connection: &'c mut Connection,
    scope: &Scope,
    with: &Asked,
    decide: &Arc<Mutex<Decide>>,
) -> BoxFuture<'c, Result<Result<Changed, Refusal>, Failure>> {
    let (scope, with, decide) = (scope.clone(), with.clone(), Arc::clone(decide));
    Box::pin(async move { change(connection, &scope, &with, &decide).await })
}

/// A refusal is a result, not a failure: nothing was written, so there is nothing to undo or to try again.
async fn change(
    connection: &mut Connection,
    scope: &Scope,
    with: &Asked,
    decide: &Mutex<Decide>,
) -> Result<Result<Changed, Refusal>, Failure> {
    let mut before = load(connection, scope, &with.groups).await?;
    let now = dialect::now(connection).await?;
    loop {
        let mut after = before.clone();
        let decided = decide.lock().unwrap_or_else(PoisonError::into_inner)(&mut after, now);
        let ended = match decided {
            Ok(events) => {
                let birth = Birth::of(&before, &after)?;
                let writes = Writes::of(&before, after, events);
                let wakes = writes.wakes();
                save(connection, writes, birth, now).await?;
                return Ok(Ok(Changed::Done(wakes)));
            }
            Err(Refusal::GroupsNotLoaded { groups }) => {
                let names = before.lacking(groups);
                if names.is_empty() {
                    Err(Refusal::WrongLoad)
                } else if with.may_lock(&before, &names) {
                    add_groups(connection, &mut before, &names).await?;
                    continue;
                } else {
                    Ok(Changed::AskedForGroups(names))
                }
            }
            Err(refusal) => Err(refusal),
        };
        if let Some(groups) = before.groups() {
            forget_free(connection, groups.iter()).await?;
        }
        return Ok(ended);
    }
}

async fn add_groups(
    connection: &mut Connection,
    loaded: &mut Loaded,
    names: &[GroupName],
) -> Result<(), Failure> {
    let repository = match &*loaded {
        Loaded::NewRun { repository, .. } => *repository,
        Loaded::Run { run, .. } => run.identity().repository,
        Loaded::Execution(_) => return Ok(()),
    };
    let locked = lock_groups(connection, repository, names).await?;
    if let Some(groups) = loaded.groups_mut() {
        groups.add(locked);
    }
    Ok(())
}

async fn load(
    connection: &mut Connection,
    scope: &Scope,
    groups: &[GroupName],
) -> Result<Loaded, Failure> {
    match scope {
        Scope::NewRun {
            repository,
            workflow,
            trigger_key,
            parent,
            intake,
        } => {
            let of = (*repository, *workflow);
            load_new(connection, of, trigger_key, (*parent, groups), *intake).await
        }
        Scope::Run(id) => {
            let run = lock_run(connection, *id).await?;
            let executions = lock_open_executions(connection, *id).await?;
            loaded(connection, run, executions, groups).await
        }
        Scope::RunOfMessage(id) => {
            let run = run_of_message(connection, *id).await?;
            let run = lock_run(connection, run).await?;
            let kept = message(connection, id).await?;
            kept.ok_or_else(|| Failure::not_found("message"))?;
            let executions = lock_open_executions(connection, run.id()).await?;
            let mut loaded = loaded(connection, run, executions, groups).await?;
            if let Loaded::Run { message, .. } = &mut loaded {
                *message = Some(*id);
            }
            Ok(loaded)
        }
        Scope::Execution(id) => {
            let execution = lock_execution(connection, *id).await?;
            Ok(Loaded::Execution(Box::new(execution)))
        }
        Scope::RunOfExecution(id) => {
            let run = run_of(connection, *id).await?;
            let run = lock_run(connection, run).await?;
            let executions = vec![lock_execution(connection, *id).await?];
            loaded(connection, run, executions, groups).await
        }
        Scope::WholeRunOfExecution(id) => {
            let run = run_of(connection, *id).await?;
            let run = lock_run(connection, run).await?;
            let mut executions = lock_open_executions(connection, run.id()).await?;
            if !executions.iter().any(|execution| execution.id == *id) {
                executions.push(lock_execution(connection, *id).await?);
            }
            loaded(connection, run, executions, groups).await
        }
    }
}

/// What was loaded of a run, with groups that were asked for before.
async fn loaded(
    connection: &mut Connection,
    run: Run,
    executions: Vec<Execution>,
    groups: &[GroupName],
) -> Result<Loaded, Failure> {
    let groups = lock_groups(connection, run.identity().repository, groups).await?;
    Ok(Loaded::Run {
        run: Box::new(run),
        executions,
        groups: Groups::new(groups),
        message: None,
        outputs: None,
    })
}

/// The counters stay locked until the transaction ends, so numbers have no gaps and a key makes one run.
async fn load_new(
    connection: &mut Connection,
    (repository, workflow): (RepositoryId, WorkflowId),
    trigger_key: &str,
    (parent, groups): (Option<RunId>, &[GroupName]),
    intake: Intake,
) -> Result<Loaded, Failure> {
    let parent = match parent {
        Some(id) => Some(lock_run(connection, id).await?),
        None => None,
    };
    let groups = lock_groups(connection, repository, groups).await?;
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
        repository,
        groups: Groups::new(groups),
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

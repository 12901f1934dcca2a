//! The one writer: takes commands in order and puts several into one durable commit (architecture 4, rule 6).

use super::{Connection, database::done, readers::statement};
use crate::{StoreError, sql::failure::Failure};
use futures_util::future::BoxFuture;
use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{self, JoinHandle},
};
use tokio::sync::{mpsc, oneshot};

/// Commands that wait for the writer at most; further callers wait for a place.
const QUEUE_MAX: usize = 1_024;
/// Commands in one durable commit at most, so that the first does not wait for long.
pub(super) const COMMANDS_PER_COMMIT_MAX: usize = 64;

/// Where commands are sent; the thread ends, and the lock is given up, when this is dropped.
pub(super) struct Writer {
    commands: Option<mpsc::Sender<Box<dyn Command>>>,
    thread: Option<JoinHandle<()>>,
}

/// One command of a group, whatever its result is.
trait Command: Send {
    /// Does the work, unless nobody waits for it any more; says whether its changes are kept.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Tells the result, now that the group was committed or was not.
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

struct Order<T, F> {
    work: F,
    result: Option<Result<T, Failure>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Command for Order<T, F>
where
    T: Send,
    F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send,
{
    fn run(&mut self, connection: &mut Connection) -> bool {
        if self.reply.is_closed() {
            return false;
        }
        let work = AssertUnwindSafe(|| done((self.work)(connection)));
        let result = catch_unwind(work).unwrap_or_else(|_| Err(panicked().into()));
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn answer(self: Box<Self>, committed: Result<(), String>) {
        let result = match (self.result, committed) {
            // Also a failure may come from what others of the group wrote, which is not there now.
            (_, Err(reason)) => Err(StoreError::Unavailable { reason }),
            (Some(result), Ok(())) => result.map_err(StoreError::from),
            (None, Ok(())) => return,
        };
        // A caller that does not wait any more finds the change by reading.
        let _ = self.reply.send(result);
    }
}

fn panicked() -> StoreError {
    StoreError::Internal(anyhow::anyhow!(
        "a decision panicked; nothing of it was kept"
    ))
}

impl Writer {
    pub(super) fn start(connection: Connection, lock: File) -> Result<Self, StoreError> {
        let (commands, received) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                serve(connection, received);
                drop(lock);
            })
            .map_err(|error| StoreError::Internal(error.into()))?;
        Ok(Self {
            commands: Some(commands),
            thread: Some(thread),
        })
    }

    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        let (reply, result) = oneshot::channel();
        let order = Box::new(Order {
            work,
            result: None,
            reply,
        });
        let commands = self.commands.as_ref().ok_or_else(stopped)?;
        commands.send(order).await.map_err(|_| stopped())?;
        result.await.map_err(|_| stopped())?
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable {
        reason: "the writer has stopped".to_owned(),
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // What was sent is still written; a writer that panicked said so itself.
            let _ = thread.join();
        }
    }
}

fn serve(mut connection: Connection, mut commands: mpsc::Receiver<Box<dyn Command>>) {
    while let Some(first) = commands.blocking_recv() {
        let mut group = vec![first];
        while group.len() < COMMANDS_PER_COMMIT_MAX
            && let Ok(next) = commands.try_recv()
        {
            group.push(next);
        }
        let committed = commit(&mut connection, &mut group);
        let committed = committed.map_err(|failure| StoreError::from(failure).to_string());
        for command in group {
            command.answer(committed.clone());
        }
    }
}

/// Runs a group in one transaction, each command in a savepoint of its own, so that one that fails leaves nothing.
fn commit(connection: &mut Connection, group: &mut [Box<dyn Command>]) -> Result<(), Failure> {
    statement(connection, "BEGIN IMMEDIATE")?;
    let result = run_each(connection, group).and_then(|()| statement(connection, "COMMIT"));
    if let Err(failure) = &result {
        log::error!("a commit failed, nothing of it is kept: {failure:?}");
        // Some failures end the transaction by themselves; then there is nothing to roll back.
        let _ = statement(connection, "ROLLBACK");
    }
    result
}

fn run_each(connection: &mut Connection, group: &mut [Box<dyn Command>]) -> Result<(), Failure> {
    for command in group {
        statement(connection, "SAVEPOINT command")?;
        if !command.run(connection) {
            statement(connection, "ROLLBACK TO command")?;
        }
        statement(connection, "RELEASE command")?;
    }
    Ok(())
}

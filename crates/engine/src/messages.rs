//! Messages to runs: what the command of one run wants of another is applied by a command of its own (architecture 4,
//! rule 1), on any server, once.

use crate::{Engine, EngineError};
use futures_util::{StreamExt, stream};
use runyard_domain::handover;
use runyard_store::{LeftMessage, RowKind, Scope};
use std::time::Duration;

/// Messages that one look takes.
const MESSAGES_PER_LOOK: u32 = 100;
/// Of those, so many are applied at once.
const MESSAGES_AT_ONCE: usize = 4;
/// A message that could not be applied is tried again after this.
const MESSAGE_RETRY: Duration = Duration::from_secs(30);

impl Engine {
    /// Applies the messages whose time has come. How many there were: with none, nothing is left to do.
    ///
    /// # Errors
    /// When the store cannot be reached. One message that cannot be applied is put off and keeps no other from it.
    pub async fn apply_messages(&self) -> Result<usize, EngineError> {
        let due = self.store.due_messages(MESSAGES_PER_LOOK).await?;
        let count = due.len();
        let applied = stream::iter(due).map(|left| async move {
            let applied = self.apply_message(left).await;
            self.keep_or_put_off(left, applied).await
        });
        let applied: Vec<_> = applied.buffer_unordered(MESSAGES_AT_ONCE).collect().await;
        applied.into_iter().collect::<Result<(), _>>()?;
        Ok(count)
    }

    pub(crate) async fn apply_message(&self, left: LeftMessage) -> Result<(), EngineError> {
        let Some(message) = self.store.message(left.id).await? else {
            return Ok(());
        };
        if self.store.run(left.run).await?.is_none() {
            return Ok(self.store.drop_message(left.id).await?);
        }
        let (scope, patience) = (Scope::RunOfMessage(left.id), self.settings.patience);
        self.command(scope, left.run, move |run, executions, planning| {
            let events = handover::hear(run, executions, &message, planning, patience)?;
            Ok((events, ()))
        })
        .await
    }

    async fn keep_or_put_off(
        &self,
        left: LeftMessage,
        applied: Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        match applied {
            // Not found: another server was faster.
            Ok(()) | Err(EngineError::NotFound { what: "message" }) => Ok(()),
            Err(error @ EngineError::Unavailable { .. }) => Err(error),
            Err(error) => {
                let (id, run) = (left.id, left.run);
                log::error!("run {run}: message {id} cannot be applied: {error}");
                let row = (RowKind::Message, id.get());
                self.note_trouble(row, Some(run), &error).await;
                Ok(self.store.put_off_message(id, MESSAGE_RETRY).await?)
            }
        }
    }
}

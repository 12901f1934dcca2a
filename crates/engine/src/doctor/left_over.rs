//! Looks at what was left to be done: messages to runs, what follows runs, and rows that were set aside.

use super::{Finding, LEFT_OVER_AFTER, ROWS_PER_PAGE, Visit};
use crate::EngineError;
use runyard_domain::MessageId;
use runyard_store::{Left, QueueRow, RowKind, StoreError};

impl Visit<'_> {
    pub(super) async fn look_at_what_was_left_over(&mut self) -> Result<(), EngineError> {
        let latest = self.engine.store.now().await?.minus(LEFT_OVER_AFTER);
        let mut after = 0;
        loop {
            let page = self
                .engine
                .store
                .left_messages(after, ROWS_PER_PAGE)
                .await?;
            let Some(last) = page.last() else {
                break;
            };
            after = last.id;
            for left in page {
                let is_late = left.due_at < latest;
                if let Some(finding) = self.about_message(left, is_late).await? {
                    self.deal_with(finding).await?;
                }
            }
        }
        let mut after = 0;
        loop {
            let page = self
                .engine
                .store
                .left_follow_ups(after, ROWS_PER_PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id;
            for Left { id, run, due_at } in page.into_iter().filter(|it| it.due_at < latest) {
                let since = due_at;
                // One that cannot be read is told of with what was set aside.
                if self.is_aside(RowKind::FollowUp, id).await? {
                    continue;
                }
                self.deal_with(Finding::FollowUpLeft { id, run, since })
                    .await?;
            }
        }
    }

    async fn about_message(
        &self,
        left: Left,
        is_late: bool,
    ) -> Result<Option<Finding>, EngineError> {
        let Left { id, run, due_at } = left;
        match self.engine.store.message(MessageId::new(id)).await {
            Err(error @ StoreError::Corrupt { .. }) => Ok(Some(Finding::UnreadableMessage {
                id,
                run,
                problem: error.to_string(),
            })),
            Err(error) => Err(error.into()),
            Ok(Some(_)) if is_late && !self.is_aside(RowKind::Message, id).await? => {
                let since = due_at;
                Ok(Some(Finding::MessageLeft { id, run, since }))
            }
            Ok(Some(_) | None) => Ok(None),
        }
    }

    async fn is_aside(&self, kind: RowKind, id: i64) -> Result<bool, EngineError> {
        let row = QueueRow { kind, id };
        Ok(self.engine.store.is_set_aside(row).await?)
    }

    pub(super) async fn look_at_what_was_set_aside(&mut self) -> Result<(), EngineError> {
        let mut after = None;
        loop {
            let page = self.engine.store.set_aside(after, ROWS_PER_PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.row);
            for aside in page {
                self.deal_with(Finding::SetAside(aside)).await?;
            }
        }
    }
}

//! Rows that cannot be applied: noted, tried again, and after some tries set aside with an alarm, so that none of them
//! keeps those behind it waiting.

use crate::{Engine, EngineError};
use runyard_domain::RunId;
use runyard_store::{QueueRow, RowKind, Tries};
use std::time::Duration;

/// A row that failed so often is set aside.
pub const TRIES_MAX: u32 = 5;
/// Tries that come sooner after one that counted do not count: what fails for moments fails often within them.
pub const TRIES_APART: Duration = Duration::from_secs(10);

const TRIES: Tries = Tries {
    most: TRIES_MAX,
    apart: TRIES_APART,
};

impl Engine {
    /// Notes why a row could not be applied. Whether it is set aside by that. What only time can help is not held
    /// against the row.
    pub(crate) async fn note_trouble(
        &self,
        (kind, id): (RowKind, i64),
        run: Option<RunId>,
        error: &EngineError,
    ) -> bool {
        if let EngineError::Unavailable { .. } = error {
            return false;
        }
        let (row, reason) = (QueueRow { kind, id }, format!("{error:#}"));
        match self.store.note_trouble(row, run, &reason, TRIES).await {
            Ok(is_aside) => {
                if is_aside {
                    row.sound_alarm(&reason);
                }
                is_aside
            }
            Err(unnoted) => {
                log::warn!("{row}: that it cannot be applied was not noted: {unnoted}");
                false
            }
        }
    }
}

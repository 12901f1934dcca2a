//! Where the embedded stores take the time from: this process, unless whoever opens one says otherwise.

use chrono::Utc;
use runyard_domain::Timestamp;
use std::sync::Arc;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// This process's clock.
pub(crate) fn process_clock() -> Clock {
    Arc::new(|| Timestamp::new(Utc::now()))
}

//! Cron texts of `schedule` (semantics R6.34): reading them and finding their ticks; it must not
//! read a clock.

mod fields;
mod schedule;

pub use fields::{InvalidCron, MAX_CRON_LENGTH};
pub use schedule::{InvalidSchedule, LEAST_INTERVAL, Schedule, UnknownTimezone, check_timezone};

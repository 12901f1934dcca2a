//! When a cron text fires (semantics R6.34, R6.35): local times of its zone as instants; it must
//! not read a clock and not remember what fired.

use super::fields::{InvalidCron, plain};
use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use std::fmt;

/// Two firings of one entry are at least this far apart; nearer ticks are left out (semantics
/// R6.34).
pub const LEAST_INTERVAL: TimeDelta = TimeDelta::minutes(5);

/// A zone never leaves out or repeats more local time than this at once: a whole day, when it
/// moved over the date line. Ticks in such a time are passed over one by one, a minute each.
const MOST_PASSED_OVER: usize = 24 * 60 + 1;

/// One entry of `on.schedule`: when it fires.
///
/// Local times that a change of the clocks leaves out are skipped, and those that it repeats fire
/// once, the first time (semantics R6.34).
#[derive(Debug, Clone)]
pub struct Schedule {
    text: String,
    cron: Cron,
    zone: Tz,
}

/// A time zone that the IANA database does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("timezone '{0}' is not in the IANA time zone database; write one like Europe/Berlin")]
pub struct UnknownTimezone(pub String);

/// Why an entry of `on.schedule` is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSchedule {
    /// Its `cron`.
    #[error(transparent)]
    Cron(#[from] InvalidCron),
    /// Its `timezone`.
    #[error(transparent)]
    Timezone(#[from] UnknownTimezone),
}

impl Schedule {
    /// Reads a cron text of five fields that is meant in `timezone`, UTC without one.
    ///
    /// # Errors
    /// [`InvalidSchedule`] names the field, what it says and what is allowed (semantics R6.34).
    pub fn new(cron: &str, timezone: Option<&str>) -> Result<Self, InvalidSchedule> {
        let fields = plain(cron)?;
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        Ok(Self {
            text: cron.to_owned(),
            cron: parser
                .parse(&fields)
                .expect("fields in plain form are what the library reads"),
            zone: timezone.map_or(Ok(Tz::UTC), zone)?,
        })
    }

    /// The cron text as the file has it: `github.event.schedule` (semantics R6.35).
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first tick after `instant`, whatever fired before; `None` when there is none, as for
    /// 30 February.
    pub fn next_after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = instant.with_timezone(&self.zone).naive_local();
        for _ in 0..MOST_PASSED_OVER {
            local = self.cron.find_next_occurrence(&local, false).ok()?;
            if let Some(tick) = self.first_instant(local)
                && tick > instant
            {
                return Some(tick);
            }
        }
        None
    }

    /// The tick that follows a firing at `fired`: [`LEAST_INTERVAL`] later at the earliest.
    pub fn next_after_firing(&self, fired: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let nearest = fired + LEAST_INTERVAL;
        self.next_after(nearest - TimeDelta::microseconds(1))
    }

    /// The instant of a local time, the first of two; none when the clocks leave it out.
    fn first_instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                Some(at.with_timezone(&Utc))
            }
            MappedLocalTime::None => None,
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' in {}", self.text, self.zone.name())
    }
}

/// Whether the IANA database has a time zone of this name, by case.
///
/// # Errors
/// It has none.
pub fn check_timezone(name: &str) -> Result<(), UnknownTimezone> {
    zone(name).map(|_| ())
}

fn zone(name: &str) -> Result<Tz, UnknownTimezone> {
    name.parse().map_err(|_| UnknownTimezone(name.to_owned()))
}

//! Moments as the wire writes them (contract 1).

use chrono::SecondsFormat;
use runyard_domain::Timestamp;

/// `2026-01-02T03:04:05Z`: everywhere but in workflow objects.
pub(crate) fn seconds(moment: Timestamp) -> String {
    moment.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The same of a moment that may not have come.
pub(crate) fn seconds_or_null(moment: Option<Timestamp>) -> Option<String> {
    moment.map(seconds)
}

/// `2026-01-02T03:04:05.000+00:00`: in workflow objects.
pub(crate) fn with_milliseconds(moment: Timestamp) -> String {
    moment
        .to_utc()
        .to_rfc3339_opts(SecondsFormat::Millis, false)
}

#[cfg(test)]
mod tests {
    use super::{seconds, with_milliseconds};
    use runyard_domain::Timestamp;

    #[test]
    fn times_are_whole_seconds_but_in_workflows() {
        let moment = Timestamp::from_unix_micros(1_767_323_045_678_901).unwrap();
        assert_eq!(seconds(moment), "2026-01-02T03:04:05Z");
        assert_eq!(with_milliseconds(moment), "2026-01-02T03:04:05.678+00:00");
    }
}

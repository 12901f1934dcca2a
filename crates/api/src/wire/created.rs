//! Times of creation as they are written in filters (contract 7): a day or a second, before, after, or between two.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use runyard_domain::Timestamp;

/// From the first moment that is meant up to, and without, the second; without one there is no end on that side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Created {
    pub(crate) from: Option<Timestamp>,
    pub(crate) before: Option<Timestamp>,
}

/// What can be written, for whoever wrote something else.
pub(crate) const FORMS: &str = "a date (2026-01-31) or a time (2026-01-31T12:00:00Z), alone or after <, <=, > or >=, or \
                                two of them or * with .. between";

impl Created {
    /// `None` for what is no time.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let of = |from, before| Self { from, before };
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (point(first)?, point(last)?),
            None => return one(text),
        };
        Some(of(
            first.map(|(begins, _)| begins),
            last.map(|(_, ends)| ends),
        ))
    }
}

fn one(text: &str) -> Option<Created> {
    let of = |from, before| Some(Created { from, before });
    let span = |text: &str| moment(text);
    if let Some(text) = text.strip_prefix(">=") {
        of(Some(span(text)?.0), None)
    } else if let Some(text) = text.strip_prefix("<=") {
        of(None, Some(span(text)?.1))
    } else if let Some(text) = text.strip_prefix('>') {
        of(Some(span(text)?.1), None)
    } else if let Some(text) = text.strip_prefix('<') {
        of(None, Some(span(text)?.0))
    } else {
        let (begins, ends) = span(text)?;
        of(Some(begins), Some(ends))
    }
}

/// One side of a range; `*` is no end.
fn point(text: &str) -> Option<Option<(Timestamp, Timestamp)>> {
    match text {
        "*" => Some(None),
        text => moment(text).map(Some),
    }
}

/// When a day or a second begins and ends.
fn moment(text: &str) -> Option<(Timestamp, Timestamp)> {
    let (begins, lasts): (DateTime<Utc>, _) = match text.parse::<NaiveDate>() {
        Ok(day) => (
            day.and_time(chrono::NaiveTime::MIN).and_utc(),
            TimeDelta::days(1),
        ),
        Err(_) => {
            let time = DateTime::parse_from_rfc3339(text).ok()?;
            (time.to_utc(), TimeDelta::seconds(1))
        }
    };
    let ends = begins.checked_add_signed(lasts)?;
    Some((Timestamp::new(begins), Timestamp::new(ends)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        let time = DateTime::parse_from_rfc3339(text).unwrap();
        Some(Timestamp::new(time.to_utc()))
    }

    #[test]
    fn days_and_seconds_are_read_with_their_whole_length() {
        let (day, next) = (at("2026-01-31T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        let (second, later) = (at("2026-01-31T12:00:00Z"), at("2026-01-31T12:00:01Z"));
        for (text, from, before) in [
            ("2026-01-31", day, next),
            (">2026-01-31", next, None),
            (">=2026-01-31", day, None),
            ("<2026-01-31", None, day),
            ("<=2026-01-31", None, next),
            ("2026-01-31..2026-01-31", day, next),
            ("2026-01-31..*", day, None),
            ("*..2026-01-31", None, next),
            ("2026-01-31T12:00:00Z", second, later),
            (">2026-01-31T12:00:00Z", later, None),
            ("<2026-01-31T14:00:00+02:00", None, second),
            ("2026-01-31..2026-01-31T12:00:00Z", day, later),
        ] {
            assert_eq!(
                Created::parse(text),
                Some(Created { from, before }),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "*",
            "..",
            "yesterday",
            "2026-13-01",
            "=2026-01-01",
            "<",
            "<*",
            "2026-01-31..",
        ] {
            assert_eq!(Created::parse(text), None, "{text}");
        }
    }
}

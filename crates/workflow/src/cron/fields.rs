//! The five fields of a cron text by GitHub's rules (semantics R6.34), written again as plain
//! numbers, which the library reads the same way; it must not search for times.

use std::collections::BTreeSet;
use std::iter::StepBy;
use std::ops::RangeInclusive;

/// A cron text has at most this many characters.
pub const MAX_CRON_LENGTH: usize = 1_000;

/// A text that is no cron text. Names the field, what it says and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCron {
    /// Not five fields.
    #[error(
        "cron '{text}' has {fields} fields; it must have five: minute, hour, day of the month, \
         month, day of the week"
    )]
    Fields {
        /// The whole text.
        text: String,
        /// How many fields it has.
        fields: usize,
    },
    /// Longer than [`MAX_CRON_LENGTH`].
    #[error("cron has {length} characters; at most {MAX_CRON_LENGTH} are allowed")]
    TooLong {
        /// How many characters it has.
        length: usize,
    },
    /// A field says something that is not allowed.
    #[error("cron '{text}': {field} '{value}' is not allowed; {field} is {allowed}")]
    Field {
        /// The whole text.
        text: String,
        /// Which field.
        field: &'static str,
        /// The part of it that is wrong.
        value: String,
        /// What it may say.
        allowed: &'static str,
    },
}

struct Field {
    name: &'static str,
    low: u8,
    high: u8,
    words: &'static [&'static str],
    allowed: &'static str,
}

const MONTHS: &[&str] = &[
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        low: 0,
        high: 59,
        words: &[],
        allowed: "*, 0 to 59, ranges (0-29), steps (*/15, 5/15) and lists of these",
    },
    Field {
        name: "hour",
        low: 0,
        high: 23,
        words: &[],
        allowed: "*, 0 to 23, ranges (9-17), steps (*/2, 1/6) and lists of these",
    },
    Field {
        name: "day of the month",
        low: 1,
        high: 31,
        words: &[],
        allowed: "*, 1 to 31, ranges (1-7), steps (*/2, 1/7) and lists of these",
    },
    Field {
        name: "month",
        low: 1,
        high: 12,
        words: MONTHS,
        allowed: "*, 1 to 12, JAN to DEC, ranges, steps and lists of these",
    },
    Field {
        name: "day of the week",
        low: 0,
        high: 6,
        words: DAYS,
        allowed: "*, 0 (Sunday) to 6, SUN to SAT, ranges, steps and lists of these",
    },
];

/// The text with every field as `*` or as the list of its numbers: names, ranges, open steps
/// (`5/15`) and `*` in a list are beyond the library or read differently by it.
pub(super) fn plain(text: &str) -> Result<String, InvalidCron> {
    let length = text.chars().count();
    if length > MAX_CRON_LENGTH {
        return Err(InvalidCron::TooLong { length });
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Err(InvalidCron::Fields {
            text: text.to_owned(),
            fields: parts.len(),
        });
    }
    let fields = FIELDS
        .iter()
        .zip(parts)
        .map(|(field, part)| field.read(part, text));
    Ok(fields.collect::<Result<Vec<_>, _>>()?.join(" "))
}

impl Field {
    /// The values that `part` names, in order; `*` alone stays, because only then the other day
    /// field decides by itself.
    fn read(&self, part: &str, text: &str) -> Result<String, InvalidCron> {
        let mut values = BTreeSet::new();
        for item in part.split(',') {
            values.extend(self.item(item).ok_or_else(|| InvalidCron::Field {
                text: text.to_owned(),
                field: self.name,
                value: item.to_owned(),
                allowed: self.allowed,
            })?);
        }
        if part == "*" {
            return Ok(part.to_owned());
        }
        let values: Vec<String> = values.iter().map(u8::to_string).collect();
        Ok(values.join(","))
    }

    fn item(&self, item: &str) -> Option<StepBy<RangeInclusive<u8>>> {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (span, Some(self.step(step)?)),
            None => (item, None),
        };
        let values = match (span, span.split_once('-')) {
            ("*", _) => self.low..=self.high,
            (_, Some((low, high))) => self.value(low)?..=self.value(high)?,
            (open, None) if step.is_some() => self.value(open)?..=self.high,
            (one, None) => self.value(one)?..=self.value(one)?,
        };
        (!values.is_empty()).then(|| values.step_by(usize::from(step.unwrap_or(1))))
    }

    fn step(&self, text: &str) -> Option<u8> {
        digits(text).filter(|step| (1..=self.high).contains(step))
    }

    fn value(&self, text: &str) -> Option<u8> {
        let mut words = self.words.iter();
        if let Some(index) = words.position(|word| word.eq_ignore_ascii_case(text)) {
            return Some(self.low + u8::try_from(index).ok()?);
        }
        digits(text).filter(|value| (self.low..=self.high).contains(value))
    }
}

fn digits(text: &str) -> Option<u8> {
    let only_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    only_digits.then(|| text.parse().ok()).flatten()
}

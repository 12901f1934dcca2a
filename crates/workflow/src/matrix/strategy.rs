//! The rest of `strategy` and its context (semantics R2.43, R2.44); it must not hold legs back.

use crate::expression::{Object, Value};

/// `fail-fast` and `max-parallel`, evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strategy {
    /// Whether a failed leg ends the others (semantics R2.45).
    pub fail_fast: bool,
    /// At most so many legs at once; `None` is no limit (semantics R2.44).
    pub max_parallel: Option<u32>,
}

/// Why `fail-fast` or `max-parallel` cannot be used (semantics R7.31).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{key}' is '{value}'; it must be {wanted}")]
pub struct InvalidStrategy {
    /// The key.
    pub key: &'static str,
    /// What it says.
    pub value: String,
    /// What it must be.
    pub wanted: &'static str,
}

impl Default for Strategy {
    fn default() -> Self {
        Self {
            fail_fast: true,
            max_parallel: None,
        }
    }
}

impl Strategy {
    /// Reads both values after evaluation; absent ones and null have their defaults.
    ///
    /// # Errors
    /// A value of another kind: the text `'true'` is no boolean (semantics R7.31).
    pub fn from_values(
        fail_fast: Option<&Value>,
        max_parallel: Option<&Value>,
    ) -> Result<Self, InvalidStrategy> {
        let given = |value: &&Value| !matches!(value, Value::Null);
        let fail_fast = fail_fast.filter(given).map_or(Ok(true), |value| {
            value
                .as_bool()
                .ok_or_else(|| invalid("fail-fast", value, "a boolean"))
        })?;
        let max_parallel = max_parallel.filter(given).map_or(Ok(0.0), |value| {
            value
                .as_number()
                .ok_or_else(|| invalid("max-parallel", value, "a number"))
        })?;
        Ok(Self {
            fail_fast,
            max_parallel: whole(max_parallel),
        })
    }

    /// The `strategy` context of leg `job_index` (from 0) of `job_total`.
    pub fn context(&self, job_index: usize, job_total: usize) -> Value {
        let most = self.max_parallel.map_or(number(job_total), f64::from);
        let pairs = [
            ("fail-fast", Value::from(self.fail_fast)),
            ("job-index", Value::from(number(job_index))),
            ("job-total", Value::from(number(job_total))),
            ("max-parallel", Value::from(most)),
        ];
        Value::from(pairs.into_iter().collect::<Object>())
    }
}

fn invalid(key: &'static str, value: &Value, wanted: &'static str) -> InvalidStrategy {
    InvalidStrategy {
        key,
        value: value.to_text().to_string(),
        wanted,
    }
}

/// The number without its fraction, which is meant to go; none when it is no limit.
fn whole(number: f64) -> Option<u32> {
    let limits = 1.0..=f64::from(u32::MAX);
    limits.contains(&number).then_some(number as u32)
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

//! The expression language as workflow authors meet it, rule by rule.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod conversions;
mod functions;
mod hostile;
mod operators;
mod places;
mod support;
mod syntax;
mod templates;

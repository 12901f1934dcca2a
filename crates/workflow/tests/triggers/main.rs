//! Tables over triggers and their filters; they cite the rules of the behaviour reference.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cron;
mod dispatch;
mod expansion;
mod facts;
mod files;
mod matching;
mod matrix;
mod patterns;
mod plan;

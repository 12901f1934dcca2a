//! Moments have whole microseconds and stay within what a calendar can show.

use runyard_domain::Timestamp;
use std::time::Duration;

const MOMENT: i64 = 1_767_225_600_123_456;

fn moment() -> Timestamp {
    Timestamp::from_unix_micros(MOMENT).unwrap()
}

#[test]
fn what_is_finer_than_a_microsecond_is_cut_off() {
    let fine = moment().to_utc() + chrono::TimeDelta::nanoseconds(999);
    assert_eq!(Timestamp::new(fine), moment());
    let read: Timestamp = serde_json::from_str("\"2026-01-01T00:00:00.123456789Z\"").unwrap();
    assert_eq!(read, moment());
}

#[test]
fn a_moment_reads_back_from_its_number_and_from_its_text() {
    assert_eq!(moment().unix_micros(), MOMENT);
    assert_eq!(moment().unix_millis(), MOMENT / 1_000);
    assert_eq!(moment().to_string(), "2026-01-01T00:00:00.123456Z");
    for micros in [0, -1, MOMENT, 253_402_300_799_999_999] {
        let moment = Timestamp::from_unix_micros(micros).unwrap();
        let text = serde_json::to_string(&moment).unwrap();
        assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), moment);
        let shown = format!("\"{moment}\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&shown).unwrap(), moment);
    }
}

#[test]
fn a_text_of_fixed_width_sorts_as_the_moments_do() {
    let later = moment().plus(Duration::from_micros(1));
    assert!(moment() < later && moment().to_string() < later.to_string());
    let whole = Timestamp::from_unix_micros(0).unwrap();
    assert_eq!(whole.to_string(), "1970-01-01T00:00:00.000000Z");
}

#[test]
fn adding_and_taking_away_stop_at_the_ends_of_the_calendar() {
    let second = Duration::from_secs(1);
    assert_eq!(moment().plus(second).minus(second), moment());
    assert_eq!(moment().plus(Duration::ZERO), moment());
    let last = moment().plus(Duration::MAX);
    let first = moment().minus(Duration::MAX);
    assert!(first < moment() && moment() < last);
    assert_eq!(last.plus(second), last);
    assert_eq!(first.minus(second), first);
    assert_eq!(Timestamp::new(last.to_utc()), last, "whole microseconds");
}

#[test]
fn a_number_beyond_the_calendar_is_no_moment() {
    assert_eq!(Timestamp::from_unix_micros(i64::MAX), None);
    assert_eq!(Timestamp::from_unix_micros(i64::MIN), None);
}

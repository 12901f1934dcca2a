//! Cron texts and their ticks (semantics R6.34, R6.35).

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use runyard_workflow::cron::{InvalidCron, LEAST_INTERVAL, MAX_CRON_LENGTH, Schedule};
use std::collections::BTreeSet;

fn instant(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    local.and_utc()
}

fn ticks(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::new(cron, Some(zone)).unwrap();
    let first = schedule.next_after(instant(after));
    let all = std::iter::successors(first, |tick| schedule.next_after(*tick));
    all.take(count)
        .map(|tick| tick.format("%Y-%m-%d %H:%M").to_string())
        .collect()
}

#[test]
fn r6_34_what_github_accepts_is_read() {
    let accepted = [
        "* * * * *",
        "*/5 * * * *",
        "0 0 * * *",
        "5/15 1-5/2 1,15 JAN-MAR,dec MON-FRI",
        "59 23 31 12 6",
        "0 0 1 1 0",
        "0 0 1 jan sun",
        "  0   0 * * *  ",
        "00 05 * * *",
        "1-2,5,*/20 * * * *",
        "0 0 30 2 *",
    ];
    for cron in accepted {
        Schedule::new(cron, None).unwrap_or_else(|error| panic!("{cron}: {error}"));
    }
}

#[test]
fn r6_34_what_only_the_library_reads_is_refused() {
    let refused = [
        ("60 * * * *", "minute"),
        ("-1 * * * *", "minute"),
        ("*/0 * * * *", "minute"),
        ("/5 * * * *", "minute"),
        ("5-1 * * * *", "minute"),
        ("1, * * * *", "minute"),
        ("1-2-3 * * * *", "minute"),
        ("*/5/2 * * * *", "minute"),
        ("JAN * * * *", "minute"),
        ("+1 * * * *", "minute"),
        ("0 24 * * *", "hour"),
        ("0 ? * * *", "hour"),
        ("0 0 0 * *", "day of the month"),
        ("0 0 32 * *", "day of the month"),
        ("0 0 L * *", "day of the month"),
        ("0 0 15W * *", "day of the month"),
        ("0 0 ? * *", "day of the month"),
        ("0 0 * 13 *", "month"),
        ("0 0 * 0 *", "month"),
        ("0 0 * FOO *", "month"),
        ("0 0 * * 7", "day of the week"),
        ("0 0 * * 5-7", "day of the week"),
        ("0 0 * * MON#1", "day of the week"),
        ("0 0 * * 5L", "day of the week"),
        ("0 0 * * +MON", "day of the week"),
        ("0 0 * * ?", "day of the week"),
        ("0 0 * * MONDAY", "day of the week"),
        ("0 0 * * FRI-MON", "day of the week"),
        ("0 0 * JANUARY *", "month"),
    ];
    for (cron, name) in refused {
        let error = Schedule::new(cron, None).expect_err(cron).to_string();
        assert!(error.contains(&format!("{name} '")), "{cron}: {error}");
    }
    for cron in [
        "",
        "@daily",
        "@hourly",
        "* * * *",
        "0 * * * * *",
        "0 0 * * * * 2026",
        "0 0 * * * ; rm",
    ] {
        let error = Schedule::new(cron, None).expect_err(cron).to_string();
        assert!(error.contains("it must have five"), "{cron}: {error}");
    }
    assert_eq!(
        Schedule::new("0 0 * * 7", None).unwrap_err().to_string(),
        "cron '0 0 * * 7': day of the week '7' is not allowed; day of the week is *, 0 (Sunday) to 6, SUN to \
         SAT, ranges, steps and lists of these"
    );
}

#[test]
fn r6_34_a_cron_text_has_a_length_limit() {
    let longest = format!("{} * * * *", vec!["0"; 496].join(","));
    assert_eq!(longest.chars().count() + 1, MAX_CRON_LENGTH);
    let at_edge = format!("{longest} ");
    assert!(Schedule::new(&at_edge, None).is_ok());
    let beyond = format!("{longest}  ");
    let error = Schedule::new(&beyond, None).unwrap_err().to_string();
    assert_eq!(error, InvalidCron::TooLong { length: 1_001 }.to_string());
}

#[test]
fn r6_34_a_timezone_is_one_of_the_iana_database() {
    assert!(Schedule::new("0 0 * * *", Some("Australia/Lord_Howe")).is_ok());
    for zone in ["", "Berlin", "europe/berlin", "Mars/Olympus"] {
        let error = Schedule::new("0 0 * * *", Some(zone))
            .expect_err(zone)
            .to_string();
        assert!(error.contains(&format!("timezone '{zone}'")), "{error}");
    }
}

#[test]
fn r6_34_when_both_day_fields_are_restricted_either_may_match() {
    // 2026-11-13 is a Friday.
    let both = ticks("0 0 15 * FRI", "UTC", "2026-11-12 00:00", 4);
    assert_eq!(
        both,
        [
            "2026-11-13 00:00",
            "2026-11-15 00:00",
            "2026-11-20 00:00",
            "2026-11-27 00:00"
        ]
    );
    assert_eq!(
        ticks("0 0 15 * *", "UTC", "2026-11-12 00:00", 2),
        ["2026-11-15 00:00", "2026-12-15 00:00"]
    );
}

#[test]
fn r6_34_a_skipped_local_time_is_skipped_and_a_repeated_one_fires_once() {
    // Berlin leaves out 02:00 to 03:00 on 2026-03-29 and repeats it on 2026-10-25.
    assert_eq!(
        ticks("30 2 * * *", "Europe/Berlin", "2026-03-27 12:00", 2),
        ["2026-03-28 01:30", "2026-03-30 00:30"]
    );
    assert_eq!(
        ticks("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", 2),
        ["2026-10-25 00:30", "2026-10-26 01:30"]
    );
    assert_eq!(
        ticks("0 * * * *", "Europe/Berlin", "2026-10-24 23:30", 3),
        ["2026-10-25 00:00", "2026-10-25 02:00", "2026-10-25 03:00"]
    );
    // Lord Howe moves by half an hour: 02:00 to 02:30 is left out on 2026-10-04.
    assert_eq!(
        ticks(
            "15,45 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03 14:00",
            2
        ),
        ["2026-10-03 15:45", "2026-10-04 15:15"]
    );
    // Samoa had no 30 December 2011 at all.
    assert_eq!(
        ticks("0 12 * * *", "Pacific/Apia", "2011-12-29 00:00", 2),
        ["2011-12-29 22:00", "2011-12-30 22:00"]
    );
    assert_eq!(
        ticks("* * 30 12 *", "Pacific/Apia", "2011-12-29 00:00", 1),
        ["2012-12-29 10:00"]
    );
}

#[test]
fn r6_34_a_day_that_never_comes_has_no_tick() {
    assert_eq!(
        Schedule::new("0 0 30 2 *", None)
            .unwrap()
            .next_after(instant("2026-01-01 00:00")),
        None
    );
    assert_eq!(
        ticks("0 0 29 2 *", "UTC", "2026-01-01 00:00", 1),
        ["2028-02-29 00:00"]
    );
}

#[test]
fn r6_34_firings_are_five_minutes_apart() {
    let table = [
        ("* * * * *", "2026-01-01 00:05"),
        ("*/3 * * * *", "2026-01-01 00:06"),
        ("*/5 * * * *", "2026-01-01 00:05"),
        ("0,4 * * * *", "2026-01-01 01:00"),
        ("0 0 * * *", "2026-01-02 00:00"),
    ];
    for (cron, next) in table {
        let schedule = Schedule::new(cron, None).unwrap();
        assert_eq!(
            schedule.next_after_firing(instant("2026-01-01 00:00")),
            Some(instant(next)),
            "{cron}"
        );
    }
    assert_eq!(LEAST_INTERVAL, TimeDelta::minutes(5));
}

/// The values of one field by the obvious reading.
fn values(field: &str, low: u32, high: u32) -> BTreeSet<u32> {
    let mut all = BTreeSet::new();
    for item in field.split(',') {
        let (span, step) = item.split_once('/').unwrap_or((item, "1"));
        let step: usize = step.parse().unwrap();
        let (from, to) = match (span, span.split_once('-')) {
            ("*", _) => (low, high),
            (_, Some((from, to))) => (from.parse().unwrap(), to.parse().unwrap()),
            (one, None) if item.contains('/') => (one.parse().unwrap(), high),
            (one, None) => (one.parse().unwrap(), one.parse().unwrap()),
        };
        all.extend((from..=to).step_by(step));
    }
    all
}

/// Every minute of a span whose local time is a tick for the first time.
fn scanned(cron: &str, zone: Tz, from: DateTime<Utc>, minutes: i64) -> Vec<DateTime<Utc>> {
    let fields: Vec<&str> = cron.split(' ').collect();
    let minute = values(fields[0], 0, 59);
    let hour = values(fields[1], 0, 23);
    let day = values(fields[2], 1, 31);
    let month = values(fields[3], 1, 12);
    let weekday = values(fields[4], 0, 6);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for ahead in -180..=minutes {
        let at = from + TimeDelta::minutes(ahead);
        let local = zone.from_utc_datetime(&at.naive_utc()).naive_local();
        let first = seen.insert(local);
        let in_day = day.contains(&local.day());
        let in_week = weekday.contains(&local.weekday().num_days_from_sunday());
        let either = fields[2] != "*" && fields[4] != "*";
        let days = if either {
            in_day || in_week
        } else {
            in_day && in_week
        };
        let time = minute.contains(&local.minute()) && hour.contains(&local.hour());
        if first && ahead > 0 && time && days && month.contains(&local.month()) {
            found.push(at);
        }
    }
    found
}

fn field(low: u32, high: u32) -> impl Strategy<Value = String> {
    let pair = move || (low..=high, low..=high).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let item = prop_oneof![
        3 => Just("*".to_owned()),
        2 => (low..=high).prop_map(|value| value.to_string()),
        1 => pair().prop_map(|(a, b)| format!("{a}-{b}")),
        1 => (pair(), 1..=high).prop_map(|((a, b), step)| format!("{a}-{b}/{step}")),
        1 => (1..=high).prop_map(|step| format!("*/{step}")),
        1 => (low..=high, 1..=high).prop_map(|(a, step)| format!("{a}/{step}")),
    ];
    prop::collection::vec(item, 1..3).prop_map(|items| items.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn r6_34_every_tick_is_the_one_that_a_scan_of_minutes_finds(
        (minute, hour, day, month, weekday) in (field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)),
        zone in prop::sample::select(vec![Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Australia__Lord_Howe]),
        start in prop::sample::select(vec!["2026-03-07 20:00", "2026-03-28 12:00", "2026-04-04 03:00", "2026-10-03 04:00", "2026-10-24 13:00", "2026-10-31 21:00", "2027-12-31 00:00"]),
        offset in 0_i64..600,
    ) {
        let cron = format!("{minute} {hour} {day} {month} {weekday}");
        let from = instant(start) + TimeDelta::minutes(offset);
        let minutes = 4 * 24 * 60;
        let expected = scanned(&cron, zone, from, minutes);
        let schedule = Schedule::new(&cron, Some(zone.name())).unwrap();
        let end = from + TimeDelta::minutes(minutes);
        let found: Vec<_> = std::iter::successors(schedule.next_after(from), |tick| schedule.next_after(*tick))
            .take_while(|tick| *tick <= end)
            .collect();
        prop_assert_eq!(found, expected, "{} {}", cron, zone);
    }

    #[test]
    fn r6_34_no_text_breaks_the_reader(text in "[0-9A-Za-z*/,?#@ -]{0,30}", zone in "[A-Za-z/_]{0,12}") {
        if let Ok(schedule) = Schedule::new(&text, None) {
            schedule.next_after(instant("2026-01-01 00:00"));
        }
        prop_assert_eq!(Schedule::new("0 0 * * *", Some(&zone)).is_ok(), zone.parse::<Tz>().is_ok());
    }
}

//! A repository's new runs: how many may wait, and how fast they may come.

use runyard_domain::{
    Refusal, Timestamp,
    run::{Crowd, Intake},
};

fn at(micros: i64) -> Timestamp {
    Timestamp::from_unix_micros(micros).unwrap()
}

#[test]
fn a_run_is_refused_while_too_many_have_not_ended_or_came_just_now() {
    let intake = Intake { open: 3, burst: 2 };
    let full = Err(Refusal::QueueFull { open: 3 });
    let fast = Err(Refusal::TooManyNewRuns {
        runs: 2,
        seconds: 10,
    });
    for (is_full, began, now, expected) in [
        (false, None, 0, Ok(())),
        (true, None, 0, full.clone()),
        (false, Some(0), 9_999_999, fast),
        (false, Some(0), 10_000_000, Ok(())),
        (true, Some(0), 10_000_000, full),
    ] {
        let crowd = Crowd {
            is_full,
            burst_began: began.map(at),
        };
        assert_eq!(intake.admit(crowd, at(now)), expected, "{crowd:?} {now}");
    }
}

//! Rows of measured times. Prints, and judges by a goal.

use std::time::Duration;

const PERCENTS: [usize; 4] = [50, 90, 99, 100];

/// What was measured.
pub(crate) struct Row {
    what: &'static str,
    times: Vec<Duration>,
    goal: Option<(usize, Duration)>,
}

impl Row {
    /// The goal is for half of the times.
    pub(crate) fn at_median(what: &'static str, times: Vec<Duration>, goal: Duration) -> Self {
        Self {
            what,
            times,
            goal: Some((50, goal)),
        }
    }

    /// The goal is for all but one of a hundred.
    pub(crate) fn at_99(what: &'static str, times: Vec<Duration>, goal: Duration) -> Self {
        Self {
            what,
            times,
            goal: Some((99, goal)),
        }
    }

    /// The goal is for each of them.
    pub(crate) fn at_most(what: &'static str, times: Vec<Duration>, goal: Duration) -> Self {
        Self {
            what,
            times,
            goal: Some((100, goal)),
        }
    }

    /// What everything else stands on.
    pub(crate) fn commit(times: Vec<Duration>) -> Self {
        Self::without_goal("durable commit", times)
    }

    /// Only told.
    pub(crate) fn without_goal(what: &'static str, times: Vec<Duration>) -> Self {
        Self {
            what,
            times,
            goal: None,
        }
    }
}

/// The names of the columns.
pub(crate) fn header() {
    let columns = PERCENTS.map(|percent| match percent {
        100 => format!("{:>9}", "max"),
        percent => format!("{:>9}", format!("p{percent}")),
    });
    println!("{:<10}{:<20}{}", "store", "what", columns.concat());
}

/// Prints one row.
pub(crate) fn line(store: &str, mut row: Row) {
    row.times.sort_unstable();
    let at = |percent: usize| row.times[(row.times.len() - 1) * percent / 100];
    let columns = PERCENTS.map(|percent| format!("{:>9.2}", at(percent).as_secs_f64() * 1e3));
    let verdict = row.goal.map(|(percent, goal)| {
        let word = if at(percent) < goal {
            "within"
        } else {
            "ABOVE"
        };
        format!("  p{percent} {word} {} ms", goal.as_millis())
    });
    let verdict = verdict.unwrap_or_default();
    println!("{store:<10}{:<20}{}{verdict}", row.what, columns.concat());
}

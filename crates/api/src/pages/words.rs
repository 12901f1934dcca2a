//! Moments, lengths and states in words for people. Markup only.

use crate::wire::seconds;
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runyard_domain::Timestamp;

/// What a segment of a path can hold as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A moment.
pub(super) fn moment(at: Timestamp) -> Markup {
    let exact = seconds(at);
    let shown = exact.replace('T', " ").replace('Z', " UTC");
    html! { time datetime=(exact) { (shown) } }
}

/// How long it is from one moment to another: `1h 2m 3s`.
pub(super) fn length(from: Timestamp, to: Timestamp) -> String {
    let seconds = (to.unix_millis() - from.unix_millis()).max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m {seconds}s"),
        (_, _) => format!("{hours}h {minutes}m {seconds}s"),
    }
}

/// A word of GitHub's for where something stands, in its colour.
pub(super) fn state(status: &'static str, conclusion: Option<&'static str>) -> Markup {
    let word = conclusion.unwrap_or(status);
    html! { span class=(word) { (word.replace('_', " ")) } }
}

/// The same text as a segment of a path.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The first characters of a commit's id.
pub(super) fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}

#[cfg(test)]
mod tests {
    use super::{length, segment};
    use runyard_domain::Timestamp;

    #[test]
    fn lengths_are_told_with_what_matters() {
        let at = |seconds: i64| Timestamp::from_unix_micros(seconds * 1_000_000).unwrap();
        for (seconds, told) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m 0s"),
            (3_661, "1h 1m 1s"),
            (-5, "0s"),
        ] {
            assert_eq!(length(at(100), at(100 + seconds)), told);
        }
    }

    #[test]
    fn no_name_leads_out_of_its_segment() {
        assert_eq!(segment("a/b?c#d\"<e"), "a%2Fb%3Fc%23d%22%3Ce");
    }
}

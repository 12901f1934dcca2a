//! Replaces secrets in a row by `***` (semantics R8.6). Pure.

use std::collections::BTreeSet;
use std::ops::Range;

use super::encodings::encoded_forms;

const MASK: &str = "***";

/// The values that no log may show.
#[derive(Default)]
pub(super) struct Masks {
    values: BTreeSet<String>,
}

impl Masks {
    /// Adds a secret: whole, each of its lines, and their common encodings. Blank ones are not
    /// maskable.
    pub(super) fn add(&mut self, secret: &str) {
        let lines = secret.lines().map(|line| line.trim_end_matches('\r'));
        for value in std::iter::once(secret)
            .chain(lines)
            .filter(|value| !value.trim().is_empty())
        {
            if self.values.insert(value.to_owned()) {
                self.values.extend(encoded_forms(value));
            }
        }
    }

    /// The text without secrets; touching and overlapping ones become one mask.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut found: Vec<_> = self
            .values
            .iter()
            .flat_map(|value| occurrences(text, value))
            .collect();
        found.sort_by_key(|range| range.start);
        let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
        for range in found {
            if range.start > end || (range.start == 0 && end == 0) {
                shown.push_str(&text[end..range.start]);
                shown.push_str(MASK);
            }
            end = end.max(range.end);
        }
        shown.push_str(&text[end..]);
        shown
    }
}

/// Every place of `value` in `text`, overlapping ones too.
fn occurrences<'a>(text: &'a str, value: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(value)?;
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        Some(start..start + value.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_6_secrets_are_masked() {
        let cases = [
            (vec!["abc"], "xabcx abc", "x***x ***"),
            (vec!["abc", "bcd"], "abcd", "***"),
            (vec!["aa"], "aaa", "***"),
            (vec!["ab", "cd"], "abcd", "***"),
            (vec!["", "  "], "a  b", "a  b"),
            (vec!["one\r\ntwo"], "one, two", "***, ***"),
            (vec!["p\u{e4}ss"], "a p\u{e4}ss", "a ***"),
            (
                vec!["pass\"word\\"],
                r#"{"k":"pass\"word\\"}"#,
                r#"{"k":"***"}"#,
            ),
        ];
        for (secrets, text, shown) in cases {
            let mut masks = Masks::default();
            secrets.iter().for_each(|secret| masks.add(secret));
            assert_eq!(masks.apply(text), shown, "{secrets:?} in {text:?}");
        }
    }
}

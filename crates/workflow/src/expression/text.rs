//! Text compared as GitHub does: by ordinals, ignoring case without regard to language (semantics
//! R7.20); it must not know values.

use std::cmp::Ordering;

/// Whether both are equal when case is ignored: `'ς' == 'Σ'`, but `'ı' != 'I'`.
pub fn equal_ignoring_case(left: &str, right: &str) -> bool {
    left == right
        || left
            .chars()
            .map(upper_char)
            .eq(right.chars().map(upper_char))
}

/// The order of both, by UTF-16 units, when case is ignored.
pub fn compare_ignoring_case(left: &str, right: &str) -> Ordering {
    units(left).cmp(units(right))
}

/// The text with each character in upper case; as many characters as before.
pub(super) fn upper(text: &str) -> String {
    text.chars().map(upper_char).collect()
}

/// As many UTF-16 units as GitHub counts characters.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

fn units(text: &str) -> impl Iterator<Item = u16> {
    text.chars().flat_map(|character| {
        let mut buffer = [0; 2];
        let count = upper_char(character).encode_utf16(&mut buffer).len();
        buffer.into_iter().take(count)
    })
}

/// The simple upper-case mapping: one character for one. Dotless i and long s stay what they are.
fn upper_char(character: char) -> char {
    match character {
        'a'..='z' => character.to_ascii_uppercase(),
        '\0'..='\u{7f}' | 'ı' | 'ſ' => character,
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            moved(character, 8)
        }
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => moved(character, 9),
        other => single(other),
    }
}

/// Greek letters with an iota below: their upper-case form stands a little further on.
fn moved(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

/// The upper-case form where it is one character; `ß` has none.
fn single(character: char) -> char {
    let mut mapped = character.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(upper), None) => upper,
        (Some(_) | None, _) => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_20_case_is_ignored_one_character_at_a_time() {
        for (left, right) in [
            ("a", "A"),
            ("ς", "Σ"),
            ("ü", "Ü"),
            ("ᾳ", "ᾼ"),
            ("ᾀ", "ᾈ"),
            ("𐐨", "𐐀"),
        ] {
            assert!(equal_ignoring_case(left, right), "{left} {right}");
        }
        for (left, right) in [("ı", "I"), ("i", "İ"), ("ſ", "s"), ("ß", "SS"), ("a", "aa")] {
            assert!(!equal_ignoring_case(left, right), "{left} {right}");
        }
    }

    #[test]
    fn r7_20_order_is_by_utf_16_units() {
        assert_eq!(compare_ignoring_case("a", "["), Ordering::Less);
        assert_eq!(compare_ignoring_case("😀", "\u{ff5e}"), Ordering::Less);
        assert_eq!(compare_ignoring_case("ab", "A"), Ordering::Greater);
    }
}

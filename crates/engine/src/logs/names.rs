//! Names of jobs and steps as file names, cleaned the way GitHub does and `gh` expects (contract 8). Pure.

use std::collections::HashSet;

/// Longest name, in UTF-16 units: what `gh` cuts to.
pub const NAME_UNITS: usize = 90;
/// Characters that no file name has on one of the systems that people unpack on. Control characters join them.
const ILLEGAL: &str = "/\\:*?\"<>|";

/// The name without illegal characters, cut to [`NAME_UNITS`], then without space at its ends.
///
/// A cut through a character of two units leaves U+FFFD, as it does in `gh`.
pub fn clean_name(name: &str) -> String {
    let legal = |c: &char| !ILLEGAL.contains(*c) && !c.is_control();
    let units: Vec<u16> = name
        .chars()
        .filter(legal)
        .collect::<String>()
        .encode_utf16()
        .collect();
    let cut = &units[..units.len().min(NAME_UNITS)];
    String::from_utf16_lossy(cut).trim().to_owned()
}

/// The cleaned name, or another word when nothing safe is left: no folder may be called `` or `..`.
pub(super) fn safe_name(name: &str, instead: &str) -> String {
    let cleaned = clean_name(name);
    match cleaned.chars().all(|c| c == '.') {
        true => instead.to_owned(),
        false => cleaned,
    }
}

/// Gives every name once: the second `build` is `build (1)`.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    taken: HashSet<String>,
}

impl Distinct {
    pub(super) fn take(&mut self, name: String) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        let free = (1_u64..).map(|number| format!("{name} ({number})"));
        let free = free.into_iter().find(|name| !self.taken.contains(name));
        let free = free.expect("numbers do not run out before names do");
        self.taken.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_by_removal_then_cut_then_trimmed() {
        let ninety = "x".repeat(NAME_UNITS);
        for (name, cleaned) in [
            ("build", "build"),
            ("build / test", "build  test"),
            ("a:b/c", "abc"),
            ("Run echo \"a\" > b | c?", "Run echo a  b  c"),
            ("a\\b*<c>\t\n\u{7f}", "abc"),
            (" padded ", "padded"),
            ("build (ubuntu, 3.12)", "build (ubuntu, 3.12)"),
            ("\u{e9}\u{1f600}", "\u{e9}\u{1f600}"),
            ("///", ""),
            (&format!("/{ninety}"), &ninety),
            (&format!("{ninety}y"), &ninety),
            (&format!(" {ninety}"), &"x".repeat(89)),
            (&format!("{} y", "x".repeat(89)), &"x".repeat(89)),
            (
                &format!("{}\u{1f600}", "x".repeat(88)),
                &format!("{}\u{1f600}", "x".repeat(88)),
            ),
            (
                &format!("{}\u{1f600}", "x".repeat(89)),
                &format!("{}\u{fffd}", "x".repeat(89)),
            ),
        ] {
            assert_eq!(clean_name(name), cleaned, "{name}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_archive() {
        for (name, safe) in [
            ("..", "job"),
            (".", "job"),
            ("", "job"),
            ("/../", "job"),
            ("../a", "..a"),
            ("a", "a"),
        ] {
            assert_eq!(safe_name(name, "job"), safe);
        }
    }

    #[test]
    fn equal_names_get_a_number() {
        let mut names = Distinct::default();
        let given = ["a", "a (1)", "a", "a", "b", "A"].map(|name| names.take(name.to_owned()));
        assert_eq!(given, ["a", "a (1)", "a (2)", "a (3)", "b", "A"]);
    }
}

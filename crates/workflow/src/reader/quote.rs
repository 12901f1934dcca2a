//! Pieces of a file inside messages; it must not let a piece grow a message without bound.

/// At most this many characters of a piece are shown.
const MAX_QUOTED: usize = 100;

/// `text` in single quotes, on one line, cut when it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let kept: String = characters.by_ref().take(MAX_QUOTED).collect();
    let rest = if characters.next().is_some() {
        "..."
    } else {
        ""
    };
    format!("'{kept}{rest}'")
}

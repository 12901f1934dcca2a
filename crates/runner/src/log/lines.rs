//! Cuts a stream of bytes into lines of bounded length. Must not know what a line means.

use runyard_api::runner::messages::LOG_ROW_BYTES;

/// A line longer than this is dropped from here on. Longer than a row, so that a secret which
/// crosses the row's end is whole when masks are applied.
const LINE_BYTES_MAX: usize = 2 * LOG_ROW_BYTES;
/// Stands at the end of a row that was cut.
pub(super) const CUT_MARK: &str = " ... [cut: a row of a log has at most 64 KiB]";

/// Collects bytes until a line is whole.
#[derive(Debug, Default)]
pub(super) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// Takes bytes and gives away every line that is now whole, without its end.
    pub(super) fn push(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.keep(&rest[..end]);
            self.give(&mut line);
            rest = &rest[end + 1..];
        }
        self.keep(rest);
    }

    /// Gives away what is left without a line end.
    pub(super) fn finish(&mut self, mut line: impl FnMut(&str)) {
        if !self.open.is_empty() {
            self.give(&mut line);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE_BYTES_MAX.saturating_sub(self.open.len());
        self.open.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn give(&mut self, line: &mut impl FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.open);
        line(text.strip_suffix('\r').unwrap_or(&text));
        self.open.clear();
    }
}

/// The line as a row may hold it: cut at a character, with a mark, when it is too long.
pub(super) fn cut_row(mut line: String) -> String {
    if line.len() > LOG_ROW_BYTES {
        let end = line.floor_char_boundary(LOG_ROW_BYTES - CUT_MARK.len());
        line.truncate(end);
        line.push_str(CUT_MARK);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        pieces
            .iter()
            .for_each(|piece| lines.push(piece, |line| found.push(line.to_owned())));
        lines.finish(|line| found.push(line.to_owned()));
        found
    }

    #[test]
    fn lines_are_whole_however_the_bytes_arrive() {
        assert_eq!(lines(&[b"a\r\nb", b"c\n\n", b"d"]), ["a", "bc", "", "d"]);
        assert_eq!(lines(&[b"\xc3", b"\xa4\n"]), ["\u{e4}"]);
        assert_eq!(lines(&[b"x\xffy\n"]), ["x\u{fffd}y"]);
    }

    #[test]
    fn a_row_is_cut_at_64_kib_on_a_character() {
        let fits = "x".repeat(LOG_ROW_BYTES);
        assert_eq!(cut_row(fits.clone()), fits);
        let cut = cut_row("\u{e4}".repeat(LOG_ROW_BYTES));
        assert!(cut.len() <= LOG_ROW_BYTES && cut.ends_with(CUT_MARK));
    }

    #[test]
    fn an_endless_line_takes_bounded_memory() {
        let mut lines = Lines::default();
        (0..10).for_each(|_| lines.push(&vec![b'x'; LOG_ROW_BYTES], |_| panic!("no line ended")));
        assert_eq!(lines.open.len(), LINE_BYTES_MAX);
    }
}

//! Colours of terminals in a line of a log, as classes of our own; every other control sequence is left out. Pure.

/// A part of a line in one style. The class is made of names of ours only.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) class: String,
    pub(super) text: &'a str,
}

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';
const COLOURS: [&str; 8] = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
];

#[derive(Default, Clone, Copy, PartialEq, Eq)]
struct Style {
    colour: Option<&'static str>,
    bold: bool,
    faint: bool,
    italic: bool,
    underline: bool,
}

/// The parts of a line that have text.
pub(super) fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut style = Style::default();
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_control() && c != '\t');
        let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
        if !text.is_empty() {
            let class = style.class();
            found.push(Piece { class, text });
        }
        rest = control(after, &mut style);
    }
    found
}

/// What follows the control character, or the sequence, at the beginning.
fn control<'a>(text: &'a str, style: &mut Style) -> &'a str {
    let mut characters = text.chars();
    if characters.next() != Some(ESCAPE) {
        return characters.as_str();
    }
    match characters.next() {
        Some('[') => select(characters.as_str(), style),
        Some(']') => string_command(characters.as_str()),
        Some(_) | None => characters.as_str(),
    }
}

/// `ESC [ parameters final`: the final `m` selects a style.
fn select<'a>(text: &'a str, style: &mut Style) -> &'a str {
    let Some(end) = text.find(|c: char| ('@'..='~').contains(&c)) else {
        return "";
    };
    let (parameters, last) = text.split_at(end);
    if last.starts_with('m') {
        style.apply(parameters);
    }
    &last[1..]
}

/// `ESC ] ... BEL` or `ESC ] ... ESC \`, as links and titles are written.
fn string_command(text: &str) -> &str {
    let bell = text.find(BELL).map(|at| (at, 1));
    let string = text.find("\u{1b}\\").map(|at| (at, 2));
    match bell.into_iter().chain(string).min() {
        Some((at, length)) => &text[at + length..],
        None => "",
    }
}

impl Style {
    fn apply(&mut self, parameters: &str) {
        let mut numbers = parameters
            .split([';', ':'])
            .map(|number| number.parse::<usize>().unwrap_or(0));
        while let Some(number) = numbers.next() {
            match number {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.faint = true,
                3 => self.italic = true,
                4 => self.underline = true,
                22 => (self.bold, self.faint) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                30..=37 => self.colour = Some(COLOURS[number - 30]),
                90..=97 => self.colour = Some(COLOURS[number - 90]),
                39 => self.colour = None,
                // Colours of larger palettes have no name here: their own numbers are passed over.
                38 | 48 => match numbers.next() {
                    Some(5) => drop(numbers.next()),
                    Some(2) => drop((numbers.next(), numbers.next(), numbers.next())),
                    Some(_) | None => {}
                },
                _ => {}
            }
        }
    }

    fn class(self) -> String {
        let names = [
            self.colour,
            self.bold.then_some("bold"),
            self.faint.then_some("faint"),
            self.italic.then_some("italic"),
            self.underline.then_some("underline"),
        ];
        names.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn colours_become_classes_and_all_other_sequences_go() {
        for (line, expected) in [
            ("plain\ttext", &[("", "plain\ttext")][..]),
            (
                "\u{1b}[31mred\u{1b}[0m plain",
                &[("red", "red"), ("", " plain")],
            ),
            ("\u{1b}[1;92mok", &[("green bold", "ok")]),
            ("\u{1b}[38;5;196mx\u{1b}[39my", &[("", "x"), ("", "y")]),
            ("\u{1b}[38;2;1;31;3mx", &[("", "x")]),
            ("\u{1b}[2Jgone\u{1b}[10;5H", &[("", "gone")]),
            (
                "\u{1b}]8;;http://evil\u{7}link\u{1b}]8;;\u{1b}\\",
                &[("", "link")],
            ),
            ("a\u{7}b\u{8}c\r", &[("", "a"), ("", "b"), ("", "c")]),
            ("\u{1b}[31", &[]),
            ("\u{1b}]never ends", &[]),
            ("\u{1b}", &[]),
            ("\u{1b}[\u{e9}m\u{e9}", &[("", "\u{e9}")]),
        ] {
            let found = pieces(line);
            let found: Vec<_> = found
                .iter()
                .map(|piece| (piece.class.as_str(), piece.text))
                .collect();
            assert_eq!(found, expected, "{line:?}");
        }
    }
}

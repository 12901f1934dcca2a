//! Reads what a step wrote to the files of `GITHUB_ENV`, `GITHUB_OUTPUT` and `GITHUB_PATH`. Pure.

/// Why a file command is refused; the text goes into the step's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileCommandError {
    #[error("invalid format '{0}', allowed are name=value and name<<DELIMITER")]
    Format(String),
    #[error("the name before '{0}' is empty")]
    EmptyName(String),
    #[error("the delimiter in '{0}' is empty")]
    EmptyDelimiter(String),
    #[error("the value of '{name}' does not end: no line is '{delimiter}'")]
    Unterminated { name: String, delimiter: String },
}

/// The pairs of a file, in order: `name=value` lines and `name<<DELIMITER` blocks. Blank lines are
/// ignored.
pub(crate) fn parse_pairs(text: &str) -> Result<Vec<(String, String)>, FileCommandError> {
    let mut lines = lines_of(text);
    let mut pairs = Vec::new();
    while let Some(line) = lines.next() {
        if !line.is_empty() {
            pairs.push(parse_pair(line, &mut lines)?);
        }
    }
    Ok(pairs)
}

/// The folders of a `GITHUB_PATH` file, in order.
pub(crate) fn parse_folders(text: &str) -> Vec<String> {
    lines_of(text)
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.strip_prefix('\u{feff}').unwrap_or(text).lines()
}

/// Whichever of `=` and `<<` comes first decides.
fn parse_pair<'a>(
    line: &str,
    lines: &mut impl Iterator<Item = &'a str>,
) -> Result<(String, String), FileCommandError> {
    match (line.find('='), line.find("<<")) {
        (equals, Some(block)) if equals.is_none_or(|equals| block < equals) => {
            parse_block(line, &line[..block], &line[block + 2..], lines)
        }
        (Some(equals), _) => {
            let name = named(line, &line[..equals])?;
            Ok((name, line[equals + 1..].to_owned()))
        }
        (None, _) => Err(FileCommandError::Format(line.to_owned())),
    }
}

fn parse_block<'a>(
    line: &str,
    name: &str,
    delimiter: &str,
    lines: &mut impl Iterator<Item = &'a str>,
) -> Result<(String, String), FileCommandError> {
    let name = named(line, name)?;
    if delimiter.is_empty() {
        return Err(FileCommandError::EmptyDelimiter(line.to_owned()));
    }
    let mut value = Vec::new();
    for line in lines {
        if line == delimiter {
            return Ok((name, value.join("\n")));
        }
        value.push(line);
    }
    Err(FileCommandError::Unterminated {
        name,
        delimiter: delimiter.to_owned(),
    })
}

fn named(line: &str, name: &str) -> Result<String, FileCommandError> {
    if name.is_empty() {
        return Err(FileCommandError::EmptyName(line.to_owned()));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_blocks_are_read() {
        let cases = [
            ("A=1\n\nB=x=y\n", vec![("A", "1"), ("B", "x=y")]),
            ("\u{feff}A=\r\n", vec![("A", "")]),
            (
                "A<<EOF\none\n\ntwo\nEOF\nB=2",
                vec![("A", "one\n\ntwo"), ("B", "2")],
            ),
            ("A<<EOF\nEOF\n", vec![("A", "")]),
            ("A=<<EOF\n", vec![("A", "<<EOF")]),
            ("A<<E=F\nx\nE=F\n", vec![("A", "x")]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            let pairs = parse_pairs(text).unwrap();
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            assert_eq!(pairs, expected, "{text:?}");
        }
    }

    #[test]
    fn bad_lines_are_refused() {
        let unterminated = FileCommandError::Unterminated {
            name: "A".into(),
            delimiter: "EOF".into(),
        };
        let cases = [
            ("words", FileCommandError::Format("words".into())),
            ("=x", FileCommandError::EmptyName("=x".into())),
            ("<<EOF\nEOF", FileCommandError::EmptyName("<<EOF".into())),
            ("A<<\n", FileCommandError::EmptyDelimiter("A<<".into())),
            ("A<<EOF\nx\n", unterminated),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_pairs(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn folders_are_one_per_line() {
        assert_eq!(parse_folders("\u{feff}/a\n\n /b c \n"), ["/a", "/b c"]);
    }
}

//! Reads workflow commands in the output of a step (semantics R8.2). Pure; must not act on them.

/// A command that a step wrote to its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) name: Name,
    /// What stands between the name and the text, unescaped, in order.
    pub(super) properties: Vec<(String, String)>,
    /// What stands after the second `::`, unescaped.
    pub(super) text: String,
}

/// The commands that exist; anything else is ordinary text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Error,
    Warning,
    Notice,
    Debug,
    Group,
    EndGroup,
    AddMask,
    AddMatcher,
    RemoveMatcher,
    Echo,
    StopCommands,
    SetOutput,
    SaveState,
    SetEnv,
    AddPath,
}

const NAMES: [(&str, Name); 15] = [
    ("error", Name::Error),
    ("warning", Name::Warning),
    ("notice", Name::Notice),
    ("debug", Name::Debug),
    ("group", Name::Group),
    ("endgroup", Name::EndGroup),
    ("add-mask", Name::AddMask),
    ("add-matcher", Name::AddMatcher),
    ("remove-matcher", Name::RemoveMatcher),
    ("echo", Name::Echo),
    ("stop-commands", Name::StopCommands),
    ("set-output", Name::SetOutput),
    ("save-state", Name::SaveState),
    ("set-env", Name::SetEnv),
    ("add-path", Name::AddPath),
];

/// The command in a line: `::name key=value,...::text`, or the older `##[name key=value;...]text`.
pub(super) fn parse_command(line: &str) -> Option<Command> {
    let line = line.trim_start();
    match line.strip_prefix("::") {
        Some(rest) => read(rest, "::", ','),
        None => read(line.strip_prefix("##[")?, "]", ';'),
    }
}

fn read(rest: &str, end: &str, between: char) -> Option<Command> {
    let (head, text) = rest.split_once(end)?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    Some(Command {
        name: named(name)?,
        properties: properties.split(between).filter_map(property).collect(),
        text: unescape(text),
    })
}

fn property(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let value = value.replace("%3A", ":").replace("%2C", ",");
    Some((name.trim().to_owned(), unescape(&value)))
}

impl Command {
    /// A property that is not empty, whatever the case of its name.
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        let mut named = self.properties.iter();
        let (_, value) = named.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

fn named(word: &str) -> Option<Name> {
    NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, name)| *name)
}

/// Whether `token` may end a pause of commands: an empty one, and the name of a command, could end
/// it by chance.
pub(super) fn is_stop_token(token: &str) -> bool {
    !token.trim().is_empty() && named(token).is_none()
}

fn unescape(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_2_commands_are_read_and_other_text_is_left() {
        let cases = [
            ("::group::Build", Some((Name::Group, "Build"))),
            (
                "  ::error file=a.rs,line=1::no%0Away",
                Some((Name::Error, "no\nway")),
            ),
            ("::WARNING::x::y", Some((Name::Warning, "x::y"))),
            ("::endgroup::", Some((Name::EndGroup, ""))),
            ("##[group]x", Some((Name::Group, "x"))),
            ("::notice::100%2525", Some((Name::Notice, "100%25"))),
            ("::unknown::x", None),
            ("text ::error::x", None),
            ("::error", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let found = parse_command(line);
            let found = found
                .as_ref()
                .map(|command| (command.name, command.text.as_str()));
            assert_eq!(found, expected, "{line:?}");
        }
    }

    #[test]
    fn r8_2_properties_are_unescaped_and_found_whatever_their_case() {
        let read = |line| parse_command(line).unwrap();
        let command = read("::error file=a%2Cb.rs,line=3,title=No%3A 100%25::x");
        assert_eq!(command.property("FILE"), Some("a,b.rs"));
        assert_eq!(command.property("line"), Some("3"));
        assert_eq!(command.property("title"), Some("No: 100%"));
        assert_eq!(command.property("col"), None);
        let older = read("##[warning file=a.rs;line=]x");
        assert_eq!(older.property("file"), Some("a.rs"));
        assert_eq!(older.property("line"), None);
    }

    #[test]
    fn r8_3_empty_tokens_and_names_of_commands_do_not_stop_commands() {
        assert!(is_stop_token("pause-1"));
        assert!(!is_stop_token(" ") && !is_stop_token("Group"));
    }
}

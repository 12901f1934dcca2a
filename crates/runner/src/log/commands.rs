//! Reads workflow commands in the output of a step (semantics R8.2). Pure; must not act on them.

/// A command that a step wrote to its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) name: Name,
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
        Some(rest) => read(rest, "::"),
        None => read(line.strip_prefix("##[")?, "]"),
    }
}

fn read(rest: &str, end: &str) -> Option<Command> {
    let (head, text) = rest.split_once(end)?;
    let name = named(head.split_once(' ').map_or(head, |(name, _)| name))?;
    Some(Command {
        name,
        text: unescape(text),
    })
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
    fn r8_3_empty_tokens_and_names_of_commands_do_not_stop_commands() {
        assert!(is_stop_token("pause-1"));
        assert!(!is_stop_token(" ") && !is_stop_token("Group"));
    }
}

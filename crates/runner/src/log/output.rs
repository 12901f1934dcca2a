//! What one step writes, line by line: masks are learnt, workflow commands obeyed, the rest becomes
//! rows (semantics R8.2 to R8.5). Must not know where rows go.

use std::sync::Arc;

use runyard_api::runner::messages::AnnotationLevel;

use super::commands::{Command, Name, is_stop_token, parse_command};
use super::lines::Lines;
use super::remarks::{Remark, RemarkPlace};
use super::writer::JobLog;

/// The output of one step on its way into the log.
pub(crate) struct StepOutput {
    log: Arc<JobLog>,
    step: u32,
    lines: Lines,
    reader: CommandReader,
}

/// What the commands of a step's output asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// A refused command must fail the step.
    pub(crate) failed: bool,
    /// Outputs by the deprecated command.
    pub(crate) outputs: Vec<(String, String)>,
}

impl StepOutput {
    /// Output of a script: workflow commands count.
    pub(crate) fn new(log: Arc<JobLog>, step: u32) -> Self {
        let echo = log.is_debug();
        Self {
            log,
            step,
            lines: Lines::default(),
            reader: CommandReader {
                step,
                echo,
                ..CommandReader::default()
            },
        }
    }

    /// Output of a program of the runner's own: every line is text.
    pub(crate) fn plain(log: Arc<JobLog>, step: u32) -> Self {
        let reader = CommandReader {
            deaf: true,
            ..CommandReader::default()
        };
        Self {
            reader,
            ..Self::new(log, step)
        }
    }

    /// Takes bytes that the step wrote.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let (mut rows, reader, log) = (Vec::new(), &mut self.reader, &self.log);
        self.lines
            .push(bytes, |line| reader.read(line, log, &mut rows));
        self.log.write(self.step, rows);
    }

    /// Takes the last line, whole or not.
    pub(crate) fn finish(&mut self) -> Asked {
        let (mut rows, reader, log) = (Vec::new(), &mut self.reader, &self.log);
        self.lines.finish(|line| reader.read(line, log, &mut rows));
        self.log.write(self.step, rows);
        std::mem::take(&mut self.reader.asked)
    }
}

#[derive(Default)]
struct CommandReader {
    step: u32,
    deaf: bool,
    /// Commands are shown as they were written.
    echo: bool,
    stopped_by: Option<String>,
    asked: Asked,
}

impl CommandReader {
    fn read(&mut self, line: &str, log: &JobLog, rows: &mut Vec<String>) {
        if self.deaf {
            return rows.push(line.to_owned());
        }
        if let Some(token) = &self.stopped_by {
            if line.trim() == format!("::{token}::") {
                self.stopped_by = None;
            } else {
                rows.push(line.to_owned());
            }
            return;
        }
        match parse_command(line) {
            Some(command) => self.obey(line, command, log, rows),
            None => rows.push(line.to_owned()),
        }
    }

    fn obey(&mut self, line: &str, command: Command, log: &JobLog, rows: &mut Vec<String>) {
        if self.echo && is_echoed(command.name) {
            rows.push(line.to_owned());
        }
        match command.name {
            Name::Error => self.remark(AnnotationLevel::Failure, &command, log, rows),
            Name::Warning => self.remark(AnnotationLevel::Warning, &command, log, rows),
            Name::Notice => self.remark(AnnotationLevel::Notice, &command, log, rows),
            Name::Debug if log.is_debug() => push_text(rows, "##[debug]", &command.text),
            Name::Debug => {}
            Name::Group => push_text(rows, "##[group]", &command.text),
            Name::EndGroup => rows.push("##[endgroup]".to_owned()),
            Name::AddMask => log.mask(&command.text),
            Name::StopCommands => self.stop(command.text, log, rows),
            Name::Echo => self.set_echo(&command.text, log, rows),
            Name::AddMatcher | Name::RemoveMatcher => {
                let text = "Problem matchers are not supported: this command has no effect.";
                rows.push(text.to_owned());
            }
            Name::SetOutput => self.set_output(&command, log, rows),
            Name::SaveState => self.deprecated("save-state", "GITHUB_STATE", log, rows),
            Name::SetEnv => self.refuse("set-env", "GITHUB_ENV", log, rows),
            Name::AddPath => self.refuse("add-path", "GITHUB_PATH", log, rows),
        }
    }

    /// A row, and an annotation beside it (semantics R8.4).
    fn remark(
        &self,
        level: AnnotationLevel,
        command: &Command,
        log: &JobLog,
        rows: &mut Vec<String>,
    ) {
        push_text(rows, prefix(level), &command.text);
        let number = |name| command.property(name)?.parse().ok();
        let text = |name| command.property(name).map(str::to_owned);
        let place = RemarkPlace {
            path: text("file"),
            start_line: number("line"),
            end_line: number("endLine"),
            start_column: number("col"),
            end_column: number("endColumn"),
            title: text("title"),
        };
        let message = command.text.clone();
        log.remark(
            self.step,
            Remark {
                level,
                message,
                place,
            },
        );
    }

    fn say(&self, level: AnnotationLevel, text: String, log: &JobLog, rows: &mut Vec<String>) {
        rows.push(format!("{}{text}", prefix(level)));
        log.remark(self.step, Remark::new(level, text));
    }

    fn fail(&mut self, text: String, log: &JobLog, rows: &mut Vec<String>) {
        self.say(AnnotationLevel::Failure, text, log, rows);
        self.asked.failed = true;
    }

    fn stop(&mut self, token: String, log: &JobLog, rows: &mut Vec<String>) {
        if is_stop_token(&token) {
            self.stopped_by = Some(token);
        } else {
            let text = format!(
                "Commands cannot be stopped with the token '{token}': choose a random one."
            );
            self.fail(text, log, rows);
        }
    }

    fn set_echo(&mut self, text: &str, log: &JobLog, rows: &mut Vec<String>) {
        match text.trim().to_ascii_lowercase().as_str() {
            "on" => self.echo = true,
            "off" => self.echo = false,
            _ => {
                let text = format!("The command 'echo' takes on or off, not '{text}'.");
                self.fail(text, log, rows);
            }
        }
    }

    fn set_output(&mut self, command: &Command, log: &JobLog, rows: &mut Vec<String>) {
        match command.property("name") {
            Some(name) => {
                let output = (name.to_owned(), command.text.clone());
                self.asked.outputs.push(output);
                self.deprecated("set-output", "GITHUB_OUTPUT", log, rows);
            }
            None => {
                let text = "The command 'set-output' needs the property 'name'.".to_owned();
                self.fail(text, log, rows);
            }
        }
    }

    fn deprecated(&self, name: &str, file: &str, log: &JobLog, rows: &mut Vec<String>) {
        let text = format!(
            "The command '{name}' is deprecated. Write to the file that {file} names instead."
        );
        self.say(AnnotationLevel::Warning, text, log, rows);
    }

    fn refuse(&mut self, name: &str, file: &str, log: &JobLog, rows: &mut Vec<String>) {
        let text = format!(
            "The command '{name}' is disabled. Write to the file that {file} names instead."
        );
        self.fail(text, log, rows);
    }
}

/// Commands that leave no row of their own.
fn is_echoed(name: Name) -> bool {
    match name {
        Name::AddMatcher
        | Name::RemoveMatcher
        | Name::Echo
        | Name::StopCommands
        | Name::SetOutput
        | Name::SaveState
        | Name::SetEnv
        | Name::AddPath => true,
        Name::Error
        | Name::Warning
        | Name::Notice
        | Name::Debug
        | Name::Group
        | Name::EndGroup
        | Name::AddMask => false,
    }
}

/// What the row of a remark begins with (semantics R8.5).
pub(super) fn prefix(level: AnnotationLevel) -> &'static str {
    match level {
        AnnotationLevel::Failure => "##[error]",
        AnnotationLevel::Warning => "##[warning]",
        AnnotationLevel::Notice => "##[notice]",
    }
}

/// A message of several lines has the prefix on the first one only.
pub(super) fn push_text(rows: &mut Vec<String>, prefix: &str, text: &str) {
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    rows.push(format!("{prefix}{}", lines.next().unwrap_or_default()));
    rows.extend(lines.map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::super::writer::read_rows;
    use super::*;

    struct Shown {
        rows: Vec<String>,
        asked: Asked,
        log: Arc<JobLog>,
        _folder: tempfile::TempDir,
    }

    fn shown_with(output: &[u8], debug: bool) -> Shown {
        let folder = tempfile::tempdir().unwrap();
        let log = JobLog::create(&folder.path().join("log"), Default::default()).unwrap();
        let log = Arc::new(log);
        if debug {
            log.show_debug();
        }
        let mut step = StepOutput::new(log.clone(), 2);
        step.push(output);
        let asked = step.finish();
        Shown {
            rows: read_rows(&log).into_iter().map(|row| row.2).collect(),
            asked,
            log,
            _folder: folder,
        }
    }

    fn shown(output: &[u8]) -> (Vec<String>, bool) {
        let shown = shown_with(output, false);
        (shown.rows, shown.asked.failed)
    }

    #[test]
    fn r8_5_groups_and_messages_are_stored_in_brackets() {
        let output = b"::group::One\nx\n::endgroup::\n::error file=a::bad%0Aworse\n::debug::d";
        let rows = ["##[group]One", "x", "##[endgroup]", "##[error]bad", "worse"];
        let (shown, failed) = shown(output);
        assert_eq!(shown, rows);
        assert!(!failed);
    }

    #[test]
    fn r4_10_debug_lines_are_shown_to_those_who_look_for_a_fault() {
        assert_eq!(shown(b"::debug::d\n").0, [""; 0]);
        assert_eq!(shown_with(b"::debug::d\n", true).rows, ["##[debug]d"]);
    }

    #[test]
    fn r8_4_errors_warnings_and_notices_become_annotations() {
        let output = b"::error file=a.rs,line=3,endLine=4,col=5,endColumn=6,title=T::bad
::warning::hm\n::notice file=b.rs::so\ntext\n";
        let shown = shown_with(output, false);
        let annotations = shown.log.annotations();
        assert_eq!(annotations.len(), 3);
        let first = &annotations[0];
        assert_eq!(
            (first.step, first.level, first.message.as_str()),
            (2, AnnotationLevel::Failure, "bad")
        );
        assert_eq!(first.path.as_deref(), Some("a.rs"));
        assert_eq!((first.start_line, first.end_line), (Some(3), Some(4)));
        assert_eq!((first.start_column, first.end_column), (Some(5), Some(6)));
        assert_eq!(first.title.as_deref(), Some("T"));
        let levels: Vec<_> = annotations.iter().map(|one| one.level).collect();
        assert_eq!(
            levels[1..],
            [AnnotationLevel::Warning, AnnotationLevel::Notice]
        );
    }

    #[test]
    fn r8_6_an_added_mask_is_not_shown_and_masks_what_follows() {
        let (rows, _) = shown(b"::add-mask::s3cret\nmy s3cret\n");
        assert_eq!(rows, ["my ***"]);
        let shown = shown_with(b"::add-mask::s3cret\n::error::my s3cret\n", false);
        assert_eq!(shown.log.annotations()[0].message, "my ***");
    }

    #[test]
    fn r8_3_stopped_commands_are_text_until_their_token() {
        let (rows, _) = shown(b"::stop-commands::tok\n::error::x\n::tok::\n::error::y\n");
        assert_eq!(rows, ["::error::x", "##[error]y"]);
        assert!(shown(b"::stop-commands::error\n").1);
    }

    #[test]
    fn r8_2_disabled_commands_fail_the_step_and_deprecated_ones_work() {
        assert!(shown(b"::set-env name=A::b\n").1);
        assert!(shown(b"::add-path::/x\n").1);
        assert!(shown(b"::set-output::b\n").1);
        let shown = shown_with(b"::set-output name=A::b%0Ac\n", false);
        assert_eq!(shown.asked.outputs, [("A".into(), "b\nc".into())]);
        assert!(!shown.asked.failed && shown.rows[0].starts_with("##[warning]"));
    }

    #[test]
    fn r8_2_commands_are_echoed_when_the_step_wants_it() {
        let (rows, failed) =
            shown(b"::echo::on\n::save-state name=a::b\n::echo::off\n::group::x\n");
        assert_eq!(rows[0], "::save-state name=a::b");
        assert_eq!(rows[2..], ["::echo::off", "##[group]x"]);
        assert!(!failed && shown(b"::echo::maybe\n").1);
    }
}

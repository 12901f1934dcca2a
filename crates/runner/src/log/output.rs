//! What one step writes, line by line: masks are learnt, workflow commands obeyed, the rest becomes
//! rows (semantics R8.2 to R8.5). Must not know where rows go.

use std::sync::Arc;

use super::commands::{Command, Name, is_stop_token, parse_command};
use super::lines::Lines;
use super::writer::JobLog;

/// The output of one step on its way into the log.
pub(crate) struct StepOutput {
    log: Arc<JobLog>,
    step: u32,
    lines: Lines,
    reader: CommandReader,
}

impl StepOutput {
    /// Output of a script: workflow commands count.
    pub(crate) fn new(log: Arc<JobLog>, step: u32) -> Self {
        Self {
            log,
            step,
            lines: Lines::default(),
            reader: CommandReader::default(),
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

    /// Takes the last line, whole or not. True when a refused command must fail the step.
    pub(crate) fn finish(&mut self) -> bool {
        let (mut rows, reader, log) = (Vec::new(), &mut self.reader, &self.log);
        self.lines.finish(|line| reader.read(line, log, &mut rows));
        self.log.write(self.step, rows);
        self.reader.failed
    }
}

#[derive(Default)]
struct CommandReader {
    deaf: bool,
    stopped_by: Option<String>,
    failed: bool,
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
            Some(command) => self.obey(command, log, rows),
            None => rows.push(line.to_owned()),
        }
    }

    fn obey(&mut self, command: Command, log: &JobLog, rows: &mut Vec<String>) {
        let Command { name, text } = command;
        match name {
            Name::Error => push_text(rows, "##[error]", &text),
            Name::Warning => push_text(rows, "##[warning]", &text),
            Name::Notice => push_text(rows, "##[notice]", &text),
            Name::Debug => push_text(rows, "##[debug]", &text),
            Name::Group => push_text(rows, "##[group]", &text),
            Name::EndGroup => rows.push("##[endgroup]".to_owned()),
            Name::AddMask => log.mask(&text),
            Name::StopCommands => self.stop(text, rows),
            Name::AddMatcher | Name::RemoveMatcher | Name::Echo => {}
            Name::SetOutput => deprecated(rows, "set-output", "GITHUB_OUTPUT"),
            Name::SaveState => deprecated(rows, "save-state", "GITHUB_STATE"),
            Name::SetEnv => self.refuse(rows, "set-env", "GITHUB_ENV"),
            Name::AddPath => self.refuse(rows, "add-path", "GITHUB_PATH"),
        }
    }

    fn stop(&mut self, token: String, rows: &mut Vec<String>) {
        if is_stop_token(&token) {
            self.stopped_by = Some(token);
        } else {
            rows.push(format!(
                "##[error]Commands cannot be stopped with the token '{token}': choose a random one."
            ));
            self.failed = true;
        }
    }

    fn refuse(&mut self, rows: &mut Vec<String>, name: &str, file: &str) {
        rows.push(format!(
            "##[error]The command '{name}' is disabled. Write to the file that {file} names."
        ));
        self.failed = true;
    }
}

/// A message of several lines has the prefix on the first one only.
fn push_text(rows: &mut Vec<String>, prefix: &str, text: &str) {
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    rows.push(format!("{prefix}{}", lines.next().unwrap_or_default()));
    rows.extend(lines.map(str::to_owned));
}

fn deprecated(rows: &mut Vec<String>, name: &str, file: &str) {
    rows.push(format!(
        "##[warning]The command '{name}' has no effect. Write to the file that {file} names."
    ));
}

#[cfg(test)]
mod tests {
    use super::super::writer::read_rows;
    use super::*;

    fn shown(output: &[u8]) -> (Vec<String>, bool) {
        let folder = tempfile::tempdir().unwrap();
        let log = JobLog::create(&folder.path().join("log"), Default::default()).unwrap();
        let log = Arc::new(log);
        let mut step = StepOutput::new(log.clone(), 2);
        step.push(output);
        let failed = step.finish();
        (
            read_rows(&log).into_iter().map(|row| row.2).collect(),
            failed,
        )
    }

    #[test]
    fn r8_5_groups_and_messages_are_stored_in_brackets() {
        let (rows, failed) =
            shown(b"::group::One\nx\n::endgroup::\n::error file=a::bad%0Aworse\n::debug::d");
        assert_eq!(
            rows,
            [
                "##[group]One",
                "x",
                "##[endgroup]",
                "##[error]bad",
                "worse",
                "##[debug]d"
            ]
        );
        assert!(!failed);
    }

    #[test]
    fn r8_6_an_added_mask_is_not_shown_and_masks_what_follows() {
        let (rows, _) = shown(b"::add-mask::s3cret\nmy s3cret\n");
        assert_eq!(rows, ["my ***"]);
    }

    #[test]
    fn r8_3_stopped_commands_are_text_until_their_token() {
        let (rows, _) = shown(b"::stop-commands::tok\n::error::x\n::tok::\n::error::y\n");
        assert_eq!(rows, ["::error::x", "##[error]y"]);
        assert!(shown(b"::stop-commands::error\n").1);
    }

    #[test]
    fn r8_2_disabled_commands_fail_the_step() {
        assert!(shown(b"::set-env name=A::b\n").1);
        assert!(shown(b"::add-path::/x\n").1);
        assert!(!shown(b"::set-output name=A::b\n").1);
    }
}

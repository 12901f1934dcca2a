//! Prints what was found in files, for people, programs and runs.

use super::{Findings, Format};
use runyard_workflow::Diagnostic;
use std::fmt::Write as _;

/// What goes where: what is only not honoured yet goes to the error output, so that a program that reads
/// the errors meets nothing else.
pub(super) struct Written {
    pub(super) errors: String,
    pub(super) warnings: String,
}

pub(super) fn written(format: Format, findings: &[Findings]) -> anyhow::Result<Written> {
    let warnings = findings.iter().flat_map(|found| &found.warnings);
    let warnings = warnings
        .map(|warning| format!("warning: {warning}\n"))
        .collect();
    Ok(match format {
        Format::Human => Written {
            errors: human(findings),
            warnings,
        },
        Format::Json => {
            let errors: Vec<&Diagnostic> =
                findings.iter().flat_map(|found| &found.errors).collect();
            Written {
                errors: serde_json::to_string(&errors)? + "\n",
                warnings,
            }
        }
        Format::Github => Written {
            errors: github(findings),
            warnings: String::new(),
        },
    })
}

fn human(findings: &[Findings]) -> String {
    let mut written = String::new();
    for found in findings {
        for error in &found.errors {
            written.push_str(&shown(error, &found.text));
            written.push('\n');
        }
    }
    let errors: usize = findings.iter().map(|found| found.errors.len()).sum();
    if errors > 0 {
        let files = findings.iter().filter(|found| !found.errors.is_empty());
        let (s, files) = (if errors == 1 { "" } else { "s" }, files.count());
        let of = findings.len();
        let _ = writeln!(written, "{errors} error{s} in {files} of {of} files");
    }
    written
}

/// An error with its line of the file and a caret under the column.
fn shown(error: &Diagnostic, text: &str) -> String {
    let mut shown = error.to_string();
    let at = usize::try_from(error.line).unwrap_or(usize::MAX);
    let Some(line) = text.lines().nth(at.saturating_sub(1)) else {
        return shown;
    };
    let number = error.line.to_string();
    let before = usize::try_from(error.column.saturating_sub(1)).unwrap_or(usize::MAX);
    // Tabs stay tabs, so that the caret stands where the line has the column.
    let blanks: String = line
        .chars()
        .take(before)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let gutter = " ".repeat(number.len());
    let _ = write!(shown, "\n  {number} | {line}\n  {gutter} | {blanks}^");
    shown
}

fn github(findings: &[Findings]) -> String {
    let mut written = String::new();
    for found in findings {
        let errors = found.errors.iter().map(|error| command("error", error));
        let warnings = found
            .warnings
            .iter()
            .map(|warning| command("warning", warning));
        for line in errors.chain(warnings) {
            let _ = writeln!(written, "{line}");
        }
    }
    written
}

fn command(kind: &str, found: &Diagnostic) -> String {
    let Diagnostic {
        file,
        line,
        column,
        message,
    } = found;
    let file = escaped(file).replace(':', "%3A").replace(',', "%2C");
    let message = escaped(message);
    format!("::{kind} file={file},line={line},col={column}::{message}")
}

/// What a workflow command's data may not hold.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

//! Which program runs a script, with which options: GitHub's table. Reads the search path; must not
//! start anything.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A program and its options; `{0}` stands for the script's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shell {
    pub(crate) program: PathBuf,
    pub(crate) options: Vec<String>,
    pub(crate) extension: &'static str,
    /// What stands before and after the script in its file.
    pub(crate) frame: (&'static str, &'static str),
}

/// A failed command ends a PowerShell script, and the exit code of its last program is the script's,
/// as GitHub has it.
const POWERSHELL_FRAME: (&str, &str) = (
    "$ErrorActionPreference = 'stop'\n",
    "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }\n",
);

/// Why there is no shell for a step; the text goes into its log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShellError {
    #[error("'{0}' is not on the PATH of this runner")]
    Missing(String),
    #[error(
        "the shell '{0}' is unknown, allowed are bash, sh, python, pwsh and 'command ... {{0}} ...'"
    )]
    Unknown(String),
}

impl Shell {
    /// Finds the shell that a step asks for, on the PATH that the step will have.
    pub(crate) fn find(wanted: Option<&str>, path: &str) -> Result<Self, ShellError> {
        match wanted.map(str::trim) {
            None | Some("") => Self::first_of(
                &[("bash", &["-e", "{0}"]), ("sh", &["-e", "{0}"])],
                ".sh",
                path,
            ),
            Some("bash") => Self::first_of(
                &[("bash", &["--noprofile", "--norc", "-eo", "pipefail", "{0}"])],
                ".sh",
                path,
            ),
            Some("sh") => Self::first_of(&[("sh", &["-e", "{0}"])], ".sh", path),
            Some("python") => {
                Self::first_of(&[("python", &["{0}"]), ("python3", &["{0}"])], ".py", path)
            }
            Some("pwsh") => {
                let options: &[&str] = &[
                    "-NoLogo",
                    "-NoProfile",
                    "-NonInteractive",
                    "-Command",
                    ". '{0}'",
                ];
                let shell = Self::first_of(&[("pwsh", options)], ".ps1", path)?;
                Ok(Self {
                    frame: POWERSHELL_FRAME,
                    ..shell
                })
            }
            Some(custom) if custom.contains("{0}") => Self::custom(custom, path),
            Some(other) => Err(ShellError::Unknown(other.to_owned())),
        }
    }

    fn first_of(
        candidates: &[(&str, &[&str])],
        extension: &'static str,
        path: &str,
    ) -> Result<Self, ShellError> {
        let found = candidates
            .iter()
            .find_map(|(name, options)| Some((find_program(name, path)?, *options)));
        let (program, options) =
            found.ok_or_else(|| ShellError::Missing(candidates[0].0.to_owned()))?;
        Ok(Self {
            program,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            extension,
            frame: ("", ""),
        })
    }

    fn custom(template: &str, path: &str) -> Result<Self, ShellError> {
        let mut words = template.split_whitespace().map(str::to_owned);
        let name = words
            .next()
            .ok_or_else(|| ShellError::Unknown(template.to_owned()))?;
        let extension = match name.rsplit('/').next() {
            Some("bash" | "sh" | "dash" | "zsh" | "ksh") => ".sh",
            Some("python" | "python3") => ".py",
            Some("pwsh" | "powershell") => ".ps1",
            Some(_) | None => "",
        };
        let program = find_program(&name, path).ok_or(ShellError::Missing(name))?;
        Ok(Self {
            program,
            options: words.collect(),
            extension,
            frame: ("", ""),
        })
    }

    /// What the script's file holds.
    pub(crate) fn script(&self, text: &str) -> String {
        let (before, after) = self.frame;
        format!("{before}{}{after}", text.replace("\r\n", "\n"))
    }

    /// The options with the script's file in them.
    pub(crate) fn arguments(&self, script: &Path) -> Vec<String> {
        let file = script.display().to_string();
        self.options
            .iter()
            .map(|option| option.replace("{0}", &file))
            .collect()
    }

    /// As the log shows it.
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", self.program.display(), self.options.join(" "))
    }
}

/// The program of this name in the folders of a PATH.
pub(crate) fn find_program(name: &str, path: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|file| is_program(file));
    }
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    std::fs::metadata(file)
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with empty programs of these names.
    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let file = folder.path().join(name);
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
        }
        folder
    }

    #[test]
    fn shells_have_the_options_that_github_gives_them() {
        let cases = [
            (None, &["bash", "sh"][..], "bash -e {0}"),
            (None, &["sh"], "sh -e {0}"),
            (
                Some("bash"),
                &["bash"],
                "bash --noprofile --norc -eo pipefail {0}",
            ),
            (Some("sh"), &["bash", "sh"], "sh -e {0}"),
            (Some("python"), &["python", "python3"], "python {0}"),
            (Some("python"), &["python3"], "python3 {0}"),
            (Some("perl -w {0}"), &["perl"], "perl -w {0}"),
            (
                Some("pwsh"),
                &["pwsh"],
                "pwsh -NoLogo -NoProfile -NonInteractive -Command . '{0}'",
            ),
        ];
        for (wanted, programs, shown) in cases {
            let folder = folder_with(programs);
            let path = folder.path().display().to_string();
            let shell = Shell::find(wanted, &path).unwrap();
            assert_eq!(
                shell.shown(),
                format!("{path}/{shown}"),
                "{wanted:?} of {programs:?}"
            );
        }
    }

    #[test]
    fn a_script_has_the_extension_of_its_language_and_powershell_s_frame() {
        let folder = folder_with(&["pwsh", "python3", "perl", "bash"]);
        let path = folder.path().display().to_string();
        let found = |wanted| Shell::find(Some(wanted), &path).unwrap();
        for (wanted, extension) in [
            ("bash -x {0}", ".sh"),
            ("python", ".py"),
            ("python3 {0}", ".py"),
            ("perl {0}", ""),
            ("pwsh", ".ps1"),
        ] {
            assert_eq!(found(wanted).extension, extension, "{wanted}");
        }
        assert_eq!(found("bash").script("a\r\nb"), "a\nb");
        let script = found("pwsh").script("a");
        assert!(script.starts_with("$ErrorActionPreference = 'stop'\na\nif"));
    }

    #[test]
    fn a_shell_that_is_not_there_is_named() {
        let folder = folder_with(&["sh"]);
        let path = folder.path().display().to_string();
        assert_eq!(
            Shell::find(Some("bash"), &path),
            Err(ShellError::Missing("bash".into()))
        );
        assert_eq!(
            Shell::find(Some("fish"), &path),
            Err(ShellError::Unknown("fish".into()))
        );
    }
}

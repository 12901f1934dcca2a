//! Finds the processes of a job, wherever they went. It looks at `/proc` and ends nothing.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

/// The environment variable that carries a marker.
const VARIABLE: &str = "JOURNEY_MARKER";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A word that a job carries in its environment; children inherit it, in whatever session or group they are.
#[derive(Clone, Debug)]
pub struct Marker {
    word: String,
}

impl Marker {
    /// A word that no other test has.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each one is another")]
    pub fn new() -> Self {
        let word = format!(
            "marker-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        Self { word }
    }

    /// A line for an `env` mapping of a workflow.
    #[must_use]
    pub fn env_line(&self) -> String {
        format!("{VARIABLE}: {}", self.word)
    }

    /// Ids and command lines of the living processes that carry it.
    #[must_use]
    pub fn processes(&self) -> Vec<(u32, String)> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(|id| self.is_carried_by(*id))
            .map(|id| (id, command_of(id)))
            .collect()
    }

    fn is_carried_by(&self, id: u32) -> bool {
        let wanted = format!("{VARIABLE}={}", self.word);
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
    }
}

fn command_of(id: u32) -> String {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line)
        .replace('\0', " ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Marker, VARIABLE};
    use std::process::{Command, Stdio};

    #[test]
    fn a_process_that_carries_the_marker_is_found_until_it_ends() {
        let marker = Marker::new();
        let mut child = Command::new("cat")
            .env(VARIABLE, &marker.word)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("cat starts");
        assert_eq!(marker.processes(), [(child.id(), "cat".to_owned())]);
        drop(child.stdin.take());
        child.wait().expect("cat ends with its input");
        assert_eq!(marker.processes(), []);
    }
}

//! The process tree where there is no `/proc` to walk (macOS): the process groups of the steps,
//! which a process that starts its own session escapes. Sends signals; must not decide when.

use std::collections::BTreeSet;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// A living process group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) name: String,
}

/// Not possible here.
pub(crate) fn adopt_orphans() -> std::io::Result<()> {
    Ok(())
}

/// The groups of all steps, as far as anything of them lives.
pub(crate) fn descendants(groups: &[i32]) -> BTreeSet<Process> {
    let alive = groups
        .iter()
        .filter(|group| kill(Pid::from_raw(-**group), None).is_ok());
    alive
        .map(|group| Process {
            pid: *group,
            name: "process group".to_owned(),
        })
        .collect()
}

/// Signals the group.
pub(crate) fn send(process: &Process, signal: Signal) {
    let _ = killpg(Pid::from_raw(process.pid), signal);
}

/// Nothing is adopted here.
pub(crate) fn reap(_step: Option<i32>) {}

/// The environment of other processes cannot be read here.
pub(crate) fn kill_marked(_mark: &str) -> usize {
    0
}

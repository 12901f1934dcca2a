//! The process tree on Linux: who descends from this process, adopted orphans included. Reads
//! `/proc`, sends signals; must not decide when.

use std::collections::BTreeSet;
use std::path::Path;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::Pid;

/// A living process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) name: String,
}

/// Makes this process the parent of every orphan below it, so that the walk from here finds all.
pub(crate) fn adopt_orphans() -> std::io::Result<()> {
    prctl::set_child_subreaper(true).map_err(Into::into)
}

/// Every living descendant of this process. The groups of its steps are not needed here: the tree
/// tells.
pub(crate) fn descendants(_groups: &[i32]) -> BTreeSet<Process> {
    let all = processes();
    let own = std::process::id().cast_signed();
    let (mut found, mut parents) = (BTreeSet::<i32>::new(), BTreeSet::from([own]));
    while !parents.is_empty() {
        let children = all.iter().filter(|entry| parents.contains(&entry.parent));
        parents = children
            .map(|entry| entry.process.pid)
            .filter(|pid| !found.contains(pid))
            .collect();
        found.extend(&parents);
    }
    let is_ours = |entry: &Entry| !entry.dead && found.contains(&entry.process.pid);
    all.into_iter()
        .filter(is_ours)
        .map(|entry| entry.process)
        .collect()
}

/// Signals one process; one that is gone already is no error.
pub(crate) fn send(process: &Process, signal: Signal) {
    let _ = kill(Pid::from_raw(process.pid), signal);
}

/// Takes the exit status of adopted processes; leaves the one of `step` to its waiter.
pub(crate) fn reap(step: Option<i32>) {
    let peek = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    while let Ok(status) = waitid(Id::All, peek) {
        let Some(pid) = status.pid() else { return };
        if Some(pid.as_raw()) == step || waitpid(pid, Some(WaitPidFlag::WNOHANG)).is_err() {
            return;
        }
    }
}

/// Kills every process whose environment has `mark` (`NAME=value`); how leftovers of a killed
/// supervisor are found. Says how many it met.
pub(crate) fn kill_marked(mark: &str) -> usize {
    let marked: Vec<_> = processes()
        .into_iter()
        .filter(|e| !e.dead && carries(e, mark))
        .collect();
    marked
        .iter()
        .for_each(|entry| send(&entry.process, Signal::SIGKILL));
    marked.len()
}

fn carries(entry: &Entry, mark: &str) -> bool {
    let file = format!("/proc/{}/environ", entry.process.pid);
    let environment = std::fs::read(file).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|variable| variable == mark.as_bytes())
}

struct Entry {
    process: Process,
    parent: i32,
    dead: bool,
}

fn processes() -> Vec<Entry> {
    let Ok(folder) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    folder
        .flatten()
        .filter_map(|entry| read_entry(&entry.path()))
        .collect()
}

fn read_entry(folder: &Path) -> Option<Entry> {
    let pid: i32 = folder.file_name()?.to_str()?.parse().ok()?;
    let stat = std::fs::read(folder.join("stat")).ok()?;
    parse_stat(pid, &String::from_utf8_lossy(&stat))
}

/// Reads `pid (name) state parent ...`; the name may hold anything, parentheses included.
fn parse_stat(pid: i32, stat: &str) -> Option<Entry> {
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let mut fields = tail.split_ascii_whitespace();
    let dead = matches!(fields.next()?, "Z" | "X" | "x");
    let parent = fields.next()?.parse().ok()?;
    Some(Entry {
        process: Process { pid, name },
        parent,
        dead,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_parentheses_and_spaces_is_read() {
        let entry = parse_stat(7, "7 (a) b) S 3 7 7 0").unwrap();
        assert_eq!(
            (entry.process.name.as_str(), entry.parent, entry.dead),
            ("a) b", 3, false)
        );
        assert!(parse_stat(8, "8 (x) Z 1 0").unwrap().dead);
    }
}

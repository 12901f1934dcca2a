//! Wake-ups as the text that servers send each other: `origin:q,r12,e5,l5,m`. Text only, no connection.

use crate::Wake;
use runyard_domain::{ExecutionId, RunId};
use std::fmt::Write;

/// Longest text of one notification; PostgreSQL takes less than 8,000 bytes.
const PAYLOAD_MAX: usize = 7_000;

/// Which server speaks, so that it does not hear itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin(u64);

impl Origin {
    pub(super) fn random() -> Self {
        Self(rand::random())
    }
}

/// The texts that tell these wake-ups, each within [`PAYLOAD_MAX`].
pub(super) fn payloads(origin: Origin, wakes: impl IntoIterator<Item = Wake>) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for wake in wakes {
        let word = word(wake);
        match payloads.last_mut() {
            Some(last) if last.len() + 1 + word.len() <= PAYLOAD_MAX => {
                last.push(',');
                last.push_str(&word);
            }
            Some(_) | None => payloads.push(format!("{:x}:{word}", origin.0)),
        }
    }
    payloads
}

/// What another server told; nothing when it was this one. Words of newer versions are passed over.
pub(super) fn wakes_in(payload: &str, own: Origin) -> Vec<Wake> {
    let mut prefix = String::new();
    let written = write!(prefix, "{:x}", own.0);
    written.expect("a string takes everything");
    match payload.split_once(':') {
        Some((origin, words)) if origin != prefix => words.split(',').filter_map(wake).collect(),
        Some(_) | None => Vec::new(),
    }
}

fn word(wake: Wake) -> String {
    match wake {
        Wake::Queue => "q".to_owned(),
        Wake::Run(id) => format!("r{id}"),
        Wake::Execution(id) => format!("e{id}"),
        Wake::Log(id) => format!("l{id}"),
        Wake::Message => "m".to_owned(),
    }
}

fn wake(word: &str) -> Option<Wake> {
    let (kind, id) = word.split_at_checked(1)?;
    match word {
        "q" => return Some(Wake::Queue),
        "m" => return Some(Wake::Message),
        _ => {}
    }
    let id: i64 = id.parse().ok()?;
    match kind {
        "r" => Some(Wake::Run(RunId::new(id))),
        "e" => Some(Wake::Execution(ExecutionId::new(id))),
        "l" => Some(Wake::Log(ExecutionId::new(id))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Origin = Origin(1);
    const THERE: Origin = Origin(2);

    #[test]
    fn every_wake_up_reads_back_as_told() {
        let id = ExecutionId::new(7);
        let run = Wake::Run(RunId::new(12));
        let told = [
            Wake::Queue,
            run,
            Wake::Execution(id),
            Wake::Log(id),
            Wake::Message,
        ];
        let payloads = payloads(THERE, told);
        assert_eq!(payloads, ["2:q,r12,e7,l7,m"]);
        assert_eq!(wakes_in(&payloads[0], HERE), told);
    }

    #[test]
    fn a_server_does_not_hear_itself() {
        let payloads = payloads(HERE, [Wake::Queue]);
        assert_eq!(wakes_in(&payloads[0], HERE), []);
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        let heard = wakes_in("2:q,z9,rx,,é,r3", HERE);
        assert_eq!(heard, [Wake::Queue, Wake::Run(RunId::new(3))]);
        assert_eq!(wakes_in("no origin", HERE), []);
    }

    #[test]
    fn many_wake_ups_are_told_in_several_texts() {
        let runs = (0..5_000).map(|id| Wake::Run(RunId::new(id)));
        let payloads = payloads(THERE, runs.clone());
        assert!(payloads.len() > 1);
        assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD_MAX));
        let heard: Vec<Wake> = payloads.iter().flat_map(|p| wakes_in(p, HERE)).collect();
        assert_eq!(heard, runs.collect::<Vec<_>>());
    }
}

//! What the routes of this area do, in words: one entry for each line of `routes.rs`.

use super::{
    messages::{
        CancelCheck, Claim, Claimed, DeclareRunner, Declared, FinishExecution, LogAck,
        RegisterRunner, Registered, ReleaseExecution, StartExecution, Started, SyncExecution,
        Synced,
    },
    registration::{RegistrationToken, RunnerBody},
};
use crate::{
    openapi::{
        Credential::{Execution, Registration, Runner, User},
        Operation,
    },
    wire::Empty,
};

/// Rows of a log, one JSON array a line.
const ROWS: &str = "application/x-ndjson";

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    [runners(), executions()].into_iter().flatten().collect()
}

fn runners() -> Vec<Operation> {
    vec![
        Operation::new(
            ("POST", "/runners/registration-token"),
            User,
            "Make a token that lets runners register, for an hour; for site administrators.",
        )
        .answers::<RegistrationToken>(201, "The token."),
        Operation::new(
            ("POST", "/runners/register"),
            Registration,
            "Register a runner.",
        )
        .takes::<RegisterRunner>()
        .answers::<Registered>(201, "With its own token, this once."),
        Operation::new(
            ("PUT", "/runners/self"),
            Runner,
            "Say what the runner is now; at every start.",
        )
        .takes::<DeclareRunner>()
        .answers::<Declared>(200, "How often to do what."),
        Operation::new(("DELETE", "/runners/self"), Runner, "Leave.")
            .answers_nothing(204, "The runner is forgotten."),
        Operation::new(("POST", "/runners/claim"), Runner, "Wait for jobs.")
            .takes::<Claim>()
            .answers::<Claimed>(200, "Offers.")
            .answers_nothing(204, "Nothing was there."),
        Operation::new(
            ("GET", "/runners"),
            User,
            "List the runners; for site administrators.",
        )
        .pages::<RunnerBody>("runners"),
        Operation::new(
            ("DELETE", "/runners/{runner_id}"),
            User,
            "Put a runner out; for site administrators, and for whoever has a removal token (`ryx_`): that works once, \
             and not while the runner has a job.",
        )
        .answers_nothing(204, "The runner is forgotten."),
    ]
}

fn executions() -> Vec<Operation> {
    vec![
        Operation::new(
            ("PUT", "/executions/{execution_id}/start"),
            Execution,
            "Take the job that was offered.",
        )
        .takes::<StartExecution>()
        .answers::<Started>(200, "Until when to speak again."),
        Operation::new(
            ("POST", "/executions/{execution_id}/sync"),
            Execution,
            "Report on steps, and be heard of.",
        )
        .takes::<SyncExecution>()
        .answers::<Synced>(200, "Whether to stop."),
        Operation::new(
            ("PUT", "/executions/{execution_id}/log"),
            Execution,
            "Send rows of the log.",
        )
        .query("offset", "integer", "Bytes of the whole log before them.")
        .takes_other(ROWS)
        .answers::<LogAck>(200, "Bytes that are stored.")
        .answers::<LogAck>(416, "The rows begin behind what is stored."),
        Operation::new(
            ("PUT", "/executions/{execution_id}/finish"),
            Execution,
            "Report the end.",
        )
        .takes::<FinishExecution>()
        .answers::<Empty>(200, "The job has ended.")
        .answers::<LogAck>(202, "The rest of the log must come first."),
        Operation::new(
            ("PUT", "/executions/{execution_id}/summaries/{step}"),
            Execution,
            "Send what a step wrote for people.",
        )
        .takes_other("text/markdown")
        .answers::<Empty>(200, "It is kept."),
        Operation::new(
            ("POST", "/executions/{execution_id}/release"),
            Execution,
            "Give an offer back.",
        )
        .takes::<ReleaseExecution>()
        .answers::<Empty>(200, "Somebody else can have it."),
        Operation::new(
            ("POST", "/jobs/{job_id}/cancel-check"),
            Execution,
            "Wait for the order to stop.",
        )
        .query("wait_s", "integer", "Seconds, at most 50.")
        .answers::<CancelCheck>(200, "Whether to stop, and how."),
    ]
}

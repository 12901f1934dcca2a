//! What the routes of this area do, in words: one entry for each line of `routes.rs`.

use super::{
    collaborators::{CollaboratorBody, RoleBody},
    credentials::{CredentialBody, EventSecret, FactsBody},
    delete_runs::{Done, Wish},
    events::Taken,
    jobs::Cancelled,
    new_token::NewTokenBody,
    polling::{Polling, PollingBody},
    repositories::{NewRepositoryBody, RepositoryBody},
    retention::{RulesBody, Shown},
    runs::{Rerun, RunBody},
    status::StatusBody,
    summaries::Summaries,
    token_body::TokenBody,
    users::{NewUserBody, UserBody},
};
use crate::openapi::{
    Credential::{None, Optional, User},
    Operation,
};

const GONE: &str = "It is not there any more.";

/// All of them.
pub(crate) fn operations() -> Vec<Operation> {
    [
        service(),
        people(),
        repositories(),
        sources(),
        retention(),
        runs(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn service() -> Vec<Operation> {
    vec![
        Operation::new(("GET", "/openapi.json"), None, "This document.")
            .answers_other("application/json", "The document."),
        Operation::new(("GET", "/docs"), None, "This document as a page.")
            .answers_other("text/html", "The page."),
        Operation::new(
            ("GET", "/status"),
            User,
            "How the server is doing; for site administrators.",
        )
        .answers::<StatusBody>(200, "Its queue, runners and running jobs."),
    ]
}

fn people() -> Vec<Operation> {
    vec![
        Operation::new(("GET", "/user"), User, "Who asks.").answers::<UserBody>(200, "The user."),
        Operation::new(
            ("POST", "/users"),
            User,
            "Make a user; for site administrators.",
        )
        .takes::<NewUserBody>()
        .answers::<UserBody>(201, "The user."),
        Operation::new(
            ("GET", "/users"),
            User,
            "List the users; for site administrators.",
        )
        .pages::<UserBody>("users"),
        Operation::new(
            ("GET", "/users/{login}"),
            User,
            "One user; for site administrators.",
        )
        .answers::<UserBody>(200, "The user."),
        Operation::new(
            ("DELETE", "/users/{login}"),
            User,
            "Delete a user with all tokens; for site administrators.",
        )
        .answers_nothing(204, GONE),
        Operation::new(
            ("POST", "/tokens"),
            User,
            "Make a token, no stronger than the one that asks.",
        )
        .takes::<NewTokenBody>()
        .answers::<TokenBody>(201, "The token, with its text this once."),
        Operation::new(("GET", "/tokens"), User, "List tokens.")
            .query("user", "string", "Whose; one's own without.")
            .pages::<TokenBody>("tokens"),
        Operation::new(("DELETE", "/tokens/{token_id}"), User, "Revoke a token.")
            .answers_nothing(204, GONE),
    ]
}

fn repositories() -> Vec<Operation> {
    vec![
        Operation::new(("POST", "/repos"), User, "Register a repository.")
            .takes::<NewRepositoryBody>()
            .answers::<RepositoryBody>(201, "The repository."),
        Operation::new(
            ("GET", "/repos"),
            Optional,
            "List the repositories that one may see.",
        )
        .pages::<RepositoryBody>("repositories"),
        Operation::new(
            ("GET", "/repos/{owner}/{repo}"),
            Optional,
            "One repository.",
        )
        .answers::<RepositoryBody>(200, "The repository."),
        Operation::new(
            ("DELETE", "/repos/{owner}/{repo}"),
            User,
            "Forget a repository with its runs.",
        )
        .answers_nothing(204, GONE),
        Operation::new(
            ("GET", "/repos/{owner}/{repo}/collaborators"),
            User,
            "Who may do what there, besides the owner.",
        )
        .lists::<CollaboratorBody>("collaborators"),
        Operation::new(
            ("PUT", "/repos/{owner}/{repo}/collaborators/{login}"),
            User,
            "Give a user a role.",
        )
        .takes::<RoleBody>()
        .answers::<CollaboratorBody>(200, "The role."),
        Operation::new(
            ("DELETE", "/repos/{owner}/{repo}/collaborators/{login}"),
            User,
            "Take the role away.",
        )
        .answers_nothing(204, GONE),
    ]
}

fn sources() -> Vec<Operation> {
    vec![
        Operation::new(("GET", "/repos/{owner}/{repo}/credentials"), User, "What is known of what opens the source.")
            .answers::<FactsBody>(200, "Never the secret."),
        Operation::new(("PUT", "/repos/{owner}/{repo}/credentials"), User, "Give what opens the source.")
            .takes::<CredentialBody>()
            .answers::<FactsBody>(200, "What is kept of it."),
        Operation::new(("DELETE", "/repos/{owner}/{repo}/credentials"), User, "Forget what opens the source.")
            .answers_nothing(204, GONE),
        Operation::new(("GET", "/repos/{owner}/{repo}/events/secret"), User, "When the secret that signs events was made.")
            .answers::<EventSecret>(200, "Without the secret."),
        Operation::new(("PUT", "/repos/{owner}/{repo}/events/secret"), User, "Make a new secret that signs events.")
            .answers::<EventSecret>(200, "With the secret, this once."),
        Operation::new(("DELETE", "/repos/{owner}/{repo}/events/secret"), User, "Forget the secret: signed events are refused.")
            .answers_nothing(204, GONE),
        Operation::new(("POST", "/repos/{owner}/{repo}/events"), Optional, "Deliver an event in the shape of GitHub's webhooks: with a token, or signed in X-Hub-Signature-256.")
            .takes_other("application/json")
            .answers::<Taken>(200, "A ping.")
            .answers::<Taken>(202, "The runs that it made, or why it makes none."),
        Operation::new(("GET", "/repos/{owner}/{repo}/polling"), User, "How often the source is looked at.")
            .answers::<Polling>(200, "With how the last look went."),
        Operation::new(("PUT", "/repos/{owner}/{repo}/polling"), User, "Look at the source every so many seconds; 0 is never.")
            .takes::<PollingBody>()
            .answers::<Polling>(200, "As it is from now on."),
    ]
}

fn retention() -> Vec<Operation> {
    vec![
        Operation::new(
            ("GET", "/repos/{owner}/{repo}/retention"),
            User,
            "How long runs and logs are kept.",
        )
        .answers::<Shown>(200, "What was said, and what holds by it."),
        Operation::new(
            ("PUT", "/repos/{owner}/{repo}/retention"),
            User,
            "Say how long runs and logs are kept.",
        )
        .takes::<RulesBody>()
        .answers::<Shown>(200, "What was said, and what holds by it."),
        Operation::new(
            ("DELETE", "/repos/{owner}/{repo}/retention"),
            User,
            "Leave it to the server.",
        )
        .answers_nothing(204, GONE),
    ]
}

fn runs() -> Vec<Operation> {
    vec![
        Operation::new(("POST", "/repos/{owner}/{repo}/runs/delete"), User, "Delete many runs that have ended.")
            .takes::<Wish>()
            .answers::<Done>(200, "How many, and whether there are more."),
        Operation::new(("GET", "/runs/{run_id}"), Optional, "A run with all jobs of its newest attempt, blocked ones too, and why each is where it is.")
            .answers::<RunBody>(200, "The run."),
        Operation::new(("POST", "/runs/{run_id}/rerun"), User, "Make a new run from the same commit and file.")
            .answers::<Rerun>(201, "The new run."),
        Operation::new(("POST", "/jobs/{job_id}/cancel"), User, "Cancel one job.")
            .answers::<Cancelled>(202, "What that did."),
        Operation::new(("GET", "/jobs/{job_id}/summary"), Optional, "What the steps of a job wrote for people.")
            .answers::<Summaries>(200, "All summaries."),
    ]
}

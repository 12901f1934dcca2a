//! Runyard's own API (`/api/v1`): one file per resource. The runner protocol shares its prefix.

mod collaborators;
mod credentials;
mod delete_runs;
mod events;
mod jobs;
mod keyset;
mod line;
mod new_token;
mod operations;
mod polling;
mod repositories;
mod retention;
mod routes;
mod runs;
mod status;
mod summaries;
mod token_body;
mod tokens;
mod users;
mod why;

pub(crate) use keyset::Keyset;
pub(crate) use new_token::REGISTRATION_TOKEN_LIFETIME;
pub(crate) use operations::operations;
pub(crate) use routes::routes;

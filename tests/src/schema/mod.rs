//! What GitHub's API description says about an answer. It judges bytes; it sends nothing.
//!
//! [`check`] is the whole of it: it finds the operation of a request and holds the answer against the operation's
//! JSON schema, with the known corrections applied.

mod check;
mod convert;
mod corrections;
mod errors;
mod links;
mod operations;
mod own;
mod webhooks;

pub use check::check;
pub use errors::check_error;
pub use links::check_links;
pub use operations::{description, follow, operation};
pub use own::{check_own, own_operations};
pub use webhooks::check_webhook;

//! What `/api/v1` offers, as an OpenAPI document and as a page. Its shapes come from the types that are read and written;
//! which operations there are is said once more beside the routes, and a test holds the two lists together.

mod docs;
mod document;
mod operation;
mod show;

pub use document::document;
pub(crate) use operation::{Credential, Operation};
pub(crate) use show::{docs, openapi};

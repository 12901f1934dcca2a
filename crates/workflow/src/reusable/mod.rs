//! Workflows that call workflows (semantics 2.6): the files given by the caller of this crate, the
//! checks between them; it must not do I/O.

mod inputs;
mod loader;
mod permissions;
mod resolve;

pub use loader::{Loaded, Loader, NoFiles, Source};
pub use resolve::{CallLimits, Resolved, ResolvedCall, call_name, resolve};

//! Every route of the server, and what each kind of caller is answered there: `tests/routes.table`.
//!
//! [`registered`] reads which routes there are from where the server registers them, [`Table`] is what was decided
//! about them, and [`Table::faults`] holds answers against it. Nothing here sends a request.

mod registered;
mod table;

pub use registered::{Route, registered};
pub use table::{Row, Seen, Table};

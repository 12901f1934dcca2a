//! What the end-to-end tests share: programs, repositories and the one client. No rules of Runyard here.

pub mod schema;

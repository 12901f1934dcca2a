//! The native runner protocol: its bodies, and with the feature `server` its routes.

pub mod messages;

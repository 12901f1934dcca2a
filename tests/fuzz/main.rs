//! Requests that nobody would send, and good ones between them, to every route of a real server. Public doors only.

mod bodies;
mod case;
mod count;
mod every_route;
mod invariants;
mod mutate;
mod oracle;
mod random;
mod routes;
mod settings;
mod things;
mod traffic;
mod valid;
mod values;
mod wire;
mod world;

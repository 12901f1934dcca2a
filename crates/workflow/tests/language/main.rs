//! The workflow language as its users meet it: files in, workflows or errors out.

mod accepted;
mod graph;
mod hostile;
mod limits;
mod oracles;
mod refused;
mod scalars;
mod support;
mod triggers;
mod yaml;

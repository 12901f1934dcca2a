//! The stories that users live, told over the public doors with the real programs. No knowledge of the inside.

mod access;
mod cancel;
mod concurrency;
mod configuration;
mod deletes;
mod edge_cases;
mod first_run;
mod force;
mod gh;
mod matrix_and_calls;
mod neighbours;
mod own_repository;
mod project;
mod refusals;
mod rerun;
mod restart;
mod route_table;
mod route_world;
mod runner_process;
mod seed;
mod sleeper;
mod steps;
mod tls;
mod triggers;

//! Servers, runners and databases that are killed, cut off or doubled while work goes on. Public doors only.

mod crowd;
mod database_away;
mod everything;
mod kills;
mod load;
mod lost_runner;
mod pair;
mod postgres_restarts;
mod random;
mod relay;
mod replica_killed;
mod replicas;
mod stalls;
mod yard;

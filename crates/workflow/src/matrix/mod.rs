//! From the matrix of a job to its legs (semantics 2.5); it must not evaluate the matrix itself.

mod definition;
mod expand;
mod filter;
mod leg;
mod strategy;

pub use definition::{InvalidMatrix, Matrix};
pub use expand::{MAX_LEGS, MAX_MATRIX_WORK};
pub use leg::{Leg, display_name};
pub use strategy::{InvalidStrategy, Strategy};

//! SQLite and PostgreSQL behind the traits: queries are written once and compiled for each.

mod columns;
mod counted;
mod failure;
mod labels;
mod migrations;
mod perform;
mod rows;
mod schema;
mod stated;

pub mod postgres;
pub mod sqlite;

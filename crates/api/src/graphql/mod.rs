//! GitHub's GraphQL API (`/api/graphql`), as far as its clients ask it for what Runyard has. No REST here.

mod answer;
mod asking;
mod pull_requests;
mod repository;
mod routes;
mod scalars;
mod schema;
mod user;

pub(crate) use routes::routes;

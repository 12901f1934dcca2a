//! Who asks and what they may do: extractors that end a request which is not allowed (contract 2).

mod credential;
mod people;
mod repository;
mod runners;

pub(crate) use credential::{caller, state};
pub(crate) use people::{SignedIn, SiteAdmin};
pub(crate) use repository::{
    Administer, Fetch, Named, Permission, Read, Repo, See, SendEvent, Write,
};
pub(crate) use runners::{JobCaller, Registrar, RunnerCaller};

//! Who asks and what they may do: extractors that end a request which is not allowed (contract 2).

mod credential;
mod people;
mod repository;
mod runners;

pub(crate) use credential::{caller, state, token};
pub(crate) use people::{SignedIn, SiteAdmin};
pub(crate) use repository::{
    Administer, Fetch, Named, Permission, Read, ReadAdministration, ReadChecks, ReadSecretKey,
    ReadSecrets, ReadVariables, Repo, See, SendEvent, Write, WriteChecks, WriteSecrets,
    WriteVariables, words_of_refusal,
};
pub(crate) use runners::{JobCaller, Registrar, Remover, RunnerCaller};

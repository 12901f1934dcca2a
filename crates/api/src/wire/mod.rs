//! The rules of the wire that hold for every route: bodies, headers, pages, links and times (contract 1, 3, 4, 5).

mod accept;
mod body;
pub(crate) mod connections;
mod created;
pub(crate) mod documentation;
mod encoding;
mod etag;
pub(crate) mod excess;
mod granted;
pub(crate) mod headers;
mod nul;
mod origin;
mod paging;
pub(crate) mod proxies;
pub(crate) mod rates;
mod time;
mod unread;
pub(crate) mod waiting;

pub(crate) use body::{Body, Empty, JSON, ListBody, accepted, created, json, ok};
pub(crate) use created::{Created, FORMS};
pub(crate) use encoding::acceptable;
pub(crate) use etag::etag;
pub(crate) use excess::Excess;
pub(crate) use origin::Origin;
pub(crate) use paging::{Paging, Reach};
pub(crate) use time::{seconds, seconds_or_null, with_milliseconds};

//! Pages of lists: what a query asks for, and the `Link` header that leads on (contract 4).

use crate::error::ApiError;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use runyard_store::{PER_PAGE_MAX, Page};
use std::future::{Ready, ready};

/// Items of a page when nothing else is asked for.
const PER_PAGE: u32 = 30;
/// A filtered list of runs ends here (contract 4).
pub(crate) const SEARCH_REACH: u64 = 1000;

/// How far a list can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To its end.
    All,
    /// To its first [`SEARCH_REACH`] items.
    Search,
}

impl Reach {
    /// How many of so many items can be reached.
    pub(crate) fn cap(self, total: u64) -> u64 {
        match self {
            Self::All => total,
            Self::Search => total.min(SEARCH_REACH),
        }
    }

    /// How many items of this page can be reached.
    pub(crate) fn on_page(self, page: Page) -> usize {
        match self {
            Self::All => page.per_page as usize,
            Self::Search => {
                let left = SEARCH_REACH.saturating_sub(page.offset());
                usize::try_from(left.min(u64::from(page.per_page))).unwrap_or(usize::MAX)
            }
        }
    }
}

/// The page that was asked for, and the query it was asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) page: Page,
    query: String,
}

impl Paging {
    /// Reads a query; nothing in it is ever an error.
    pub(crate) fn parse(query: &str) -> Self {
        Self::of(query, PER_PAGE, PER_PAGE_MAX)
    }

    /// The same for a list with pages of another length: so much when nothing is asked for, and at most.
    pub(crate) fn sized(self, per_page: u32, most: u32) -> Self {
        Self::of(&self.query, per_page, most)
    }

    fn of(query: &str, per_page: u32, most: u32) -> Self {
        let last = |key: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let mut named = pairs.rev().filter(|(name, _)| *name == key);
            named.next().map(|(_, value)| value)
        };
        let asked = last("per_page").and_then(positive).unwrap_or(per_page);
        let number = last("page").and_then(positive).unwrap_or(1);
        Self {
            page: Page {
                number,
                per_page: asked.min(most),
            },
            query: query.to_owned(),
        }
    }

    /// The `Link` header of a list of `total` items at `url`; absent when one page holds them all.
    pub(crate) fn link(&self, url: &str, total: u64) -> Option<String> {
        let per_page = u64::from(self.page.per_page);
        if total <= per_page {
            return None;
        }
        let (number, last) = (u64::from(self.page.number), total.div_ceil(per_page));
        let mut links = Vec::new();
        let mut add = |page: u64, relation: &str| {
            links.push(format!("<{}>; rel=\"{relation}\"", self.at(url, page)));
        };
        if number > 1 {
            add((number - 1).min(last), "prev");
        }
        if number < last {
            add(number + 1, "next");
        }
        if number != last {
            add(last, "last");
        }
        if number > 1 {
            add(1, "first");
        }
        Some(links.join(", "))
    }

    /// The caller's own query with another `page`: in its place, or at the end.
    fn at(&self, url: &str, page: u64) -> String {
        let mut found = false;
        let mut pairs: Vec<String> = Vec::new();
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            if pair == "page" || pair.starts_with("page=") {
                found = true;
                pairs.push(format!("page={page}"));
            } else {
                pairs.push(pair.to_owned());
            }
        }
        if !found {
            pairs.push(format!("page={page}"));
        }
        format!("{url}?{}", pairs.join("&"))
    }
}

/// A positive integer; one that is too large to count with is the largest.
fn positive(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().unwrap_or(u32::MAX));
    number.filter(|number| *number > 0)
}

impl FromRequest for Paging {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

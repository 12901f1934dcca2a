//! How often a caller may ask in an hour, where the operator says so: by token, or by address without one. Each server
//! counts for itself.

use crate::{ApiState, auth, error::ApiError};
use actix_web::{HttpRequest, http::header::HeaderMap, web::Data};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// From the first request of a caller to when it begins anew, in seconds.
const WINDOW_SECONDS: u64 = 60 * 60;
/// Callers whose requests are counted at one time. Beyond, those whose time is over are forgotten, or else all.
const CALLERS_MAX: usize = 100_000;

/// Which kind of requests: each is counted alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Resource {
    /// GitHub's REST API.
    Core,
    /// GraphQL.
    GraphQl,
}

impl Resource {
    /// GitHub's word for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::GraphQl => "graphql",
        }
    }
}

/// Who is counted: never the text of a token, only its hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counted {
    Token([u8; 32]),
    Address(Option<IpAddr>),
}

/// What a caller has used. No time is known of whoever has used nothing.
#[derive(Debug, Clone, Copy)]
struct Window {
    used: u64,
    reset: u64,
}

/// Where a caller stands, as GitHub tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Rate {
    pub(crate) limit: u64,
    pub(crate) used: u64,
    pub(crate) remaining: u64,
    /// In seconds since the epoch.
    pub(crate) reset: u64,
}

/// What was counted so far. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rates(Arc<Mutex<HashMap<(Resource, Counted), Window>>>);

impl Rates {
    /// Counts one request, unless the limit was reached; then the rate comes as the error.
    fn count(&self, of: (Resource, Counted), limit: u64, now: u64) -> Result<Rate, Rate> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CALLERS_MAX && !windows.contains_key(&of) {
            windows.retain(|_, window| now < window.reset);
            if windows.len() >= CALLERS_MAX {
                windows.clear();
            }
        }
        let fresh = Window {
            used: 0,
            reset: now + WINDOW_SECONDS,
        };
        let window = windows.entry(of).or_insert(fresh);
        if window.reset <= now {
            *window = fresh;
        }
        if window.used >= limit {
            return Err(window.rate(limit));
        }
        window.used += 1;
        Ok(window.rate(limit))
    }

    /// Where a caller stands; asking for it is not counted.
    fn of(&self, of: &(Resource, Counted), limit: u64, now: u64) -> Rate {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = windows.get(of).filter(|window| now < window.reset);
        let fresh = Window {
            used: 0,
            reset: now + WINDOW_SECONDS,
        };
        known.copied().unwrap_or(fresh).rate(limit)
    }
}

impl Window {
    fn rate(self, limit: u64) -> Rate {
        Rate {
            limit,
            used: self.used,
            remaining: limit.saturating_sub(self.used),
            reset: self.reset,
        }
    }
}

/// Counts a request. Nothing where there is no limit.
///
/// # Errors
/// The rate of a caller who has used all.
pub(super) fn count(
    request: &HttpRequest,
    resource: Resource,
    is_known: bool,
) -> Result<Option<Rate>, Rate> {
    let Some((state, limit)) = limited(request) else {
        return Ok(None);
    };
    let who = counted(request, &state, is_known);
    state.rates.count((resource, who), limit, now()).map(Some)
}

/// Where whoever asks stands; nothing where there is no limit.
pub(crate) fn rate(request: &HttpRequest, resource: Resource) -> Option<Rate> {
    let (state, limit) = limited(request)?;
    let who = counted(request, &state, true);
    Some(state.rates.of(&(resource, who), limit, now()))
}

/// Says it in the headers of an answer (contract 5).
pub(super) fn tell(headers: &mut HeaderMap, rate: Rate, resource: Resource) {
    let numbers = [
        ("x-ratelimit-limit", rate.limit),
        ("x-ratelimit-remaining", rate.remaining),
        ("x-ratelimit-used", rate.used),
        ("x-ratelimit-reset", rate.reset),
    ];
    for (name, number) in numbers {
        super::headers::set(headers, name, &number.to_string());
    }
    super::headers::set(headers, "x-ratelimit-resource", resource.name());
}

/// The refusal of a caller who has used all.
pub(super) fn refusal(request: &HttpRequest, rate: Rate, whom: Option<String>) -> ApiError {
    let state = request.app_data::<Data<ApiState>>();
    let address = state.and_then(|state| state.trusted_proxies.client(request));
    let address = address.map_or("this client".to_owned(), |address| address.to_string());
    ApiError::RateLimited {
        whom: whom.unwrap_or(address),
        seconds: rate.reset.saturating_sub(now()),
    }
}

fn limited(request: &HttpRequest) -> Option<(Data<ApiState>, u64)> {
    let state = request.app_data::<Data<ApiState>>()?.clone();
    let limit = state.limits.requests_per_hour;
    (limit > 0).then_some((state, limit))
}

/// A token that opens nothing is not counted for itself: there are too many of them.
fn counted(request: &HttpRequest, state: &ApiState, is_known: bool) -> Counted {
    let token = auth::token(request.headers()).filter(|_| is_known);
    match token {
        Some(token) => Counted::Token(Sha256::digest(token.as_bytes()).into()),
        None => Counted::Address(state.trusted_proxies.client(request)),
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::{CALLERS_MAX, Counted, Rates, Resource, WINDOW_SECONDS};

    fn token(number: usize) -> Counted {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Counted::Token(bytes)
    }

    #[test]
    fn so_many_requests_are_counted_and_one_more_is_refused_until_the_hour_is_over() {
        let rates = Rates::default();
        let ask = |who, now| rates.count((Resource::Core, token(who)), 2, now);
        assert_eq!(ask(1, 100).map(|rate| rate.remaining), Ok(1));
        assert_eq!(ask(1, 101).map(|rate| rate.remaining), Ok(0));
        let spent = ask(1, 102).unwrap_err();
        assert_eq!((spent.used, spent.remaining), (2, 0));
        assert_eq!(spent.reset, 100 + WINDOW_SECONDS);
        assert!(ask(2, 102).is_ok());
        let other = rates.count((Resource::GraphQl, token(1)), 2, 102);
        assert!(other.is_ok());
        assert!(ask(1, spent.reset - 1).is_err());
        assert!(ask(1, spent.reset).is_ok());
    }

    #[test]
    fn asking_where_one_stands_counts_nothing() {
        let rates = Rates::default();
        let who = (Resource::Core, token(1));
        assert_eq!(rates.of(&who, 5, 0).used, 0);
        rates.count(who.clone(), 5, 0).unwrap();
        assert_eq!(rates.of(&who, 5, 0).used, 1);
        assert_eq!(rates.of(&who, 5, 0).used, 1);
        assert_eq!(rates.of(&who, 5, WINDOW_SECONDS).used, 0);
    }

    #[test]
    fn only_so_many_callers_are_known() {
        let rates = Rates::default();
        for number in 0..=CALLERS_MAX {
            rates.count((Resource::Core, token(number)), 1, 0).unwrap();
        }
        assert!(rates.0.lock().unwrap().len() <= CALLERS_MAX);
    }
}

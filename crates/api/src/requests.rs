//! Tells the operator of every request that was answered: one line in the log, one count. It changes no answer.
//!
//! The line is logfmt: `method path route status ms bytes id user from`. Neither the query, where signatures of links
//! stand, nor any header is told.

use crate::ApiState;
use actix_web::{
    HttpMessage, HttpRequest,
    body::{BodySize, BoxBody, MessageBody},
    dev::ServiceResponse,
    http::{Method, StatusCode},
    web::{Bytes, Data},
};
use log::Level;
use runyard_domain::access::Caller;
use std::{
    fmt,
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// What log filters name these lines by.
const TARGET: &str = "request";
/// A longer path is cut; no path of ours is as long.
const PATH_CHARACTERS_MAX: usize = 500;
/// Asked every few seconds by programs; said at the level of debugging only.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Who asked, in one word, where the credential is no user's: a runner, or a job.
#[derive(Debug, Clone)]
pub(crate) struct CallerWord(pub(crate) String);

/// Says who asked for what and what became of it: at once where the size of the body is known, else at its end.
pub(crate) fn answered(
    answer: ServiceResponse<BoxBody>,
    asked: &Method,
    id: &str,
    took: Duration,
) -> ServiceResponse<BoxBody> {
    let line = Line::of(&answer, asked, id, took);
    let sent = match answer.response().body().size() {
        BodySize::Stream => None,
        BodySize::None => Some(0),
        BodySize::Sized(_) if asked == Method::HEAD => Some(0),
        BodySize::Sized(bytes) => Some(bytes),
    };
    match sent {
        Some(bytes) => {
            line.say(bytes);
            answer
        }
        None => answer.map_body(|_, body| {
            let bytes = 0;
            BoxBody::new(Counted { body, bytes, line })
        }),
    }
}

/// All that is known when the answer begins.
struct Line {
    level: Level,
    method: Method,
    path: String,
    route: String,
    status: StatusCode,
    took: Duration,
    id: String,
    user: String,
    from: Option<IpAddr>,
}

impl Line {
    fn of(answer: &ServiceResponse<BoxBody>, asked: &Method, id: &str, took: Duration) -> Self {
        let (request, status) = (answer.request(), answer.status());
        let route = request.match_pattern();
        let mut from = request.peer_addr().map(|peer| peer.ip());
        if let Some(state) = request.app_data::<Data<ApiState>>() {
            state.metrics.answered(asked, route.clone(), status, took);
            from = state.trusted_proxies.client(request);
        }
        Self {
            level: match QUIET.contains(&request.path()) {
                true => Level::Debug,
                false => Level::Info,
            },
            method: asked.clone(),
            path: request.path().chars().take(PATH_CHARACTERS_MAX).collect(),
            route: route.unwrap_or_else(|| "-".to_owned()),
            status,
            took,
            id: id.to_owned(),
            user: caller(request).unwrap_or_else(|| "-".to_owned()),
            from,
        }
    }

    fn say(&self, bytes: u64) {
        log::log!(target: TARGET, self.level, "{self} bytes={bytes}");
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, ms) = (self.status.as_u16(), self.took.as_secs_f64() * 1000.0);
        write!(f, "method={} path={:?}", self.method, self.path)?;
        write!(f, " route={:?} status={status} ms={ms:.1}", self.route)?;
        write!(f, " id={} user={}", self.id, self.user)?;
        match self.from {
            Some(address) => write!(f, " from={}", address.to_canonical()),
            None => write!(f, " from=unix"),
        }
    }
}

/// A body of unknown length: the line is said when it was sent, or given up.
struct Counted {
    body: BoxBody,
    bytes: u64,
    line: Line,
}

impl MessageBody for Counted {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(cx);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.bytes += piece.len() as u64;
        }
        polled
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.line.say(self.bytes);
    }
}

/// Who asked, where the request's credential was looked up and opens something.
fn caller(request: &HttpRequest) -> Option<String> {
    let extensions = request.extensions();
    if let Some(CallerWord(word)) = extensions.get() {
        return Some(word.clone());
    }
    match extensions.get::<Caller>()? {
        Caller::User { user, .. } => Some(user.login.clone()),
        Caller::Job { .. } => Some("job".to_owned()),
        Caller::Anonymous => None,
    }
}

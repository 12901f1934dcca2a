//! Tells the operator of every request that was answered: one line in the log, one count. It changes no answer.

use crate::ApiState;
use actix_web::{HttpMessage, HttpRequest, dev::ServiceResponse, http::Method, web::Data};
use log::Level;
use runyard_domain::access::Caller;
use std::time::Duration;

/// What log filters name these lines by.
const TARGET: &str = "request";
/// A longer path is cut; no path of ours is as long.
const PATH_CHARACTERS_MAX: usize = 500;
/// Asked every few seconds by programs; said at the level of debugging only.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Says who asked for what and what became of it. The query is left out: signatures of links stand there.
pub(crate) fn answered(answer: &ServiceResponse, asked: &Method, id: &str, took: Duration) {
    let request = answer.request();
    if let Some(state) = request.app_data::<Data<ApiState>>() {
        let (route, status) = (request.match_pattern(), answer.status());
        state.metrics.answered(asked, route, status, took);
    }
    let level = match QUIET.contains(&request.path()) {
        true => Level::Debug,
        false => Level::Info,
    };
    let path: String = request.path().chars().take(PATH_CHARACTERS_MAX).collect();
    log::log!(
        target: TARGET,
        level,
        "method={asked} path={path:?} status={} ms={:.1} id={id} user={}",
        answer.status().as_u16(),
        took.as_secs_f64() * 1000.0,
        login(request).as_deref().unwrap_or("-"),
    );
}

/// Who asked, where the request's credential was looked up and is a user's.
fn login(request: &HttpRequest) -> Option<String> {
    match request.extensions().get::<Caller>()? {
        Caller::User { user, .. } => Some(user.login.clone()),
        Caller::Job { .. } | Caller::Anonymous => None,
    }
}

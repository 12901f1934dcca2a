//! GET /metrics: what monitoring reads, in the text format of Prometheus. It counts, and changes no answer.

use crate::{ApiState, error::ApiError};
use actix_web::{
    HttpResponse,
    http::{Method, StatusCode, header},
    web::Data,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use runyard_engine::{Engine, EngineError};
use runyard_store::{Connections, QueueDepth};
use std::{fmt, time::Duration};

/// Begins every name.
const PREFIX: &str = "runyard";
/// Content type of the format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the buckets of a request, in seconds; runners wait for nearly a minute.
const REQUEST_SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0, 60.0];
/// Methods that are counted under their own names.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const MICROS: f64 = 1_000_000.0;

/// What requests are counted by. The route is a pattern, so that their number is bounded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: String,
    status: u16,
}

/// Counts of this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labels, Histogram>,
}

impl Metrics {
    /// Requests, and what the engine counts.
    pub(crate) fn new(engine: &Engine) -> Self {
        let requests = Family::<Labels, Histogram>::new_with_constructor(request_seconds);
        let mut registry = Registry::with_prefix(PREFIX);
        let help = "Time to the first byte of the answer, in seconds";
        registry.register("http_request_seconds", help, requests.clone());
        engine.measures().register(&mut registry);
        Self { registry, requests }
    }

    /// A request was answered.
    pub(crate) fn answered(
        &self,
        method: &Method,
        route: Option<String>,
        status: StatusCode,
        took: Duration,
    ) {
        let mut known = METHODS.into_iter();
        let labels = Labels {
            method: known.find(|name| *name == method).unwrap_or("other"),
            route: route.unwrap_or_else(|| "none".to_owned()),
            status: status.as_u16(),
        };
        let requests = self.requests.get_or_create(&labels);
        requests.observe(took.as_secs_f64());
    }
}

fn request_seconds() -> Histogram {
    Histogram::new(REQUEST_SECONDS)
}

/// GET /metrics
pub(crate) async fn show(state: Data<ApiState>) -> Result<HttpResponse, ApiError> {
    if !state.serves_metrics {
        return Err(ApiError::NotFound);
    }
    let moment = of_this_moment(&state).await;
    let mut body = String::new();
    write(&mut body, [&state.metrics.registry, &moment])
        .map_err(|error| ApiError::Internal(error.into()))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, OPEN_METRICS))
        .body(body))
}

fn write(body: &mut String, registries: [&Registry; 2]) -> fmt::Result {
    for registry in registries {
        text::encode_registry(body, registry)?;
    }
    text::encode_eof(body)
}

/// What the store says now. A store that cannot be reached says nothing, and the rest is told all the same.
async fn of_this_moment(state: &ApiState) -> Registry {
    let (store, open) = (state.engine.store(), state.connections.count());
    let mut registry = Registry::with_prefix(PREFIX);
    let help = "Connections of clients that are open";
    set(&mut registry, "http_connections", help, open as f64);
    if let Some(connections) = store.connections() {
        of_pool(&mut registry, connections);
    }
    let depth = async { Ok::<_, EngineError>((store.depth().await?, store.now().await?)) };
    match depth.await {
        Ok((depth, now)) => of_queue(&mut registry, depth, now.unix_micros()),
        Err(error) => log::warn!("the depth of the queue is not known: {error}"),
    }
    match store.count_set_aside().await {
        Ok(count) => {
            let help = "Rows that could not be applied and that nobody tries any more";
            set(&mut registry, "set_aside", help, count as f64);
        }
        Err(error) => log::warn!("what is set aside is not known: {error}"),
    }
    registry
}

fn of_queue(registry: &mut Registry, depth: QueueDepth, now: i64) {
    let help = "Jobs that are ready and that nobody was offered";
    set(registry, "queue_jobs", help, depth.ready as f64);
    let age = depth.oldest.map(|oldest| now - oldest.unix_micros());
    let age = age.unwrap_or_default().max(0) as f64 / MICROS;
    let help = "Age of the oldest of them in seconds, 0 when there is none";
    set(registry, "queue_oldest_seconds", help, age);
}

fn of_pool(registry: &mut Registry, pool: Connections) {
    let in_use = pool.open.saturating_sub(pool.idle);
    for (name, help, value) in [
        ("most", "Database connections that may be open", pool.most),
        ("open", "Database connections that are open", pool.open),
        ("in_use", "Open database connections at work", in_use),
        ("idle", "Open database connections without work", pool.idle),
        ("waiting", "Calls that wait for a connection", pool.waiting),
    ] {
        let name = format!("database_connections_{name}");
        set(registry, &name, help, value as f64);
    }
}

fn set(registry: &mut Registry, name: &str, help: &str, value: f64) {
    let gauge: Gauge<f64, std::sync::atomic::AtomicU64> = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

#[cfg(test)]
mod tests {
    use super::{Connections, PREFIX, Registry, of_pool, text};

    #[test]
    fn what_the_pool_has_is_told_by_what_it_does() {
        let pool = Connections {
            most: 16,
            open: 5,
            idle: 2,
            waiting: 4,
        };
        let (mut registry, mut body) = (Registry::with_prefix(PREFIX), String::new());
        of_pool(&mut registry, pool);
        text::encode_registry(&mut body, &registry).unwrap();
        for line in [
            "most 16.0",
            "open 5.0",
            "in_use 3.0",
            "idle 2.0",
            "waiting 4.0",
        ] {
            let line = format!("\nrunyard_database_connections_{line}\n");
            assert!(body.contains(&line), "{line}: {body}");
        }
    }
}

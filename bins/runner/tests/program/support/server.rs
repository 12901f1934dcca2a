//! A server that speaks the runner protocol from memory. Only what the tests need of it: it offers
//! jobs, stores what it is told, and misbehaves on demand.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post, put};
use runyard_api::runner::messages::*;
use serde_json::json;
use tokio::sync::watch;

/// Bound of every wait in a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server holds and does.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) queue: VecDeque<JobMessage>,
    /// By execution id.
    pub(crate) executions: BTreeMap<i64, SeenExecution>,
    /// All calls answer 503.
    pub(crate) away: bool,
    /// Runner calls answer 401.
    pub(crate) unknown_runner: bool,
    /// Calls about executions answer 410.
    pub(crate) ended: bool,
    /// What cancel-check says.
    pub(crate) cancelled: bool,
    pub(crate) force: bool,
    /// How often that was answered.
    pub(crate) told_of_cancel: u32,
    /// The grace that runners are told; the usual one when 0.
    pub(crate) cancel_grace_seconds: u64,
    /// So many log calls lose what is stored and answer 416.
    pub(crate) gaps: u32,
    /// So many finish calls answer 202.
    pub(crate) incomplete: u32,
    pub(crate) refused_calls: u32,
    pub(crate) states: Vec<RunnerState>,
    /// How often a runner was removed.
    pub(crate) removed: u32,
}

/// One execution as told.
#[derive(Default, Clone)]
pub(crate) struct SeenExecution {
    pub(crate) token: String,
    pub(crate) started: bool,
    pub(crate) log: Vec<u8>,
    pub(crate) sealed: bool,
    pub(crate) steps: BTreeMap<u32, StepReport>,
    pub(crate) finish: Option<FinishExecution>,
    pub(crate) finishes: u32,
    pub(crate) released: Option<ReleaseReason>,
    pub(crate) rev: u64,
    /// As told while the job ran.
    pub(crate) annotations: Vec<AnnotationMessage>,
    /// By step.
    pub(crate) summaries: BTreeMap<u32, String>,
}

impl SeenExecution {
    pub(crate) fn rows(&self) -> Vec<LogRow> {
        let lines = self
            .log
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).expect("rows are whole"))
            .collect()
    }

    /// Text of one step.
    pub(crate) fn text(&self, step: u32) -> Vec<String> {
        self.rows()
            .into_iter()
            .filter(|row| row.0 == step)
            .map(|row| row.2)
            .collect()
    }

    pub(crate) fn result(&self) -> JobResult {
        self.finish.as_ref().expect("it has finished").result
    }

    /// Lines of one step that the step itself wrote or that were said about it: without the folded
    /// beginning.
    pub(crate) fn said(&self, step: u32) -> Vec<String> {
        let rows = self.text(step);
        let begin = rows.iter().position(|row| row == "##[endgroup]");
        rows[begin.map_or(0, |begin| begin + 1)..].to_vec()
    }

    /// What the job gives, as the finish call says.
    pub(crate) fn outputs(&self) -> Vec<(String, String)> {
        let finish = self.finish.as_ref().expect("it has finished");
        finish.outputs.clone()
    }

    /// How a step ended, as the finish call says.
    pub(crate) fn conclusion(&self, step: u32) -> Option<StepConclusion> {
        let steps = &self.finish.as_ref().expect("it has finished").steps;
        steps
            .iter()
            .find(|found| found.number == step)
            .expect("the step is told of")
            .conclusion
    }
}

type Shared = State<Arc<Inner>>;

struct Inner {
    seen: Mutex<Seen>,
    changed: watch::Sender<u64>,
}

impl Inner {
    fn change<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        let answer = change(&mut self.seen.lock().unwrap());
        self.changed.send_modify(|count| *count += 1);
        answer
    }
}

/// A listening server; it ends with the test.
pub(crate) struct FakeServer {
    inner: Arc<Inner>,
    pub(crate) url: String,
}

impl FakeServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(Router::new()).await
    }

    /// With further routes beside the protocol's.
    pub(crate) async fn start_with(more: Router) -> Self {
        let inner = Arc::new(Inner {
            seen: Mutex::default(),
            changed: watch::Sender::new(0),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = routes(inner.clone()).merge(more);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { inner, url }
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        self.inner.change(change)
    }

    pub(crate) fn offer(&self, job: JobMessage) {
        self.change(|seen| seen.queue.push_back(job));
    }

    /// Waits until `ready` gives something.
    pub(crate) async fn until<T>(&self, what: &str, ready: impl Fn(&Seen) -> Option<T>) -> T {
        let mut changed = self.inner.changed.subscribe();
        let found = async {
            loop {
                if let Some(found) = ready(&self.inner.seen.lock().unwrap()) {
                    return found;
                }
                changed.changed().await.unwrap();
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("waited in vain: {what}"))
    }

    /// Waits for the end of the first execution.
    pub(crate) async fn finished(&self) -> SeenExecution {
        self.until("a finish", |seen| {
            seen.executions
                .get(&1)
                .filter(|e| e.finish.is_some())
                .cloned()
        })
        .await
    }

    /// Waits for a row of the first execution that contains `text`.
    pub(crate) async fn row(&self, text: &str) -> LogRow {
        self.until(text, |seen| {
            seen.executions
                .get(&1)?
                .rows()
                .into_iter()
                .find(|row| row.2.contains(text) && !row.2.contains("echo"))
        })
        .await
    }
}

fn routes(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/api/v1/runners/register", post(register))
        .route("/api/v1/runners/self", put(declare).delete(leave))
        .route("/api/v1/runners/{id}", delete(remove))
        .route("/api/v1/runners/claim", post(claim))
        .route("/api/v1/executions/{id}/start", put(start))
        .route("/api/v1/executions/{id}/sync", post(sync))
        .route("/api/v1/executions/{id}/log", put(log))
        .route("/api/v1/executions/{id}/summaries/{step}", put(summary))
        .route("/api/v1/executions/{id}/finish", put(finish))
        .route("/api/v1/executions/{id}/release", post(release))
        .route("/api/v1/jobs/{id}/cancel-check", post(cancel_check))
        .layer(from_fn_with_state(inner.clone(), misbehave))
        .with_state(inner)
}

/// Refuses calls as the test wants it.
async fn misbehave(state: Shared, request: axum::extract::Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let status = state.change(|seen| {
        let runner = path.starts_with("/api/v1/runners/");
        let status = match () {
            () if seen.away => Some(StatusCode::SERVICE_UNAVAILABLE),
            () if seen.unknown_runner && runner => Some(StatusCode::UNAUTHORIZED),
            () if seen.ended && !runner => Some(StatusCode::GONE),
            () => None,
        };
        seen.refused_calls += u32::from(status.is_some());
        status
    });
    match status {
        Some(status) => {
            (status, axum::Json(json!({"message": "as the test wants"}))).into_response()
        }
        None => next.run(request).await,
    }
}

fn bearer(headers: &HeaderMap) -> &str {
    headers["authorization"]
        .to_str()
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap()
}

const INTERVALS: Intervals = Intervals {
    claim_wait_seconds: 20,
    sync_milliseconds: 1000,
    lease_seconds: 60,
    cancel_grace_seconds: 300,
};

async fn register(headers: HeaderMap, axum::Json(body): axum::Json<RegisterRunner>) -> Response {
    match (bearer(&headers), body.name.as_str(), body.replace) {
        ("right", "taken", false) => (
            StatusCode::CONFLICT,
            axum::Json(json!({"message": "taken"})),
        )
            .into_response(),
        ("right", _, _) => {
            let registered = Registered {
                runner_id: 1,
                token: "runner-token".into(),
                intervals: INTERVALS,
            };
            (StatusCode::CREATED, axum::Json(registered)).into_response()
        }
        _ => (
            StatusCode::UNAUTHORIZED,
            axum::Json(json!({"message": "Bad credentials"})),
        )
            .into_response(),
    }
}

/// With the runner's own credential.
async fn leave(state: Shared, headers: HeaderMap) -> Response {
    removed(&state, bearer(&headers) == "runner-token")
}

/// With a removal token.
async fn remove(state: Shared, Path(id): Path<i64>, headers: HeaderMap) -> Response {
    removed(&state, id == 1 && bearer(&headers) == "removal")
}

fn removed(state: &Shared, may: bool) -> Response {
    state.change(|seen| seen.removed += u32::from(may));
    let message = axum::Json(json!({"message": "Bad credentials"}));
    match may {
        true => StatusCode::NO_CONTENT.into_response(),
        false => (StatusCode::UNAUTHORIZED, message).into_response(),
    }
}

async fn declare(
    state: Shared,
    axum::Json(body): axum::Json<DeclareRunner>,
) -> axum::Json<Declared> {
    let mut intervals = INTERVALS;
    state.change(|seen| {
        seen.states.push(body.state);
        if seen.cancel_grace_seconds > 0 {
            intervals.cancel_grace_seconds = seen.cancel_grace_seconds;
        }
    });
    axum::Json(Declared {
        runner_id: 1,
        intervals,
    })
}

async fn claim(state: Shared, axum::Json(body): axum::Json<Claim>) -> Response {
    let mut changed = state.changed.subscribe();
    let offered = async {
        loop {
            if let Some(offer) = state.seen.lock().unwrap().next_offer() {
                return offer;
            }
            changed.changed().await.unwrap();
        }
    };
    match tokio::time::timeout(Duration::from_secs(body.wait_s), offered).await {
        Ok(offer) => axum::Json(Claimed {
            executions: vec![offer],
        })
        .into_response(),
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    }
}

impl Seen {
    fn next_offer(&mut self) -> Option<Offer> {
        let job = self.queue.pop_front()?;
        let execution_id = self.executions.len() as i64 + 1;
        let token = format!("job-token-{execution_id}");
        let execution = SeenExecution {
            token: token.clone(),
            ..SeenExecution::default()
        };
        self.executions.insert(execution_id, execution);
        Some(Offer {
            execution_id,
            token,
            offer_until_ms: i64::MAX,
            job,
        })
    }

    /// The execution, when the credential is its own.
    fn of(&mut self, id: i64, headers: &HeaderMap) -> &mut SeenExecution {
        let execution = self.executions.get_mut(&id).expect("it was offered");
        assert_eq!(
            bearer(headers),
            execution.token,
            "the job token of another execution"
        );
        execution
    }
}

async fn start(state: Shared, Path(id): Path<i64>, headers: HeaderMap) -> axum::Json<Started> {
    state.change(|seen| seen.of(id, &headers).started = true);
    axum::Json(Started {
        lease_until_ms: i64::MAX,
    })
}

async fn sync(
    state: Shared,
    Path(id): Path<i64>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<SyncExecution>,
) -> axum::Json<Synced> {
    state.change(|seen| {
        let execution = seen.of(id, &headers);
        assert!(body.rev > execution.rev, "rev grows");
        execution.rev = body.rev;
        execution.annotations.extend(body.annotations);
        execution
            .steps
            .extend(body.steps.into_iter().map(|step| (step.number, step)));
    });
    axum::Json(Synced {
        lease_until_ms: i64::MAX,
        cancel: CancelOrder::None,
        next_sync_ms: 1000,
    })
}

async fn log(
    state: Shared,
    Path(id): Path<i64>,
    Query(query): Query<BTreeMap<String, u64>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, axum::Json<LogAck>) {
    assert_eq!(headers["content-encoding"], "gzip");
    let mut rows = Vec::new();
    flate2::read::GzDecoder::new(body.as_ref())
        .read_to_end(&mut rows)
        .unwrap();
    assert!(
        rows.len() <= LOG_REQUEST_BYTES,
        "one call has at most 512 KiB"
    );
    state.change(|seen| {
        let gap = seen.gaps > 0 && !seen.of(id, &headers).log.is_empty();
        seen.gaps -= u32::from(gap);
        let execution = seen.of(id, &headers);
        if gap {
            execution.log.clear();
        }
        let (offset, stored) = (
            usize::try_from(query["offset"]).unwrap(),
            execution.log.len(),
        );
        if offset > stored {
            return (
                StatusCode::RANGE_NOT_SATISFIABLE,
                axum::Json(LogAck { ack: stored as u64 }),
            );
        }
        execution
            .log
            .extend(rows.get(stored - offset..).unwrap_or_default());
        execution.sealed |= query.get("seal") == Some(&1);
        (
            StatusCode::OK,
            axum::Json(LogAck {
                ack: execution.log.len() as u64,
            }),
        )
    })
}

async fn finish(
    state: Shared,
    Path(id): Path<i64>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<FinishExecution>,
) -> Response {
    state.change(|seen| {
        let lose = seen.incomplete > 0;
        seen.incomplete -= u32::from(lose);
        let execution = seen.of(id, &headers);
        execution.finishes += 1;
        if lose {
            execution.log.clear();
            execution.sealed = false;
        }
        let ack = execution.log.len() as u64;
        if ack < body.log_bytes {
            return (StatusCode::ACCEPTED, axum::Json(LogAck { ack })).into_response();
        }
        assert!(execution.sealed, "the log is sealed before the end is told");
        execution.finish = Some(body);
        StatusCode::OK.into_response()
    })
}

async fn summary(
    state: Shared,
    Path((id, step)): Path<(i64, u32)>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    state.change(|seen| seen.of(id, &headers).summaries.insert(step, body));
    StatusCode::OK
}

async fn release(
    state: Shared,
    Path(id): Path<i64>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<ReleaseExecution>,
) -> StatusCode {
    state.change(|seen| seen.of(id, &headers).released = Some(body.reason));
    StatusCode::OK
}

async fn cancel_check(
    state: Shared,
    Query(query): Query<BTreeMap<String, u64>>,
) -> axum::Json<CancelCheck> {
    let mut changed = state.changed.subscribe();
    let ordered = async {
        while !state.seen.lock().unwrap().cancelled {
            changed.changed().await.unwrap();
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(query["wait_s"]), ordered).await;
    state.change(|seen| {
        seen.told_of_cancel += u32::from(seen.cancelled);
        axum::Json(CancelCheck {
            cancelled: seen.cancelled,
            force: seen.force,
        })
    })
}

//! A small store that speaks S3, for tests: PUT, GET with ranges and DELETE, each only with a right signature.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::Response,
};
use hmac::{Hmac, KeyInit, Mac};
use runyard_engine::logs::{LogStorage, S3Keys, S3Settings, s3_objects};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const BUCKET: &str = "build-logs";
const KEY_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// More than any object of a test.
const BODY_BYTES: usize = 64 << 20;

/// The store; it goes when the test's runtime does.
#[derive(Clone)]
pub(crate) struct S3 {
    address: SocketAddr,
    kept: Arc<Kept>,
}

#[derive(Default)]
struct Kept {
    objects: Mutex<BTreeMap<String, Bytes>>,
    refuses: AtomicU64,
    refused: AtomicU64,
    sent: AtomicU64,
}

impl S3 {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let s3 = Self {
            address: listener.local_addr().unwrap(),
            kept: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(s3.kept.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        s3
    }

    /// What a server would be told of it.
    pub(crate) fn settings(&self) -> S3Settings {
        S3Settings {
            bucket: BUCKET.to_owned(),
            prefix: "runyard/one".to_owned(),
            region: "eu-central-1".to_owned(),
            endpoint: format!("http://{}", self.address),
            keys: Some(S3Keys {
                id: KEY_ID.to_owned(),
                secret: SECRET.to_owned(),
            }),
            path_style: true,
            allow_http: true,
            timeout: Duration::from_secs(10),
        }
    }

    /// Logs there, as one more server has them.
    pub(crate) fn logs(&self) -> LogStorage {
        LogStorage::new(s3_objects(&self.settings(), []).unwrap())
    }

    /// Answers 503 to so many of the next requests.
    pub(crate) fn refuse(&self, next: u64) {
        self.kept.refuses.store(next, Ordering::SeqCst);
    }

    /// Requests that were answered so.
    pub(crate) fn refused(&self) -> u64 {
        self.kept.refused.load(Ordering::SeqCst)
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.kept.objects.lock().unwrap().keys().cloned().collect()
    }

    /// Bytes of objects that were given out since the last question.
    pub(crate) fn sent(&self) -> u64 {
        self.kept.sent.swap(0, Ordering::SeqCst)
    }
}

async fn answer(State(kept): State<Arc<Kept>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES).await.unwrap();
    let seq = Ordering::SeqCst;
    let one_less = |left: u64| left.checked_sub(1);
    if kept.refuses.fetch_update(seq, seq, one_less).is_ok() {
        kept.refused.fetch_add(1, Ordering::SeqCst);
        return error(StatusCode::SERVICE_UNAVAILABLE, "SlowDown");
    }
    if !is_signed(&head, &body) {
        return error(StatusCode::FORBIDDEN, "SignatureDoesNotMatch");
    }
    let Some(key) = head.uri.path().strip_prefix(&format!("/{BUCKET}/")) else {
        return error(StatusCode::NOT_FOUND, "NoSuchBucket");
    };
    let mut objects = kept.objects.lock().unwrap();
    match head.method {
        Method::PUT => {
            objects.insert(key.to_owned(), body);
            object(StatusCode::OK, None, Body::empty())
        }
        Method::DELETE => {
            objects.remove(key);
            object(StatusCode::NO_CONTENT, None, Body::empty())
        }
        Method::GET => match objects.get(key) {
            Some(found) => part(&kept, found, head.headers.get(header::RANGE)),
            None => error(StatusCode::NOT_FOUND, "NoSuchKey"),
        },
        _ => error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
    }
}

fn part(kept: &Kept, found: &Bytes, range: Option<&header::HeaderValue>) -> Response {
    let (size, all) = (found.len(), 0..found.len());
    let range = range.map(|range| range.to_str().unwrap().strip_prefix("bytes=").unwrap());
    let asked = range.map(|range| match range.split_once('-').unwrap() {
        ("", last) => size.saturating_sub(last.parse().unwrap())..size,
        (from, "") => from.parse().unwrap()..size,
        (from, to) => from.parse().unwrap()..size.min(to.parse::<usize>().unwrap() + 1),
    });
    let (status, place) = match &asked {
        Some(range) => (
            StatusCode::PARTIAL_CONTENT,
            Some(format!("bytes {}-{}/{size}", range.start, range.end - 1)),
        ),
        None => (StatusCode::OK, None),
    };
    let bytes = found.slice(asked.unwrap_or(all));
    kept.sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    object(status, place, Body::from(bytes))
}

fn object(status: StatusCode, range: Option<String>, body: Body) -> Response {
    let mut response = Response::builder()
        .status(status)
        .header(header::ETAG, "\"1\"")
        .header(header::LAST_MODIFIED, "Fri, 02 Jan 2026 03:04:05 GMT");
    if let Some(range) = range {
        response = response.header(header::CONTENT_RANGE, range);
    }
    response.body(body).unwrap()
}

fn error(status: StatusCode, code: &str) -> Response {
    let body = format!("<Error><Code>{code}</Code></Error>");
    Response::builder()
        .status(status)
        .body(body.into())
        .unwrap()
}

/// Whether the request is signed by version 4 with the secret, over all that must be.
fn is_signed(head: &Parts, body: &[u8]) -> bool {
    let Some(given) = header_of(&head.headers, "authorization") else {
        return false;
    };
    let field = |name: &str| {
        let fields = given.trim_start_matches("AWS4-HMAC-SHA256 ").split(", ");
        let mut values = fields.filter_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        values.next().unwrap_or_default().to_owned()
    };
    let (signed, credential) = (field("SignedHeaders"), field("Credential"));
    let Some((KEY_ID, scope)) = credential.split_once('/') else {
        return false;
    };
    let hash = header_of(&head.headers, "x-amz-content-sha256").unwrap_or_default();
    let values: String = signed
        .split(';')
        .map(|name| {
            format!(
                "{name}:{}\n",
                header_of(&head.headers, name).unwrap_or_default()
            )
        })
        .collect();
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let asked = format!(
        "{}\n{path}\n{query}\n{values}\n{signed}\n{hash}",
        head.method
    );
    let date = header_of(&head.headers, "x-amz-date").unwrap_or_default();
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hex(&Sha256::digest(asked))
    );
    let key = scope
        .split('/')
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| {
            keyed(&key, part)
        });
    hash == hex(&Sha256::digest(body)) && field("Signature") == hex(&keyed(&key, &text))
}

fn header_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    hmac.update(text.as_bytes());
    hmac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

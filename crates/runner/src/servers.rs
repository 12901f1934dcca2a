//! The servers that a runner may call: one of them until it does not answer, then the next. Must
//! not know what is called, and never waits between tries.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use tokio::sync::watch;

use crate::error::RunnerError;

/// A connection to a server is made within this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A call that does not wait is answered within this time.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// While a call waits at a server, it is asked this often whether it is still there: a server that
/// stalls would else be left only after the whole wait.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// What may be done with a call that one server did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// The same call again changes nothing: any server may be asked.
    Repeatable,
    /// As `Repeatable`, but it waits at the server: it moves along as soon as another call found
    /// that this server does not answer.
    Waiting,
    /// It must not arrive twice: another server is asked only when no connection was made.
    Once,
}

/// The servers in the order in which they are tried; clones share which one is called now.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    list: Arc<[Server]>,
    chosen: Arc<watch::Sender<usize>>,
    look_every: Duration,
    answer_within: Duration,
}

#[derive(Debug)]
struct Server {
    http: reqwest::Client,
    base: Url,
}

impl Servers {
    /// Servers with these URLs, each `http(s)://host[:port]`; at least one.
    pub(crate) fn new<'a>(urls: impl IntoIterator<Item = &'a str>) -> Result<Self, RunnerError> {
        let list: Result<Arc<[Server]>, RunnerError> = urls.into_iter().map(Server::new).collect();
        Ok(Self {
            list: list?,
            chosen: Arc::new(watch::Sender::new(0)),
            look_every: LOOK_EVERY,
            answer_within: ANSWER_WITHIN,
        })
    }

    /// The answer to a call that `make` completes. Each server is asked at most once.
    pub(crate) async fn send(
        &self,
        (method, path, manner): (Method, &str, Manner),
        make: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> reqwest::Result<Response> {
        let mut moves = self.chosen.subscribe();
        let mut tries = 1;
        loop {
            let at = *moves.borrow_and_update();
            let answering = make(self.list[at].call(method.clone(), path)).send();
            let answer = tokio::select! {
                answer = answering => answer,
                _ = moves.changed(), if manner == Manner::Waiting => continue,
                () = self.silence(at), if manner == Manner::Waiting => {
                    self.leave(at);
                    continue;
                }
            };
            if !is_away(&answer, manner) {
                return answer;
            }
            self.leave(at);
            if tries >= self.list.len() {
                return answer;
            }
            tries += 1;
        }
    }

    /// Ends when this server no longer says that it is ready, if there is another one to call.
    async fn silence(&self, at: usize) {
        if self.list.len() == 1 {
            std::future::pending::<()>().await;
        }
        loop {
            tokio::time::sleep(self.look_every).await;
            let looked = self.list[at].readiness(self.answer_within).await;
            if is_away(&looked, Manner::Waiting) {
                return;
            }
        }
    }

    /// The same place at the server that is called now, for a URL of any of these servers.
    pub(crate) fn moved(&self, url: &str) -> String {
        let now = self.list[*self.chosen.borrow()].base();
        let rest = self.list.iter().find_map(|server| {
            let rest = url.strip_prefix(server.base())?;
            rest.starts_with('/').then_some(rest)
        });
        rest.map_or_else(|| url.to_owned(), |rest| format!("{now}{rest}"))
    }

    /// The next server is called from now on, unless another call left this one already.
    fn leave(&self, left: usize) {
        let next = (left + 1) % self.list.len();
        let moved = next != left
            && self.chosen.send_if_modified(|at| {
                let first = *at == left;
                if first {
                    *at = next;
                }
                first
            });
        if moved {
            let (from, to) = (self.list[left].base(), self.list[next].base());
            log::warn!("{from} does not answer, calling {to} from now on");
        }
    }
}

impl Server {
    fn new(url: &str) -> Result<Self, RunnerError> {
        let base = parse_server(url).map_err(|reason| RunnerError::InvalidUrl {
            url: url.to_owned(),
            reason,
        })?;
        let mut builder = reqwest::Client::builder();
        if is_this_host(&base) {
            builder = builder.no_proxy();
        }
        let http = builder
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            .user_agent(concat!("runyard-runner/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, base })
    }

    fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    async fn readiness(&self, within: Duration) -> reqwest::Result<Response> {
        let url = format!("{}/readyz", self.base());
        self.http.get(url).timeout(within).send().await
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1/{path}", self.base());
        self.http.request(method, url)
    }
}

/// Whether another server may give a better answer: none came, or one that says that it, or what
/// is behind it, is away.
fn is_away(answer: &reqwest::Result<Response>, manner: Manner) -> bool {
    match (answer, manner) {
        (Err(error), Manner::Once) => error.is_connect(),
        (Err(_), Manner::Repeatable | Manner::Waiting) => true,
        (Ok(_), Manner::Once) => false,
        (Ok(response), Manner::Repeatable | Manner::Waiting) => matches!(
            response.status(),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        ),
    }
}

/// The server's URL, or why it is none.
fn parse_server(url: &str) -> Result<Url, String> {
    let parsed = Url::parse(url.trim_end_matches('/')).map_err(|error| error.to_string())?;
    match parsed.scheme() {
        "http" | "https" if parsed.has_host() => Ok(parsed),
        other => Err(format!("its scheme is {other}, allowed are http and https")),
    }
}

/// A proxy of the environment cannot reach a server on this very host.
fn is_this_host(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[test]
    fn only_loopback_goes_past_the_proxy() {
        let cases = [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("https://ci.example.com", false),
            ("http://10.0.0.1", false),
        ];
        for (url, expected) in cases {
            assert_eq!(is_this_host(&parse_server(url).unwrap()), expected, "{url}");
        }
    }

    /// A server that answers every connection with this status, or with nothing when it is 0.
    async fn server(status: u16) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let read = stream.read(&mut [0; 4096]).await.unwrap_or_default();
                if status > 0 && read > 0 {
                    let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n");
                    let answer = format!("{head}connection: close\r\n\r\n");
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
        });
        url
    }

    async fn nobody() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    async fn status(servers: &Servers, manner: Manner) -> Option<u16> {
        let answer = servers.send((Method::GET, "x", manner), |call| call).await;
        answer.ok().map(|answer| answer.status().as_u16())
    }

    #[tokio::test]
    async fn what_one_server_does_not_answer_the_next_one_does_and_is_kept() {
        let good = server(200).await;
        for away in [
            server(503).await,
            server(502).await,
            server(0).await,
            nobody().await,
        ] {
            let servers = Servers::new([away.as_str(), good.as_str()]).unwrap();
            assert_eq!(status(&servers, Manner::Repeatable).await, Some(200));
            assert_eq!(*servers.chosen.borrow(), 1, "the one that answers is kept");
            assert_eq!(
                servers.moved(&format!("{away}/o/r.git")),
                format!("{good}/o/r.git")
            );
            assert_eq!(
                servers.moved("https://elsewhere/o/r"),
                "https://elsewhere/o/r"
            );
        }
    }

    #[tokio::test]
    async fn an_answer_that_another_server_would_give_too_is_taken() {
        let good = server(200).await;
        for said in [200, 401, 409, 410, 429, 500] {
            let servers = Servers::new([server(said).await.as_str(), &good]).unwrap();
            assert_eq!(status(&servers, Manner::Repeatable).await, Some(said));
        }
    }

    #[tokio::test]
    async fn what_may_arrive_once_is_sent_elsewhere_only_without_a_connection() {
        let (good, broken, absent) = (server(200).await, server(0).await, nobody().await);
        let servers = Servers::new([broken.as_str(), &good]).unwrap();
        assert_eq!(status(&servers, Manner::Once).await, None);
        let servers = Servers::new([absent.as_str(), &good]).unwrap();
        assert_eq!(status(&servers, Manner::Once).await, Some(200));
    }

    #[tokio::test]
    async fn when_nobody_answers_each_was_asked_once() {
        let servers = Servers::new([nobody().await.as_str(), &server(503).await]).unwrap();
        assert_eq!(status(&servers, Manner::Repeatable).await, Some(503));
        assert_eq!(*servers.chosen.borrow(), 0, "the next try begins anew");
    }

    #[tokio::test]
    async fn a_call_that_waits_leaves_a_server_that_says_nothing_any_more() {
        let (silent, good) = (server(0).await, server(200).await);
        let mut servers = Servers::new([silent.as_str(), &good]).unwrap();
        servers.look_every = Duration::from_millis(20);
        servers.answer_within = Duration::from_millis(200);
        let call = (Method::POST, "x", Manner::Waiting);
        let answer = servers.send(call, |call| call.timeout(Duration::from_secs(600)));
        let answer = tokio::time::timeout(ANSWER_WITHIN, answer).await;
        assert_eq!(answer.unwrap().unwrap().status().as_u16(), 200);
    }

    #[tokio::test]
    async fn a_call_that_waits_stays_with_a_server_that_is_ready() {
        let slow = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", slow.local_addr().unwrap());
        let looks = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let looked = looks.clone();
        // It answers the call after it was asked three times whether it is ready.
        tokio::spawn(async move {
            let mut waiting = Vec::new();
            while let Ok((mut stream, _)) = slow.accept().await {
                let mut head = [0; 4096];
                let read = stream.read(&mut head).await.unwrap_or_default();
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                if !head[..read].starts_with(b"GET /readyz ") {
                    waiting.push(stream);
                    continue;
                }
                let _ = stream.write_all(answer).await;
                if looked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 2 {
                    for mut stream in waiting.drain(..) {
                        let _ = stream.write_all(answer).await;
                    }
                }
            }
        });
        let mut servers = Servers::new([url.as_str(), &server(204).await]).unwrap();
        servers.look_every = Duration::from_millis(20);
        assert_eq!(status(&servers, Manner::Waiting).await, Some(200));
        assert_eq!(looks.load(std::sync::atomic::Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_call_that_waits_moves_along_with_the_others() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let servers = Servers::new([url.as_str(), &server(200).await]).unwrap();
        let waiting = status(&servers, Manner::Waiting);
        let other = async {
            let _kept = silent.accept().await.unwrap();
            servers.leave(0);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = waiting => assert_eq!(answer, Some(200)),
            () = other => {}
        }
    }
}

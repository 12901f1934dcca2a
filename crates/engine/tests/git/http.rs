//! A tiny HTTP server on the loopback whose requests the test answers one by one, or never.

use flate2::read::GzDecoder;
use std::{io::Read, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Listens until dropped.
pub(crate) struct Server {
    port: u16,
    requests: mpsc::UnboundedReceiver<Request>,
    accepting: tokio::task::JoinHandle<()>,
}

/// One request, waiting for its answer.
pub(crate) struct Request {
    stream: TcpStream,
    /// `GET /a/info/refs?service=git-upload-pack`.
    pub(crate) line: String,
    /// The `Authorization` header.
    pub(crate) authorization: Option<String>,
    /// The `Git-Protocol` header.
    pub(crate) protocol: Option<String>,
    /// Unpacked.
    pub(crate) body: Vec<u8>,
}

/// What is answered.
pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        let headers = "WWW-Authenticate: Basic realm=\"a\"\r\n".to_owned();
        Self {
            status,
            headers,
            body: Vec::new(),
        }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self {
            status: 302,
            headers: format!("Location: {location}\r\n"),
            body: Vec::new(),
        }
    }

    pub(crate) fn body(content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            headers: format!("Content-Type: {content_type}\r\n"),
            body,
        }
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let listener = TcpListener::from_std(listener).unwrap();
        let (sender, requests) = mpsc::unbounded_channel();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    if let Some(request) = read(stream).await {
                        sender.send(request).ok();
                    }
                });
            }
        });
        Self {
            port,
            requests,
            accepting,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The next request.
    pub(crate) async fn request(&mut self) -> Request {
        let request = timeout(PATIENCE, self.requests.recv()).await;
        request
            .expect("a request comes")
            .expect("the server listens")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Request {
    /// Answers and closes the connection, in the background.
    pub(crate) fn answer(mut self, answer: Answer) {
        tokio::spawn(async move {
            let head = format!(
                "HTTP/1.1 {} .\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n",
                answer.status,
                answer.headers,
                answer.body.len()
            );
            self.stream
                .write_all(&[head.as_bytes(), &answer.body].concat())
                .await
                .ok();
            self.stream.shutdown().await.ok();
        });
    }

    /// Waits until the other side has closed the connection.
    pub(crate) async fn closed(mut self) {
        let mut byte = [0];
        let read = timeout(PATIENCE, self.stream.read(&mut byte)).await;
        assert!(matches!(read.expect("it is closed"), Ok(0) | Err(_)));
    }
}

async fn read(mut stream: TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let header = |wanted: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, v)| v.to_owned())
            .next()
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    if header("content-encoding").as_deref() == Some("gzip") {
        let packed = std::mem::take(&mut body);
        GzDecoder::new(&packed[..]).read_to_end(&mut body).ok()?;
    }
    let line = head
        .lines()
        .next()?
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    Some(Request {
        stream,
        line,
        authorization: header("authorization"),
        protocol: header("git-protocol"),
        body,
    })
}

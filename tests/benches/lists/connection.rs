//! One connection that is asked again and again. It does no more than it must: what it does, the server cannot do.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::site::Site;

const HEADERS_MAX: usize = 64;
/// What is read at once.
const READ_BYTES: usize = 64 * 1024;

pub(crate) struct Connection {
    stream: TcpStream,
    /// What follows the path.
    head: String,
    received: Vec<u8>,
    buffer: Box<[u8; READ_BYTES]>,
}

impl Connection {
    pub(crate) async fn to(site: &Site) -> Self {
        let address = site.address();
        let stream = TcpStream::connect(&address).await;
        let stream = stream.expect("the server is there");
        stream.set_nodelay(true).expect("a connection");
        let token = site.token();
        Self {
            stream,
            head: format!(
                " HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
                 accept: application/vnd.github+json\r\nuser-agent: bench\r\n\r\n"
            ),
            received: Vec::with_capacity(READ_BYTES),
            buffer: Box::new([0; READ_BYTES]),
        }
    }

    /// Asks for a path, until the whole answer is there. One that is no success ends the bench.
    pub(crate) async fn ask(&mut self, path: &str) {
        let request = format!("GET {path}{}", self.head);
        let sent = self.stream.write_all(request.as_bytes()).await;
        sent.expect("the connection stays");
        self.received.clear();
        let mut bytes = None;
        while bytes.is_none_or(|bytes| self.received.len() < bytes) {
            let read = self.stream.read(&mut self.buffer[..]).await;
            let read = read.expect("the connection stays");
            assert!(read > 0, "{path}: the server closed the connection");
            self.received.extend_from_slice(&self.buffer[..read]);
            bytes = bytes.or_else(|| self.announced(path));
        }
    }

    /// Bytes of head and body, when the head is there.
    fn announced(&self, path: &str) -> Option<usize> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut answer = httparse::Response::new(&mut headers);
        let parsed = answer.parse(&self.received).expect("HTTP");
        let httparse::Status::Complete(head) = parsed else {
            return None;
        };
        assert_eq!(answer.code, Some(200), "{path}");
        let mut lengths = answer
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = lengths.next().expect("bodies of known length");
        let length = std::str::from_utf8(length.value).expect("a number");
        Some(head + length.parse::<usize>().expect("a number"))
    }
}

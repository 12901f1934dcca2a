//! Sends bytes over a connection of their own and reads what comes back, byte by byte as it came. It judges only
//! whether that is HTTP.

use std::io::Read;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MAX_HEADERS: usize = 100;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Out of its chunks and its compression.
    pub(crate) body: Vec<u8>,
}

/// Why nothing came back that could be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// The connection was closed without an answer.
    Closed,
    /// No end within the limit.
    Hung,
    /// Something came that is no HTTP answer to the request.
    Broken(String),
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }
}

/// Sends a request; `cut` closes the sending half after it. `method` decides whether a body may follow.
pub(crate) async fn exchange(
    address: &str,
    request: &[u8],
    method: &str,
    cut: bool,
    limit: Duration,
) -> Result<Reply, Silence> {
    let talked = tokio::time::timeout(limit, talk(address, request, cut)).await;
    let received = talked.map_err(|_| Silence::Hung)?;
    if received.is_empty() {
        return Err(Silence::Closed);
    }
    parse(&received, method).map_err(Silence::Broken)
}

/// Everything until the server closes. It may answer, and close, before it read all.
async fn talk(address: &str, request: &[u8], cut: bool) -> Vec<u8> {
    let mut received = Vec::new();
    let Ok(stream) = TcpStream::connect(address).await else {
        return received;
    };
    let (mut reader, mut writer) = stream.into_split();
    let sending = async {
        let sent = writer.write_all(request).await;
        if cut && sent.is_ok() {
            let _ = writer.shutdown().await;
        }
    };
    let _ = tokio::join!(sending, reader.read_to_end(&mut received));
    received
}

fn parse(received: &[u8], method: &str) -> Result<Reply, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut headers);
    let parsed = head.parse(received);
    let parsed = parsed.map_err(|error| format!("no answer of HTTP: {error}"))?;
    let httparse::Status::Complete(length) = parsed else {
        return Err("the head of the answer has no end".to_owned());
    };
    let status = head.code.unwrap_or_default();
    if status == 100 {
        return parse(&received[length..], method);
    }
    let headers = head.headers.iter().map(|header| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_lowercase(), value)
    });
    let mut reply = Reply {
        status,
        headers: headers.collect(),
        body: received[length..].to_vec(),
    };
    let bodiless = method == "HEAD" || status == 204 || status == 304;
    if !bodiless {
        reply.body = unpacked(&reply)?;
    }
    Ok(reply)
}

fn unpacked(reply: &Reply) -> Result<Vec<u8>, String> {
    let body = match (
        reply.header("transfer-encoding"),
        reply.header("content-length"),
    ) {
        (Some("chunked"), None) => unchunked(&reply.body)?,
        (None, Some(length)) if length == reply.body.len().to_string() => reply.body.clone(),
        (chunks, length) => {
            let found = reply.body.len();
            return Err(format!(
                "{found} bytes of body, but {length:?} were promised, {chunks:?}"
            ));
        }
    };
    match reply.header("content-encoding") {
        None | Some("identity") => Ok(body),
        Some("gzip") => inflated(flate2::read::GzDecoder::new(body.as_slice())),
        Some("deflate") => inflated(flate2::read::ZlibDecoder::new(body.as_slice())),
        Some(other) => Err(format!("an encoding nobody asked for: {other}")),
    }
}

fn inflated(mut packed: impl Read) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let read = packed.read_to_end(&mut body);
    read.map_err(|error| format!("cannot be unpacked: {error}"))?;
    Ok(body)
}

fn unchunked(mut rest: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        let parsed = httparse::parse_chunk_size(rest);
        let Ok(httparse::Status::Complete((begin, size))) = parsed else {
            return Err(format!("the chunks end after {} bytes", body.len()));
        };
        let size = usize::try_from(size).map_err(|error| error.to_string())?;
        if size == 0 {
            return Ok(body);
        }
        let chunk = rest.get(begin..begin + size).ok_or("a chunk was cut")?;
        body.extend_from_slice(chunk);
        rest = rest.get(begin + size + 2..).ok_or("a chunk has no end")?;
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn whole_answers_are_read() {
        for (method, answer, body) in [
            (
                "GET",
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
                "{}",
            ),
            (
                "GET",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
                "{}",
            ),
            ("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", ""),
            (
                "PUT",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
                "",
            ),
        ] {
            let reply = parse(answer.as_bytes(), method).expect(answer);
            assert_eq!(reply.body, body.as_bytes());
        }
    }

    #[test]
    fn cut_and_false_answers_are_found() {
        for answer in [
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-encoding: gzip\r\n\r\n{}",
            "<html>",
        ] {
            assert!(parse(answer.as_bytes(), "GET").is_err(), "{answer}");
        }
    }
}

//! One request as it goes over the wire, which need not be a good one. It is built and shown here, not chosen.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What stands for itself in paths and queries (RFC 3986, unreserved).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By its length.
    Length,
    /// In chunks.
    Chunked,
    /// By a length that is never reached: the client goes away.
    CutLength,
    /// In chunks, the last of which never comes.
    CutChunks,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Method and template of the route that it was made for.
    pub(crate) route: String,
    /// Whether it still is a request of that route.
    pub(crate) is_of_route: bool,
    /// Who asks, in the words of `tests/routes.table`.
    pub(crate) caller: String,
    pub(crate) token: Option<String>,
    pub(crate) method: String,
    /// Encoded.
    pub(crate) path: String,
    /// `name=value`, encoded.
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) framing: Framing,
}

impl Case {
    /// A GET without anything.
    pub(crate) fn new(route: &str, method: &str, path: &str) -> Self {
        Self {
            route: route.to_owned(),
            is_of_route: true,
            caller: "none".to_owned(),
            token: None,
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            framing: Framing::Length,
        }
    }

    /// Path and query.
    pub(crate) fn target(&self) -> String {
        match self.query.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, self.query.join("&")),
        }
    }

    /// The last header of this name as text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let named = |(known, _): &&(String, Vec<u8>)| known.eq_ignore_ascii_case(name);
        let (_, value) = self.headers.iter().rev().find(named)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// Puts one header in the place of all of that name.
    pub(crate) fn set_header(&mut self, name: &str, value: &[u8]) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_vec()));
    }

    /// Whether this is HTTP at all; what is not may be refused in any words, or without one.
    pub(crate) fn is_whole(&self) -> bool {
        let framed = [Framing::Length, Framing::Chunked].contains(&self.framing);
        let lines = self.headers.iter().all(|(_, value)| is_value(value));
        framed && lines && self.hosts() <= 1 && self.target().bytes().all(is_of_target)
    }

    /// More than one is refused (RFC 9112, 3.2).
    fn hosts(&self) -> usize {
        let named = |(name, _): &&(String, Vec<u8>)| name.eq_ignore_ascii_case("host");
        self.headers.iter().filter(named).count()
    }

    /// Whether the client goes away before the body is complete.
    pub(crate) fn is_cut(&self) -> bool {
        [Framing::CutLength, Framing::CutChunks].contains(&self.framing)
    }

    /// What is sent to `host`.
    pub(crate) fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target()).into_bytes();
        let mut add = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        if self.header("host").is_none() {
            add("host", host.as_bytes());
        }
        add("connection", b"close");
        if let (Some(token), None) = (&self.token, self.header("authorization")) {
            add("authorization", format!("Bearer {token}").as_bytes());
        }
        for (name, value) in &self.headers {
            add(name, value);
        }
        let body = self.body.as_deref();
        let length = body.map_or(0, <[u8]>::len);
        match self.framing {
            Framing::Length if body.is_none() => {}
            Framing::Length => add("content-length", length.to_string().as_bytes()),
            Framing::CutLength => add("content-length", (length + 9).to_string().as_bytes()),
            Framing::Chunked | Framing::CutChunks => add("transfer-encoding", b"chunked"),
        }
        head.extend_from_slice(b"\r\n");
        head.extend(self.framed(body.unwrap_or_default()));
        head
    }

    fn framed(&self, body: &[u8]) -> Vec<u8> {
        match self.framing {
            Framing::Length | Framing::CutLength => body.to_vec(),
            Framing::Chunked => [&chunks(body), b"0\r\n\r\n".as_slice()].concat(),
            Framing::CutChunks => [&chunks(body), b"ff\r\n{".as_slice()].concat(),
        }
    }

    /// The same as a line for a shell; `$TOKEN` is the caller's.
    pub(crate) fn curl(&self, base: &str) -> String {
        let mut line = format!(
            "curl -i --path-as-is -X {} ",
            quoted(self.method.as_bytes())
        );
        if self.token.is_some() && self.header("authorization").is_none() {
            line.push_str("-H \"Authorization: Bearer $TOKEN\" ");
        }
        for (name, value) in &self.headers {
            let header = [name.as_bytes(), b": ", value].concat();
            let _ = write!(line, "-H {} ", quoted(&header));
        }
        if self.framing == Framing::Chunked {
            line.push_str("-H 'Transfer-Encoding: chunked' ");
        }
        if let Some(body) = &self.body {
            let _ = write!(line, "--data-binary {} ", quoted(body));
        }
        line + &quoted(format!("{base}{}", self.target()).as_bytes())
    }
}

/// What a target may hold (RFC 3986), and what only readers that are generous take.
fn is_of_target(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte)
}

fn is_value(value: &[u8]) -> bool {
    let visible = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    value.iter().all(visible)
}

/// Three bytes in each chunk at first, then the rest: readers must put them together.
fn chunks(body: &[u8]) -> Vec<u8> {
    let mut framed = Vec::new();
    let (begin, rest) = body.split_at(body.len().min(6));
    for chunk in begin.chunks(3).chain(rest.chunks(1000)) {
        framed.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        framed.extend_from_slice(chunk);
        framed.extend_from_slice(b"\r\n");
    }
    framed
}

/// One word for a shell that is read as bytes.
fn quoted(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\'') && !text.chars().any(char::is_control) => {
            format!("'{text}'")
        }
        Ok(_) | Err(_) => {
            let escaped = bytes.iter().map(|byte| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                b' '..=b'~' => char::from(*byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            });
            format!("$'{}'", escaped.collect::<String>())
        }
    }
}

/// A text as one segment of a path or one value of a query.
pub(crate) fn encoded(text: &str) -> String {
    percent_encode(text.as_bytes(), RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Case, Framing};

    #[test]
    fn a_case_is_sent_and_shown_as_it_is() {
        let mut case = Case::new("POST /x", "POST", "/x");
        case.query.push("a=1".to_owned());
        case.body = Some(b"{'\xff}".to_vec());
        case.token = Some("T".to_owned());
        let sent = String::from_utf8_lossy(&case.bytes("h")).into_owned();
        let head = "POST /x?a=1 HTTP/1.1\r\nhost: h\r\nconnection: close\r\n";
        assert!(sent.starts_with(head), "{sent}");
        assert!(sent.contains("authorization: Bearer T\r\ncontent-length: 4\r\n\r\n{'"));
        let shown = case.curl("http://h");
        assert!(shown.contains(r"--data-binary $'{\'\xff}'"), "{shown}");
        assert!(!shown.contains("Bearer T ") && shown.ends_with("'http://h/x?a=1'"));
    }

    #[test]
    fn what_is_cut_or_no_http_is_not_whole() {
        let case = Case::new("GET /x", "GET", "/x");
        assert!(case.is_whole());
        let mut cut = case.clone();
        cut.framing = Framing::CutChunks;
        let mut planted = case.clone();
        planted.set_header("accept", b"a\r\nb: c");
        let mut doubled = case.clone();
        for host in [b"a", b"b"] {
            doubled.headers.push(("host".to_owned(), host.to_vec()));
        }
        let mut spaced = case;
        spaced.path = "/a b".to_owned();
        for bad in [cut, planted, doubled, spaced] {
            assert!(!bad.is_whole(), "{bad:?}");
        }
    }
}

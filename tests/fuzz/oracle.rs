//! What no answer may be, whatever was asked. Pure: it looks at one request and its answer.

use runyard_tests::schema::check_error;
use runyard_tests::{Answer, judge};
use serde_json::Value;
use url::Url;

use crate::case::Case;
use crate::wire::{Reply, Silence};

const JSON: &str = "application/json";
const PAGE: &str = "text/html; charset=utf-8";
/// The one page among the doors for programs.
const DOCS: &str = "/api/v1/docs";
/// What else may come with a success.
const FILES: [&str; 6] = [
    "text/plain; charset=utf-8",
    "application/zip",
    "application/x-git-upload-pack-advertisement",
    "application/x-git-upload-pack-result",
    "application/openmetrics-text",
    "text/html; charset=utf-8",
];
/// A longer head may be refused before its end.
const HEAD_BYTES: usize = 8 * 1024;
const TOO_LONG: u16 = 431;
/// A longer target is refused by the HTTP library itself.
const TARGET_BYTES: usize = 65_534;
const BAD: u16 = 400;
/// Longest request that a server must have read before it may close.
const READ_BYTES: usize = 16 * 1024;

/// What is wrong with what came back; nothing if it is as it should be.
pub(crate) fn fault(
    case: &Case,
    sent: usize,
    base: &str,
    came: &Result<Reply, Silence>,
) -> Option<String> {
    match came {
        Ok(reply) => fault_of(case, sent, base, reply).err(),
        Err(Silence::Closed) if case.is_cut() || !case.is_whole() || sent > READ_BYTES => None,
        Err(Silence::Hung) if may_wait(case) => None,
        Err(Silence::Broken(_)) if case.is_cut() || !case.is_whole() => None,
        Err(silence) => Some(format!("no answer: {silence:?}")),
    }
}

/// The calls of runners wait for as long as the caller likes; clients may go away before.
pub(crate) fn may_wait(case: &Case) -> bool {
    case.path.ends_with("/claim") || case.path.ends_with("/cancel-check")
}

fn fault_of(case: &Case, sent: usize, base: &str, reply: &Reply) -> Result<(), String> {
    let status = reply.status;
    if !(200..500).contains(&status) {
        return Err(format!("the status is {status}"));
    }
    let refused = reply.header("x-github-request-id").is_none() && status >= 400;
    let is_long = status == TOO_LONG && sent.max(case.target().len()) > HEAD_BYTES
        || status == BAD && case.target().len() > TARGET_BYTES;
    let is_bad = case.is_cut() || !case.is_whole() || is_long;
    if refused && is_bad {
        // Refused before it was a request.
        return Ok(());
    }
    if reply.header("x-github-request-id").is_none() {
        return Err("the header x-github-request-id is missing".to_owned());
    }
    if case.method == "HEAD" || status == 204 || status == 304 {
        if !case.is_whole() && !reply.body.is_empty() {
            // What is no HTTP may be two requests to its reader, and have two answers.
            return Ok(());
        }
        if !reply.body.is_empty() {
            return Err(format!(
                "{} bytes of body where none may be",
                reply.body.len()
            ));
        }
    } else if status >= 400 {
        error(case, reply)?;
    } else {
        success(case, reply)?;
    }
    links(case, base, reply)?;
    by_contract(case, base, reply)
}

fn error(case: &Case, reply: &Reply) -> Result<(), String> {
    if is_page(case) && reply.header("content-type") == Some(PAGE) {
        return Ok(());
    }
    content_type(reply, &[])?;
    let body: Value = parsed(reply)?;
    if reply.status == 416 && body["ack"].is_u64() && case.path.ends_with("/log") {
        // The protocol's own answer to a gap.
        return Ok(());
    }
    check_error(reply.status, &body)
}

fn success(case: &Case, reply: &Reply) -> Result<(), String> {
    if reply.status == 302 {
        let location = reply.header("location").unwrap_or_default();
        let parsed = Url::parse(location);
        return parsed.map_or_else(|error| Err(format!("{location:?}: {error}")), |_| Ok(()));
    }
    if reply
        .header("content-type")
        .is_some_and(|kind| kind.starts_with(JSON))
    {
        parsed(reply)?;
    }
    if reply.status == 303 && reply.header("location").is_some() {
        return Ok(());
    }
    if case.path.starts_with("/api/v") && case.path != DOCS && !reply.body.is_empty() {
        return content_type(reply, &[]);
    }
    content_type(reply, &FILES)
}

/// Pages are there for people, whose errors are pages too.
fn is_page(case: &Case) -> bool {
    !case.path.starts_with("/api")
}

fn content_type(reply: &Reply, others: &[&str]) -> Result<(), String> {
    let kind = reply.header("content-type").unwrap_or_default();
    let known = kind == "application/json; charset=utf-8";
    match known || others.iter().any(|other| kind.starts_with(other)) {
        true => Ok(()),
        false => Err(format!("the content type is {kind:?}")),
    }
}

fn parsed(reply: &Reply) -> Result<Value, String> {
    let text = || String::from_utf8_lossy(&reply.body).into_owned();
    serde_json::from_slice(&reply.body).map_err(|error| format!("no JSON: {error}: {:?}", text()))
}

/// Every link leads to a page of this list.
fn links(case: &Case, base: &str, reply: &Reply) -> Result<(), String> {
    let Some(header) = reply.header("link") else {
        return Ok(());
    };
    for link in header.split(", <") {
        let link = link.trim_start_matches('<');
        let parts = link.split_once(">; rel=\"");
        let (url, relation) = parts.ok_or_else(|| format!("no link: {link:?}"))?;
        let relation = relation.trim_end_matches('"');
        let known = ["first", "prev", "next", "last"].contains(&relation);
        let here = bases(case, base).iter().any(|base| url.starts_with(base));
        if !known || !here || Url::parse(url).is_err() {
            return Err(format!("a bad link: {link:?}"));
        }
    }
    Ok(())
}

/// The server's address, and what the client called it.
fn bases(case: &Case, base: &str) -> Vec<String> {
    let named = case.header("host").map(|host| format!("http://{host}"));
    std::iter::once(base.to_owned()).chain(named).collect()
}

/// The same that is asked of every answer to any other test.
fn by_contract(case: &Case, base: &str, reply: &Reply) -> Result<(), String> {
    let is_own = !case.path.starts_with("/api/v3");
    if is_own && (reply.status == 416 || case.method == "HEAD") {
        return Ok(());
    }
    let answer = Answer::received(
        (&case.method, &plain(&case.path)),
        reply.status,
        reply.headers.clone(),
        reply.body.clone(),
    );
    let judged = bases(case, base)
        .into_iter()
        .map(|base| judge(&base, &answer));
    let mut faults: Vec<String> = judged.filter_map(Result::err).collect();
    match faults.len() < bases(case, base).len() {
        true => Ok(()),
        false => Err(faults.swap_remove(0)),
    }
}

/// The path as routes are found by it: each segment decoded, with its slashes encoded again.
fn plain(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        decoded.replace('/', "%2F").replace('?', "%3F")
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::fault;
    use crate::case::{Case, Framing};
    use crate::wire::{Reply, Silence};

    const BASE: &str = "http://127.0.0.1:80";
    const RUNS: &str = "/api/v3/repos/o/r/actions/runs";

    fn reply(status: u16, body: &str) -> Reply {
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("x-github-request-id", "1"),
            ("x-github-enterprise-version", "3.19.0"),
            ("x-github-media-type", "github.v3; format=json"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Reply {
            status,
            headers: headers.to_vec(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn with(name: &str, value: &str) -> Reply {
        let mut reply = reply(200, r#"{"total_count":0,"workflow_runs":[]}"#);
        reply.headers.retain(|(known, _)| known != name);
        reply.headers.push((name.to_owned(), value.to_owned()));
        reply
    }

    #[test]
    fn planted_answers_are_faults() {
        let error = r#"{"message":"no","documentation_url":"https://docs.github.com/enterprise-server@3.19/rest","status":"404"}"#;
        let link = format!(
            "<{BASE}/api/v3/x?page=2>; rel=\"next\", <{BASE}/api/v3/x?page=3>; rel=\"last\""
        );
        for (reply, good) in [
            (with("x-other", ""), true),
            (with("link", &link), true),
            (with("link", "<http://evil/>; rel=\"next\""), false),
            (with("link", &link.replace("next", "more")), false),
            (with("content-type", "text/html"), false),
            (
                reply(200, r#"{"total_count":"0","workflow_runs":[]}"#),
                false,
            ),
            (reply(404, error), true),
            (reply(403, error), false),
            (reply(404, ""), false),
            (reply(500, error), false),
            (reply(503, error), false),
            (reply(304, ""), true),
            (reply(304, "{}"), false),
        ] {
            let case = Case::new("GET", "GET", RUNS);
            let fault = fault(&case, 0, BASE, &Ok(reply.clone()));
            assert_eq!(fault.is_none(), good, "{reply:?}: {fault:?}");
        }
    }

    #[test]
    fn a_second_answer_is_a_fault_unless_a_second_request_was_planted() {
        let whole = Case::new("DELETE", "DELETE", "/api/v1/tokens/1");
        let mut planted = whole.clone();
        planted.set_header("accept", b"\n");
        let two = || Ok(reply(204, "HTTP/1.1 400 Bad Request\r\n\r\n"));
        assert!(fault(&whole, 0, BASE, &two()).is_some());
        assert_eq!(fault(&planted, 0, BASE, &two()), None);
    }

    #[test]
    fn silence_is_a_fault_of_the_server_unless_the_client_went_away() {
        let whole = Case::new("GET", "GET", RUNS);
        let mut cut = whole.clone();
        cut.framing = Framing::CutLength;
        let mut claim = whole.clone();
        claim.path = "/api/v1/runners/claim".to_owned();
        for (case, silence, good) in [
            (&whole, Silence::Closed, false),
            (&cut, Silence::Closed, true),
            (&cut, Silence::Hung, false),
            (&whole, Silence::Hung, false),
            (&claim, Silence::Hung, true),
            (&whole, Silence::Broken(String::new()), false),
        ] {
            let fault = fault(case, 0, BASE, &Err(silence));
            assert_eq!(fault.is_none(), good, "{case:?}");
        }
    }
}

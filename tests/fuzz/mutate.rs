//! Turns a good request into one that nobody should send, or that only a tester would. It sends nothing.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::bodies;
use crate::case::{Case, Framing, encoded};
use crate::random::Random;
use crate::routes::Route;
use crate::valid::set_caller;
use crate::values;
use crate::world::World;

const METHODS: [&str; 10] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get",
];
/// Headers with meaning for servers and proxies; any text may stand in each.
const HEADERS: [&str; 34] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "content-encoding",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "git-protocol",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "origin",
    "range",
    "access-control-request-method",
    "te",
    "upgrade",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-github-api-version",
    "x-github-delivery",
    "x-github-event",
    "x-hub-signature-256",
    "x-http-method-override",
    "x-request-id",
    "x-requested-with",
    "x-github-otp",
];
/// What those who send these headers say, and what they must not.
const SAID: [(&str, &str); 44] = [
    ("accept", "text/html"),
    ("accept", "*/*;q=0"),
    ("accept", "application/vnd.github.v3+json, ;;;,"),
    ("accept-encoding", "gzip"),
    ("accept-encoding", "deflate, br;q=1.0"),
    ("accept-encoding", "identity;q=0"),
    ("accept-encoding", "*;q=0"),
    ("accept-encoding", "zstd"),
    ("accept-encoding", "gzip;q=nonsense"),
    ("authorization", "Basic Og=="),
    ("authorization", "Basic ====="),
    ("authorization", "Bearer"),
    ("authorization", "Bearer \u{e9}"),
    ("authorization", "token ${{ github.token }}"),
    ("authorization", "Digest username=\"mona\""),
    ("content-encoding", "gzip"),
    ("content-encoding", "br"),
    ("content-encoding", "gzip, gzip"),
    ("content-type", "text/plain"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-type", "application/json; charset=utf-16"),
    ("content-type", "multipart/form-data"),
    ("expect", "100-continue"),
    ("expect", "the-impossible"),
    ("git-protocol", "version=2"),
    ("git-protocol", "version=1:x=\u{e9}"),
    ("host", "evil.example"),
    ("host", "evil.example:99999"),
    ("host", "a b"),
    ("host", "user@evil.example"),
    ("host", "[::1]:80"),
    ("if-modified-since", "Sat, 29 Feb 1900 25:61:61 GMT"),
    ("if-none-match", "*"),
    ("if-none-match", "W/\"\", \"x"),
    ("range", "bytes=0-0"),
    ("range", "bytes=-1,0-,5-2,99999999999999999999-"),
    ("upgrade", "h2c"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "javascript"),
    ("x-github-api-version", "2022-11-28"),
    ("x-github-api-version", "1999-01-01"),
    ("x-github-event", "pull_request"),
    ("x-hub-signature-256", "sha256=00"),
    ("x-http-method-override", "DELETE"),
];
/// Longer than servers take.
const LONG_HEADER: usize = 20_000;

/// Changes `case` in one place.
pub(crate) fn mutate(case: &mut Case, route: &Route, world: &World, random: &mut Random) {
    match random.below(20) {
        0..=4 => path(case, random),
        5..=8 => query(case, route, random),
        9..=11 => header(case, random),
        12..=15 if case.body.is_some() => body(case, random),
        12..=13 => {
            bodies::set_json(case, &values::value(random));
        }
        14..=16 => somebody_else(case, world, random),
        17 => {
            case.method = (*random.pick(&METHODS)).to_owned();
            case.is_of_route = false;
        }
        18 => framing(case, random),
        _ => query(case, route, random),
    }
}

fn somebody_else(case: &mut Case, world: &World, random: &mut Random) {
    let callers = world.callers();
    match random.below(callers.len() + 2) {
        0 => set_caller(case, "none", world),
        1 => {
            if let Some(execution) = world.executions.last() {
                case.caller = "job".to_owned();
                case.token = Some(execution.token.clone());
            }
        }
        index => set_caller(case, &callers[index - 2], world),
    }
}

fn path(case: &mut Case, random: &mut Random) {
    case.is_of_route = false;
    let mut segments: Vec<String> = case.path.split('/').map(String::from).collect();
    let at = 1 + random.below(segments.len().saturating_sub(1).max(1));
    let at = at.min(segments.len() - 1);
    match random.below(10) {
        0..=5 => segments[at] = segment(random),
        6 => segments.insert(at, String::new()),
        7 => segments.push(segment(random)),
        8 => {
            segments.remove(at);
        }
        _ => segments[at] = encoded_wholly(&segments[at]),
    }
    case.path = segments.join("/");
    if !case.path.starts_with('/') {
        case.path.insert(0, '/');
    }
}

/// Mostly encoded; sometimes as it is, which need not be a path.
fn segment(random: &mut Random) -> String {
    let text = values::text(random);
    match random.below(12) {
        0 => text,
        1 => "%zz".to_owned(),
        2 => "%c3%28%ff".to_owned(),
        _ => encoded(&text),
    }
}

fn encoded_wholly(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn query(case: &mut Case, route: &Route, random: &mut Random) {
    let name = bodies::any_query(route, random);
    let value = encoded(&values::text(random));
    let pair = match random.below(8) {
        0 => name,
        1 => format!("{name}[]={value}"),
        2 => format!("={value}&&"),
        3 => format!("{name}=%zz%c3%28"),
        4 => format!("{}={value}", encoded(&values::text(random))),
        _ => format!("{name}={value}"),
    };
    match random.below(4) {
        0 => case.query.insert(0, pair),
        1 if !case.query.is_empty() => {
            let at = random.below(case.query.len());
            case.query[at] = pair;
        }
        _ => case.query.push(pair),
    }
}

fn header(case: &mut Case, random: &mut Random) {
    let (name, value) = match random.below(3) {
        0 => {
            let value = values::text(random).into_bytes();
            (*random.pick(&HEADERS), value)
        }
        1 if random.once_in(8) => (*random.pick(&HEADERS), vec![b'a'; LONG_HEADER]),
        _ => {
            let (name, value) = *random.pick(&SAID);
            (name, value.as_bytes().to_vec())
        }
    };
    match random.once_in(4) {
        true => case.headers.push((name.to_owned(), value)),
        false => case.set_header(name, &value),
    }
}

fn body(case: &mut Case, random: &mut Random) {
    let body = case.body.clone().unwrap_or_default();
    let parsed = serde_json::from_slice::<Value>(&body);
    match (parsed, random.below(10)) {
        (Ok(mut value), 0..=6) => {
            change(&mut value, random);
            case.body = Some(values::written(&value).into_bytes());
        }
        (Ok(value), 7) => {
            let text = value.to_string();
            case.body = Some(
                text.replacen('{', "{\"ref\":1,\"name\":null,", 1)
                    .into_bytes(),
            );
        }
        (_, 8) => zip(case, &body, random),
        _ => case.body = Some(spoilt(body, random)),
    }
}

/// Replaces, removes or adds something somewhere inside.
fn change(value: &mut Value, random: &mut Random) {
    let below = match value {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    if below == 0 || random.once_in(6) {
        *value = values::value(random);
        return;
    }
    let at = random.below(below);
    match value {
        Value::Object(members) => {
            let name = members.keys().nth(at).cloned().unwrap_or_default();
            match random.below(8) {
                0 => {
                    members.remove(&name);
                }
                1 => {
                    members.insert(values::text(random), values::value(random));
                }
                2..=4 => {
                    members.insert(name, values::value(random));
                }
                _ => change(&mut members[&name], random),
            }
        }
        Value::Array(items) => match random.below(4) {
            0 => {
                let item = items[at].clone();
                items.extend(std::iter::repeat_n(item, 300));
            }
            1 => items.insert(at, values::value(random)),
            _ => change(&mut items[at], random),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn zip(case: &mut Case, body: &[u8], random: &mut Random) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let large = vec![b' '; 3_000_000];
    let content = if random.once_in(4) { &large } else { body };
    let written = packed.write_all(content);
    written.expect("memory takes everything");
    let mut packed = packed.finish().expect("memory takes everything");
    if random.once_in(3) {
        packed.truncate(packed.len() / 2);
    }
    case.set_header("content-encoding", b"gzip");
    case.body = Some(packed);
}

fn spoilt(mut body: Vec<u8>, random: &mut Random) -> Vec<u8> {
    match random.below(7) {
        0 => Vec::new(),
        1 => random.bytes(60),
        2 => b"\xef\xbb\xbf{}".to_vec(),
        3 => b"{\"a\":\"\xff\xfe\"}".to_vec(),
        4 => vec![b'x'; 2_000_000],
        5 => {
            body.truncate(body.len() / 2);
            body
        }
        _ => {
            if !body.is_empty() {
                let at = random.below(body.len());
                body[at] = random.bytes(1)[0];
            }
            body
        }
    }
}

fn framing(case: &mut Case, random: &mut Random) {
    if case.body.is_none() {
        case.body = Some(b"{}".to_vec());
    }
    let ways = [
        Framing::Chunked,
        Framing::Chunked,
        Framing::CutLength,
        Framing::CutChunks,
    ];
    case.framing = *random.pick(&ways);
}

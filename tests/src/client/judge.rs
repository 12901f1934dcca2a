//! Whether an answer is one that the contract allows. Pure: it looks at an answer and says what is wrong.

use serde_json::Value;

use super::answer::Answer;
use crate::schema;

const GITHUB: &str = "/api/v3";
const RUNYARD: &str = "/api/v1";
/// A page among the doors for programs.
const DOCS: &str = "/docs";
const JSON: &str = "application/json; charset=utf-8";
/// On every answer of GitHub's API, errors included (contract 5).
const ALWAYS_SENT: [&str; 3] = [
    "x-github-request-id",
    "x-github-enterprise-version",
    "x-github-media-type",
];

/// Judges `answer`, which came from the server at `base` (`http://host:port`).
///
/// # Errors
/// What the contract does not allow.
pub fn judge(base: &str, answer: &Answer) -> Result<(), String> {
    match (below(GITHUB, &answer.path), below(RUNYARD, &answer.path)) {
        (Some(path), _) => judge_github(base, path, answer),
        (None, Some(DOCS)) => Ok(()),
        (None, Some(path)) => judge_runyard(path, answer),
        (None, None) => Ok(()),
    }
}

/// The rest of `path` after `prefix`, if it is that door's.
pub(super) fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

fn judge_github(base: &str, path: &str, answer: &Answer) -> Result<(), String> {
    schema::check(&answer.method, path, answer.status, &answer.body)?;
    if let Some(missing) = ALWAYS_SENT
        .iter()
        .find(|name| answer.header(name).is_none())
    {
        return Err(format!("the header {missing} is missing"));
    }
    if answer.status == 302 && !answer.location().starts_with(base) {
        return Err(format!(
            "the location {} must begin with {base}",
            answer.location()
        ));
    }
    if answer.body.is_empty() {
        return Ok(());
    }
    judge_content_type(answer)?;
    schema::check_links(base, &json_of(answer)?)
}

fn judge_content_type(answer: &Answer) -> Result<(), String> {
    match answer.header("content-type") {
        Some(JSON) => Ok(()),
        other => Err(format!("the content type must be {JSON}, is {other:?}")),
    }
}

/// Runyard's own API answers with JSON objects and lists; errors have a sentence.
fn judge_runyard(path: &str, answer: &Answer) -> Result<(), String> {
    if answer.body.is_empty() {
        return if answer.status < 400 {
            Ok(())
        } else {
            Err("an error without a body".to_owned())
        };
    }
    let body = json_of(answer)?;
    if !body.is_object() && !body.is_array() {
        return Err(format!("neither an object nor a list: {body}"));
    }
    if answer.status >= 400 && body["message"].as_str().unwrap_or_default().is_empty() {
        return Err(format!("an error without a message: {body}"));
    }
    schema::check_own(&answer.method, path, answer.status, &body)
}

fn json_of(answer: &Answer) -> Result<Value, String> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| format!("no JSON: {error}: {}", answer.text()))
}

#[cfg(test)]
mod tests {
    use super::{Answer, judge};

    const BASE: &str = "http://127.0.0.1:8080";
    const RUNS: &str = "/api/v3/repos/o/r/actions/runs";
    const CANCEL: &str = "/api/v3/repos/o/r/actions/runs/1/cancel";

    fn answer(method: &str, path: &str, status: u16, body: &str) -> Answer {
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("x-github-request-id", "1"),
            ("x-github-enterprise-version", "3.19.0"),
            ("x-github-media-type", "github.v3; format=json"),
        ];
        Answer {
            method: method.to_owned(),
            path: path.to_owned(),
            status,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_good_answer_passes() {
        assert_eq!(judge(BASE, &answer("POST", CANCEL, 202, "{}")), Ok(()));
    }

    #[test]
    fn every_header_that_is_always_sent_is_asked_for() {
        for name in [
            "content-type",
            "x-github-request-id",
            "x-github-enterprise-version",
            "x-github-media-type",
        ] {
            let mut bad = answer("POST", CANCEL, 202, "{}");
            bad.headers.retain(|(known, _)| known != name);
            assert!(judge(BASE, &bad).is_err(), "{name}");
        }
    }

    #[test]
    fn planted_bodies_are_found() {
        let error = r#"{"message":"no"}"#;
        let whole_error = r#"{"message":"no","documentation_url":"","status":"422"}"#;
        let cases = [
            (answer("POST", CANCEL, 202, ""), false),
            (answer("POST", CANCEL, 404, error), false),
            (answer("POST", CANCEL, 200, "{}"), false), // a wrong status
            (
                answer("GET", RUNS, 200, r#"{"total_count":0,"workflow_runs":[]}"#),
                true,
            ),
            (
                answer(
                    "GET",
                    RUNS,
                    200,
                    r#"{"total_count":"0","workflow_runs":[]}"#,
                ),
                false,
            ), // a wrong type
            (answer("GET", "/api/v3?x=1", 200, "{}"), false),
            (answer("POST", "/api/v1/repos", 201, r#"{"id":1}"#), false), // members are missing
            (
                answer(
                    "GET",
                    "/api/v1/repos",
                    200,
                    r#"{"repositories":[],"next":null}"#,
                ),
                true,
            ),
            (
                answer(
                    "GET",
                    "/api/v1/repos?after=1",
                    200,
                    r#"{"repositories":[],"next":"x"}"#,
                ),
                false,
            ),
            (answer("GET", "/api/v1/no-such-thing", 200, "{}"), false),
            (answer("POST", "/api/v1/repos", 422, error), false), // members are missing
            (answer("POST", "/api/v1/repos", 422, whole_error), true),
            (answer("POST", "/api/v1/repos", 422, "{}"), false),
            (answer("POST", "/api/v1/repos", 422, ""), false),
            (answer("GET", "/api/v1/repos", 200, "3"), false),
            (answer("GET", "/api/v1/repos", 200, "<html>"), false),
            (answer("GET", "/api/v30", 200, "<html>"), true),
            (answer("GET", "/healthz", 200, "ok"), true),
        ];
        for (answer, good) in cases {
            assert_eq!(judge(BASE, &answer).is_ok(), good, "{answer:?}");
        }
    }

    #[test]
    fn a_redirect_leads_to_the_same_server() {
        let mut logs = answer("GET", "/api/v3/repos/o/r/actions/runs/1/logs", 302, "");
        logs.headers
            .push(("location".to_owned(), format!("{BASE}/api/downloads/x")));
        assert_eq!(judge(BASE, &logs), Ok(()));
        logs.headers.pop();
        logs.headers
            .push(("location".to_owned(), "/api/downloads/x".to_owned()));
        assert!(judge(BASE, &logs).is_err());
    }
}

//! Finds the operation that a request is for. Literal segments win over placeholders.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::corrections;

/// The methods that an OpenAPI path item may hold.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One operation of the description.
pub(super) struct Operation {
    /// Its place among the operations, which names its schemas.
    pub(super) index: usize,
    /// GitHub's name of it, such as `actions/cancel-workflow-run`.
    pub(super) name: String,
    method: String,
    segments: Vec<String>,
    /// Status code to response object, references followed.
    pub(super) responses: Map<String, Value>,
}

/// The description as checked in, corrected.
pub(super) static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../contract/github-actions.openapi.json");
    let mut whole = serde_json::from_str(text).expect("the checked-in description is JSON");
    corrections::apply(&mut whole);
    whole
});

/// Every operation of the description.
pub(super) static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let paths = DESCRIPTION["paths"]
        .as_object()
        .expect("a description has paths");
    let pairs = paths
        .iter()
        .flat_map(|(path, item)| METHODS.map(|method| (path, method, item)));
    let described = pairs.filter(|(_, method, item)| item.get(method).is_some());
    described
        .enumerate()
        .map(|(index, (path, method, item))| read(index, method, path, &item[method]))
        .collect()
});

fn read(index: usize, method: &str, path: &str, described: &Value) -> Operation {
    let responses = described["responses"]
        .as_object()
        .expect("an operation has responses");
    Operation {
        index,
        name: described["operationId"].as_str().unwrap_or(path).to_owned(),
        method: method.to_owned(),
        segments: segments(path),
        responses: responses
            .iter()
            .map(|(code, it)| (code.clone(), follow(it).clone()))
            .collect(),
    }
}

/// The description as checked in, with the known corrections.
#[must_use]
pub fn description() -> &'static Value {
    &DESCRIPTION
}

/// What a `#/components/...` reference names, or the value itself.
///
/// # Panics
/// If the description has no such thing.
#[must_use]
pub fn follow(value: &Value) -> &Value {
    let Some(reference) = value["$ref"].as_str() else {
        return value;
    };
    let pointer = reference
        .strip_prefix('#')
        .expect("references stay inside the description");
    DESCRIPTION
        .pointer(pointer)
        .expect("what a reference names is there")
}

/// GitHub's name of the operation that `method path` is for; the path is relative to `/api/v3` and may carry a query.
#[must_use]
pub fn operation(method: &str, path: &str) -> Option<&'static str> {
    find(method, path).map(|operation| operation.name.as_str())
}

pub(super) fn find(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let asked = joined(by_name(segments(path)));
    let method = if method == "HEAD" {
        "get".to_owned()
    } else {
        method.to_lowercase()
    };
    let fitting = OPERATIONS
        .iter()
        .filter(|it| it.method == method && fits(it, &asked));
    fitting.min_by_key(|it| placeholders(it))
}

/// `/repositories/{id}/...` answers as `/repos/{owner}/{repo}/...` (contract 1).
fn by_name(mut asked: Vec<String>) -> Vec<String> {
    if asked.first().is_some_and(|first| first == "repositories") && asked.len() > 1 {
        asked.splice(0..2, ["repos", "owner", "repo"].map(String::from));
    }
    asked
}

/// A path of files, and a name of a commit, are one segment whatever slashes they have.
fn joined(mut asked: Vec<String>) -> Vec<String> {
    let (from, behind) = match asked.get(3).map(String::as_str) {
        Some("contents") => (4, 0),
        Some("commits") => (4, 1),
        Some(_) | None => return asked,
    };
    let to = asked.len().saturating_sub(behind);
    if to > from {
        let whole = asked[from..to].join("/");
        asked.splice(from..to, [whole]);
    }
    asked
}

fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(String::from)
        .collect()
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{')
}

fn fits(operation: &Operation, asked: &[String]) -> bool {
    let pairs = || operation.segments.iter().zip(asked);
    operation.segments.len() == asked.len()
        && pairs().all(|(described, given)| is_placeholder(described) || described == given)
}

fn placeholders(operation: &Operation) -> usize {
    operation
        .segments
        .iter()
        .filter(|segment| is_placeholder(segment))
        .count()
}

#[cfg(test)]
mod tests {
    use super::operation;

    #[test]
    fn requests_find_their_operation() {
        let cases = [
            ("GET", "/", Some("meta/root")),
            (
                "GET",
                "/repos/o/r/actions/runs?per_page=1",
                Some("actions/list-workflow-runs-for-repo"),
            ),
            (
                "HEAD",
                "/repos/o/r/actions/runs/7",
                Some("actions/get-workflow-run"),
            ),
            (
                "GET",
                "/repositories/3/actions/runs/7",
                Some("actions/get-workflow-run"),
            ),
            (
                "GET",
                "/repos/{owner}/{repo}/actions/runs/{run_id}",
                Some("actions/get-workflow-run"),
            ),
            (
                "GET",
                "/repos/o/r/actions/secrets/public-key",
                Some("actions/get-repo-public-key"),
            ),
            (
                "GET",
                "/repos/o/r/actions/secrets/TOKEN",
                Some("actions/get-repo-secret"),
            ),
            (
                "GET",
                "/repos/o/r/contents/docs/a.md?ref=main",
                Some("repos/get-content"),
            ),
            ("GET", "/repositories/3/contents", Some("repos/get-content")),
            (
                "GET",
                "/repos/o/r/commits/heads/main/check-runs",
                Some("checks/list-for-ref"),
            ),
            (
                "GET",
                "/repos/o/r/check-suites/7/check-runs",
                Some("checks/list-for-suite"),
            ),
            ("POST", "/repos/o/r/actions/runs", None),
            ("GET", "/repos/o/r/actions/nothing", None),
        ];
        for (method, path, expected) in cases {
            assert_eq!(operation(method, path), expected, "{method} {path}");
        }
    }
}

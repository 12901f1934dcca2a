//! Links in bodies lead back to the server that sent them, at the address the client used (contract 1).

use serde_json::Value;

/// Links that may lead elsewhere.
const ELSEWHERE: [&str; 3] = ["documentation_url", "external_url", "mirror_url"];

/// Checks every `url` and `..._url` member of `body`: links begin with `base` (`http://host:port`), API links with
/// `base/api/v3`.
///
/// # Errors
/// The first wrong link with its JSON pointer.
pub fn check_links(base: &str, body: &Value) -> Result<(), String> {
    walk(base, "", "", body)
}

fn walk(base: &str, pointer: &str, key: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Object(members) => members
            .iter()
            .try_for_each(|(key, value)| walk(base, &format!("{pointer}/{key}"), key, value)),
        Value::Array(items) => (0..)
            .zip(items)
            .try_for_each(|(index, value)| walk(base, &format!("{pointer}/{index}"), key, value)),
        Value::String(link) => check_link(base, pointer, key, link),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn check_link(base: &str, pointer: &str, key: &str, link: &str) -> Result<(), String> {
    let is_link = (key == "url" || key.ends_with("_url")) && link.starts_with("http");
    if !is_link || ELSEWHERE.contains(&key) {
        return Ok(());
    }
    let Some(path) = link.strip_prefix(base) else {
        return Err(format!("{pointer}: {link} must begin with {base}"));
    };
    let starts_api = ["/repos/", "/repositories/", "/users/", "/orgs/"];
    if starts_api.iter().any(|start| path.starts_with(start)) {
        return Err(format!("{pointer}: {link} must begin with {base}/api/v3"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_links;
    use serde_json::json;

    #[test]
    fn links_lead_back_to_the_server_that_sent_them() {
        let base = "http://127.0.0.1:8080";
        let cases = [
            (
                json!({ "url": "http://127.0.0.1:8080/api/v3/repos/o/r" }),
                true,
            ),
            (
                json!({ "html_url": "http://127.0.0.1:8080/o/r/actions/runs/1" }),
                true,
            ),
            (
                json!({ "git_url": "git:host/o/r.git", "mirror_url": "https://elsewhere" }),
                true,
            ),
            (json!({ "url": "http://127.0.0.1:8080/repos/o/r" }), false),
            (
                json!([{ "deep": { "jobs_url": "https://api.github.com/x" } }]),
                false,
            ),
            (json!({ "url": "http://localhost:8080/api/v3" }), false),
        ];
        for (body, good) in cases {
            assert_eq!(check_links(base, &body).is_ok(), good, "{body}");
        }
    }
}

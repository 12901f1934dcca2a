//! The one shape of every error below `/api/v3` (contract 3), which the description mostly leaves out.

use serde_json::Value;

/// Editors detect a GitHub Enterprise Server by this beginning.
const DOCUMENTATION: &str = "https://docs.github.com/enterprise";

/// Checks the body of an answer with `status` 400 or above: `message`, `documentation_url` and `status` as a string.
///
/// # Errors
/// What is wrong, with its JSON pointer.
pub fn check_error(status: u16, body: &Value) -> Result<(), String> {
    let text = |key: &str| body[key].as_str().unwrap_or_default();
    if text("message").is_empty() {
        return Err(format!("/message: an error needs a sentence: {body}"));
    }
    if !text("documentation_url").starts_with(DOCUMENTATION) {
        return Err(format!(
            "/documentation_url: must begin with {DOCUMENTATION}: {body}"
        ));
    }
    if text("status") != status.to_string() {
        return Err(format!("/status: must be the string \"{status}\": {body}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_error;
    use serde_json::json;

    #[test]
    fn an_error_has_a_message_a_page_and_its_status_as_text() {
        let good = json!({
            "message": "Not Found",
            "documentation_url": "https://docs.github.com/enterprise-server@3.19/rest",
            "status": "404",
        });
        assert_eq!(check_error(404, &good), Ok(()));
        for (key, value) in [
            ("message", json!("")),
            ("documentation_url", json!("https://docs.github.com/rest")),
            ("status", json!(404)),
            ("status", json!("403")),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            let reason = check_error(404, &bad).expect_err("a planted fault");
            assert!(reason.starts_with(&format!("/{key}: ")), "{reason}");
        }
    }
}

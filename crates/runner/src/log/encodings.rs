//! Other forms in which a secret commonly shows up in output (semantics R8.6). Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Encoded pieces shorter than this would mask ordinary text.
const ENCODED_BYTES_MIN: usize = 8;

/// The encoded forms of `value` that differ from it.
pub(super) fn encoded_forms(value: &str) -> Vec<String> {
    let mut forms: Vec<String> = (0..3).map(|shift| base64_at(value, shift)).collect();
    forms.push(json(value));
    forms.push(utf8_percent_encode(value, NON_ALPHANUMERIC).to_string());
    forms.push(uri_data(value));
    forms.push(xml(value));
    forms.push(value.replace('\\', "\\\\").replace('"', "\\\""));
    forms.push(value.replace('\'', "'\\''"));
    forms.retain(|form| form != value && form.len() >= ENCODED_BYTES_MIN);
    forms
}

/// What is certain of the value's base64 when `shift` bytes stand before it in the encoded text:
/// characters that mix it with its neighbours are left out.
fn base64_at(value: &str, shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(value.as_bytes());
    bytes.truncate(bytes.len() - bytes.len() % 3);
    let encoded = STANDARD_NO_PAD.encode(bytes);
    let mixed = if shift == 0 { 0 } else { shift + 1 };
    encoded.get(mixed..).unwrap_or_default().to_owned()
}

fn json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// As JavaScript's `encodeURIComponent` does it.
fn uri_data(value: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    utf8_percent_encode(value, KEPT).to_string()
}

fn xml(value: &str) -> String {
    let escaped = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn r8_6_base64_of_a_text_around_the_secret_holds_one_of_the_forms() {
        let secret = "hunter2-and-more";
        for before in ["", "a", "ab", "abc", "user:"] {
            let encoded = STANDARD.encode(format!("{before}{secret}tail"));
            let found = encoded_forms(secret)
                .iter()
                .any(|form| encoded.contains(form));
            assert!(found, "before {before:?}: {encoded}");
        }
    }
}

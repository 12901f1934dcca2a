//! Turns OpenAPI 3.0 schemas into JSON Schema 2020-12. It changes notation, never what is allowed, but for one thing:
//! times are whole seconds of UTC (contract 1).

use serde_json::{Map, Value, json};

/// Key of the added limit on times.
const WHOLE_SECONDS: &str = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$";

/// How a schema writes its times.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// `2020-07-25T22:58:34Z`: nearly everywhere.
    WholeSeconds,
    /// Any RFC 3339 text: workflow objects.
    Free,
}

/// The same schema in JSON Schema.
pub(super) fn schema(openapi: &Value, times: Times) -> Value {
    let Value::Object(members) = openapi else {
        return openapi.clone();
    };
    if let Some(reference) = members.get("$ref") {
        return json!({ "$ref": reference });
    }
    let mut converted: Map<String, Value> = members
        .iter()
        .map(|(key, value)| (key.clone(), member(key, value, times)))
        .collect();
    if converted.get("format") == Some(&json!("date-time")) && times == Times::WholeSeconds {
        converted.insert("pattern".to_owned(), json!(WHOLE_SECONDS));
    }
    if converted.remove("nullable") == Some(json!(true)) {
        or_null(converted)
    } else {
        converted.into()
    }
}

fn member(key: &str, value: &Value, times: Times) -> Value {
    match (key, value) {
        ("properties", Value::Object(properties)) => {
            let pairs = properties
                .iter()
                .map(|(name, it)| (name.clone(), schema(it, times)));
            Value::Object(pairs.collect())
        }
        ("allOf" | "anyOf" | "oneOf", Value::Array(list)) => {
            list.iter().map(|it| schema(it, times)).collect()
        }
        ("items" | "additionalProperties" | "not", _) => schema(value, times),
        _ => value.clone(),
    }
}

fn or_null(converted: Map<String, Value>) -> Value {
    json!({ "anyOf": [{ "type": "null" }, converted] })
}

#[cfg(test)]
mod tests {
    use super::{Times, schema};
    use serde_json::{Value, json};

    fn converted(openapi: Value) -> Value {
        schema(&openapi, Times::Free)
    }

    #[test]
    fn nullable_allows_null_beside_enums_and_combinations() {
        let word = json!({ "type": "string", "enum": ["a"] });
        let mut nullable = word.clone();
        nullable["nullable"] = json!(true);
        let expected = json!({ "anyOf": [{ "type": "null" }, word] });
        assert_eq!(converted(nullable.clone()), expected);
        assert_eq!(
            converted(json!({ "properties": { "nullable": nullable } })),
            json!({ "properties": { "nullable": expected } })
        );
    }

    #[test]
    fn not_nullable_disappears_and_members_beside_a_reference_are_ignored() {
        assert_eq!(
            converted(json!({ "type": "string", "nullable": false })),
            json!({ "type": "string" })
        );
        assert_eq!(
            converted(json!({ "$ref": "#/x", "nullable": true })),
            json!({ "$ref": "#/x" })
        );
    }

    #[test]
    fn times_are_whole_seconds_but_where_they_are_free() {
        let time = json!({ "type": "string", "format": "date-time" });
        assert_eq!(schema(&time, Times::Free), time);
        assert!(schema(&time, Times::WholeSeconds)["pattern"].is_string());
    }
}

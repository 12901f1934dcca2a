//! Two ways to write the same model made one: mappings without order, one item for a list of one,
//! the short form where only the main key is given.

use serde_json::{Map, Value, json};

/// The main key of settings that have a short form.
const MAIN: [(&str, &str); 4] = [
    ("concurrency", "group"),
    ("environment", "name"),
    ("container", "image"),
    ("snapshot", "image-name"),
];

/// `value`, which stands under `key`, as the projection of our model writes it.
pub(crate) fn normal(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(object) if object.contains_key("type") && !is_plain(object) => {
            placed(object, token(key, object))
        }
        Value::Object(object) => {
            let pairs = object
                .iter()
                .map(|(key, value)| (key.clone(), normal(key, value)));
            Value::Object(pairs.collect())
        }
        Value::Array(items) => items.iter().map(|item| normal(key, item)).collect(),
        Value::Number(number) => json!(number.as_f64()),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// Jobs and inputs of events have a `type` that is a word.
fn is_plain(object: &Map<String, Value>) -> bool {
    object["type"].is_string()
}

fn placed(object: &Map<String, Value>, value: Value) -> Value {
    match object.get("line") {
        None => value,
        Some(line) => at(
            object["file"].as_u64().unwrap(),
            line.as_u64().unwrap(),
            object["col"].as_u64().unwrap(),
            value,
        ),
    }
}

/// `value` with its place.
pub(crate) fn at(file: u64, line: u64, column: u64, value: Value) -> Value {
    json!({ "at": [file, line, column], "is": value })
}

fn token(key: &str, object: &Map<String, Value>) -> Value {
    match object["type"].as_u64().unwrap() {
        0 => object["lit"].clone(),
        1 => {
            let items = object["seq"].as_array().unwrap().iter();
            let items: Vec<Value> = items.map(|item| normal("", item)).collect();
            match items.as_slice() {
                [item] if key == "runs-on" && !object.contains_key("line") => item.clone(),
                _ => Value::Array(items),
            }
        }
        2 => mapping(key, object["map"].as_array().unwrap()),
        3 => json!({ "expr": object["expr"] }),
        5 => object["bool"].clone(),
        6 => json!(object["num"].as_f64()),
        7 => Value::Null,
        other => panic!("token of type {other}"),
    }
}

fn mapping(setting: &str, pairs: &[Value]) -> Value {
    let mut object = Map::new();
    for pair in pairs {
        let key = &pair["Key"];
        let name = key.get("lit").unwrap_or(key).as_str().unwrap();
        let inside = if setting == "services" {
            "container"
        } else {
            name
        };
        object.insert(name.to_owned(), normal(inside, &pair["Value"]));
    }
    let main = MAIN.iter().find(|(named, _)| *named == setting);
    match main {
        Some((_, main)) if object.len() == 1 => match object.remove(*main) {
            Some(value) => value,
            None => Value::Object(object),
        },
        _ => Value::Object(object),
    }
}

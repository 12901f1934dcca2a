//! Answers in GitHub's form: the kind of an error stands beside its message, and what was not begun has no data.

use super::asking::TYPE;
use async_graphql::{PathSegment, Response, ServerError};
use serde_json::{Map, Value, json};

/// The body of an answer.
pub(super) fn rendered(answer: Response) -> Value {
    let mut body = Map::new();
    let data = answer.data.into_json().unwrap_or_default();
    let was_begun = answer.errors.iter().any(|error| !error.path.is_empty());
    if !data.is_null() || answer.errors.is_empty() || was_begun {
        body.insert("data".to_owned(), data);
    }
    if !answer.errors.is_empty() {
        let errors = answer.errors.iter().map(error);
        body.insert("errors".to_owned(), errors.collect());
    }
    Value::Object(body)
}

fn error(error: &ServerError) -> Value {
    let mut members = Map::new();
    let extensions = error.extensions.as_ref();
    if let Some(kind) = extensions.and_then(|extensions| extensions.get(TYPE)) {
        let kind = kind.clone().into_json().unwrap_or_default();
        members.insert(TYPE.to_owned(), kind);
    }
    if !error.path.is_empty() {
        members.insert("path".to_owned(), error.path.iter().map(segment).collect());
    }
    let places = error.locations.iter();
    let places = places.map(|place| json!({ "line": place.line, "column": place.column }));
    members.insert("locations".to_owned(), places.collect());
    members.insert("message".to_owned(), error.message.clone().into());
    Value::Object(members)
}

fn segment(segment: &PathSegment) -> Value {
    match segment {
        PathSegment::Field(name) => name.as_str().into(),
        PathSegment::Index(index) => (*index).into(),
    }
}

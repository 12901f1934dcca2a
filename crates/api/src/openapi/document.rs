//! The document, put together once from the operations of all areas.

use super::operation::{Credential, Operation};
use crate::{lifecycle, runner};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const TITLE: &str = "Runyard's own API";
const DESCRIPTION: &str = "What GitHub's API does not have: jobs that wait and why, runs that are made again, users, tokens, \
    repositories and their sources, and the protocol of runners. Bodies are JSON. GitHub's own API is at /api/v3.";
/// Where schemas refer to each other.
const SCHEMAS: &str = "/components/schemas";

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);

/// What `/api/v1` offers, in OpenAPI 3.1. Always the same within one version.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

fn areas() -> [(&'static str, Vec<Operation>); 2] {
    [
        ("Service", lifecycle::operations()),
        ("Runner protocol", runner::operations()),
    ]
}

fn generator(settings: SchemaSettings) -> SchemaGenerator {
    let settings = settings.with(|settings| {
        SCHEMAS.clone_into(settings.definitions_path.to_mut());
        settings.meta_schema = None;
    });
    settings.into_generator()
}

fn build() -> Value {
    let draft = SchemaSettings::draft2020_12;
    let mut read = generator(draft().for_deserialize());
    let mut written = generator(draft().for_serialize());
    let mut paths = Map::new();
    for (tag, operations) in areas() {
        for operation in operations {
            let (method, path) = operation.place();
            let methods = paths.entry(path).or_insert_with(|| json!({}));
            methods[method] = operation.described(tag, &mut read, &mut written);
        }
    }
    let mut schemas = written.take_definitions(true);
    for (name, schema) in read.take_definitions(true) {
        schemas.entry(name).or_insert(schema);
    }
    schemas.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": areas().map(|(name, _)| json!({ "name": name })),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "It was not done; the message says why.",
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
                },
            },
            "securitySchemes": schemes(),
        },
    })
}

/// The body of every error.
fn problem() -> Value {
    json!({
        "type": "object",
        "properties": {
            "message": { "type": "string", "description": "A sentence for people." },
            "errors": { "type": "string" },
            "ack": { "type": "integer", "description": "Of a log that is full: bytes that are stored." },
            "documentation_url": { "type": "string" },
            "status": { "type": "string", "description": "The status code." },
        },
        "required": ["message", "documentation_url", "status"],
    })
}

fn schemes() -> Value {
    let schemes = Credential::SCHEMES.iter().map(|(_, name, what)| {
        let scheme = json!({ "type": "http", "scheme": "bearer", "description": what });
        ((*name).to_owned(), scheme)
    });
    Value::Object(schemes.collect())
}

#[cfg(test)]
mod tests {
    use super::{SchemaSettings, areas, document, generator};
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn one_name_never_means_two_shapes() {
        let mut read = generator(SchemaSettings::draft2020_12().for_deserialize());
        let mut written = generator(SchemaSettings::draft2020_12().for_serialize());
        for (tag, operations) in areas() {
            for operation in operations {
                operation.described(tag, &mut read, &mut written);
            }
        }
        let written = written.take_definitions(true);
        for (name, schema) in read.take_definitions(true) {
            let other = written.get(&name);
            assert!(other.is_none_or(|other| *other == schema), "{name}");
        }
        let numbered = |name: &&String| name.ends_with(|c: char| c.is_ascii_digit());
        let doubled: Vec<&String> = written.keys().filter(numbered).collect();
        assert_eq!(doubled, Vec::<&String>::new(), "two types have one name");
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
        let text = document().to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document().pointer(pointer).is_some(), "{pointer}");
        }
        let paths = document()["paths"].as_object().unwrap();
        let operations = paths
            .values()
            .flat_map(|methods| methods.as_object().unwrap().values());
        let ids: Vec<&Value> = operations
            .map(|operation| &operation["operationId"])
            .collect();
        let different: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(different.len(), ids.len());
    }
}

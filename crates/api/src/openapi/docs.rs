//! The document as a page: nothing but the document is known here, and nothing is fetched to show it.

use maud::{Markup, html};
use serde_json::{Map, Value};

/// Schemas within schemas are shown this deep; then their kind alone.
const DEPTH_MAX: usize = 6;

/// The whole document.
pub(super) fn page(document: &Value) -> Markup {
    html! {
        p { (text(&document["info"]["description"])) }
        p.quiet {
            "Version " (text(&document["info"]["version"])) ". "
            a href="/api/v1/openapi.json" { "The OpenAPI document" } " for programs."
        }
        h2 { "Credentials" }
        p { "Sent as " code { "Authorization: Bearer TOKEN" } "." }
        dl {
            @for (name, scheme) in members(&document["components"]["securitySchemes"]) {
                dt { (name) } dd { (text(&scheme["description"])) }
            }
        }
        @for tag in items(&document["tags"]) {
            h2 { (text(&tag["name"])) }
            @for (path, methods) in members(&document["paths"]) {
                @for (method, operation) in members(methods) {
                    @if items(&operation["tags"]).contains(&tag["name"]) { (operation_of(path, method, operation)) }
                }
            }
        }
        h2 { "Shapes" }
        @for (name, schema) in members(&document["components"]["schemas"]) { (shape(name, schema)) }
    }
}

fn operation_of(path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = items(&operation["parameters"]);
    html! {
        details id=(text(&operation["operationId"])) {
            summary { code { strong { (method.to_uppercase()) } " " (path) } " " (text(&operation["summary"])) }
            p.quiet { "Credential: " (credential(&operation["security"])) }
            @if !parameters.is_empty() {
                table {
                    thead { tr { th { "Parameter" } th { "In" } th { "Type" } th { "Meaning" } } }
                    tbody {
                        @for parameter in parameters {
                            tr {
                                td { code { (text(&parameter["name"])) } }
                                td { (text(&parameter["in"])) }
                                td { (kind(&parameter["schema"], 0)) }
                                td { (text(&parameter["description"])) }
                            }
                        }
                    }
                }
            }
            @if let Some(body) = operation.get("requestBody") { p { "Body: " (content(&body["content"])) } }
            ul {
                @for (status, answer) in members(&operation["responses"]) {
                    li {
                        @match answer.get("$ref") {
                            Some(reference) => { "Otherwise: " (link(reference)) },
                            None => { code { (status) } " " (text(&answer["description"])) " " (content(&answer["content"])) },
                        }
                    }
                }
            }
        }
    }
}

fn credential(security: &Value) -> String {
    let names: Vec<&str> = items(security)
        .iter()
        .map(|scheme| members(scheme).next().map_or("none", |(name, _)| name))
        .collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        names => names.join(" or "),
    }
}

fn content(content: &Value) -> Markup {
    html! {
        @for (media_type, described) in members(content) {
            code { (media_type) } " "
            @if let Some(schema) = described.get("schema") { (kind(schema, 0)) }
        }
    }
}

fn shape(name: &str, schema: &Value) -> Markup {
    html! {
        details id={ "shape-" (name) } {
            summary { code { (name) } }
            p { (text(&schema["description"])) }
            (inside(schema, 0))
        }
    }
}

/// What a schema that has no name of its own is made of.
fn inside(schema: &Value, depth: usize) -> Markup {
    let required = items(&schema["required"]);
    let choices = ["oneOf", "anyOf"].map(|key| items(&schema[key]));
    html! {
        @if schema.get("properties").is_some() {
            table {
                thead { tr { th { "Member" } th { "Type" } th { "Meaning" } } }
                tbody {
                    @for (name, member) in members(&schema["properties"]) {
                        tr {
                            td { code { (name) } @if !required.iter().any(|one| one == name) { " " span.quiet { "optional" } } }
                            td { (kind(member, depth + 1)) }
                            td { (text(&member["description"])) }
                        }
                    }
                }
            }
        } @else if choices.iter().all(|choices| choices.is_empty()) {
            p { (kind(schema, depth)) }
        }
        @for choice in choices.into_iter().flatten() {
            p.quiet { "One of: " (text(&choice["description"])) }
            (inside_or_kind(choice, depth + 1))
        }
    }
}

fn inside_or_kind(schema: &Value, depth: usize) -> Markup {
    match schema.get("properties").is_some() && depth < DEPTH_MAX {
        true => inside(schema, depth),
        false => html! { p { (kind(schema, depth)) } },
    }
}

/// A type in a few words.
fn kind(schema: &Value, depth: usize) -> Markup {
    if let Some(reference) = schema.get("$ref") {
        return link(reference);
    }
    if depth >= DEPTH_MAX {
        return html! { "..." };
    }
    if let Some(words) = schema.get("enum") {
        let words: Vec<String> = items(words).iter().map(Value::to_string).collect();
        return html! { code { (words.join(", ")) } };
    }
    if let Some(word) = schema.get("const") {
        return html! { code { (word.to_string()) } };
    }
    let choices = [items(&schema["anyOf"]), items(&schema["oneOf"])].concat();
    if !choices.is_empty() {
        return html! {
            @for (number, choice) in choices.iter().enumerate() {
                @if number > 0 { " or " }
                (kind(choice, depth + 1))
            }
        };
    }
    let names = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        Value::String(name) => name.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "anything".to_owned(),
    };
    html! {
        (names)
        @if let Some(item) = schema.get("items") { " of " (kind(item, depth + 1)) }
        @if schema.get("properties").is_some() { (inside(schema, depth + 1)) }
    }
}

fn link(reference: &Value) -> Markup {
    let name = text(reference).rsplit('/').next().unwrap_or_default();
    html! { a href={ "#shape-" (name) } { (name) } }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.map(|(name, value)| (name.as_str(), value))
}

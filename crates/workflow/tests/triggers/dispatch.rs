//! Inputs of a dispatch (semantics R6.31 to R6.33).

use crate::matching::located;
use runyard_workflow::dispatch::{
    DispatchInputs, MAX_DISPATCH_INPUTS, MAX_DISPATCH_PAYLOAD, check_repository_dispatch,
    read_inputs,
};
use runyard_workflow::expression::{Kind, Value};
use runyard_workflow::model::{DispatchInput, InputKind, Located, Scalar};
use serde_json::{Map, Value as Json, json};

fn input(name: &str, kind: InputKind) -> DispatchInput {
    DispatchInput {
        name: located(name),
        description: None,
        deprecation_message: None,
        required: false,
        default: None,
        kind,
        options: Vec::new(),
    }
}

fn declared() -> Vec<DispatchInput> {
    vec![
        input("note", InputKind::String),
        DispatchInput {
            required: true,
            options: vec![located("low"), located("high")],
            ..input("level", InputKind::Choice)
        },
        input("dry", InputKind::Boolean),
        DispatchInput {
            default: Some(Located::new(Scalar::Number(3.0), located("").position)),
            ..input("count", InputKind::Number)
        },
        input("target", InputKind::Environment),
    ]
}

fn given(json: Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

fn read(json: Json) -> Result<DispatchInputs, Vec<String>> {
    let environments = ["prod".to_owned()];
    read_inputs(&declared(), &given(json), Some(&environments))
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn typed(inputs: &DispatchInputs) -> Vec<(String, Kind, String)> {
    inputs
        .typed
        .iter()
        .map(|(name, value)| (name.to_owned(), value.kind(), value.to_text().to_string()))
        .collect()
}

fn row(name: &str, kind: Kind, text: &str) -> (String, Kind, String) {
    (name.to_owned(), kind, text.to_owned())
}

#[test]
fn r6_33_inputs_keep_their_types_and_the_event_has_texts() {
    let inputs = read(
        json!({"note": "x", "LEVEL": "high", "dry": "true", "count": "1.50", "target": "Prod"}),
    )
    .unwrap();
    assert_eq!(
        typed(&inputs),
        [
            row("note", Kind::String, "x"),
            row("level", Kind::String, "high"),
            row("dry", Kind::Boolean, "true"),
            row("count", Kind::Number, "1.5"),
            row("target", Kind::String, "Prod"),
        ]
    );
    let texts: Vec<&str> = inputs.texts.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["x", "high", "true", "1.50", "Prod"]);
}

#[test]
fn r6_33_what_is_not_given_has_its_default_or_nothing() {
    let inputs = read(json!({"level": "low"})).unwrap();
    assert_eq!(
        typed(&inputs),
        [
            row("note", Kind::String, ""),
            row("level", Kind::String, "low"),
            row("dry", Kind::Boolean, "false"),
            row("count", Kind::Number, "3"),
            row("target", Kind::String, ""),
        ]
    );
    let texts: Vec<&str> = inputs.texts.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["", "low", "false", "3", ""]);
}

#[test]
fn r6_31_json_booleans_and_numbers_are_taken_too() {
    let inputs = read(json!({"level": "low", "dry": true, "count": 7})).unwrap();
    assert_eq!(inputs.typed.get("dry").and_then(Value::as_bool), Some(true));
    assert_eq!(
        inputs.typed.get("count").and_then(Value::as_number),
        Some(7.0)
    );
    assert_eq!(inputs.texts[3], ("count".to_owned(), "7".to_owned()));
}

#[test]
fn r6_31_an_input_without_a_body_is_an_optional_text() {
    let bare = input("x", InputKind::String);
    let inputs = read_inputs(&[bare], &Map::new(), None).unwrap();
    assert_eq!(typed(&inputs), [row("x", Kind::String, "")]);
}

#[test]
fn r6_32_each_error_names_input_value_and_what_is_allowed() {
    let table = [
        (
            json!({}),
            "input 'level' is required and not given; its type is choice",
        ),
        (
            json!({"level": ""}),
            "input 'level' is required and not given; its type is choice",
        ),
        (
            json!({"level": "Low"}),
            "input 'level' is 'Low', which is not one of its options: low, high",
        ),
        (
            json!({"level": "low", "dry": "yes"}),
            "input 'dry' is 'yes'; it must be true or false",
        ),
        (
            json!({"level": "low", "dry": "True"}),
            "input 'dry' is 'True'; it must be true or false",
        ),
        (
            json!({"level": "low", "count": "many"}),
            "input 'count' is 'many'; it must be a number",
        ),
        (
            json!({"level": "low", "target": "dev"}),
            "input 'target' is 'dev', which is not an environment of the repository: prod",
        ),
        (
            json!({"level": "low", "note": {}}),
            "input 'note' is {}; it must be a text, a number or a boolean",
        ),
        (
            json!({"level": "low", "note": null}),
            "input 'note' is null; it must be a text, a number or a boolean",
        ),
        (
            json!({"level": "low", "lvl": "x"}),
            "input 'lvl' is not declared by the workflow; it declares: note, level, dry, count, target",
        ),
    ];
    for (json, sentence) in table {
        assert_eq!(read(json).unwrap_err(), [sentence]);
    }
    let none = read_inputs(&[], &given(json!({"a": "b"})), None).unwrap_err();
    assert_eq!(
        none[0].to_string(),
        "input 'a' is not declared by the workflow; it declares none"
    );
    let all = read(json!({"dry": "x", "count": "y", "z": "1"})).unwrap_err();
    assert_eq!(all.len(), 4);
}

#[test]
fn r6_32_any_environment_will_do_where_none_are_known() {
    let declared = [input("target", InputKind::Environment)];
    assert!(read_inputs(&declared, &given(json!({"target": "dev"})), None).is_ok());
    assert!(read_inputs(&declared, &given(json!({"target": "dev"})), Some(&[])).is_err());
}

#[test]
fn r6_31_inputs_and_their_length_are_limited() {
    let names: Vec<String> = (0..=MAX_DISPATCH_INPUTS)
        .map(|n| format!("i{n:02}"))
        .collect();
    let declared: Vec<DispatchInput> = names
        .iter()
        .map(|name| input(name, InputKind::String))
        .collect();
    let with = |count: usize| {
        names
            .iter()
            .take(count)
            .map(|name| (name.clone(), json!("x")))
            .collect::<Map<_, _>>()
    };
    assert!(read_inputs(&declared, &with(MAX_DISPATCH_INPUTS), None).is_ok());
    let error = read_inputs(&declared, &with(MAX_DISPATCH_INPUTS + 1), None).unwrap_err();
    assert_eq!(
        error[0].to_string(),
        "input 'i25' is one of 26; at most 25 inputs may be given"
    );
    let frame = json!({"i00": ""}).to_string().len();
    let of_length = |length: usize| given(json!({"i00": "é".repeat(length - frame)}));
    assert!(read_inputs(&declared, &of_length(MAX_DISPATCH_PAYLOAD), None).is_ok());
    let error = read_inputs(&declared, &of_length(MAX_DISPATCH_PAYLOAD + 1), None).unwrap_err();
    assert!(
        error[0]
            .to_string()
            .contains("65536 characters; at most 65535"),
        "{}",
        error[0]
    );
}

#[test]
fn r6_31_the_types_are_these() {
    let words: Vec<&str> = InputKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(
        words,
        ["string", "boolean", "number", "choice", "environment"]
    );
}

#[test]
fn r6_5_a_repository_dispatch_has_limits() {
    let sentence = |event_type: &str, payload: Json| {
        check_repository_dispatch(event_type, &given(payload)).map_err(|error| error.to_string())
    };
    let keys = |count: usize| {
        json!(
            (0..count)
                .map(|n| (n.to_string(), json!(n)))
                .collect::<Map<_, _>>()
        )
    };
    let long = |length: usize| json!({"a": "x".repeat(length - 8)});
    assert_eq!(sentence(&"é".repeat(100), keys(10)), Ok(()));
    assert_eq!(sentence("a", long(65_535)), Ok(()));
    let refused = [
        (
            sentence("", json!({})),
            "event_type is empty; it must have 1 to 100 characters",
        ),
        (
            sentence(&"é".repeat(101), json!({})),
            "event_type has 101 characters; at most 100 are allowed",
        ),
        (
            sentence("a", keys(11)),
            "client_payload has 11 keys; at most 10 are allowed",
        ),
        (
            sentence("a", long(65_536)),
            "client_payload has 65536 characters; at most 65535 are allowed",
        ),
    ];
    for (found, expected) in refused {
        assert_eq!(found, Err(expected.to_owned()));
    }
}

//! Legs of matrices and their names (semantics 2.5).

use proptest::prelude::*;
use runyard_workflow::expression::{Object, Place, Template, Value};
use runyard_workflow::matrix::{
    InvalidMatrix, Leg, MAX_LEGS, Matrix, Strategy as Legs, display_name,
};
use serde_json::{Value as Json, json};

/// JSON as a value; keys come in the order of a list of pairs, because JSON maps are sorted here.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => Value::from(number.as_f64().unwrap()),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(pairs) => Value::from(
            pairs
                .iter()
                .map(|(key, item)| (key.as_str(), value(item)))
                .collect::<Object>(),
        ),
    }
}

fn matrix(pairs: &[(&str, Json)]) -> Result<Matrix, InvalidMatrix> {
    let object: Object = pairs
        .iter()
        .map(|(key, json)| (*key, value(json)))
        .collect();
    Matrix::from_value(&object.into())
}

fn written(value: &Value) -> String {
    match value {
        Value::Array(array) => format!(
            "[{}]",
            array
                .items()
                .iter()
                .map(written)
                .collect::<Vec<_>>()
                .join(" ")
        ),
        Value::Object(object) => {
            let pairs: Vec<String> = object
                .iter()
                .map(|(key, value)| format!("{key}:{}", written(value)))
                .collect();
            pairs.join(" ")
        }
        Value::Null => "null".to_owned(),
        Value::Boolean(_) | Value::Number(_) | Value::String(_) => value.to_text().to_string(),
    }
}

/// Each leg as its name for job `j` and its matrix.
fn legs(pairs: &[(&str, Json)]) -> Vec<(String, String)> {
    let legs = matrix(pairs).unwrap().legs().unwrap();
    legs.iter()
        .map(|leg| (leg.suffixed("j"), written(leg.matrix())))
        .collect()
}

fn check(pairs: &[(&str, Json)], expected: &[(&str, &str)]) {
    let found = legs(pairs);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(name, matrix)| (name.as_str(), matrix.as_str()))
        .collect();
    assert_eq!(found, expected, "{pairs:?}");
}

#[test]
fn e22_includes_extend_rows_and_append_what_fits_none() {
    check(
        &[
            ("fruit", json!(["apple", "pear"])),
            ("animal", json!(["cat", "dog"])),
            (
                "include",
                json!([{"color": "green"}, {"color": "pink", "animal": "cat"}, {"fruit": "apple", "shape": "circle"},
                {"fruit": "banana"}, {"fruit": "banana", "animal": "cat"}]),
            ),
        ],
        &[
            (
                "j (apple, cat)",
                "fruit:apple animal:cat color:pink shape:circle",
            ),
            (
                "j (apple, dog)",
                "fruit:apple animal:dog color:green shape:circle",
            ),
            ("j (pear, cat)", "fruit:pear animal:cat color:pink"),
            ("j (pear, dog)", "fruit:pear animal:dog color:green"),
            ("j (banana)", "fruit:banana"),
            // JSON maps are sorted in this test; the order of an item's keys is the file's else.
            ("j (cat, banana)", "animal:cat fruit:banana"),
        ],
    );
}

#[test]
fn r2_5_excludes_come_first_and_includes_add_back() {
    check(
        &[
            ("os", json!(["linux", "win"])),
            ("v", json!([1, 2])),
            ("exclude", json!([{"os": "win"}])),
            ("include", json!([{"os": "win", "v": 2}])),
        ],
        &[
            ("j (linux, 1)", "os:linux v:1"),
            ("j (linux, 2)", "os:linux v:2"),
            ("j (win, 2)", "os:win v:2"),
        ],
    );
}

#[test]
fn e23_values_are_compared_as_expressions_do() {
    check(
        &[
            ("v", json!([10, "10", 12])),
            ("exclude", json!([{"v": "10"}])),
        ],
        &[("j (12)", "v:12")],
    );
    check(
        &[
            ("v", json!([0, "", null, "a"])),
            ("exclude", json!([{"v": null}])),
        ],
        &[("j (a)", "v:a")],
    );
    check(
        &[
            ("v", json!([[1, 2], [1], [3]])),
            ("exclude", json!([{"v": [1]}])),
        ],
        &[("j (3)", "v:[3]")],
    );
    check(
        &[("v", json!([true, "x"])), ("exclude", json!([{"V": 1}]))],
        &[("j (x)", "v:x")],
    );
}

#[test]
fn r2_5_nested_mappings_match_in_part() {
    check(
        &[
            ("n", json!([{"a": 1, "b": 2}, {"a": 1}, {"a": 2}, 7])),
            ("exclude", json!([{"n": {"A": "1"}}])),
        ],
        &[("j (2)", "n:a:2"), ("j (7)", "n:7")],
    );
    check(
        &[
            ("n", json!([{"a": 1}])),
            ("include", json!([{"n": {"a": 1}, "x": 1}])),
        ],
        &[("j (1)", "n:a:1 x:1")],
    );
}

#[test]
fn r2_5_rows_that_are_gone_leave_the_includes() {
    check(
        &[
            ("v", json!([1])),
            ("exclude", json!([{"v": 1}])),
            ("include", json!([{"x": 1}])),
        ],
        &[("j (1)", "x:1")],
    );
    check(
        &[("include", json!([{"a": 1}, {"a": 2, "b": true}]))],
        &[("j (1)", "a:1"), ("j (2, true)", "a:2 b:true")],
    );
}

#[test]
fn e24_every_row_excluded_leaves_one_leg_without_matrix() {
    check(
        &[
            ("os", json!(["Ubuntu"])),
            ("exclude", json!([{"os": "ubuntu"}])),
        ],
        &[("j", "null")],
    );
}

#[test]
fn e25_an_include_that_fits_adds_no_leg_and_no_name() {
    check(
        &[("v", json!([1])), ("include", json!([{"v": 1, "x": 9}]))],
        &[("j (1)", "v:1 x:9")],
    );
}

#[test]
fn r2_5_later_includes_overwrite_extras_and_never_rows() {
    check(
        &[
            ("v", json!([1])),
            ("include", json!([{"x": 1}, {"X": 2}, {"v": 2, "x": 3}])),
        ],
        &[("j (1)", "v:1 x:2"), ("j (2, 3)", "v:2 x:3")],
    );
}

#[test]
fn r2_5_two_by_three_with_an_exclude_is_five_legs() {
    check(
        &[
            ("os", json!(["linux", "mac"])),
            ("v", json!([1, 2, 3])),
            ("exclude", json!([{"os": "mac", "v": 2}])),
        ],
        &[
            ("j (linux, 1)", "os:linux v:1"),
            ("j (linux, 2)", "os:linux v:2"),
            ("j (linux, 3)", "os:linux v:3"),
            ("j (mac, 1)", "os:mac v:1"),
            ("j (mac, 3)", "os:mac v:3"),
        ],
    );
}

#[test]
fn r2_5_r2_46_e27_what_is_no_matrix_is_refused() {
    let table: &[(&[(&str, Json)], &str)] = &[
        (
            &[("os", json!([]))],
            "Matrix vector 'os' does not contain any values",
        ),
        (
            &[],
            "the matrix has no vector and no include; it must have one of them",
        ),
        (
            &[("include", json!([]))],
            "the matrix has no vector and no include; it must have one of them",
        ),
        (
            &[("exclude", json!([{"a": 1}]))],
            "the matrix has no vector and no include; it must have one of them",
        ),
        (
            &[("v", json!("1"))],
            "'v' of the matrix is a text; it must be a list",
        ),
        (
            &[("v", json!([1])), ("include", json!({"a": 1}))],
            "'include' of the matrix is a mapping; it must be a list",
        ),
        (
            &[("v", json!([1])), ("include", json!([{}]))],
            "item 1 of 'include' is empty; it must name a value at least",
        ),
        (
            &[("v", json!([1])), ("exclude", json!([{"v": 1}, {}]))],
            "item 2 of 'exclude' is empty; it must name a value at least",
        ),
        (
            &[("v", json!([1])), ("exclude", json!([3]))],
            "item 1 of 'exclude' is a number; it must be a mapping",
        ),
        (
            &[("v", json!([1])), ("exclude", json!([{"w": 1}]))],
            "item 1 of 'exclude' names 'w', which is no vector of the matrix; its vectors are: v",
        ),
    ];
    for (pairs, sentence) in table {
        assert_eq!(matrix(pairs).unwrap_err().to_string(), *sentence);
    }
    for (value, sentence) in [
        (Value::Null, "null"),
        (Value::from("x"), "a text"),
        (Value::from(vec![]), "a list"),
    ] {
        let error = Matrix::from_value(&value).unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "the matrix is {sentence}; it must be a mapping of vectors, include and exclude"
            )
        );
    }
}

fn numbers(count: usize) -> Json {
    json!((0..count).collect::<Vec<_>>())
}

#[test]
fn r2_5_a_matrix_has_256_legs_at_most_after_excludes() {
    assert_eq!(
        matrix(&[("a", numbers(16)), ("b", numbers(16))])
            .unwrap()
            .legs()
            .unwrap()
            .len(),
        MAX_LEGS
    );
    let more = matrix(&[
        ("a", numbers(16)),
        ("b", numbers(16)),
        ("include", json!([{"a": 99}])),
    ])
    .unwrap();
    assert_eq!(more.legs().unwrap_err(), InvalidMatrix::TooManyLegs);
    assert_eq!(
        matrix(&[("a", numbers(257))]).unwrap().legs().unwrap_err(),
        InvalidMatrix::TooManyLegs
    );
    let fewer = matrix(&[
        ("a", numbers(17)),
        ("b", numbers(16)),
        ("exclude", json!([{"a": 0}])),
    ])
    .unwrap();
    assert_eq!(fewer.legs().unwrap().len(), MAX_LEGS);
}

#[test]
fn r2_5_a_matrix_that_excludes_nearly_everything_ends_soon() {
    let vectors = ["a", "b", "c", "d"].map(|key| (key, numbers(200)));
    let mut pairs = vectors.to_vec();
    let all: Vec<Json> = (0..200).map(|n| json!({"d": n})).collect();
    pairs.push(("exclude", json!(all)));
    assert_eq!(
        matrix(&pairs).unwrap().legs().unwrap_err(),
        InvalidMatrix::TooMuchWork
    );
}

#[test]
fn r2_40_names_have_the_scalars_of_the_row_in_order() {
    check(
        &[
            ("a", json!([{"k": [1.5, null, ""], "l": true}])),
            ("b", json!(["x"])),
            ("c", json!([1e21])),
        ],
        &[(
            "j (1.5, true, x, 1E+21)",
            "a:k:[1.5 null ] l:true b:x c:1E+21",
        )],
    );
    check(&[("a", json!([null]))], &[("j", "a:null")]);
}

fn named(name: Option<&str>, leg: &Leg) -> String {
    let template = name.map(|name| Template::parse(name, &Place::JobName.allowed()).unwrap());
    let contexts: Object = [("matrix", leg.matrix().clone())].into_iter().collect();
    display_name("t", template.as_ref(), leg, &contexts).unwrap()
}

#[test]
fn e26_r2_41_a_plain_name_takes_the_suffix_and_an_expression_does_not() {
    let legs = matrix(&[("v", json!([1]))]).unwrap().legs().unwrap();
    let table = [
        (Some("Test"), "Test (1)"),
        (Some("Test ${{ matrix.v }}"), "Test 1"),
        (Some("${{ matrix.w }}"), "t (1)"),
        (Some("${{ 'x' }}"), "x"),
        (Some(""), "t (1)"),
        (None, "t (1)"),
    ];
    for (name, expected) in table {
        assert_eq!(named(name, &legs[0]), expected, "{name:?}");
    }
    assert_eq!(named(Some("Test"), &Leg::without_matrix()), "Test");
}

#[test]
fn r2_42_names_are_cut_to_100_characters() {
    let legs = matrix(&[("v", json!(["é".repeat(97)]))])
        .unwrap()
        .legs()
        .unwrap();
    assert_eq!(named(None, &legs[0]), format!("t ({}...", "é".repeat(94)));
    let fits = matrix(&[("v", json!(["é".repeat(96)]))])
        .unwrap()
        .legs()
        .unwrap();
    assert_eq!(named(None, &fits[0]), format!("t ({})", "é".repeat(96)));
    assert_eq!(
        named(
            Some(&format!("{}${{{{ 'b' }}}}", "a".repeat(100))),
            &legs[0]
        ),
        format!("{}...", "a".repeat(97))
    );
}

#[test]
fn r2_43_the_strategy_context_has_its_defaults() {
    let context = |strategy: Legs, index, total| written(&strategy.context(index, total));
    assert_eq!(
        context(Legs::default(), 0, 1),
        "fail-fast:true job-index:0 job-total:1 max-parallel:1"
    );
    assert_eq!(
        context(Legs::default(), 2, 6),
        "fail-fast:true job-index:2 job-total:6 max-parallel:6"
    );
    let read = |fail_fast: Json, most: Json| {
        Legs::from_values(Some(&value(&fail_fast)), Some(&value(&most)))
    };
    assert_eq!(
        context(read(json!(false), json!(2.9)).unwrap(), 0, 6),
        "fail-fast:false job-index:0 job-total:6 max-parallel:2"
    );
    assert_eq!(read(json!(null), json!(0)).unwrap(), Legs::default());
    assert_eq!(read(json!(true), json!(-1)).unwrap().max_parallel, None);
    assert_eq!(
        read(json!("true"), json!(1)).unwrap_err().to_string(),
        "'fail-fast' is 'true'; it must be a boolean"
    );
    assert_eq!(
        read(json!(true), json!("1")).unwrap_err().to_string(),
        "'max-parallel' is '1'; it must be a number"
    );
}

proptest! {
    #[test]
    fn r2_5_without_include_the_legs_are_the_product_minus_what_is_excluded(
        sizes in prop::collection::vec(1_usize..5, 1..4),
        excluded in prop::collection::vec((0_usize..3, 0_usize..5), 0..4),
    ) {
        let keys = ["a", "b", "c"];
        let mut pairs: Vec<(&str, Json)> = keys.iter().copied().zip(sizes.iter().map(|size| numbers(*size))).collect();
        let excluded: Vec<(usize, usize)> = excluded.into_iter().filter(|(key, _)| *key < sizes.len()).collect();
        pairs.push(("exclude", json!(excluded.iter().map(|(key, n)| json!({keys[*key]: n})).collect::<Vec<_>>())));
        let mut rows: Vec<Vec<usize>> = vec![vec![]];
        for size in &sizes {
            rows = rows.iter().flat_map(|row| (0..*size).map(|n| [row.clone(), vec![n]].concat())).collect();
        }
        rows.retain(|row| excluded.iter().all(|(key, n)| row[*key] != *n));
        let expected: Vec<String> = rows.iter().map(|row| format!("j ({})", row.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))).collect();
        let found: Vec<String> = legs(&pairs).into_iter().map(|(name, _)| name).collect();
        if expected.is_empty() {
            prop_assert_eq!(found, ["j"]);
        } else {
            prop_assert_eq!(found, expected);
        }
    }
}

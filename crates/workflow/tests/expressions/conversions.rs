//! Values, kinds and conversions (semantics 7.3).

use crate::support::{contexts, eval, json, table};
use runyard_workflow::expression::{Allowed, Kind, NoFunctions, Object, Value, parse};

#[test]
fn r7_30_what_is_true_enough() {
    for (source, truthy) in [
        ("null", false),
        ("false", false),
        ("0", false),
        ("-0", false),
        ("NaN", false),
        ("''", false),
        ("true", true),
        ("0.1", true),
        ("Infinity", true),
        ("'0'", true),
        ("'false'", true),
        ("' '", true),
        ("none", true),
        ("empty", true),
    ] {
        assert_eq!(eval(source).unwrap().is_truthy(), truthy, "{source}");
        assert_eq!(json(&format!("!{source}")), (!truthy).to_string());
    }
}

#[test]
fn r7_3_kinds_become_numbers() {
    table(&[
        ("null == 0", "true"),
        ("false == 0 && true == 1", "true"),
        ("' 12 ' == 12", "true"),
        ("'0x10' == 16 && '0o10' == 8 && '1e2' == 100", "true"),
        ("'Infinity' == Infinity && '-Infinity' == -Infinity", "true"),
        ("'012' == 12", "true"),
        ("'1_0' == 10 || '1,0' == 10 || '0X10' == 16", "false"),
        ("list == 0 || empty == 0 || none == ''", "false"),
    ]);
}

#[test]
fn r7_3_kinds_become_texts() {
    table(&[
        ("format('{0}', null)", "\"\""),
        ("format('{0} {1}', true, false)", "\"true false\""),
        ("format('{0}', 1.10)", "\"1.1\""),
        ("format('{0}', -0)", "\"0\""),
        ("format('{0}', 1e21)", "\"1E+21\""),
        (
            "format('{0}', 123456789012345678)",
            "\"1.23456789012346E+17\"",
        ),
        ("format('{0}', 0.00001)", "\"1E-05\""),
        ("format('{0}', 1000000)", "\"1000000\""),
        ("format('{0}', 3.14159265358979312)", "\"3.14159265358979\""),
        ("format('{0} {1}', list, empty)", "\"Array Object\""),
    ]);
}

#[test]
fn r7_3_what_is_missing_is_null() {
    table(&[
        ("a.missing", "null"),
        ("a.missing.deeper[0].still", "null"),
        ("a.b.c.d", "null"),
        ("unknown.x", "null"),
        ("a.list.length", "null"),
        ("format('[{0}]', a.missing)", "\"[]\""),
    ]);
}

#[test]
fn r7_3_an_index_is_a_name_of_objects_and_a_place_of_arrays() {
    table(&[
        ("a['b']['C']", "1"),
        ("a[5]", "\"five\""),
        ("a[5.0]", "\"five\""),
        ("a['5.0']", "null"),
        ("list[1.9]", "\"one\""),
        ("list['0']", "\"zero\""),
        ("list[' 0x2 ']", "\"two\""),
        ("list[true]", "\"one\""),
        ("list[null]", "\"zero\""),
        ("list['']", "\"zero\""),
        ("list[-1]", "null"),
        ("list[-0.5]", "null"),
        ("list[NaN]", "null"),
        ("list[3]", "null"),
        ("list[Infinity]", "null"),
        ("list[4294967296]", "null"),
        ("list['x']", "null"),
        ("list.name", "null"),
        ("a[list]", "null"),
        ("a[empty]", "null"),
    ]);
}

#[test]
fn r7_3_filters_take_items_and_values() {
    table(&[
        ("list.*", r#"["zero","one","two"]"#),
        ("list[*]", r#"["zero","one","two"]"#),
        ("steps.*.ok", "[true,false]"),
        ("steps[*]['OK']", "[true,false]"),
        ("null.*", "parsing: Unexpected symbol: '.'"),
        ("a.b.c.*", "[]"),
        ("a.missing.*", "[]"),
        ("empty.*", "[]"),
        ("nested.*", r#"[["a","b"],["c"],"d",null]"#),
        ("nested.*.*", r#"["a","b","c"]"#),
        ("nested.*[0]", r#"["a","c"]"#),
        ("nested.*[1]", r#"["b"]"#),
        ("nested.*[*][0]", "[]"),
        ("labels.*.name", r#"["bug","Feature"]"#),
        ("labels.*.missing", "[]"),
        ("join(labels.*.name)", "\"bug,Feature\""),
        ("fromJSON(toJSON(labels.*.name))[0]", "\"bug\""),
        ("(labels.*.name && labels.*.name)[0]", "[]"),
        ("contains(steps.*.ok, false)", "true"),
    ]);
}

#[test]
fn e50_an_index_after_a_filter_looks_into_each_item() {
    table(&[
        ("labels.*.name[0]", "[]"),
        ("contains(labels.*.name, 'BUG')", "true"),
    ]);
}

#[test]
fn r7_32_objects_keep_their_order_and_ignore_case() {
    let mut object = Object::new();
    assert!(object.insert("Zebra", 1.0));
    assert!(object.insert("apple", 2.0));
    assert!(!object.insert("ZEBRA", 3.0));
    assert_eq!(object.len(), 2);
    assert_eq!(object.get("zebra").and_then(Value::as_number), Some(3.0));
    let names: Vec<&str> = object.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["Zebra", "apple"]);
}

#[test]
fn r7_32_env_may_mind_case() {
    let mut env = Object::case_sensitive();
    env.insert("a", "small");
    env.insert("A", "large");
    let contexts: Object = [("env", env)].into_iter().collect();
    let value = |source: &str| {
        let expression = parse(source, &Allowed::ANYTHING).unwrap();
        expression.evaluate(&contexts, &NoFunctions).unwrap()
    };
    assert_eq!(value("env.a").as_str(), Some("small"));
    assert_eq!(value("env.A").as_str(), Some("large"));
    assert_eq!(value("env['b']").kind(), Kind::Null);
}

#[test]
fn r7_31_typed_fields_see_real_kinds_only() {
    assert_eq!(eval("'true'").unwrap().as_bool(), None);
    assert_eq!(eval("fromJSON('true')").unwrap().as_bool(), Some(true));
    assert_eq!(eval("'5'").unwrap().as_number(), None);
    assert_eq!(eval("fromJSON('5')").unwrap().as_number(), Some(5.0));
    assert_eq!(eval("a.list").unwrap().as_array().map(<[_]>::len), Some(3));
    assert!(eval("a.b").unwrap().as_object().is_some());
}

#[test]
fn values_go_through_json_in_order() {
    let text = r#"{"z":1,"a":[true,null,-1.5,"x"],"m":{"n":1e+300}}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    assert!(serde_json::from_str::<Object>("[]").is_err());
    assert_eq!(contexts().len(), 7);
}

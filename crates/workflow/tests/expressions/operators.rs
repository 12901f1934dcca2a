//! Comparisons and logic (semantics R7.20 to R7.22).

use crate::support::table;

#[test]
fn r7_20_equality_of_one_kind() {
    table(&[
        ("null == null", "true"),
        ("true == true && false != true", "true"),
        ("NaN == NaN", "false"),
        ("NaN != NaN", "true"),
        ("0 == -0", "true"),
        ("'Abc' == 'aBC'", "true"),
        ("'ı' == 'I' || 'i' == 'İ'", "false"),
        ("'ß' == 'SS'", "false"),
        ("list == list", "true"),
        ("a.list == a.list", "true"),
        ("list == none", "false"),
        ("fromJSON('[]') == fromJSON('[]')", "false"),
        ("empty == empty", "true"),
        ("list.* == list.*", "false"),
    ]);
}

#[test]
fn r7_20_equality_of_different_kinds() {
    table(&[
        ("1 == '1.0'", "true"),
        ("'' == 0", "true"),
        ("true == '1'", "true"),
        ("null == false", "true"),
        ("null == '0'", "true"),
        ("'abc' == 0", "false"),
        ("'NaN' == NaN", "false"),
        ("'Array' == list", "false"),
        ("null == empty", "false"),
        ("list == empty", "false"),
        ("list != empty", "true"),
    ]);
}

#[test]
fn e49_booleans_and_null_become_numbers_first() {
    table(&[
        ("true == 'true'", "false"),
        ("null == ''", "true"),
        ("'2' > '10'", "true"),
        ("2 > '10'", "false"),
    ]);
}

#[test]
fn r7_21_order() {
    table(&[
        ("'abc' < 'ABD'", "true"),
        ("'a' < '['", "true"),
        ("'a' > 'B'", "false"),
        ("'' < 'a'", "true"),
        ("false < true", "true"),
        ("true > null", "true"),
        ("NaN < 1 || NaN > 1 || NaN >= NaN", "false"),
        ("'x' < 1 || 'x' >= 1", "false"),
        ("null < null || null > null", "false"),
        ("null <= null && null >= null", "true"),
        ("list < list || list > empty", "false"),
        ("list <= list && empty >= empty", "true"),
        ("'10' > 9", "true"),
        ("-Infinity < Infinity", "true"),
    ]);
}

#[test]
fn r7_22_logic_returns_an_operand() {
    table(&[
        ("0 || 'a'", "\"a\""),
        ("'' || 0 || null", "null"),
        ("'a' && 5", "5"),
        ("'' && 5", "\"\""),
        ("1 && '' && 2", "\"\""),
        ("a.b && 'yes' || 'no'", "\"yes\""),
        ("a.x && 'yes' || 'no'", "\"no\""),
    ]);
}

#[test]
fn r7_22_logic_stops_early() {
    table(&[
        ("true || fromJSON('{')", "true"),
        ("false && fromJSON('{')", "false"),
        (
            "false || fromJSON('{')",
            "evaluation: Error parsing fromJson",
        ),
    ]);
}

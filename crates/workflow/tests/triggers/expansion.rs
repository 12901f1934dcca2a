//! The table of semantics 2.5 from the file to the legs: order, names and values as a file's own
//! order of keys makes them.

use runyard_workflow::expression::Object;
use runyard_workflow::parse;
use runyard_workflow::plan::{JobOutline, Legs, plan_jobs};

/// The legs of a job with this matrix, each as its name and its matrix.
fn legs(job: &str, matrix: &str) -> Vec<String> {
    let file = format!(
        "on: push\njobs:\n  {job}:\n    runs-on: x\n    strategy: {{matrix: {{{matrix}}}}}\n"
    );
    let workflow = parse("ci.yml", &file).unwrap_or_else(|invalid| panic!("{invalid}\n{file}"));
    let jobs: Vec<JobOutline> = workflow.jobs.iter().map(JobOutline::from).collect();
    let planned = plan_jobs(&jobs, &Object::new()).unwrap().remove(0);
    let Legs::Known(legs) = planned.legs else {
        panic!("{planned:?}")
    };
    legs.iter()
        .map(|leg| {
            let matrix = serde_json::to_string(&leg.matrix).unwrap();
            format!("{}: {}", leg.name, matrix.replace(['"', '{', '}'], ""))
        })
        .collect()
}

#[test]
fn r2_5_each_case_of_the_table() {
    let table: &[(&str, &str, &[&str])] = &[
        (
            "ex",
            "fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: \
             cat}, {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]",
            &[
                "ex (apple, cat): fruit:apple,animal:cat,color:pink,shape:circle",
                "ex (apple, dog): fruit:apple,animal:dog,color:green,shape:circle",
                "ex (pear, cat): fruit:pear,animal:cat,color:pink",
                "ex (pear, dog): fruit:pear,animal:dog,color:green",
                "ex (banana): fruit:banana",
                "ex (banana, cat): fruit:banana,animal:cat",
            ],
        ),
        (
            "b",
            "os: [linux, win], v: [1, 2], exclude: [{os: win}], include: [{os: win, v: 2}]",
            &[
                "b (linux, 1): os:linux,v:1",
                "b (linux, 2): os:linux,v:2",
                "b (win, 2): os:win,v:2",
            ],
        ),
        (
            "b",
            "v: [10, '10', 12], exclude: [{v: '10'}]",
            &["b (12): v:12"],
        ),
        (
            "b",
            "v: [0, '', null, 'a'], exclude: [{v: null}]",
            &["b (a): v:a"],
        ),
        (
            "b",
            "v: [[1, 2], [1], [3]], exclude: [{v: [1]}]",
            &["b (3): v:[3]"],
        ),
        (
            "b",
            "v: [1], exclude: [{v: 1}], include: [{x: 1}]",
            &["b (1): x:1"],
        ),
        (
            "b",
            "include: [{a: 1}, {a: 2, b: true}]",
            &["b (1): a:1", "b (2, true): a:2,b:true"],
        ),
        ("b", "os: [Ubuntu], exclude: [{os: ubuntu}]", &["b: null"]),
        ("b", "v: [1], include: [{v: 1, x: 9}]", &["b (1): v:1,x:9"]),
    ];
    for (job, matrix, expected) in table {
        assert_eq!(legs(job, matrix), *expected, "{matrix}");
    }
}

#[test]
fn e22_the_example_of_githubs_pages_has_six_legs_in_order() {
    let names: Vec<String> = legs(
        "ex",
        "fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat}, \
         {fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]",
    )
    .iter()
    .filter_map(|leg| Some(leg.split_once(": ")?.0.to_owned()))
    .collect();
    let expected = [
        "ex (apple, cat)",
        "ex (apple, dog)",
        "ex (pear, cat)",
        "ex (pear, dog)",
        "ex (banana)",
        "ex (banana, cat)",
    ];
    assert_eq!(names, expected);
}

#[test]
fn r2_5_what_the_file_shows_to_be_wrong_is_an_error_at_its_place() {
    for (matrix, expected) in [
        (
            "v: []",
            "5:28: Matrix vector 'v' does not contain any values",
        ),
        (
            "include: []",
            "5:24: Matrix must define at least one vector",
        ),
        (
            "exclude: [{v: 1}]",
            "5:24: Matrix must define at least one vector",
        ),
        ("v: [1], include: [{}]", "5:43: An item of include is empty"),
        ("v: [1], exclude: [{}]", "5:43: An item of exclude is empty"),
        (
            "v: [1], exclude: [{w: 1}]",
            "5:44: Matrix exclude key 'w' does not match any key",
        ),
        ("v: 1", "5:28: Unexpected value '1'"),
        (
            "v: [1], include: {a: 1}",
            "5:42: A mapping was not expected",
        ),
    ] {
        let file = format!(
            "on: push\njobs:\n  b:\n    runs-on: x\n    strategy: {{matrix: {{{matrix}}}}}\n"
        );
        let invalid = parse("ci.yml", &file).unwrap_err();
        let first = invalid.diagnostics[0].to_string();
        assert!(
            first.starts_with(&format!("ci.yml:{expected}")),
            "{matrix}: {first}"
        );
    }
}

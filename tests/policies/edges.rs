//! Which crate may depend on which (architecture 2). It knows names only, not what the crates do.

use cargo_metadata::{DependencyKind, Metadata};

use crate::workspace;

/// Each package with the packages of this workspace that it may use.
const ALLOWED: [(&str, &[&str]); 12] = [
    ("runyard-workflow", &[]),
    ("runyard-domain", &["runyard-workflow"]),
    ("runyard-store", &["runyard-domain", "runyard-workflow"]),
    (
        "runyard-engine",
        &["runyard-store", "runyard-domain", "runyard-workflow"],
    ),
    (
        "runyard-api",
        &[
            "runyard-engine",
            "runyard-store",
            "runyard-domain",
            "runyard-workflow",
        ],
    ),
    ("runyard-runner", &["runyard-api", "runyard-workflow"]),
    ("runyard-runner-bin", &["runyard-runner", "runyard-api"]),
    (
        "runyard",
        &[
            "runyard-api",
            "runyard-engine",
            "runyard-store",
            "runyard-domain",
            "runyard-workflow",
            "runyard-runner",
            "runyard-testing",
        ],
    ),
    (
        "runyard-testing",
        &[
            "runyard-api",
            "runyard-engine",
            "runyard-store",
            "runyard-domain",
        ],
    ),
    ("runyard-tests", &[]),
    ("runyard-clients", &[]),
    (
        "runyard-simulation",
        &["runyard-engine", "runyard-store", "runyard-domain"],
    ),
];

/// What a machine that only runs jobs must not carry.
const NOT_ON_A_RUNNER: [&str; 7] = [
    "actix-web",
    "diesel",
    "libsqlite3-sys",
    "runyard-domain",
    "runyard-engine",
    "runyard-store",
    "tokio-postgres",
];

/// One package uses another.
#[derive(Clone, Copy, Debug)]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    only_in_tests: bool,
}

/// The edges that the rules forbid, in words.
fn forbidden(edges: &[Edge<'_>]) -> Vec<String> {
    edges
        .iter()
        .filter(|edge| !is_allowed(edge))
        .map(describe)
        .collect()
}

fn is_allowed(edge: &Edge<'_>) -> bool {
    let tests_use_the_test_client = edge.only_in_tests && edge.to == "runyard-tests";
    let listed = ALLOWED
        .iter()
        .any(|(from, to)| *from == edge.from && to.contains(&edge.to));
    tests_use_the_test_client || listed
}

fn describe(edge: &Edge<'_>) -> String {
    format!("{} must not depend on {}", edge.from, edge.to)
}

/// What of `tree` (lines `name features`) a runner must not carry.
fn not_for_a_runner(tree: &[String]) -> Vec<&str> {
    let names = tree.iter().filter_map(|line| line.split(' ').next());
    names
        .filter(|name| NOT_ON_A_RUNNER.contains(name))
        .collect()
}

fn edges_of(metadata: &Metadata) -> Vec<Edge<'_>> {
    let members = metadata.workspace_packages();
    let is_member = |name: &str| members.iter().any(|package| *package.name == name);
    let pairs = members.iter().flat_map(|package| {
        package
            .dependencies
            .iter()
            .map(|dependency| (package.name.as_str(), dependency))
    });
    pairs
        .filter(|(_, dependency)| is_member(&dependency.name))
        .map(|(from, dependency)| Edge {
            from,
            to: &dependency.name,
            only_in_tests: dependency.kind == DependencyKind::Development,
        })
        .collect()
}

#[test]
fn crates_depend_in_the_allowed_direction_only() {
    let metadata = workspace::metadata();
    assert_eq!(forbidden(&edges_of(&metadata)), Vec::<String>::new());
}

#[test]
fn every_package_of_the_workspace_has_its_line_in_the_table() {
    let metadata = workspace::metadata();
    let mut names: Vec<_> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let mut listed: Vec<_> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.sort_unstable();
    listed.sort_unstable();
    assert_eq!(names, listed);
}

#[test]
fn the_runner_carries_no_server() {
    for package in ["runyard-runner", "runyard-runner-bin"] {
        let tree = workspace::tree(package);
        assert!(
            tree.len() > 10,
            "the tree of {package} was not read: {tree:?}"
        );
        assert_eq!(
            not_for_a_runner(&tree),
            Vec::<&str>::new(),
            "in the tree of {package}"
        );
    }
}

#[test]
fn a_planted_edge_is_found() {
    let upwards = Edge {
        from: "runyard-domain",
        to: "runyard-store",
        only_in_tests: false,
    };
    let down = Edge {
        from: "runyard-api",
        to: "runyard-workflow",
        only_in_tests: false,
    };
    assert_eq!(
        forbidden(&[upwards, down]),
        ["runyard-domain must not depend on runyard-store"]
    );
}

#[test]
fn the_test_client_is_for_tests_only() {
    let test = Edge {
        from: "runyard-api",
        to: "runyard-tests",
        only_in_tests: true,
    };
    let program = Edge {
        only_in_tests: false,
        ..test
    };
    assert_eq!(
        forbidden(&[test, program]),
        ["runyard-api must not depend on runyard-tests"]
    );
}

#[test]
fn a_server_planted_in_the_runner_is_found() {
    let tree = ["actix-web macros".to_owned(), "serde std".to_owned()];
    assert_eq!(not_for_a_runner(&tree), ["actix-web"]);
}

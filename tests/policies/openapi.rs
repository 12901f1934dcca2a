//! The description of Runyard's own API names every operation that the server has, and no other.

use std::collections::BTreeSet;

use runyard_tests::routes::registered;
use runyard_tests::schema::own_operations;

use crate::workspace;

type Route = (String, String);

/// Operations that only one of the two lists has.
fn unequal(routes: &BTreeSet<Route>, described: &BTreeSet<Route>) -> Vec<String> {
    let missing = routes.difference(described);
    let missing = missing.map(|(method, path)| format!("{method} {path} is not described"));
    let extra = described.difference(routes);
    let extra = extra.map(|(method, path)| format!("{method} {path} is described and not there"));
    missing.chain(extra).collect()
}

#[test]
fn every_operation_of_our_own_api_is_described_and_no_other() {
    let sources = workspace::root().join("crates/api/src");
    let routes = registered(&sources).expect("the routes can be read");
    let own = routes
        .into_iter()
        .filter(|(_, path)| path.starts_with("/api/v1/"));
    let described = own_operations().into_iter().collect();
    assert_eq!(unequal(&own.collect(), &described), Vec::<String>::new());
}

#[test]
fn a_planted_operation_is_found_on_either_side() {
    let set = |paths: &[&str]| -> BTreeSet<Route> {
        let routes = paths
            .iter()
            .map(|path| ("GET".to_owned(), (*path).to_owned()));
        routes.collect()
    };
    assert_eq!(
        unequal(&set(&["/a", "/b"]), &set(&["/b", "/c"])),
        [
            "GET /a is not described",
            "GET /c is described and not there"
        ]
    );
}

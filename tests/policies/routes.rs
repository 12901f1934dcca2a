//! Every route of the server has its row in `tests/routes.table`, which the journeys walk.

use runyard_tests::routes::{Table, registered};

use crate::workspace;

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let folder = workspace::root().join("crates/api/src");
    let routes = registered(&folder).expect("every registration can be read");
    let faults = Table::checked_in().unequal(&routes);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

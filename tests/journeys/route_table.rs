//! Every route, asked by every kind of caller on a private repository, answers as `tests/routes.table` says. That no
//! route is missing there is a policy.

use runyard_tests::routes::{Row, Seen, Table};
use runyard_tests::{Store, stores};

use crate::route_world::World;

stores!(memory, sqlite, postgres => [
    every_caller_is_answered_as_the_table_says,
]);

async fn every_caller_is_answered_as_the_table_says(store: Store) {
    let table = Table::checked_in();
    let mut world = World::create(store).await;
    let mut faults = Vec::new();
    for row in &table.rows {
        world.keep_lease().await;
        let mut seen = Vec::new();
        for caller in &table.callers {
            let answer = world.ask(caller, row).await;
            faults.extend(unhidden(&world, caller, row, &answer).await);
            if row.method != "GET" && answer.status < 300 {
                world.renew().await;
            }
            seen.push(answer);
        }
        faults.extend(table.faults(row, &seen));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A repository that is hidden looks as one that is not there (contract 2).
async fn unhidden(world: &World, caller: &str, row: &Row, hidden: &Seen) -> Option<String> {
    if hidden.status != 404 || !row.path.contains("{repo") {
        return None;
    }
    let absent = world.ask_nowhere(caller, row).await;
    let same = (absent.status, &absent.message) == (hidden.status, &hidden.message);
    let line = format!("{} {}", row.method, row.path);
    (!same).then(|| format!("{line}: {caller} can tell that it is there: {hidden:?}, {absent:?}"))
}

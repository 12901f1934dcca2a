//! A job that sleeps, with a child that left its session, and who of them is awake. Words for the stories.

use std::time::Duration;

use runyard_tests::{Marker, eventually};

use crate::project::PATIENCE;

/// A cancel is through, processes included, within this time: interrupt, 7.5 s, terminate, 2.5 s, kill, and some more.
pub(crate) const CANCEL_LIMIT: Duration = Duration::from_secs(15);
/// Processes of the sleeping step: its shell and two sleeps.
const SLEEPERS: usize = 3;

/// Two jobs in a row: `quick` is done at once, then `sleep` sleeps; `after` would come last.
pub(crate) fn workflow(marker: &Marker, label: &str) -> String {
    format!(
        "
on: workflow_dispatch
jobs:
  quick:
    runs-on: {label}
    steps:
      - run: echo done
  sleep:
    needs: quick
    runs-on: {label}
    env:
      {}
    steps:
      - run: |
          setsid sleep 60 &
          echo going to sleep
          sleep 60
      - run: echo never said
  after:
    needs: sleep
    runs-on: {label}
    steps:
      - run: echo never said
",
        marker.env_line()
    )
}

/// Waits until the step and its stray child sleep.
pub(crate) async fn asleep(marker: &Marker) {
    let asleep = async || (marker.processes().len() >= SLEEPERS).then_some(());
    eventually("the step and its stray child sleep", PATIENCE, asleep).await;
}

/// Waits until no process of the step is left.
pub(crate) async fn nobody_left(marker: &Marker) {
    let gone = async || marker.processes().is_empty().then_some(());
    eventually("no process of the step is left", CANCEL_LIMIT, gone).await;
}

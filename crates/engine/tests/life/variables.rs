//! The variables of a repository, wherever the expressions of its workflows read them.

use crate::World;
use runyard_domain::{Conclusion, RunStatus, configuration::VARIABLE_BYTES_MAX};
use runyard_engine::VariableChange;
use runyard_workflow::expression::Value;

const READS: &str = "on: [push, workflow_dispatch]
name: Reads
run-name: To ${{ vars.Place }}
concurrency: g-${{ vars.PLACE }}
jobs:
  first:
    name: in ${{ vars.place }}
    if: vars.ENABLED == 'yes'
    runs-on: '${{ vars.LABEL }}'
    continue-on-error: ${{ vars.MISSING == '' }}
    steps:
      - run: echo ${{ vars.PLACE }}
  second:
    needs: first
    if: vars.PLACE == 'pier'
    runs-on: linux
    steps:
      - run: echo
  called:
    uses: ./.github/workflows/called.yml
";
const CALLED: &str = "on:
  workflow_call:
    inputs:
      to: {type: string, default: '${{ vars.PLACE }}'}
jobs:
  inside:
    name: ${{ inputs.to }} and ${{ vars.PLACE }}
    runs-on: linux
    steps:
      - run: echo
";

impl World {
    async fn set_variable(&self, name: &str, value: &str) {
        let made = self
            .engine
            .create_variable(&self.repository, name, value.to_owned());
        made.await.unwrap();
    }

    async fn change(&self, name: &str, value: &str) {
        let change = VariableChange {
            name: None,
            value: Some(value.to_owned()),
        };
        let changed = self.engine.update_variable(&self.repository, name, change);
        changed.await.unwrap();
    }
}

fn var(vars: &Value, name: &str) -> Option<String> {
    let found = vars.as_object().unwrap().get(name)?;
    Some(found.to_text().to_string())
}

#[tokio::test]
async fn expressions_read_the_variables_as_they_are_when_they_are_evaluated() {
    let world = World::new(READS).await;
    world.write(".github/workflows/called.yml", CALLED);
    for (name, value) in [("Place", "harbour"), ("ENABLED", "yes"), ("LABEL", "linux")] {
        world.set_variable(name, value).await;
    }
    let run = world.dispatch().await.unwrap();
    let view = world.view(run).await;
    assert_eq!(view.identity.display_title, "To harbour");
    assert_eq!(view.attempt.group.unwrap().to_string(), "g-harbour");
    let names = async || {
        let jobs = world.jobs(run).await.into_iter();
        jobs.map(|job| job.display_name).collect::<Vec<_>>()
    };
    assert_eq!(
        names().await,
        ["in harbour", "called / harbour and harbour"]
    );

    world.change("PLACE", "pier").await;
    let offer = world.claim("a").await.pop().unwrap();
    let vars = &offer.assignment.contexts.vars;
    assert_eq!(var(vars, "place").as_deref(), Some("pier"));
    assert_eq!(var(vars, "OTHER"), None);
    world.engine.release(offer.execution.id).await.unwrap();
    for _ in 0..2 {
        world.run_next(Conclusion::Success).await;
    }
    let second = world.jobs(run).await.pop().unwrap();
    assert_eq!(
        (second.display_name.as_str(), second.state.conclusion()),
        ("second", None)
    );
    world.run_next(Conclusion::Success).await;
    let done = (RunStatus::Completed, Some(Conclusion::Success));
    assert_eq!(world.status(run).await, done);
}

#[tokio::test]
async fn without_variables_their_context_is_there_and_empty() {
    let world = World::new(READS).await;
    world.write(".github/workflows/called.yml", CALLED);
    let run = world.dispatch().await.unwrap();
    assert_eq!(world.view(run).await.identity.display_title, "To ");
    let offer = world.run_next(Conclusion::Success).await;
    assert_eq!(offer.assignment.display_name, "called /  and ");
    assert_eq!(var(&offer.assignment.contexts.vars, "PLACE"), None);
}

#[tokio::test]
async fn a_run_sees_no_more_variables_than_fit() {
    let world = World::new(crate::TWO_JOBS).await;
    let large = "x".repeat(VARIABLE_BYTES_MAX);
    for number in 0..6 {
        world.set_variable(&format!("V{number}"), &large).await;
    }
    world.dispatch().await.unwrap();
    let offer = world.claim("a").await.pop().unwrap();
    let vars = &offer.assignment.contexts.vars;
    assert_eq!(var(vars, "V4").map(|value| value.len()), Some(large.len()));
    assert_eq!(var(vars, "V5"), None);
}

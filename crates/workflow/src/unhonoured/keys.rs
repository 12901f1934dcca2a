//! The keys that a workflow uses, by path and place; it must not know which are honoured.

use super::step_keys;
use crate::model::{
    Call, EventName, Field, Job, JobBody, Position, StepsJob, Templated, Trigger, Workflow,
};

/// A key with its place.
pub(super) type Used = (Position, String);

/// The keys found so far.
#[derive(Default)]
pub(super) struct Found(Vec<Used>);

impl Found {
    pub(super) fn key(&mut self, position: Position, key: &str) {
        self.0.push((position, key.to_owned()));
    }

    pub(super) fn field<T>(&mut self, field: Option<&Field<T>>, key: &str) {
        if let Some(field) = field {
            self.key(field.position, key);
        }
    }

    /// An expression in the value of `key`, which may be honoured when it is plain.
    pub(super) fn expression<T>(&mut self, field: Option<&Field<T>>, key: &str) {
        if let Some(field) = field
            && matches!(field.value, Templated::Computed(_))
        {
            self.key(field.position, &format!("{key} expression"));
        }
    }
}

/// Every key of `workflow` that some version did not honour.
pub(super) fn of(workflow: &Workflow) -> Vec<Used> {
    let mut found = Found::default();
    for trigger in workflow.on.declared() {
        event(trigger, &mut found);
    }
    found.field(workflow.run_name.as_ref(), "run-name");
    found.field(workflow.concurrency.as_ref(), "concurrency");
    if let Some(permissions) = &workflow.permissions {
        found.key(permissions.position, "permissions");
    }
    for job in &workflow.jobs {
        of_job(job, &mut found);
    }
    found.0
}

fn event(trigger: &Trigger, found: &mut Found) {
    let position = trigger.position;
    let event = trigger.event;
    if event == EventName::WorkflowDispatch && !trigger.inputs.is_empty() {
        found.key(position, "on.workflow_dispatch.inputs");
    } else {
        found.key(position, &format!("on.{event}"));
    }
}

fn of_job(job: &Job, found: &mut Found) {
    found.expression(job.name.as_ref(), "jobs.*.name");
    if let Some(position) = job.condition.position {
        found.key(position, "jobs.*.if");
    }
    found.field(job.strategy.as_ref(), "jobs.*.strategy");
    found.field(job.concurrency.as_ref(), "jobs.*.concurrency");
    if let Some(permissions) = &job.permissions {
        found.key(permissions.position, "jobs.*.permissions");
    }
    match &job.body {
        JobBody::Steps(steps) => with_steps(steps, found),
        JobBody::Call(call) => calling(call, found),
    }
}

fn calling(call: &Call, found: &mut Found) {
    found.key(call.uses.position, "jobs.*.uses");
}

const RUNS_ON: &str = "jobs.*.runs-on";

fn with_steps(job: &StepsJob, found: &mut Found) {
    found.expression(Some(&job.runs_on), RUNS_ON);
    if let Some(runs_on) = job.runs_on.literal() {
        found.field(runs_on.group.as_ref(), "jobs.*.runs-on.group");
        found.expression(runs_on.labels.as_ref(), RUNS_ON);
        let labels = runs_on.labels.as_ref().and_then(|labels| labels.literal());
        for label in labels.into_iter().flatten() {
            found.expression(Some(label), RUNS_ON);
        }
    }
    found.field(job.environment.as_ref(), "jobs.*.environment");
    found.field(job.continue_on_error.as_ref(), "jobs.*.continue-on-error");
    found.field(job.timeout_minutes.as_ref(), "jobs.*.timeout-minutes");
    found.field(job.container.as_ref(), "jobs.*.container");
    found.field(job.services.as_ref(), "jobs.*.services");
    if let Some(snapshot) = &job.snapshot {
        found.key(snapshot.position, "jobs.*.snapshot");
    }
    for step in &job.steps {
        step_keys::of(step, found);
    }
}

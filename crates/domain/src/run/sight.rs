//! What the steps of a job see that its run knows (semantics 7.5). Evaluates nothing of the steps.

use super::{Contexts, Definition, Leg, Planning, Run, outlook::Outlook};
use crate::{JobId, JobIds, Refusal, concurrency::Groups};
use runyard_workflow::{
    expression::{Object, Value},
    matrix::Strategy,
    plan::from_json,
};

/// Contexts of a job on its runner.
#[derive(Debug, Clone)]
pub struct JobContexts {
    /// `github`, as far as the server knows it.
    pub github: Value,
    /// `inputs`: of the event, or of the call that brought the job in.
    pub inputs: Value,
    /// `vars`
    pub vars: Value,
    /// `needs`: the direct ones (semantics R2.24).
    pub needs: Value,
    /// `strategy`
    pub strategy: Value,
    /// `matrix`
    pub matrix: Value,
}

impl JobContexts {
    /// Of a job that needs nothing and that no call brought in.
    pub fn alone(leg: Option<&Leg>, contexts: &Contexts) -> Self {
        Self {
            github: contexts.github.clone(),
            inputs: contexts.inputs.clone(),
            vars: contexts.vars.clone(),
            needs: Object::new().into(),
            strategy: strategy(leg),
            matrix: leg.map_or(Value::Null, |leg| from_json(&leg.matrix)),
        }
    }
}

impl Run {
    /// What the steps of a planned job of the newest attempt see.
    ///
    /// # Errors
    /// [`Refusal::UnknownJob`], [`Refusal::WrongDefinition`]; [`Refusal::OutputsNotLoaded`] when outputs of its
    /// needs are not among `contexts`.
    pub fn contexts_of(
        &self,
        job: JobId,
        definition: &Definition,
        contexts: &Contexts,
    ) -> Result<JobContexts, Refusal> {
        let job = self.job(job)?;
        let planning = Planning {
            definition,
            contexts,
            ids: &mut JobIds::new([]),
            groups: &mut Groups::default(),
            now: self.updated_at,
        };
        let outlook = Outlook::of(&self.attempt, &job.node, &planning)?;
        // What could not be computed here could not be when the job was planned, and it would not run.
        let needs = outlook.needs().unwrap_or_else(|_| Object::new().into());
        Ok(JobContexts {
            inputs: outlook.inputs(),
            needs,
            ..JobContexts::alone(job.leg.as_ref(), contexts)
        })
    }
}

/// Without a strategy there is one job, alone (semantics R2.43).
fn strategy(leg: Option<&Leg>) -> Value {
    match leg {
        None => {
            let alone = Strategy {
                max_parallel: Some(1),
                ..Strategy::default()
            };
            alone.context(0, 1)
        }
        Some(leg) => {
            let strategy = Strategy {
                fail_fast: leg.fail_fast,
                max_parallel: leg.max_parallel,
            };
            strategy.context(leg.index as usize, leg.total as usize)
        }
    }
}

//! Runners: registering, declaring, leaving.

use crate::{
    Engine, EngineError,
    secret::{Secret, SecretKind},
};
use runyard_domain::{
    RunnerId,
    account::Token,
    runner::{DEFAULT_GROUP, Runner},
};
use runyard_store::{IdKind, RunnerView};

/// Longest name of a runner and longest label.
pub(crate) const RUNNER_NAME_CHARACTERS_MAX: usize = 64;
/// Labels that one runner may have.
pub(crate) const LABELS_MAX: usize = 100;
/// Tries to change the labels of a runner that others change too.
const LABEL_TRIES: usize = 5;
/// Jobs that one runner may run at once.
pub(crate) const CAPACITY_MAX: u32 = 64;

/// What a runner says of itself when it registers.
#[derive(Debug, Clone)]
pub struct NewRunner {
    /// Unique on the server.
    pub name: String,
    /// What it has.
    pub labels: Vec<String>,
    /// The runner group that it is in, `Default` when absent.
    pub group: Option<String>,
    /// Version of its program.
    pub version: String,
    /// `Linux`, ...
    pub os: String,
    /// `X64`, ...
    pub arch: String,
    /// How many jobs at once.
    pub capacity: u32,
    /// Takes the place of one with the same name.
    pub replace: bool,
}

/// What shall become of a runner's custom labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelChange {
    /// These are added.
    Add(Vec<String>),
    /// These are all.
    Set(Vec<String>),
    /// This one goes.
    Remove(String),
}

impl Engine {
    /// Registers a runner; its token is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`EngineError::Invalid`], or a conflict when the name is taken.
    pub async fn register_runner(&self, new: NewRunner) -> Result<(Runner, Secret), EngineError> {
        check_text("name", &new.name)?;
        check_labels(&new.labels)?;
        check_capacity(new.capacity)?;
        let group = new.group.unwrap_or_else(|| DEFAULT_GROUP.to_owned());
        check_group(&group)?;
        let secret = Secret::generate(SecretKind::Runner);
        let runner = Runner {
            id: RunnerId::new(self.one_id(IdKind::Runner).await?),
            name: new.name,
            labels: new.labels,
            custom_labels: None,
            group,
            version: new.version,
            os: new.os,
            arch: new.arch,
            capacity: new.capacity,
            draining: false,
            token: secret.hash(),
            created_at: self.store.now().await?,
        };
        self.store.insert_runner(&runner, new.replace).await?;
        Ok((runner, secret))
    }

    /// Keeps what a runner says of itself now.
    ///
    /// # Errors
    /// [`EngineError::Invalid`].
    pub async fn declare_runner(&self, runner: &Runner) -> Result<(), EngineError> {
        check_labels(&runner.labels)?;
        check_capacity(runner.capacity)?;
        Ok(self.store.update_runner(runner).await?)
    }

    /// One runner, and what it does.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn runner(&self, id: RunnerId) -> Result<RunnerView, EngineError> {
        let runner = self.store.runner(id).await?;
        runner.ok_or(EngineError::NotFound { what: "the runner" })
    }

    /// Forgets a runner that has no job.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; [`EngineError::RunnerBusy`] while it has one.
    pub async fn delete_idle_runner(&self, id: RunnerId) -> Result<(), EngineError> {
        self.require_idle(id).await?;
        self.delete_runner(id).await
    }

    /// Forgets a runner that has no job, by a token that is used up with it. Of two that come with one token at once one
    /// is late: for that one it is not there any more.
    ///
    /// # Errors
    /// As [`Engine::delete_idle_runner`]; then the token still holds.
    pub async fn remove_runner(&self, token: &Token, id: RunnerId) -> Result<(), EngineError> {
        self.require_idle(id).await?;
        let store = &self.store;
        Ok(store.delete_runner_with(id, token.user, token.id).await?)
    }

    async fn require_idle(&self, id: RunnerId) -> Result<(), EngineError> {
        let RunnerView { runner, busy, .. } = self.runner(id).await?;
        match busy {
            true => Err(EngineError::RunnerBusy { name: runner.name }),
            false => Ok(()),
        }
    }

    /// Changes the labels of a runner that do not say what it is, and gives it as it is then. They hold from its next
    /// call for a job, in place of those that it says itself.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], also of a label that shall be taken away; [`EngineError::Invalid`] for labels that
    /// cannot be, and for one that says what the runner is and shall be taken away.
    pub async fn change_labels(
        &self,
        id: RunnerId,
        change: &LabelChange,
    ) -> Result<Runner, EngineError> {
        for _ in 0..LABEL_TRIES {
            let runner = self.runner(id).await?.runner;
            let labels = changed(&runner, change)?;
            let before = runner.custom_labels.as_deref();
            if self.store.put_custom_labels(id, before, &labels).await? {
                return Ok(Runner {
                    custom_labels: Some(labels),
                    ..runner
                });
            }
        }
        let reason = format!("the labels of runner {id} are changed by others all the time");
        Err(EngineError::Unavailable { reason })
    }

    /// Forgets a runner.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delete_runner(&self, id: RunnerId) -> Result<(), EngineError> {
        Ok(self.store.delete_runner(id).await?)
    }
}

/// The custom labels after a change, each once.
fn changed(runner: &Runner, change: &LabelChange) -> Result<Vec<String>, EngineError> {
    let mut labels = match change {
        LabelChange::Set(_) => Vec::new(),
        LabelChange::Add(_) | LabelChange::Remove(_) => runner.changeable_labels(),
    };
    match change {
        LabelChange::Add(new) | LabelChange::Set(new) => {
            for label in new {
                check_text("labels", label)?;
                let is_there = |known: &String| known.eq_ignore_ascii_case(label);
                if !runner.is_fixed(label) && !labels.iter().any(is_there) {
                    labels.push(label.clone());
                }
            }
        }
        LabelChange::Remove(label) => {
            if runner.is_fixed(label) {
                return Err(EngineError::Invalid {
                    field: "name",
                    value: label.clone(),
                    problem: "says what the runner is, so it cannot be taken away".to_owned(),
                });
            }
            let before = labels.len();
            labels.retain(|known| !known.eq_ignore_ascii_case(label));
            if labels.len() == before {
                return Err(EngineError::NotFound { what: "the label" });
            }
        }
    }
    let count = labels.len() + runner.fixed_labels().len();
    if count > LABELS_MAX {
        return Err(too_many_labels(count));
    }
    Ok(labels)
}

fn too_many_labels(count: usize) -> EngineError {
    EngineError::Invalid {
        field: "labels",
        value: count.to_string(),
        problem: format!("labels were given: 1 to {LABELS_MAX} are allowed"),
    }
}

fn check_labels(labels: &[String]) -> Result<(), EngineError> {
    if labels.is_empty() || labels.len() > LABELS_MAX {
        return Err(too_many_labels(labels.len()));
    }
    labels
        .iter()
        .try_for_each(|label| check_text("labels", label))
}

/// The bare name of a group, as `runs-on.group` may have it (semantics R2.77).
fn check_group(group: &str) -> Result<(), EngineError> {
    check_text("group", group)?;
    if group.trim().is_empty() || group.contains('/') {
        return Err(EngineError::Invalid {
            field: "group",
            value: group.to_owned(),
            problem: "must be a name without /".to_owned(),
        });
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str) -> Result<(), EngineError> {
    let length = text.chars().count();
    if (1..=RUNNER_NAME_CHARACTERS_MAX).contains(&length) && !text.contains(char::is_control) {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field,
        value: text.chars().take(RUNNER_NAME_CHARACTERS_MAX).collect(),
        problem: format!("must have 1 to {RUNNER_NAME_CHARACTERS_MAX} printable characters"),
    })
}

fn check_capacity(capacity: u32) -> Result<(), EngineError> {
    if (1..=CAPACITY_MAX).contains(&capacity) {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field: "capacity",
        value: capacity.to_string(),
        problem: format!("must be 1 to {CAPACITY_MAX}"),
    })
}

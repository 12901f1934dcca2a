//! Runners: registering, declaring, leaving.

use crate::{
    Engine, EngineError,
    secret::{Secret, SecretKind},
};
use runyard_domain::{
    RunnerId,
    runner::{DEFAULT_GROUP, Runner},
};
use runyard_store::IdKind;

/// Longest name of a runner and longest label.
pub(crate) const RUNNER_NAME_CHARACTERS_MAX: usize = 64;
/// Labels that one runner may have.
pub(crate) const LABELS_MAX: usize = 100;
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

    /// Forgets a runner.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn delete_runner(&self, id: RunnerId) -> Result<(), EngineError> {
        Ok(self.store.delete_runner(id).await?)
    }
}

fn check_labels(labels: &[String]) -> Result<(), EngineError> {
    if labels.is_empty() || labels.len() > LABELS_MAX {
        return Err(EngineError::Invalid {
            field: "labels",
            value: labels.len().to_string(),
            problem: format!("labels were given: 1 to {LABELS_MAX} are allowed"),
        });
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

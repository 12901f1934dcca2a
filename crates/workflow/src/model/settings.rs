//! What workflows and jobs set about how they run: strategy, concurrency, environment,
//! containers, defaults; it must not decide any of it.

use super::{Field, Located, Tree, Variables};
use serde::{Deserialize, Serialize};

/// `strategy` (semantics 2.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Strategy {
    /// `matrix`, as written.
    pub matrix: Option<Tree>,
    /// `fail-fast` (semantics R2.45).
    pub fail_fast: Option<Field<bool>>,
    /// `max-parallel` (semantics R2.44).
    pub max_parallel: Option<Field<f64>>,
}

/// `concurrency` (semantics 2.8).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Concurrency {
    /// `group`, or the whole of the short form.
    pub group: Field<String>,
    /// `cancel-in-progress` (semantics R2.54).
    pub cancel_in_progress: Option<Field<bool>>,
    /// `queue` (semantics R2.53).
    pub queue: Option<Located<Queue>>,
}

/// How many may wait for a concurrency group (semantics R2.52, R2.53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Queue {
    /// `single`: one; the newest replaces it.
    Single,
    /// `max`: as many as section 9 allows, first in first out.
    Max,
}

/// `environment` (semantics section 5).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Environment {
    /// `name`, or the whole of the short form.
    pub name: Field<String>,
    /// `url`, computed on the runner.
    pub url: Option<Field<String>>,
    /// `deployment`: whether the job makes a deployment.
    pub deployment: Option<Field<bool>>,
}

/// `defaults.run` (semantics R2.82).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Defaults {
    /// `run`; absent when `defaults` is empty.
    pub run: Option<Field<RunDefaults>>,
}

/// The keys of `defaults.run`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RunDefaults {
    /// `shell`.
    pub shell: Option<Field<String>>,
    /// `working-directory`.
    pub working_directory: Option<Field<String>>,
}

/// `container`, or one of `services`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Container {
    /// `image`, or the whole of the short form; an empty one means no container.
    pub image: Option<Field<String>>,
    /// `env`.
    pub env: Option<Variables>,
    /// `ports`.
    pub ports: Option<Field<Vec<Field<String>>>>,
    /// `volumes`.
    pub volumes: Option<Field<Vec<Field<String>>>>,
    /// `options` for `docker create`.
    pub options: Option<Field<String>>,
    /// `credentials` for the registry.
    pub credentials: Option<Field<Credentials>>,
    /// `entrypoint`, of services only.
    pub entrypoint: Option<Field<String>>,
    /// `command`, of services only.
    pub command: Option<Field<String>>,
}

/// `credentials` of a container.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Credentials {
    /// `username`.
    pub username: Option<Field<String>>,
    /// `password`.
    pub password: Option<Field<String>>,
}

/// One of `services`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Its key: the host name that containers see.
    pub name: Field<String>,
    /// What runs.
    pub container: Field<Container>,
}

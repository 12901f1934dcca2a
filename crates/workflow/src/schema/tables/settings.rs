//! What workflows and jobs set about how they run; it must not know steps or events.

use super::scalars::{BOOLEAN, FILLED, TEXT, VARIABLES};
use crate::expression::Place;
use crate::schema::definition::{Definition, Mapping, Shape, at, free, known, may, must, plain};

pub(super) static PERMISSIONS: Definition = plain(
    "permissions are read-all, write-all or a mapping of scopes to read, write or none",
    &[
        Shape::Words(&["read-all", "write-all"]),
        Shape::Mapping(&SCOPES),
    ],
);

static SCOPES: Mapping = known(&[
    may("actions", &LEVEL),
    may("artifact-metadata", &LEVEL),
    may("attestations", &LEVEL),
    may("checks", &LEVEL),
    may("contents", &LEVEL),
    may("deployments", &LEVEL),
    may("discussions", &LEVEL),
    may("id-token", &WRITE_OR_NONE),
    may("issues", &LEVEL),
    may("models", &READ_OR_NONE),
    may("packages", &LEVEL),
    may("pages", &LEVEL),
    may("pull-requests", &LEVEL),
    may("repository-projects", &LEVEL),
    may("security-events", &LEVEL),
    may("statuses", &LEVEL),
    may("vulnerability-alerts", &READ_OR_NONE),
]);

static LEVEL: Definition = plain(
    "read, write or none is allowed here",
    &[Shape::Words(&["read", "write", "none"])],
);

static WRITE_OR_NONE: Definition = plain(
    "write or none is allowed here",
    &[Shape::Words(&["write", "none"])],
);

static READ_OR_NONE: Definition = plain(
    "read or none is allowed here",
    &[Shape::Words(&["read", "none"])],
);

pub(super) static WORKFLOW_CONCURRENCY: Definition = at(
    Place::Concurrency,
    "concurrency is a group or a mapping with group, cancel-in-progress and queue",
    &[Shape::Filled, Shape::Mapping(&CONCURRENCY)],
);

pub(super) static JOB_CONCURRENCY: Definition = at(
    Place::JobConcurrency,
    "concurrency is a group or a mapping with group, cancel-in-progress and queue",
    &[Shape::Filled, Shape::Mapping(&CONCURRENCY)],
);

static CONCURRENCY: Mapping = known(&[
    must("group", &FILLED),
    may("cancel-in-progress", &BOOLEAN),
    may("queue", &QUEUE),
]);

static QUEUE: Definition = plain(
    "single or max is allowed here",
    &[Shape::Words(&["single", "max"])],
);

pub(super) static WORKFLOW_DEFAULTS: Definition = plain(
    "defaults is a mapping with run",
    &[Shape::Mapping(&WORKFLOW_RUN)],
);

static WORKFLOW_RUN: Mapping = known(&[may("run", &WORKFLOW_RUN_DEFAULTS)]);

static WORKFLOW_RUN_DEFAULTS: Definition = plain(
    "defaults.run is a mapping with shell and working-directory",
    &[Shape::Mapping(&RUN_DEFAULTS)],
);

pub(super) static JOB_DEFAULTS: Definition = plain(
    "defaults is a mapping with run",
    &[Shape::Mapping(&JOB_RUN)],
);

static JOB_RUN: Mapping = known(&[may("run", &JOB_RUN_DEFAULTS)]);

static JOB_RUN_DEFAULTS: Definition = at(
    Place::JobDefaults,
    "defaults.run is a mapping with shell and working-directory",
    &[Shape::Mapping(&RUN_DEFAULTS)],
);

static RUN_DEFAULTS: Mapping = known(&[may("shell", &FILLED), may("working-directory", &FILLED)]);

pub(super) static ENVIRONMENT: Definition = at(
    Place::Environment,
    "environment is a name or a mapping with name, url and deployment",
    &[Shape::Text, Shape::Mapping(&ENVIRONMENT_KEYS)],
);

static ENVIRONMENT_KEYS: Mapping = known(&[
    must("name", &FILLED),
    may("url", &ENVIRONMENT_URL),
    may("deployment", &BOOLEAN),
]);

static ENVIRONMENT_URL: Definition = at(
    Place::EnvironmentUrl,
    "the url of an environment is a string",
    &[Shape::Text],
);

pub(super) static CONTAINER: Definition = at(
    Place::Container,
    "container is an image or a mapping with image",
    &[Shape::Text, Shape::Mapping(&CONTAINER_KEYS)],
);

static CONTAINER_KEYS: Mapping = known(&[
    may("image", &TEXT),
    may("options", &TEXT),
    may("env", &CONTAINER_ENV),
    may("ports", &PORTS),
    may("volumes", &PORTS),
    may("credentials", &CREDENTIALS),
]);

pub(super) static SERVICES: Definition = at(
    Place::Services,
    "services is a mapping of names to images or to mappings with image",
    &[Shape::Mapping(&SERVICE_NAMES)],
);

static SERVICE_NAMES: Mapping = free(&SERVICE);

static SERVICE: Definition = plain(
    "a service is an image or a mapping with image",
    &[Shape::Text, Shape::Mapping(&SERVICE_KEYS)],
);

static SERVICE_KEYS: Mapping = known(&[
    may("image", &TEXT),
    may("options", &TEXT),
    may("env", &CONTAINER_ENV),
    may("ports", &PORTS),
    may("volumes", &PORTS),
    may("credentials", &CREDENTIALS),
    may("entrypoint", &TEXT),
    may("command", &TEXT),
]);

static CONTAINER_ENV: Definition = at(
    Place::ContainerEnv,
    "env is a mapping of names to scalars",
    &[Shape::Mapping(&VARIABLES)],
);

static PORTS: Definition = plain(
    "a list of strings is allowed here",
    &[Shape::Sequence(&FILLED)],
);

static CREDENTIALS: Definition = at(
    Place::Credentials,
    "credentials is a mapping with username and password",
    &[Shape::Mapping(&CREDENTIAL_KEYS)],
);

static CREDENTIAL_KEYS: Mapping = known(&[may("username", &TEXT), may("password", &TEXT)]);

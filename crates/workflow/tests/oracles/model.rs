//! Our model of a workflow in the form of GitHub's published answers.

use crate::calls::calling;
use crate::case::Case;
use crate::normal::at;
use crate::steps::steps;
use runyard_workflow::model::{
    Concurrency, Container, Defaults, Environment, Field, Job, JobBody, Level, Located,
    Permissions, Position, Scalar, StepsJob, Strategy, Templated, Tree, TreeValue, Variables,
    Workflow,
};
use runyard_workflow::reusable::{Resolved, ResolvedCall, Source};
use serde_json::{Map, Value, json};

/// Writes values, with places where the case wants them.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    /// The number of the file, when places are wanted.
    pub(crate) file: Option<u64>,
    /// The called files in the order of their numbers, which begin at 2.
    called: &'a [Source],
}

/// Keys with values; absent ones are left out.
#[derive(Default)]
pub(crate) struct Keys(pub(crate) Map<String, Value>);

impl Keys {
    pub(crate) fn add(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value);
        }
    }
}

impl<'a> Writer<'a> {
    pub(crate) fn without_places() -> Self {
        Self {
            file: None,
            called: &[],
        }
    }

    /// As this, in the file that a call names.
    pub(crate) fn of(self, source: &Source) -> Self {
        let at = self.called.iter().position(|called| called == source);
        let number = at.map(|at| u64::try_from(at + 2).unwrap());
        Self {
            file: self.file.and(number),
            ..self
        }
    }

    pub(crate) fn placed(self, position: Position, value: Value) -> Value {
        match self.file {
            Some(file) => at(file, position.line.into(), position.column.into(), value),
            None => value,
        }
    }

    pub(crate) fn located<T: ToString>(self, value: &Located<T>) -> Value {
        self.placed(value.position, json!(value.value.to_string()))
    }

    pub(crate) fn field<T>(self, field: &Field<T>, literal: impl Fn(&T) -> Value) -> Value {
        let value = match &field.value {
            Templated::Literal(value) => literal(value),
            Templated::Computed(computed) => json!({ "expr": computed.expression.source() }),
        };
        self.placed(field.position, value)
    }

    pub(crate) fn text(self, field: &Field<String>) -> Value {
        self.field(field, |text| json!(text))
    }

    pub(crate) fn boolean(self, field: &Field<bool>) -> Value {
        self.field(field, |value| json!(value))
    }

    pub(crate) fn number(self, field: &Field<f64>) -> Value {
        self.field(field, |value| number(*value))
    }

    pub(crate) fn variables(self, variables: &Variables) -> Option<Value> {
        if variables.literal().is_some_and(|pairs| pairs.is_empty()) {
            return None;
        }
        Some(self.field(variables, |pairs| {
            let mut keys = Keys::default();
            for pair in pairs {
                let name = match &pair.name.value {
                    Templated::Literal(name) => name,
                    Templated::Computed(computed) => &computed.text,
                };
                keys.add(name, Some(self.field(&pair.value, scalar)));
            }
            Value::Object(keys.0)
        }))
    }

    pub(crate) fn texts(self, fields: &Field<Vec<Field<String>>>) -> Value {
        self.field(fields, |items| {
            items.iter().map(|item| self.text(item)).collect()
        })
    }

    pub(crate) fn tree(self, tree: &Tree) -> Value {
        let value = match &tree.value {
            TreeValue::Scalar(value) => scalar(value),
            TreeValue::Computed(computed) => json!({ "expr": computed.expression.source() }),
            TreeValue::Sequence(items) => items.iter().map(|item| self.tree(item)).collect(),
            TreeValue::Mapping(pairs) => {
                let pairs = pairs
                    .iter()
                    .map(|(key, value)| (key.text().unwrap_or_default(), self.tree(value)));
                Value::Object(pairs.collect())
            }
        };
        self.placed(tree.position, value)
    }
}

pub(crate) fn scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Number(value) => number(*value),
        Scalar::Text(text) => json!(text),
    }
}

fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value + 0.0)
    } else {
        json!(Scalar::Number(value).to_text())
    }
}

/// The whole answer.
pub(crate) fn project(case: &Case, resolved: &Resolved) -> Value {
    let workflow = &resolved.workflow;
    let writer = Writer {
        file: case.options.include_source.then_some(1),
        called: &resolved.referenced,
    };
    let mut keys = Keys::default();
    let inherited = workflow.permissions.as_ref().map(|found| &found.value);
    keys.add("permissions", inherited.map(permissions));
    let env = workflow.env.as_ref();
    keys.add("env", env.and_then(|env| writer.variables(env)));
    let found = workflow.defaults.as_ref();
    keys.add("defaults", found.map(|found| defaults(writer, found)));
    let concurrency = workflow.concurrency.as_ref();
    keys.add("concurrency", concurrency.map(|found| group(writer, found)));
    keys.add(
        "jobs",
        Some(jobs(writer, workflow, inherited, &resolved.calls)),
    );
    keys.add("events", Some(crate::events::events(&workflow.on)));
    keys.add("file-table", Some(files(case, resolved)));
    Value::Object(keys.0)
}

/// GitHub sorts the names of the files in a run of some jobs again.
fn files(case: &Case, resolved: &Resolved) -> Value {
    let called = resolved.referenced.iter().map(|source| source.path.clone());
    let mut files: Vec<String> = std::iter::once(case.path()).chain(called).collect();
    if case.options.is_partial_rerun {
        files.sort();
    }
    json!(files)
}

pub(crate) fn jobs(
    writer: Writer<'_>,
    workflow: &Workflow,
    inherited: Option<&Permissions>,
    calls: &[ResolvedCall],
) -> Value {
    let jobs = workflow.jobs.iter();
    jobs.map(|found| job(writer, found, inherited, calls))
        .collect()
}

/// The scopes of `read-all` and `write-all` in the published answers.
const ALL: [&str; 13] = [
    "actions",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
];

pub(crate) fn permissions(permissions: &Permissions) -> Value {
    let scopes: Vec<&str> = match permissions {
        Permissions::ReadAll | Permissions::WriteAll => ALL.to_vec(),
        Permissions::Scopes(scopes) => scopes.keys().map(String::as_str).collect(),
    };
    let levels = scopes
        .into_iter()
        .map(|scope| (scope, permissions.level(scope)));
    levels
        .filter(|(_, level)| *level != Level::None)
        .map(|(scope, level)| (scope.to_owned(), json!(level.to_string())))
        .collect::<Map<_, _>>()
        .into()
}

/// What jobs of both kinds have.
pub(crate) fn common(writer: Writer<'_>, job: &Job, kind: &str) -> Keys {
    let mut keys = Keys::default();
    keys.add("type", Some(json!(kind)));
    keys.add("id", Some(writer.located(&job.id)));
    let name = job.name.as_ref().map(|name| writer.text(name));
    keys.add(
        "name",
        Some(name.unwrap_or_else(|| writer.located(&job.id))),
    );
    let needs: Vec<Value> = job.needs.iter().map(|need| writer.located(need)).collect();
    let wanted = !needs.is_empty() || kind != "job";
    keys.add("needs", wanted.then_some(Value::Array(needs)));
    let condition = job.condition.expression.source();
    keys.add("if", Some(json!({ "expr": condition })));
    let strategy = job.strategy.as_ref();
    keys.add("strategy", strategy.map(|found| strategy_of(writer, found)));
    let concurrency = job.concurrency.as_ref();
    keys.add("concurrency", concurrency.map(|found| group(writer, found)));
    keys
}

fn job(
    writer: Writer<'_>,
    job: &Job,
    inherited: Option<&Permissions>,
    calls: &[ResolvedCall],
) -> Value {
    let own = job.permissions.as_ref().map(|found| &found.value);
    let allowed = own.or(inherited);
    match &job.body {
        JobBody::Steps(body) => {
            let mut keys = common(writer, job, "job");
            keys.add("permissions", allowed.map(permissions));
            with_steps(writer, body, &mut keys);
            Value::Object(keys.0)
        }
        JobBody::Call(call) => calling(writer, job, call, allowed, calls),
    }
}

pub(crate) fn with_steps(writer: Writer<'_>, job: &StepsJob, keys: &mut Keys) {
    let continues = job.continue_on_error.as_ref();
    keys.add(
        "continue-on-error",
        continues.map(|found| writer.boolean(found)),
    );
    let minutes = |field: &Option<Field<f64>>| field.as_ref().map(|found| writer.number(found));
    keys.add("timeout-minutes", minutes(&job.timeout_minutes));
    keys.add(
        "cancel-timeout-minutes",
        minutes(&job.cancel_timeout_minutes),
    );
    keys.add(
        "env",
        job.env.as_ref().and_then(|env| writer.variables(env)),
    );
    let environment = job.environment.as_ref();
    keys.add(
        "environment",
        environment.map(|found| environment_of(writer, found)),
    );
    keys.add(
        "defaults",
        job.defaults.as_ref().map(|found| defaults(writer, found)),
    );
    keys.add("runs-on", Some(runs_on(writer, job)));
    let container = job.container.as_ref();
    keys.add(
        "container",
        container.map(|found| container_of(writer, found)),
    );
    let services = job.services.as_ref().map(|services| {
        writer.field(services, |services| {
            let mut keys = Keys::default();
            for service in services {
                let name = service.name.literal().cloned().unwrap_or_default();
                keys.add(&name, Some(container_of(writer, &service.container)));
            }
            Value::Object(keys.0)
        })
    });
    keys.add("services", services);
    keys.add(
        "outputs",
        job.outputs
            .as_ref()
            .and_then(|found| writer.variables(found)),
    );
    keys.add(
        "snapshot",
        job.snapshot.as_ref().map(|found| writer.tree(found)),
    );
    let steps = steps(writer, &job.steps);
    keys.add("steps", (!job.steps.is_empty()).then_some(steps));
}

fn runs_on(writer: Writer<'_>, job: &StepsJob) -> Value {
    let Some(runs_on) = job.runs_on.literal() else {
        return writer.field(&job.runs_on, |_| Value::Null);
    };
    let labels = runs_on
        .labels
        .as_ref()
        .map(|labels| match labels.literal() {
            Some(items) => match items.as_slice() {
                [item] if writer.file.is_none() || item.position == labels.position => {
                    writer.text(item)
                }
                _ => writer.texts(labels),
            },
            None => writer.texts(labels),
        });
    let Some(group) = &runs_on.group else {
        return labels.unwrap_or_default();
    };
    let mut keys = Keys::default();
    keys.add("group", Some(writer.text(group)));
    keys.add("labels", labels);
    Value::Object(keys.0)
}

fn strategy_of(writer: Writer<'_>, strategy: &Field<Strategy>) -> Value {
    writer.field(strategy, |strategy| {
        let mut keys = Keys::default();
        keys.add(
            "matrix",
            strategy.matrix.as_ref().map(|matrix| writer.tree(matrix)),
        );
        let fail_fast = strategy.fail_fast.as_ref();
        keys.add("fail-fast", fail_fast.map(|found| writer.boolean(found)));
        let parallel = strategy.max_parallel.as_ref();
        keys.add("max-parallel", parallel.map(|found| writer.number(found)));
        Value::Object(keys.0)
    })
}

fn group(writer: Writer<'_>, concurrency: &Field<Concurrency>) -> Value {
    let short = |found: &Concurrency| found.cancel_in_progress.is_none() && found.queue.is_none();
    if let Some(concurrency) = concurrency.literal().filter(|found| short(found)) {
        return writer.text(&concurrency.group);
    }
    writer.field(concurrency, |concurrency| {
        let mut keys = Keys::default();
        keys.add("group", Some(writer.text(&concurrency.group)));
        let cancel = concurrency.cancel_in_progress.as_ref();
        keys.add(
            "cancel-in-progress",
            cancel.map(|found| writer.boolean(found)),
        );
        let queue = concurrency.queue.as_ref();
        let queue = queue.map(|queue| writer.placed(queue.position, json!(queue.value)));
        keys.add("queue", queue);
        Value::Object(keys.0)
    })
}

fn environment_of(writer: Writer<'_>, environment: &Field<Environment>) -> Value {
    let short = |found: &Environment| found.url.is_none() && found.deployment.is_none();
    if let Some(environment) = environment.literal().filter(|found| short(found)) {
        return writer.text(&environment.name);
    }
    writer.field(environment, |environment| {
        let mut keys = Keys::default();
        keys.add("name", Some(writer.text(&environment.name)));
        keys.add("url", environment.url.as_ref().map(|url| writer.text(url)));
        let deployment = environment.deployment.as_ref();
        keys.add("deployment", deployment.map(|found| writer.boolean(found)));
        Value::Object(keys.0)
    })
}

fn container_of(writer: Writer<'_>, container: &Field<Container>) -> Value {
    let write = |container: &Container| {
        let text = |field: &Option<Field<String>>| field.as_ref().map(|text| writer.text(text));
        let mut keys = Keys::default();
        keys.add("image", text(&container.image));
        keys.add(
            "env",
            container.env.as_ref().and_then(|env| writer.variables(env)),
        );
        keys.add(
            "ports",
            container.ports.as_ref().map(|ports| writer.texts(ports)),
        );
        keys.add(
            "volumes",
            container.volumes.as_ref().map(|found| writer.texts(found)),
        );
        keys.add("options", text(&container.options));
        keys.add("entrypoint", text(&container.entrypoint));
        keys.add("command", text(&container.command));
        let credentials = container.credentials.as_ref().map(|credentials| {
            writer.field(credentials, |credentials| {
                let mut keys = Keys::default();
                keys.add("username", text(&credentials.username));
                keys.add("password", text(&credentials.password));
                Value::Object(keys.0)
            })
        });
        keys.add("credentials", credentials);
        match keys.0.remove("image") {
            Some(image) if keys.0.is_empty() => image,
            image => {
                keys.add("image", image);
                Value::Object(keys.0)
            }
        }
    };
    writer.field(container, write)
}

pub(crate) fn defaults(writer: Writer<'_>, defaults: &Defaults) -> Value {
    let mut keys = Keys::default();
    let run = defaults.run.as_ref().map(|run| {
        writer.field(run, |run| {
            let mut keys = Keys::default();
            keys.add("shell", run.shell.as_ref().map(|shell| writer.text(shell)));
            let folder = run.working_directory.as_ref();
            keys.add(
                "working-directory",
                folder.map(|folder| writer.text(folder)),
            );
            Value::Object(keys.0)
        })
    });
    keys.add("run", run);
    Value::Object(keys.0)
}

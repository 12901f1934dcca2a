//! Which contexts and functions an expression may use where (semantics 7.5); it must not know the
//! schema of workflow files beyond the names of these places.

use super::function::{CallerFunction, MAX_ARGUMENTS};

/// The contexts that may be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names<'a> {
    /// Any name: for text that was checked before.
    Any,
    /// These, whatever their case.
    Listed(&'a [&'a str]),
}

/// A function of the caller that may be called, with how many arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permitted {
    /// The function.
    pub function: CallerFunction,
    /// It takes at least so many arguments.
    pub least: usize,
    /// It takes at most so many arguments.
    pub most: usize,
}

impl Permitted {
    const fn plain(function: CallerFunction) -> Self {
        Self {
            function,
            least: 0,
            most: 0,
        }
    }

    const fn with(function: CallerFunction, least: usize) -> Self {
        Self {
            function,
            least,
            most: MAX_ARGUMENTS,
        }
    }
}

/// What an expression may name at some place; everything else is a parse error (semantics R7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed<'a> {
    /// The contexts.
    pub contexts: Names<'a>,
    /// The functions beside those of the language itself.
    pub functions: &'a [Permitted],
}

impl<'a> Allowed<'a> {
    /// Any context and any function: for text that was checked before, and for trying things out.
    pub const ANYTHING: Allowed<'static> = Allowed {
        contexts: Names::Any,
        functions: ANY_FUNCTION,
    };

    /// These contexts, and no function but those of the language itself.
    pub const fn contexts(names: &'a [&'a str]) -> Self {
        Self {
            contexts: Names::Listed(names),
            functions: &[],
        }
    }

    const fn and(mut self, functions: &'a [Permitted]) -> Self {
        self.functions = functions;
        self
    }

    pub(super) fn has_context(&self, name: &str) -> bool {
        match self.contexts {
            Names::Any => true,
            Names::Listed(names) => names.iter().any(|known| known.eq_ignore_ascii_case(name)),
        }
    }

    pub(super) fn permits(&self, function: CallerFunction) -> Option<Permitted> {
        let mut functions = self.functions.iter();
        functions
            .find(|permitted| permitted.function == function)
            .copied()
    }
}

const HASH_FILES: Permitted = Permitted::with(CallerFunction::HashFiles, 1);
const ALWAYS: Permitted = Permitted::plain(CallerFunction::Always);
const CANCELLED: Permitted = Permitted::plain(CallerFunction::Cancelled);

const ANY_FUNCTION: &[Permitted] = &[
    HASH_FILES,
    ALWAYS,
    CANCELLED,
    Permitted::with(CallerFunction::Failure, 0),
    Permitted::with(CallerFunction::Success, 0),
];
/// At a job `failure` and `success` may name jobs (semantics 2.2).
const JOB_STATUS: &[Permitted] = &[
    ALWAYS,
    CANCELLED,
    Permitted::with(CallerFunction::Failure, 0),
    Permitted::with(CallerFunction::Success, 0),
];
const STEP_CONDITION: &[Permitted] = &[
    HASH_FILES,
    ALWAYS,
    CANCELLED,
    Permitted::plain(CallerFunction::Failure),
    Permitted::plain(CallerFunction::Success),
];

const RUN: &[&str] = &["github", "inputs", "vars"];
const RUN_SECRETS: &[&str] = &["github", "inputs", "vars", "secrets"];
const CALL_OUTPUT: &[&str] = &["github", "inputs", "vars", "jobs"];
const NEEDS: &[&str] = &["github", "inputs", "vars", "needs"];
const LEG: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix"];
const LEG_SECRETS: &[&str] = &[
    "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets",
];
const LEG_ENV: &[&str] = &[
    "github", "inputs", "vars", "needs", "strategy", "matrix", "env",
];
const CREDENTIALS: &[&str] = &[
    "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "env",
];
const STEP: &[&str] = &[
    "github", "inputs", "vars", "needs", "strategy", "matrix", "steps", "job", "runner", "env",
];
const STEP_SECRETS: &[&str] = &[
    "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job", "runner",
    "env",
];

/// What a composite action sees of the job that runs it: neither secrets nor `vars` nor `needs`.
const COMPOSITE: &[&str] = &[
    "github", "inputs", "strategy", "matrix", "steps", "job", "runner", "env",
];
const ACTION_DEFAULT: &[&str] = &["github", "strategy", "matrix", "job", "runner"];

/// The places of a workflow or an action file where expressions stand, by what they may use (the
/// rows of semantics 7.5; for actions what GitHub's runner allows).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// `run-name`
    RunName,
    /// `concurrency` of the workflow
    Concurrency,
    /// `env` of the workflow
    Env,
    /// `on.workflow_call.inputs.*.default`
    CallInputDefault,
    /// `on.workflow_call.outputs.*.value`
    CallOutputValue,
    /// `jobs.*.if`
    JobIf,
    /// `jobs.*.strategy`
    Strategy,
    /// `jobs.*.name`
    JobName,
    /// `jobs.*.runs-on`
    RunsOn,
    /// `jobs.*.concurrency`
    JobConcurrency,
    /// `jobs.*.environment` and its `name`
    Environment,
    /// `jobs.*.environment.url`
    EnvironmentUrl,
    /// `jobs.*.timeout-minutes` and `cancel-timeout-minutes`
    JobTimeout,
    /// `jobs.*.continue-on-error`
    JobContinueOnError,
    /// `jobs.*.container`
    Container,
    /// `jobs.*.services`
    Services,
    /// `credentials` of a container or service
    Credentials,
    /// `env` of a container or service
    ContainerEnv,
    /// `jobs.*.with` of a job that calls a workflow
    CallWith,
    /// `jobs.*.secrets.*` of a job that calls a workflow
    CallSecrets,
    /// `jobs.*.env`
    JobEnv,
    /// `jobs.*.defaults.run`
    JobDefaults,
    /// `jobs.*.outputs.*`
    JobOutputs,
    /// `if` of a step
    StepIf,
    /// Other keys of a step: `run`, `name`, `with`, `env`, `working-directory` and so on
    Step,
    /// `inputs.*.default` of an action
    ActionInputDefault,
    /// `runs.args` and `runs.env` of a docker action
    DockerAction,
    /// `pre-if` and `post-if` of an action, and `if` of a step of a composite action
    CompositeStepIf,
    /// Other keys of a step of a composite action
    CompositeStep,
    /// `outputs.*.value` of an action
    ActionOutput,
    /// `uses`, `needs`, `permissions`, `on`, `id`, filters: no expression at all
    Nowhere,
}

impl Place {
    /// All places.
    pub const ALL: [Self; 31] = [
        Self::RunName,
        Self::Concurrency,
        Self::Env,
        Self::CallInputDefault,
        Self::CallOutputValue,
        Self::JobIf,
        Self::Strategy,
        Self::JobName,
        Self::RunsOn,
        Self::JobConcurrency,
        Self::Environment,
        Self::EnvironmentUrl,
        Self::JobTimeout,
        Self::JobContinueOnError,
        Self::Container,
        Self::Services,
        Self::Credentials,
        Self::ContainerEnv,
        Self::CallWith,
        Self::CallSecrets,
        Self::JobEnv,
        Self::JobDefaults,
        Self::JobOutputs,
        Self::StepIf,
        Self::Step,
        Self::ActionInputDefault,
        Self::DockerAction,
        Self::CompositeStepIf,
        Self::CompositeStep,
        Self::ActionOutput,
        Self::Nowhere,
    ];

    /// What an expression at this place may name.
    pub const fn allowed(self) -> Allowed<'static> {
        match self {
            Self::RunName | Self::Concurrency | Self::CallInputDefault => Allowed::contexts(RUN),
            Self::Env => Allowed::contexts(RUN_SECRETS),
            Self::CallOutputValue => Allowed::contexts(CALL_OUTPUT),
            Self::JobIf => Allowed::contexts(NEEDS).and(JOB_STATUS),
            Self::Strategy => Allowed::contexts(NEEDS),
            Self::JobName
            | Self::RunsOn
            | Self::JobConcurrency
            | Self::Environment
            | Self::JobTimeout
            | Self::JobContinueOnError
            | Self::Container
            | Self::Services
            | Self::CallWith => Allowed::contexts(LEG),
            Self::JobEnv | Self::CallSecrets => Allowed::contexts(LEG_SECRETS),
            Self::JobDefaults => Allowed::contexts(LEG_ENV),
            Self::Credentials => Allowed::contexts(CREDENTIALS),
            Self::JobOutputs | Self::ContainerEnv => Allowed::contexts(STEP_SECRETS),
            Self::EnvironmentUrl => Allowed::contexts(STEP),
            Self::StepIf => Allowed::contexts(STEP).and(STEP_CONDITION),
            Self::Step => Allowed::contexts(STEP_SECRETS).and(&[HASH_FILES]),
            Self::ActionInputDefault => Allowed::contexts(ACTION_DEFAULT).and(&[HASH_FILES]),
            Self::DockerAction => Allowed::contexts(&["inputs"]),
            Self::CompositeStepIf => Allowed::contexts(COMPOSITE).and(STEP_CONDITION),
            Self::CompositeStep => Allowed::contexts(COMPOSITE).and(&[HASH_FILES]),
            Self::ActionOutput => Allowed::contexts(COMPOSITE),
            Self::Nowhere => Allowed::contexts(&[]),
        }
    }
}

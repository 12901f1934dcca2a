//! What a job message says, as the workflow language models it: texts become expressions again.
//! Evaluates nothing.

use runyard_api::runner::messages::{
    ComputedMessage, FieldMessage, JobMessage, StepActionMessage, StepMessage, VariablesMessage,
};
use runyard_workflow::expression::{Allowed, Expression, Place, Template, condition, parse};
use runyard_workflow::model::{
    Computed, Condition, Field, Located, Position, Scalar, Step, StepAction, StepUses, Templated,
    Variable, Variables,
};

/// What older servers say instead of `uses`.
const CHECKOUT: &str = "actions/checkout@v4";
/// What the names of images begin with.
const DOCKER: &str = "docker://";

/// Why a message is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(super) struct InvalidMessage {
    line: u32,
    problem: String,
}

/// The parts of a job that are computed here.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) workflow_env: Variables,
    pub(super) env: Variables,
    pub(super) outputs: Variables,
    pub(super) defaults: Defaults,
    pub(super) steps: Vec<NumberedStep>,
}

/// `defaults.run` (semantics R2.82).
#[derive(Debug)]
pub(super) struct Defaults {
    /// A mapping whose keys come before the others.
    pub(super) whole: Option<Located<Computed>>,
    pub(super) shell: Option<Field<String>>,
    pub(super) working_directory: Option<Field<String>>,
}

/// A step of the job's own list.
#[derive(Debug)]
pub(super) struct NumberedStep {
    pub(super) number: u32,
    pub(super) step: Step,
}

impl Definition {
    pub(super) fn of(job: &JobMessage) -> Result<Self, InvalidMessage> {
        let in_env = Place::Env.allowed();
        let in_job_env = Place::JobEnv.allowed();
        let in_defaults = Place::JobDefaults.allowed();
        let defaults = &job.defaults;
        let text = |message: &Option<FieldMessage<String>>| match message {
            Some(message) => field(message, &in_defaults).map(Some),
            None => Ok(None),
        };
        let whole = defaults.computed.as_ref();
        let whole = whole.map(|message| computed(message, &in_defaults));
        let numbered = |message: &StepMessage| {
            Ok(NumberedStep {
                number: message.number,
                step: step(message)?,
            })
        };
        Ok(Self {
            workflow_env: variables(&job.workflow_env, &in_env)?,
            env: variables(&job.env, &in_job_env)?,
            outputs: variables(&job.outputs, &Place::JobOutputs.allowed())?,
            defaults: Defaults {
                whole: whole.transpose()?,
                shell: text(&defaults.shell)?,
                working_directory: text(&defaults.working_directory)?,
            },
            steps: job.steps.iter().map(numbered).collect::<Result<_, _>>()?,
        })
    }
}

fn step(message: &StepMessage) -> Result<Step, InvalidMessage> {
    let allowed = Place::Step.allowed();
    let start = Position { line: 1, column: 1 };
    // An older server tells of no key, and has computed the name.
    let name = match (&message.named, message.key.is_empty()) {
        (Some(name), _) => Some(field(name, &allowed)?),
        (None, false) => None,
        (None, true) => {
            let name = Templated::Literal(message.name.clone());
            Some(Located::new(name, start))
        }
    };
    let continue_on_error = message.continue_on_error.as_ref();
    let timeout_minutes = message.timeout_minutes.as_ref();
    Ok(Step {
        id: message.id.clone().map(|id| Located::new(id, start)),
        key: match message.key.is_empty() {
            true => message.id.clone().unwrap_or_default(),
            false => message.key.clone(),
        },
        name,
        condition: condition_of(message.condition.as_ref())?,
        env: Some(variables(&message.env, &allowed)?),
        continue_on_error: continue_on_error
            .map(|message| field(message, &allowed))
            .transpose()?,
        timeout_minutes: timeout_minutes
            .map(|message| field(message, &allowed))
            .transpose()?,
        background: None,
        action: Located::new(action(&message.action, &allowed)?, start),
    })
}

fn condition_of(message: Option<&ComputedMessage>) -> Result<Condition, InvalidMessage> {
    let allowed = Place::StepIf.allowed();
    let Some(message) = message else {
        let expression = condition("", &allowed).expect("success() is a condition of a step");
        return Ok(Condition {
            position: None,
            expression,
        });
    };
    // It is wrapped already, and its text may hold what `${{` means elsewhere.
    let expression: Expression = parse(&message.expression, &allowed)
        .map_err(|error| invalid(message, &error.to_string()))?;
    Ok(Condition {
        position: Some(position(message)),
        expression,
    })
}

fn action(
    message: &StepActionMessage,
    allowed: &Allowed<'_>,
) -> Result<StepAction, InvalidMessage> {
    let text = |message: &Option<FieldMessage<String>>| match message {
        Some(message) => field(message, allowed).map(Some),
        None => Ok(None),
    };
    Ok(match message {
        StepActionMessage::Run {
            script,
            shell,
            working_directory,
        } => StepAction::Run {
            script: field(script, allowed)?,
            shell: text(shell)?,
            working_directory: text(working_directory)?,
        },
        StepActionMessage::Uses { uses, with } => uses_of(uses, Some(variables(with, allowed)?)),
        StepActionMessage::Checkout => uses_of(CHECKOUT, None),
    })
}

fn uses_of(text: &str, with: Option<Variables>) -> StepAction {
    StepAction::Uses {
        text: Located::new(text.to_owned(), Position { line: 1, column: 1 }),
        action: named(text),
        with,
    }
}

/// What a text of `uses` names; its form was checked when the file was read.
fn named(text: &str) -> StepUses {
    if let Some(image) = text.strip_prefix(DOCKER) {
        let image = image.to_owned();
        return StepUses::Docker { image };
    }
    let Some((path, reference)) = text.split_once('@').filter(|_| !text.starts_with('.')) else {
        let path = text.to_owned();
        return StepUses::Local { path };
    };
    let mut parts = path.splitn(3, '/').map(str::to_owned);
    StepUses::Repository {
        owner: parts.next().unwrap_or_default(),
        name: parts.next().unwrap_or_default(),
        path: parts.next(),
        reference: reference.to_owned(),
    }
}

fn field<T: Clone>(
    message: &FieldMessage<T>,
    allowed: &Allowed<'_>,
) -> Result<Field<T>, InvalidMessage> {
    Ok(match message {
        FieldMessage::Plain(value) => Located::new(
            Templated::Literal(value.clone()),
            Position { line: 1, column: 1 },
        ),
        FieldMessage::Computed(message) => {
            let Located { value, position } = computed(message, allowed)?;
            Located::new(Templated::Computed(value), position)
        }
    })
}

fn variables(
    message: &VariablesMessage,
    allowed: &Allowed<'_>,
) -> Result<Variables, InvalidMessage> {
    match message {
        VariablesMessage::Computed(message) => {
            let Located { value, position } = computed(message, allowed)?;
            Ok(Located::new(Templated::Computed(value), position))
        }
        VariablesMessage::Pairs(pairs) => {
            let pair = |(name, value): &(FieldMessage<String>, FieldMessage<String>)| {
                let Located { value, position } = field(value, allowed)?;
                let value = match value {
                    Templated::Literal(text) => Templated::Literal(Scalar::Text(text)),
                    Templated::Computed(computed) => Templated::Computed(computed),
                };
                Ok(Variable {
                    name: field(name, allowed)?,
                    value: Located::new(value, position),
                })
            };
            let pairs: Result<Vec<Variable>, InvalidMessage> = pairs.iter().map(pair).collect();
            let first = Position { line: 1, column: 1 };
            Ok(Located::new(Templated::Literal(pairs?), first))
        }
    }
}

fn computed(
    message: &ComputedMessage,
    allowed: &Allowed<'_>,
) -> Result<Located<Computed>, InvalidMessage> {
    let text = message.expression.clone();
    match Template::parse(&text, allowed) {
        Ok(Template::Expression(expression) | Template::Format(expression)) => {
            let computed = Computed { text, expression };
            Ok(Located::new(computed, position(message)))
        }
        Ok(Template::Literal(_) | Template::Insert) => {
            Err(invalid(message, "the text has no expression"))
        }
        Err(errors) => {
            let problem = errors.first().map(ToString::to_string);
            Err(invalid(message, &problem.unwrap_or_default()))
        }
    }
}

fn position(message: &ComputedMessage) -> Position {
    Position {
        line: message.line,
        column: message.column,
    }
}

fn invalid(message: &ComputedMessage, problem: &str) -> InvalidMessage {
    InvalidMessage {
        line: message.line,
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(expression: &str) -> ComputedMessage {
        ComputedMessage {
            expression: expression.to_owned(),
            line: 7,
            column: 3,
        }
    }

    #[test]
    fn texts_become_the_expressions_that_they_were() {
        let allowed = Place::Step.allowed();
        let one = computed(&text("${{ steps.a.outputs.b }}"), &allowed).unwrap();
        assert_eq!(one.value.expression.source(), "steps.a.outputs.b");
        assert_eq!((one.position.line, one.position.column), (7, 3));
        let condition = condition_of(Some(&text("success() && (env.A)"))).unwrap();
        assert_eq!(condition.expression.source(), "success() && (env.A)");
        let none = condition_of(None).unwrap();
        assert_eq!(none.expression.source(), "success()");
    }

    #[test]
    fn what_no_file_can_say_is_refused_with_its_line() {
        let allowed = Place::Step.allowed();
        let refused = computed(&text("${{ nonsense. }}"), &allowed).unwrap_err();
        assert!(refused.to_string().starts_with("line 7: "), "{refused}");
        let secret = condition_of(Some(&text("secrets.A")));
        assert!(secret.is_err(), "secrets are in no condition (R7.40)");
    }

    #[test]
    fn uses_names_images_folders_and_repositories() {
        let (owner, name) = ("actions".to_owned(), "cache".to_owned());
        let reference = "v4".to_owned();
        let path = Some("save".to_owned());
        let repository = StepUses::Repository {
            owner,
            name,
            path,
            reference,
        };
        assert_eq!(named("actions/cache/save@v4"), repository);
        let path = "./a@b".to_owned();
        assert_eq!(named("./a@b"), StepUses::Local { path });
        let image = "alpine:3".to_owned();
        assert_eq!(named("docker://alpine:3"), StepUses::Docker { image });
    }
}

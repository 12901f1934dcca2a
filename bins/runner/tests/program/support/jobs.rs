//! Jobs to offer, and looks at processes.

use std::path::Path;

use runyard_api::runner::messages::{
    ComputedMessage, FieldMessage, JobMessage, RepositoryMessage, StepActionMessage, StepMessage,
    VariablesMessage,
};

/// A `run` step with the default shell.
pub(crate) fn run(script: &str) -> StepActionMessage {
    StepActionMessage::Run {
        script: text(script),
        shell: None,
        working_directory: None,
    }
}

/// A value of a file: plain, or with `${{ }}` in it.
pub(crate) fn text(text: &str) -> FieldMessage<String> {
    match text.contains("${{") {
        true => FieldMessage::Computed(computed(text)),
        false => FieldMessage::Plain(text.to_owned()),
    }
}

fn computed(text: &str) -> ComputedMessage {
    ComputedMessage {
        expression: text.to_owned(),
        line: 9,
        column: 7,
    }
}

/// Names and values of a file.
pub(crate) fn pairs(pairs: &[(&str, &str)]) -> VariablesMessage {
    let pair = |(name, value): &(&str, &str)| (text(name), text(value));
    VariablesMessage::Pairs(pairs.iter().map(pair).collect())
}

/// A step that uses an action.
pub(crate) fn uses(action: &str, with: &[(&str, &str)]) -> StepActionMessage {
    StepActionMessage::Uses {
        uses: action.to_owned(),
        with: pairs(with),
    }
}

/// A job under construction.
pub(crate) struct JobText(pub(crate) JobMessage);

impl JobText {
    /// A job with these steps, numbered from 2.
    pub(crate) fn of(actions: impl IntoIterator<Item = StepActionMessage>) -> Self {
        let step = |(index, action)| StepMessage {
            number: u32::try_from(index).unwrap() + 2,
            id: None,
            key: format!("__step_{}", index + 1),
            name: format!("step {}", index + 1),
            named: None,
            condition: None,
            env: VariablesMessage::default(),
            continue_on_error: None,
            timeout_minutes: None,
            action,
        };
        Self(JobMessage {
            job_id: 500,
            job_key: "build".into(),
            name: "Build it".into(),
            run_id: 300,
            run_number: 4,
            run_attempt: 1,
            workflow: "CI".into(),
            workflow_ref: "octo/demo/.github/workflows/ci.yml@refs/heads/main".into(),
            repository: RepositoryMessage {
                id: 9,
                full_name: "octo/demo".into(),
                owner: "octo".into(),
                owner_id: 8,
                clone_url: "http://127.0.0.1:1/octo/demo".into(),
                private: true,
            },
            event_name: "push".into(),
            event: serde_json::json!({"ref": "refs/heads/main"}),
            sha: "a".repeat(40),
            git_ref: "refs/heads/main".into(),
            actor: "mona".into(),
            actor_id: 7,
            triggering_actor: "mona".into(),
            server_url: "http://h".into(),
            api_url: "http://h/api/v3".into(),
            graphql_url: "http://h/api/graphql".into(),
            github_token: "github-token-of-this-job".into(),
            workflow_env: VariablesMessage::default(),
            env: VariablesMessage::default(),
            defaults: Default::default(),
            notices: vec![],
            steps: actions.into_iter().enumerate().map(step).collect(),
            outputs: VariablesMessage::default(),
            workflow_file: ".github/workflows/ci.yml".into(),
            contexts: Default::default(),
            secrets: Default::default(),
            masks: vec!["hunter2".into()],
            timeout_minutes: 360,
            cancel_timeout_minutes: None,
            debug: false,
        })
    }

    pub(crate) fn env(mut self, name: &str, value: impl ToString) -> Self {
        let pair = (text(name), text(&value.to_string()));
        if let VariablesMessage::Pairs(pairs) = &mut self.0.env {
            pairs.push(pair);
        }
        self
    }

    /// Changes the step of this number.
    pub(crate) fn step(mut self, number: u32, change: impl FnOnce(&mut StepMessage)) -> Self {
        let mut steps = self.0.steps.iter_mut();
        change(steps.find(|step| step.number == number).expect("a step"));
        self
    }

    /// Gives a step an `id`.
    pub(crate) fn id(self, number: u32, id: &str) -> Self {
        self.step(number, |step| step.id = Some(id.to_owned()))
    }

    /// Gives a step a condition; its status function stands in it.
    pub(crate) fn condition(self, number: u32, condition: &str) -> Self {
        self.step(number, |step| step.condition = Some(computed(condition)))
    }

    pub(crate) fn continue_on_error(self, number: u32) -> Self {
        self.step(number, |step| {
            step.continue_on_error = Some(FieldMessage::Plain(true));
        })
    }

    /// Sets the job's outputs.
    pub(crate) fn outputs(mut self, outputs: &[(&str, &str)]) -> Self {
        self.0.outputs = pairs(outputs);
        self
    }
}

/// Whether the process whose id a step wrote to `file` is gone (or only its exit status is left).
pub(crate) fn pid_is_gone(file: &Path) -> bool {
    let pid = std::fs::read_to_string(file).expect("the step wrote its process id");
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())) else {
        return true;
    };
    stat.rsplit_once(')')
        .is_some_and(|(_, tail)| tail.trim_start().starts_with('Z'))
}

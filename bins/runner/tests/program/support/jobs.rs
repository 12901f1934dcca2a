//! Jobs to offer, and looks at processes.

use std::path::Path;

use runyard_api::runner::messages::{
    JobMessage, RepositoryMessage, StepActionMessage, StepMessage,
};

/// A `run` step with the default shell.
pub(crate) fn run(script: &str) -> StepActionMessage {
    StepActionMessage::Run {
        script: script.to_owned(),
        shell: None,
        working_directory: None,
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
            name: format!("step {}", index + 1),
            env: vec![],
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
            env: vec![],
            notices: vec![],
            steps: actions.into_iter().enumerate().map(step).collect(),
            masks: vec!["hunter2".into()],
            timeout_minutes: 360,
        })
    }

    pub(crate) fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.0.env.push((name.to_owned(), value.to_string()));
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

//! Tests of the environment that a step gets.

use runyard_api::runner::messages::RepositoryMessage;

use super::*;

fn job() -> JobMessage {
    JobMessage {
        job_id: 5,
        job_key: "build".into(),
        name: "Build".into(),
        run_id: 3,
        run_number: 2,
        run_attempt: 1,
        workflow: "CI".into(),
        workflow_ref: "o/r/.github/workflows/ci.yml@refs/heads/main".into(),
        repository: RepositoryMessage {
            id: 9,
            full_name: "o/r".into(),
            owner: "o".into(),
            owner_id: 8,
            clone_url: "http://h/o/r".into(),
            private: false,
        },
        event_name: "pull_request".into(),
        event: serde_json::json!({"pull_request": {"base": {"ref": "main"}, "head": {"ref": "topic"}}}),
        sha: "a".repeat(40),
        git_ref: "refs/pull/1/merge".into(),
        actor: "mona".into(),
        actor_id: 1,
        triggering_actor: "mona".into(),
        server_url: "http://h".into(),
        api_url: "http://h/api/v3".into(),
        graphql_url: "http://h/api/graphql".into(),
        github_token: "tok".into(),
        workflow_env: Default::default(),
        env: Default::default(),
        defaults: Default::default(),
        steps: vec![],
        outputs: Default::default(),
        workflow_file: ".github/workflows/ci.yml".into(),
        contexts: Default::default(),
        secrets: Default::default(),
        notices: vec![],
        masks: vec![],
        timeout_minutes: 360,
        cancel_timeout_minutes: None,
        debug: false,
    }
}

fn owned(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect()
}

/// What a step with this `env` and these fixed variables gets.
fn all(
    environment: &JobEnvironment,
    env: &[(&str, &str)],
    fixed: &[(&str, &str)],
) -> BTreeMap<String, String> {
    environment.of_step(&environment.given(&owned(env)), owned(fixed))
}

fn environment(env: &[(&str, &str)]) -> JobEnvironment {
    let host = HostFacts {
        runner: "r1".into(),
        path: "/bin".into(),
        home: None,
    };
    let folders = JobFolders::new(Path::new("/w"), 7, "r");
    let event = Path::new("/w/7/temp/event.json");
    let mut environment = JobEnvironment::new(&job(), &host, &folders, event);
    environment.set_job(owned(env));
    environment
}

#[test]
fn r2_83_step_over_earlier_steps_over_job() {
    let mut environment = environment(&[("A", "job"), ("B", "job"), ("C", "job")]);
    environment.set("B", "file").unwrap();
    environment.set("C", "file").unwrap();
    let all = all(&environment, &[("C", "step")], &[]);
    assert_eq!(
        (all["A"].as_str(), all["B"].as_str(), all["C"].as_str()),
        ("job", "file", "step")
    );
}

#[test]
fn r2_84_defaults_cannot_be_overridden_but_other_names_can_be_set() {
    let mut environment = environment(&[
        ("GITHUB_SHA", "x"),
        ("GITHUB_TOKEN", "mine"),
        ("CI", "false"),
    ]);
    let forged = environment.set("RUNNER_OS", "x");
    assert_eq!(forged, Err(VariableError::Default("RUNNER_OS".into())));
    assert_eq!(
        environment.set("node_options", "x"),
        Err(VariableError::Forbidden("node_options".into()))
    );
    let forged = [("RUNNER_TEMP", "/etc"), ("GITHUB_ENV", "/etc/passwd")];
    let all = all(&environment, &forged, &[("GITHUB_ENV", "/right")]);
    assert_eq!(all["GITHUB_SHA"], "a".repeat(40));
    assert_eq!(
        (all["RUNNER_TEMP"].as_str(), all["GITHUB_ENV"].as_str()),
        ("/w/7/temp", "/right")
    );
    assert_eq!(
        (all["GITHUB_TOKEN"].as_str(), all["CI"].as_str()),
        ("mine", "false")
    );
}

#[test]
fn the_job_token_of_github_is_not_given_to_scripts_unasked() {
    let all = all(&environment(&[]), &[], &[]);
    assert!(all.values().all(|value| value != "tok"), "{all:?}");
}

#[test]
fn written_folders_come_first_the_last_one_foremost() {
    let mut environment = environment(&[]);
    ["/a", "/b", "/a"]
        .iter()
        .for_each(|folder| environment.add_folder((*folder).to_owned()));
    assert_eq!(all(&environment, &[], &[])["PATH"], "/a:/b:/bin");
}

#[test]
fn pull_requests_have_two_refs_and_a_merge_ref() {
    let all = all(&environment(&[]), &[], &[]);
    let of = |name: &str| all[name].as_str();
    assert_eq!(
        (of("GITHUB_BASE_REF"), of("GITHUB_HEAD_REF")),
        ("main", "topic")
    );
    assert_eq!(
        (of("GITHUB_REF_NAME"), of("GITHUB_REF_TYPE")),
        ("1/merge", "branch")
    );
    assert_eq!(ref_parts("refs/tags/v1"), ("tag", "v1"));
    assert_eq!(ref_parts("refs/heads/a/b"), ("branch", "a/b"));
}

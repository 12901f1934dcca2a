//! A server that speaks https by itself: to people, runners, git and gh, also with a certificate that was renewed.

use runyard_tests::{
    Certificate, Client, Gh, Repository, Runner, Server, Settings, Store, eventually, stores,
};

use crate::project::{NAME, OWNER, PATIENCE, Project, text};

stores!(memory => [
    people_runners_and_gh_are_served_over_https,
    the_servers_own_runner_needs_no_certificate,
    a_renewed_certificate_is_shown_without_a_restart,
    a_bad_certificate_keeps_the_server_from_starting,
]);

const WORKFLOW: &str = "
name: Greeting
on: workflow_dispatch
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: test -f .github/workflows/ci.yml
";

async fn succeeds(project: &Project) -> i64 {
    let run = project.dispatch().await;
    let ended = async || {
        let now = project.run(run).await;
        (now["status"] == "completed").then_some(now)
    };
    let ended = eventually("the run ends", PATIENCE, ended).await;
    assert_eq!(text(&ended, "conclusion"), "success", "{ended}");
    run
}

async fn people_runners_and_gh_are_served_over_https(store: Store) {
    let settings = Settings::new(store).without_runner();
    let server = Server::start_with(settings.secured(&Certificate::new())).await;
    assert!(server.client().base().starts_with("https://"));
    let project = Project::with_workflow(&server, WORKFLOW).await;
    let _runner = Runner::start(&server, "far", "ubuntu-latest").await;
    let run = succeeds(&project).await;
    let shown = project.run(run).await;
    assert!(text(&shown, "html_url").starts_with(server.client().base()));
    let said = server.command(&["status"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");

    let plain = server.client().base().replace("https://", "http://");
    assert!(!Client::new(&plain).answers("/healthz").await);
    let Some(gh) = Gh::installed(&server) else {
        return;
    };
    let listed = gh.run(&format!("{OWNER}/{NAME}"), &["run", "list"]).await;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert!(listed.stdout.contains("Greeting"), "{listed:?}");
}

async fn the_servers_own_runner_needs_no_certificate(store: Store) {
    let settings = Settings::new(store).secured(&Certificate::new());
    let server = Server::start_with(settings).await;
    let project = Project::register(&server, Repository::with_workflow(WORKFLOW)).await;
    succeeds(&project).await;
}

async fn a_renewed_certificate_is_shown_without_a_restart(store: Store) {
    let certificate = Certificate::new();
    let settings = Settings::new(store).without_runner();
    let server = Server::start_with(settings.secured(&certificate)).await;
    let base = server.client().base().to_owned();
    let trusts = |pem: String| Client::trusting(&base, Some(&pem));
    let before = certificate.pem();
    assert!(trusts(before.clone()).answers("/healthz").await);
    certificate.renew();
    server.look_at_certificate();
    let renewed = async || {
        trusts(certificate.pem())
            .answers("/healthz")
            .await
            .then_some(())
    };
    eventually("the new certificate is shown", PATIENCE, renewed).await;
    assert!(
        !trusts(before).answers("/healthz").await,
        "the old one is gone"
    );

    // Nobody has to say so.
    certificate.renew();
    let renewed = async || {
        trusts(certificate.pem())
            .answers("/healthz")
            .await
            .then_some(())
    };
    eventually("the newest certificate is shown", PATIENCE, renewed).await;
}

async fn a_bad_certificate_keeps_the_server_from_starting(store: Store) {
    let certificate = Certificate::new();
    let other = Certificate::new();
    let key = |path: &str| ("RUNYARD__SERVER__TLS__KEY", path.to_owned());
    let of_other = other.key_file().display().to_string();
    let file = certificate.file().display().to_string();
    for ((name, value), words) in [
        (
            key("/nowhere/key.pem"),
            ["server.tls.key", "/nowhere/key.pem: No such file"],
        ),
        (key(&file), ["certificate.pem", "a private key"]),
        (key(&of_other), ["certificate.pem", &of_other]),
        (key(""), ["server.tls.key is empty", "both are needed"]),
    ] {
        let settings = Settings::new(store).secured(&certificate);
        let said = Server::fails_to_start(settings.variable(name, &value), "127.0.0.1:0").await;
        assert_eq!(said.code, Some(1), "{said:?}");
        for word in words {
            assert!(said.stderr.contains(word), "{word:?} is not in {said:?}");
        }
    }
}

//! A real `runyard-runner` process, registered at a server. It knows how to start and stop it, no more.

use serde_json::json;
use tempfile::TempDir;

use crate::certificate::Certificate;
use crate::process::{Program, command, finish};
use crate::server::Server;

/// Labels and jobs at once of the in-process runner of a server.
const USUAL_LABELS: &str = "self-hosted,linux,ubuntu-latest";
const USUAL_CAPACITY: &str = "2";

/// A running runner. It is killed when this value is dropped.
#[derive(Debug)]
pub struct Runner {
    program: Program,
    folder: TempDir,
    trusted: Option<Certificate>,
}

impl Runner {
    /// Registers a runner with these labels (comma between) and starts it.
    ///
    /// # Panics
    /// If it cannot be registered or started.
    pub async fn start(server: &Server, name: &str, labels: &str) -> Self {
        let url = server.for_runners().client().base().to_owned();
        Self::start_at(server, &url, (name, labels)).await
    }

    /// As [`Runner::start`], calling the servers at `urls` (comma between).
    ///
    /// # Panics
    /// If it cannot be registered or started.
    pub async fn start_at(server: &Server, urls: &str, (name, labels): (&str, &str)) -> Self {
        Self::start_for(server, urls, &["--name", name, "--labels", labels]).await
    }

    /// A runner that stands for the in-process one of `server`.
    pub(crate) async fn usual(server: &Server) -> Self {
        let labels = ["--name", "beside", "--labels", USUAL_LABELS];
        let usual = [&labels[..], &["--capacity", USUAL_CAPACITY]].concat();
        Self::start_for(server, server.client().base(), &usual).await
    }

    async fn start_for(server: &Server, urls: &str, described: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let answer = server
            .client()
            .post("/api/v1/runners/registration-token", &json!({}))
            .await;
        let token = answer.expect(201).json()["token"]
            .as_str()
            .expect("a token")
            .to_owned();
        let mut register = command("runyard-runner", folder.path());
        server.trust(&mut register);
        register.args(["register", "--url", urls, "--token", &token]);
        register.args(described);
        let registered = finish(register).await;
        assert_eq!(registered.code, Some(0), "{registered:?}");
        let trusted = server.certificate().cloned();
        let program = Program::start(run(&folder, trusted.as_ref()));
        Self {
            program,
            folder,
            trusted,
        }
    }

    /// Starts it again after [`Runner::stop`] or [`Runner::kill`].
    pub fn start_again(&mut self) {
        self.program = Program::start(run(&self.folder, self.trusted.as_ref()));
    }

    /// Asks it to finish what it has and end, and waits until it did.
    pub async fn stop(&mut self) {
        self.program.stop().await;
    }

    /// Ends it at once.
    pub async fn kill(&mut self) {
        self.program.kill().await;
    }

    /// Everything that it said since its last start.
    #[must_use]
    pub fn output(&self) -> String {
        self.program.output()
    }
}

fn run(folder: &TempDir, trusted: Option<&Certificate>) -> tokio::process::Command {
    let mut command = command("runyard-runner", folder.path());
    command.arg("run");
    if let Some(certificate) = trusted {
        command.env("SSL_CERT_FILE", certificate.file());
    }
    command
}

//! A real `runyard serve` with a data folder and a store of its own. It knows how to start and stop it, no more.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;
use tokio::process::Command;
use url::Url;

use crate::certificate::Certificate;
use crate::client::Client;
use crate::database::Database;
use crate::eventually::eventually;
use crate::postgres::Postgres;
use crate::process::{Finished, Program, command, finish};
use crate::runner::Runner;
use crate::stores::Store;

/// How long a server that said its address may take until it is ready.
const READY: Duration = Duration::from_secs(20);
/// Any free port of this machine.
const ANY_PORT: &str = "127.0.0.1:0";

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Settings {
    store: Store,
    in_process_runner: bool,
    variables: Vec<(String, String)>,
    database_at: Option<SocketAddr>,
    postgres: Option<Url>,
    certificate: Option<Certificate>,
    arguments: Vec<String>,
}

impl Settings {
    /// A server on `store`, with its in-process runner.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            in_process_runner: true,
            variables: Vec::new(),
            database_at: None,
            postgres: None,
            certificate: None,
            arguments: Vec::new(),
        }
    }

    /// Whether it is to be on PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.store.is_postgres()
    }

    /// The same without the in-process runner.
    #[must_use]
    pub fn without_runner(mut self) -> Self {
        self.in_process_runner = false;
        self
    }

    /// The same, reaching PostgreSQL at another address: something in between that a test can close.
    #[must_use]
    pub fn database_at(mut self, address: SocketAddr) -> Self {
        self.database_at = Some(address);
        self
    }

    /// The same with its database on another PostgreSQL than that of `TEST_POSTGRES_URL`.
    #[must_use]
    pub fn on(mut self, postgres: &Postgres) -> Self {
        self.postgres = Some(postgres.url());
        self
    }

    /// The same, speaking https with this certificate.
    #[must_use]
    pub fn secured(mut self, certificate: &Certificate) -> Self {
        let file = |path: PathBuf| path.display().to_string();
        self.certificate = Some(certificate.clone());
        self.variable(
            "RUNYARD__SERVER__TLS__CERTIFICATE",
            &file(certificate.file()),
        )
        .variable("RUNYARD__SERVER__TLS__KEY", &file(certificate.key_file()))
    }

    fn client(&self, base: &str) -> Client {
        let pem = self.certificate.as_ref().map(Certificate::pem);
        Client::trusting(base, pem.as_deref())
    }

    /// The same with one more argument of `runyard serve`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// The same with one more `RUNYARD__...` variable.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running server. It is killed and its data is removed when this value is dropped.
#[derive(Debug)]
pub struct Server {
    // Dropped in this order: the program before what it uses.
    other: Option<Box<Other>>,
    program: Program,
    database: Option<Arc<Database>>,
    folder: TempDir,
    settings: Settings,
    client: Client,
    token: String,
}

/// The second server of [`Store::Replicas`], to which runners talk.
#[derive(Debug)]
struct Other {
    // Dropped in this order.
    _runner: Option<Runner>,
    server: Server,
    _logs: TempDir,
}

impl Server {
    /// Starts a server with its in-process runner.
    pub async fn start(store: Store) -> Self {
        Self::start_with(Settings::new(store)).await
    }

    /// Starts a server and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready; shows what it said.
    pub async fn start_with(settings: Settings) -> Self {
        let postgres = settings.store.is_postgres();
        let database = match &settings.postgres {
            Some(server) if postgres => Some(Database::create_at(server.clone()).await),
            None if postgres => Some(Database::with_tables().await),
            Some(_) | None => None,
        };
        if settings.store == Store::Replicas {
            return Self::start_pair(settings, database.map(Arc::new)).await;
        }
        Self::start_first(settings, database.map(Arc::new)).await
    }

    async fn start_pair(settings: Settings, database: Option<Arc<Database>>) -> Self {
        let logs = tempfile::tempdir().expect("a temporary folder");
        let settings = settings.variable("RUNYARD__LOGS__DIR", &logs.path().display().to_string());
        let mut people = Self::start_first(settings.clone(), database).await;
        let server = Self::start_beside(&people, settings.clone()).await;
        let runner = match settings.in_process_runner {
            true => Some(Runner::usual(&server).await),
            false => None,
        };
        people.other = Some(Box::new(Other {
            _runner: runner,
            server,
            _logs: logs,
        }));
        people
    }

    async fn start_first(settings: Settings, database: Option<Arc<Database>>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut program = Program::start(serve(
            &settings,
            folder.path(),
            database.as_deref(),
            ANY_PORT,
        ));
        let client = settings.client(&program.line("url: ").await);
        let token = program.line("token: ").await;
        let client = client.with_token(&token);
        let server = Self {
            other: None,
            program,
            database,
            folder,
            settings,
            client,
            token,
        };
        server.wait_until_ready().await;
        server
    }

    /// Starts one more server on the database of `first`.
    ///
    /// # Panics
    /// As [`Server::start_with`].
    pub async fn start_beside(first: &Self, settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = first.database.clone();
        let command = serve(&settings, folder.path(), database.as_deref(), ANY_PORT);
        let mut program = Program::start(command);
        let client = settings.client(&program.line("url: ").await);
        let client = client.with_token(&first.token);
        let server = Self {
            other: None,
            program,
            database,
            folder,
            settings,
            client,
            token: first.token.clone(),
        };
        server.wait_until_ready().await;
        server
    }

    /// Starts the server again, at the same address with the same data, after [`Server::stop`] or [`Server::kill`].
    ///
    /// # Panics
    /// As [`Server::start_with`].
    pub async fn start_again(&mut self) {
        let address = self.client.base();
        let address = address.split_once("://").map_or(address, |(_, host)| host);
        let address = address.to_owned();
        let folder = self.folder.path();
        let command = serve(&self.settings, folder, self.database.as_deref(), &address);
        self.program = Program::start(command);
        assert_eq!(self.program.line("url: ").await, self.client.base());
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&self) {
        let client = self.client.anonymous();
        let ready = async || client.answers("/readyz").await.then_some(());
        eventually("the server is ready", READY, ready).await;
    }

    /// Asks the server to end and waits until it did.
    pub async fn stop(&mut self) {
        let status = self.program.stop().await;
        assert!(
            status.success(),
            "the server ended with {status}:\n{}",
            self.output()
        );
    }

    /// Ends the server at once, as a power cut would.
    pub async fn kill(&mut self) {
        self.program.kill().await;
    }

    /// Stops it where it is (SIGSTOP): its connections stay, and it says nothing.
    pub fn pause(&self) {
        self.program.signal(Signal::SIGSTOP);
    }

    /// Tells it that its certificate may be another (SIGHUP).
    pub fn look_at_certificate(&self) {
        self.program.signal(Signal::SIGHUP);
    }

    /// What others are to trust, if it speaks https.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.settings.certificate.as_ref()
    }

    /// Lets it go on after [`Server::pause`], from where it stood.
    pub fn resume(&self) {
        self.program.signal(Signal::SIGCONT);
    }

    /// The server to which runners are to talk.
    #[must_use]
    pub fn for_runners(&self) -> &Self {
        self.other.as_ref().map_or(self, |other| &other.server)
    }

    /// A client with the administrator's token.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// The administrator's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Its PostgreSQL database.
    ///
    /// # Panics
    /// If its store is another.
    #[must_use]
    pub fn database(&self) -> &Database {
        let database = self.database.as_deref();
        database.expect("the caller chose PostgreSQL")
    }

    /// A folder that goes when the server goes; the server's data is in `data` below it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything that the server said since its last start.
    #[must_use]
    pub fn output(&self) -> String {
        self.program.output()
    }

    /// Runs another command of the program against this server, as its administrator.
    pub async fn command(&self, arguments: &[&str]) -> Finished {
        let mut command = command("runyard", self.folder.path());
        command
            .env("RUNYARD_URL", self.client.base())
            .env("RUNYARD_TOKEN", &self.token);
        self.trust(&mut command);
        command.args(arguments);
        finish(command).await
    }

    /// Lets another program know this server's certificate.
    pub(crate) fn trust(&self, command: &mut Command) {
        if let Some(certificate) = self.certificate() {
            command.env("SSL_CERT_FILE", certificate.file());
        }
    }

    /// Runs `runyard serve` where it is expected to fail, to its end.
    pub async fn fails_to_start(settings: Settings, address: &str) -> Finished {
        let folder = tempfile::tempdir().expect("a temporary folder");
        finish(serve(&settings, folder.path(), None, address)).await
    }
}

fn serve(
    settings: &Settings,
    folder: &Path,
    database: Option<&Database>,
    address: &str,
) -> Command {
    let mut command = command("runyard", folder);
    command
        .arg("serve")
        .env("RUNYARD__SERVER__LISTEN", address)
        .env("RUNYARD__STORE__KIND", settings.store.name())
        .env("RUNYARD__DATA__DIR", folder.join("data"))
        .env(
            "RUNYARD__RUNNER__IN_PROCESS",
            (settings.in_process_runner && settings.store != Store::Replicas).to_string(),
        );
    if let Some(database) = database {
        let mut url = Url::parse(&database.url()).expect("a database has a URL");
        if let Some(address) = settings.database_at {
            let placed = url.set_ip_host(address.ip());
            placed.expect("an address can stand in a URL");
            let placed = url.set_port(Some(address.port()));
            placed.expect("a port can stand in a URL");
        }
        command.env("RUNYARD__DATABASE__URL", url.as_str());
    }
    command.args(&settings.arguments);
    for (name, value) in &settings.variables {
        command.env(name, value);
    }
    command
}

//! A server on a port of its own over the memory store, with a clock that tests move.

use crate::{answer::Answer, git};
use reqwest::{Method, RequestBuilder, redirect::Policy};
use runyard_api::{ApiState, ServeOptions, serve};
use runyard_domain::{
    Timestamp,
    account::{Grant, Scope, TokenKind},
    repository::{Repository, Role, Source},
};
use runyard_engine::{
    Engine, NewRepository, NewToken, NewUser, Settings,
    git::{Git, GitSettings},
    logs::{LogStorage, local_objects},
};
use runyard_store::{Store, memory::MemoryStore};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::Notify, task::JoinHandle};

/// 2026-01-02T03:04:05Z.
const START: i64 = 1_767_323_045_000_000;
/// A request's head must be here after this; short, because a test waits for its end.
const HEADER_TIME: Duration = Duration::from_secs(2);
/// What `repo` users of these tests hold.
pub(crate) const REPO: &[Scope] = &[Scope::Repo];

/// A running server; it stops when it is dropped.
pub(crate) struct TestServer {
    pub(crate) engine: Engine,
    pub(crate) base: String,
    pub(crate) source: TempDir,
    /// Of `admin`, who administers the server and has every scope.
    pub(crate) admin: String,
    store: Arc<dyn Store>,
    settings: Settings,
    clock: Arc<AtomicI64>,
    http: reqwest::Client,
    folder: TempDir,
    stopping: Arc<Notify>,
    drained: Arc<Notify>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}, Settings::default()).await
    }

    /// A server whose state was changed before it began to answer.
    pub(crate) async fn start_with(change: impl FnOnce(&mut ApiState), settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let store = store(clock.clone());
        let engine = engine(store.clone(), folder.path(), settings.clone()).await;
        let mut state = ApiState::new(engine.clone());
        change(&mut state);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stopping, drained) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let options = ServeOptions {
            workers: 1,
            shutdown_timeout: Duration::from_secs(10),
            header_time: HEADER_TIME,
            ..ServeOptions::default()
        };
        let told = |told: Arc<Notify>| async move { told.notified().await };
        let (stops, drains) = (told(stopping.clone()), told(drained.clone()));
        let serving = serve(listener, state, options, stops, drains);
        let serving = tokio::spawn(serving);
        let builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy();
        let mut server = Self {
            engine,
            base,
            source: git::repository(),
            admin: String::new(),
            store,
            settings,
            clock,
            http: builder.build().unwrap(),
            folder,
            stopping,
            drained,
            serving,
        };
        server.admin = server.user("admin", true, Scope::ALL).await;
        server
    }

    /// The engine of another server over the same store, with mirrors of its own.
    pub(crate) async fn replica(&self) -> Engine {
        let folder = self.folder.path().join("replica");
        engine(self.store.clone(), &folder, self.settings.clone()).await
    }

    /// Makes a user, and gives a token of theirs.
    pub(crate) async fn user(&self, login: &str, site_admin: bool, scopes: &[Scope]) -> String {
        let new = NewUser {
            login: login.to_owned(),
            name: None,
            site_admin,
        };
        self.engine.create_user(new).await.unwrap();
        self.token(login, scopes).await
    }

    /// Another token of a user.
    pub(crate) async fn token(&self, login: &str, scopes: &[Scope]) -> String {
        let user = self.engine.user_by_login(login).await.unwrap();
        let new = NewToken {
            name: "test".to_owned(),
            kind: TokenKind::Access(Grant::Classic {
                scopes: scopes.to_vec(),
            }),
            expires_at: None,
        };
        let (_, secret) = self.engine.create_token(&user, new).await.unwrap();
        secret.reveal().to_owned()
    }

    /// Registers the repository of this test as `owner/name`.
    pub(crate) async fn repository(&self, owner: &str, name: &str, private: bool) -> Repository {
        let new = NewRepository {
            owner: self.engine.user_by_login(owner).await.unwrap(),
            name: name.to_owned(),
            source: Source::Path(self.source.path().display().to_string()),
            private,
            default_branch: None,
        };
        self.engine.register_repository(new).await.unwrap()
    }

    pub(crate) async fn collaborator(&self, repository: &Repository, login: &str, role: Role) {
        let user = self.engine.user_by_login(login).await.unwrap();
        let put = self.engine.put_collaborator(repository, &user, role);
        put.await.unwrap();
    }

    /// Puts an object where the server keeps its own.
    pub(crate) fn put_object(&self, key: &str, bytes: &[u8]) {
        let path = self.object(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn has_object(&self, key: &str) -> bool {
        self.object(key).exists()
    }

    pub(crate) fn remove_object(&self, key: &str) {
        std::fs::remove_file(self.object(key)).unwrap();
    }

    fn object(&self, key: &str) -> PathBuf {
        self.folder.path().join("logs").join(key)
    }

    /// Lets time pass for the server.
    pub(crate) fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap();
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// Tells the server that it is about to stop. It goes on answering.
    pub(crate) fn begin_to_stop(&self) {
        self.stopping.notify_one();
    }

    /// Stops the server, and waits until it has.
    pub(crate) async fn stop(self) {
        self.begin_to_stop();
        self.drained.notify_one();
        self.serving.await.unwrap().unwrap();
    }

    pub(crate) fn request(&self, method: &str, path: &str, token: &str) -> RequestBuilder {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        let method: Method = method.parse().unwrap();
        let request = self.http.request(method, url);
        match token.is_empty() {
            true => request,
            false => request.bearer_auth(token),
        }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(self.request("GET", path, token)).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Value) -> Answer {
        self.send(self.request(method, path, token).json(&body))
            .await
    }

    /// Dispatches the workflow of a repository, as administrator, and gives the run's id.
    pub(crate) async fn dispatch(&self, full_name: &str) -> i64 {
        let path = format!("/api/v3/repos/{full_name}/actions/workflows/ci.yml/dispatches");
        let body = json!({ "ref": "main", "return_run_details": true });
        let answer = self
            .call("POST", &path, &self.admin, body)
            .await
            .expect(200);
        answer.json()["workflow_run_id"].as_i64().unwrap()
    }
}

fn store(clock: Arc<AtomicI64>) -> Arc<dyn Store> {
    let now = move || Timestamp::from_unix_micros(clock.load(Ordering::SeqCst)).unwrap();
    Arc::new(MemoryStore::new(Arc::new(now)))
}

async fn engine(store: Arc<dyn Store>, folder: &Path, settings: Settings) -> Engine {
    let git = Git::new(GitSettings::new(folder.join("mirrors")));
    let logs = LogStorage::new(local_objects(&folder.join("logs")).unwrap());
    Engine::new(store, git, logs, settings).await.unwrap()
}

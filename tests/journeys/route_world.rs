//! Everything that a walk over all routes needs: one caller of each kind, and something behind each placeholder.
//! Words for the story; no story of its own.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use runyard_tests::routes::{Row, Seen};
use runyard_tests::{Client, Repository, Request, Server, Settings, Store, eventually, sealed};
use serde_json::{Value, json};

use crate::project::{NAME, OWNER, PATIENCE, Project, id, text};

/// A label that only the runners of the walk have.
const LABEL: &str = "walker";
const WORKFLOW: &str = "
on: workflow_dispatch
permissions: read-all
jobs:
  walk:
    runs-on: walker
    steps:
      - run: echo never said
";
/// What a git client says that wants nothing.
const GIT_FLUSH: &str = "0000";
/// Another repository of the same owner, which some tokens are for.
const ELSEWHERE: &str = "elsewhere";
/// A repository that may be deleted.
const SPARE: &str = "spare";
/// A user who may be deleted, and those who ask.
const SPARE_USER: &str = "sandy";
const PEOPLE: [(&str, &str, Option<&str>); 4] = [
    ("stranger", "stan", None),
    ("reader", "rita", Some("read")),
    ("writer", "wim", Some("write")),
    ("admin", "ada", Some("admin")),
];

/// A private repository with a run in progress, and everybody.
pub(crate) struct World {
    server: Server,
    project: Project,
    callers: BTreeMap<&'static str, Client>,
    things: BTreeMap<&'static str, String>,
    execution: i64,
}

impl World {
    /// Makes it, on `store`.
    pub(crate) async fn create(store: Store) -> Self {
        let settings = Settings::new(store).without_runner();
        let settings = settings.variable("RUNYARD__SECRETS__KEY", &"0f".repeat(32));
        let server = Server::start_with(settings).await;
        let project = Project::register(&server, Repository::with_workflow(WORKFLOW)).await;
        let mut world = Self {
            callers: BTreeMap::from([
                ("none", server.client().anonymous()),
                ("wrong", server.client().with_token("no-such-token")),
                ("site", server.client()),
            ]),
            things: BTreeMap::from([
                ("owner", OWNER.to_owned()),
                ("repo", NAME.to_owned()),
                ("attempt", "1".to_owned()),
                ("login=owner", OWNER.to_owned()),
                ("step", "2".to_owned()),
                ("secret_name", "TOKEN".to_owned()),
                ("name", "PLACE".to_owned()),
                // Nothing but jobs makes any of these.
                ("artifact_id", "1".to_owned()),
                ("archive_format", "zip".to_owned()),
                ("cache_id", "1".to_owned()),
                ("path", ".github/workflows/ci.yml".to_owned()),
                ("ref", "main".to_owned()),
                // Of the runner that can be spared.
                ("name=label", LABEL.to_owned()),
                ("sha", "0".repeat(40)),
                ("path=blob", "main/.github/workflows/ci.yml".to_owned()),
            ]),
            execution: 0,
            server,
            project,
        };
        world.bring_people().await;
        world.bring_jobs().await;
        world.renew().await;
        world
    }

    async fn bring_people(&mut self) {
        for (caller, login, role) in PEOPLE {
            self.add_user(login).await;
            if let Some(role) = role {
                self.give_role(NAME, login, role).await;
            }
            let (_, token) = self.token(login, "repo").await;
            self.add_caller(caller, &token);
        }
        for (caller, scope) in [("public_repo", "public_repo"), ("repo:write", "repo:write")] {
            let (_, token) = self.token("wim", scope).await;
            self.add_caller(caller, &token);
        }
        let (revoked, token) = self.token("wim", "repo").await;
        let path = format!("/api/v1/tokens/{revoked}");
        let _ = self.server.client().delete(&path).await.expect(204);
        self.add_caller("revoked", &token);
        self.bring_fine_grained().await;
        let app = json!({ "kind": "oauth", "client_id": "dashboard", "scopes": ["repo"] });
        self.bring("oauth", "wim", app).await;
        self.bring_expired().await;
    }

    async fn bring_fine_grained(&mut self) {
        self.add_repository(ELSEWHERE).await;
        self.give_role(ELSEWHERE, "wim", "write").await;
        let everything = json!({ "actions": "write", "contents": "write", "deployments": "write",
            "administration": "write" });
        let writes = json!({ "actions": "write", "contents": "read", "deployments": "write" });
        for (caller, name, permissions) in [
            ("fine:read", NAME, json!({ "actions": "read" })),
            ("fine:write", NAME, writes),
            ("fine:other", ELSEWHERE, everything),
        ] {
            let repositories = json!([format!("{OWNER}/{name}")]);
            let body = json!({ "kind": "fine_grained", "repositories": repositories,
                "permissions": permissions, "expires_at": later(TimeDelta::days(1)) });
            self.bring(caller, "wim", body).await;
        }
        let body = json!({ "kind": "fine_grained", "owner": OWNER, "expires_at": later(TimeDelta::days(1)),
            "permissions": { "administration": "write" } });
        self.bring("fine:admin", "ada", body).await;
    }

    /// A token that is over by the time it asks.
    async fn bring_expired(&mut self) {
        let soon = later(TimeDelta::seconds(2));
        let body = json!({ "scopes": ["repo"], "expires_at": soon });
        self.bring("expired", "wim", body).await;
        let client = self.callers["expired"].clone();
        let over = async || (client.get("/api/v3/user").await.status == 401).then_some(());
        eventually("the token is over", PATIENCE, over).await;
    }

    /// One job that ran to its end, and one that is in progress.
    async fn bring_jobs(&mut self) {
        self.bring_runner("walker").await;
        let runner = self.callers["runner"].clone();
        let done = self.project.dispatch().await;
        let (execution, job) = self.claim(&runner).await;
        let body = json!({ "result": "success", "steps": [], "log_bytes": 0, "stopped_at_ms": 1 });
        let path = format!("/api/v1/executions/{execution}/finish");
        let _ = self.callers["job"].put(&path, &body).await.expect(200);
        self.put("run_id=finished", done);
        self.put("job_id=finished", id_of(&job, "job_id"));

        let running = self.project.dispatch().await;
        let (execution, job) = self.claim(&runner).await;
        self.execution = execution;
        self.put("execution_id", execution);
        self.put("job_id", id_of(&job, "job_id"));
        self.put("check_run_id", id_of(&job, "job_id"));
        self.put("run_id", running);
        let run = self.project.run(running).await;
        self.put("workflow_id", id_of(&run, "workflow_id"));
        self.put("check_suite_id", id_of(&run, "check_suite_id"));
        self.put("repository_id", id(&run["repository"]));
    }

    /// A runner, with the token that let it in.
    async fn bring_runner(&mut self, name: &str) -> i64 {
        let path = "/api/v1/runners/registration-token";
        let made = self
            .server
            .client()
            .post(path, &json!({}))
            .await
            .expect(201);
        self.add_caller("registration", text(&made.json(), "token"));
        let body = json!({
            "name": name, "labels": [LABEL], "version": "0.1.0", "os": "Linux", "arch": "X64",
            "capacity": 2, "replace": true,
        });
        let path = "/api/v1/runners/register";
        let made = self.callers["registration"].post(path, &body).await;
        let made = made.expect(201).json();
        self.add_caller("runner", text(&made, "token"));
        id_of(&made, "runner_id")
    }

    /// Starts the one job that is queued; `job` and `github` are its callers from now on.
    async fn claim(&mut self, runner: &Client) -> (i64, Value) {
        let body =
            json!({ "request_key": self.things.len().to_string(), "free_slots": 1, "wait_s": 10 });
        let claimed = runner.post("/api/v1/runners/claim", &body).await;
        let offer = claimed.expect(200).json()["executions"][0].clone();
        self.add_caller("job", text(&offer, "token"));
        self.add_caller("github", text(&offer["job"], "github_token"));
        let execution = id_of(&offer, "execution_id");
        let path = format!("/api/v1/executions/{execution}/start");
        let body = json!({ "started_at_ms": 1 });
        let _ = self.callers["job"].put(&path, &body).await.expect(200);
        (execution, offer["job"].clone())
    }

    /// Makes again whatever a request may have used up.
    pub(crate) async fn renew(&mut self) {
        let client = self.server.client();
        let spare = format!("/api/v1/users/{SPARE_USER}");
        if client.get(&spare).await.status == 404 {
            self.add_user(SPARE_USER).await;
        }
        self.give_role(NAME, SPARE_USER, "read").await;
        let (token, _) = self.token(SPARE_USER, "repo").await;
        self.put("token_id=spare", token);
        self.things.insert("login=spare", SPARE_USER.to_owned());
        self.renew_repository().await;
        let secret = format!("/api/v1/repos/{OWNER}/{NAME}/events/secret");
        let _ = client.put(&secret, &json!({})).await.expect(200);
        let key = client
            .get(&self.project.actions("secrets/public-key"))
            .await;
        let secret = sealed(&key.expect(200).json(), "open-sesame");
        let made = client
            .put(&self.project.actions("secrets/TOKEN"), &secret)
            .await;
        assert!(made.status < 300, "{}", made.text());
        let variable = json!({ "name": "PLACE", "value": "pier" });
        let made = client
            .post(&self.project.actions("variables"), &variable)
            .await;
        assert!([201, 409].contains(&made.status), "{}", made.text());
        let on = self.project.actions("workflows/ci.yml/enable");
        let _ = client.put(&on, &json!({})).await.expect(204);
        let queued = self.project.dispatch().await;
        self.put("run_id=queued", queued);
        let jobs = self.project.jobs(queued).await;
        self.put("job_id=queued", id(&jobs["walk"]));
        let cancelled = self.project.dispatch().await;
        let cancel = self.project.actions(&format!("runs/{cancelled}/cancel"));
        let _ = client.post_empty(&cancel).await.expect(202);
        self.put("run_id=done", cancelled);
        let jobs = self.project.jobs(cancelled).await;
        self.put("job_id=done", id(&jobs["walk"]));
        let runner = self.bring_runner("spare").await;
        self.put("runner_id=spare", runner);
    }

    async fn renew_repository(&mut self) {
        let client = self.server.client();
        let path = format!("/api/v3/repos/{OWNER}/{SPARE}");
        if client.get(&path).await.status == 404 {
            self.add_repository(SPARE).await;
        }
        self.things.insert("repo=spare", SPARE.to_owned());
        for (_, login, role) in PEOPLE {
            if let Some(role) = role {
                self.give_role(SPARE, login, role).await;
            }
        }
    }

    /// Keeps the job that is in progress.
    pub(crate) async fn keep_lease(&self) {
        let path = format!("/api/v1/executions/{}/sync", self.execution);
        let body = json!({ "rev": 1, "steps": [] });
        let _ = self.callers["job"].post(&path, &body).await.expect(200);
    }

    /// What `caller` is answered when asking for `row`.
    pub(crate) async fn ask(&self, caller: &str, row: &Row) -> Seen {
        self.ask_with(caller, row, &self.things).await
    }

    /// The same in a repository that is not there.
    pub(crate) async fn ask_nowhere(&self, caller: &str, row: &Row) -> Seen {
        let mut things = self.things.clone();
        for name in ["repo", "repo=spare"] {
            things.insert(name, "nowhere".to_owned());
        }
        things.insert("repository_id", i32::MAX.to_string());
        self.ask_with(caller, row, &things).await
    }

    async fn ask_with(
        &self,
        caller: &str,
        row: &Row,
        things: &BTreeMap<&'static str, String>,
    ) -> Seen {
        let mut path = row.path.clone();
        for name in row.placeholders() {
            path = path.replace(&format!("{{{name}}}"), &things[name]);
        }
        let request = Request::new(&row.method, &path);
        let request = match row.method.as_str() {
            "GET" => request,
            _ if path.ends_with("/git-upload-pack") => request.body(GIT_FLUSH),
            _ => request.json(&json!({})),
        };
        let answer = self.callers[caller].send(request).await;
        Seen {
            status: answer.status,
            message: answer.message(),
        }
    }

    async fn add_repository(&self, name: &str) {
        let bare = self.project.repository.bare();
        let body = json!({ "owner": OWNER, "name": name, "path": bare, "private": true });
        let made = self.server.client().post("/api/v1/repos", &body).await;
        let _ = made.expect(201);
    }

    async fn add_user(&self, login: &str) {
        let body = json!({ "login": login, "site_admin": false });
        let made = self.server.client().post("/api/v1/users", &body).await;
        let _ = made.expect(201);
    }

    async fn give_role(&self, repository: &str, login: &str, role: &str) {
        let path = format!("/api/v1/repos/{OWNER}/{repository}/collaborators/{login}");
        let body = json!({ "role": role });
        let _ = self.server.client().put(&path, &body).await.expect(200);
    }

    /// A new classic token of a user: its id and its text.
    async fn token(&self, login: &str, scope: &str) -> (i64, String) {
        self.make(login, json!({ "scopes": [scope] })).await
    }

    /// A new token of a user: its id and its text.
    async fn make(&self, login: &str, mut body: Value) -> (i64, String) {
        body["name"] = json!("walk");
        body["user"] = json!(login);
        let made = self.server.client().post("/api/v1/tokens", &body).await;
        let made = made.expect(201).json();
        (id(&made), text(&made, "token").to_owned())
    }

    async fn bring(&mut self, caller: &'static str, login: &str, body: Value) {
        let (_, token) = self.make(login, body).await;
        self.add_caller(caller, &token);
    }

    fn add_caller(&mut self, name: &'static str, token: &str) {
        let client = self.server.client().with_token(token);
        self.callers.insert(name, client);
    }

    fn put(&mut self, name: &'static str, id: i64) {
        self.things.insert(name, id.to_string());
    }
}

/// A moment after now, as the wire writes it.
fn later(after: TimeDelta) -> String {
    (Utc::now() + after).to_rfc3339()
}

fn id_of(value: &Value, key: &str) -> i64 {
    value[key]
        .as_i64()
        .unwrap_or_else(|| panic!("no {key}: {value}"))
}

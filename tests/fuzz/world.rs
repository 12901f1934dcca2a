//! A server with a repository, people of every kind, and runners: everything that requests need to reach deep.

use std::collections::{BTreeMap, BTreeSet};

use runyard_tests::{Answer, Client, Repository, Server, Settings, Store, sealed};
use serde_json::{Value, json};

use crate::things::Things;

pub(crate) const OWNER: &str = "octo";
pub(crate) const NAME: &str = "harbour";
/// May be deleted.
pub(crate) const SPARE: &str = "spare";
/// Label that only the runner of this world has.
pub(crate) const LABEL: &str = "walker";
/// Users who must stay, with their role.
const PEOPLE: [(&str, &str, Option<&str>); 4] = [
    ("stranger", "stan", None),
    ("reader", "rita", Some("read")),
    ("writer", "wim", Some("write")),
    ("admin", "ada", Some("admin")),
];
/// Two jobs, one after the other, and one that nobody takes.
const WORKFLOW: &str = "
name: Fuzzed
on: [push, workflow_dispatch]
jobs:
  first:
    runs-on: walker
    steps:
      - run: echo one
      - run: echo two
  second:
    needs: first
    runs-on: walker
    steps:
      - uses: actions/checkout@v4
  never:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";
/// Short, so that offers lapse and runners are lost while requests are sent.
const VARIABLES: [(&str, &str); 8] = [
    ("RUST_LOG", "warn"),
    ("RUNYARD__LIMITS__BODY_SECONDS", "5"),
    ("RUNYARD__GIT__FETCH_TIMEOUT_SECONDS", "5"),
    ("RUNYARD__JOBS__OFFER_SECONDS", "5"),
    ("RUNYARD__JOBS__LEASE_SECONDS", "10"),
    ("RUNYARD__JOBS__CANCEL_GRACE_SECONDS", "3"),
    ("RUNYARD__LOGS__LINK_SECONDS", "20"),
    (
        "RUNYARD__SECRETS__KEY",
        "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
    ),
];
/// The repository whose events are signed.
const VAULT: &str = "vault";

/// A job as a runner has it.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) id: i64,
    pub(crate) job: i64,
    pub(crate) token: String,
}

/// The world.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) site: Client,
    pub(crate) repository: Repository,
    pub(crate) repository_id: String,
    pub(crate) things: Things,
    /// The newest last.
    pub(crate) executions: Vec<Execution>,
    /// What secrets are sealed with.
    pub(crate) secrets_key: Value,
    tokens: BTreeMap<String, String>,
    /// The tokens that everything else is sent with.
    kept: BTreeSet<i64>,
}

impl World {
    /// Makes it, on `store`.
    pub(crate) async fn create(store: Store) -> Self {
        let settings = Settings::new(store).without_runner();
        let settings = VARIABLES.iter().fold(settings, |settings, (name, value)| {
            settings.variable(name, value)
        });
        let server = Server::start_with(settings).await;
        let mut world = Self {
            site: server.client(),
            server,
            repository: Repository::with_workflow(WORKFLOW),
            repository_id: String::new(),
            things: Things::default(),
            executions: Vec::new(),
            secrets_key: Value::Null,
            tokens: BTreeMap::new(),
            kept: BTreeSet::new(),
        };
        let token = world.server.token().to_owned();
        world.put_token("site", &token);
        world.put_token("wrong", "no-such-token");
        world.keep_own_tokens().await;
        world.bring_repository().await;
        world.bring_people().await;
        world.renew().await;
        world
    }

    async fn keep_own_tokens(&mut self) {
        let listed = self.site.get("/api/v1/tokens").await.expect(200).json();
        let tokens = listed["tokens"].as_array().expect("a list").iter();
        self.kept
            .extend(tokens.filter_map(|token| token["id"].as_i64()));
    }

    async fn bring_repository(&mut self) {
        let owner = json!({ "login": OWNER });
        let _ = self.site.post("/api/v1/users", &owner).await.expect(201);
        let body = self.repository_body(NAME);
        let made = self.site.post("/api/v1/repos", &body).await.expect(201);
        self.repository_id = made.json()["id"].to_string();
        let vault = self.repository_body(VAULT);
        let made = self.site.post("/api/v1/repos", &vault).await.expect(201);
        let id = made.json()["id"].to_string();
        self.things.put("repository_id=vault", &id);
        self.things.put("repo=vault", VAULT);
        for (kind, thing) in [
            ("owner", OWNER),
            ("repo", NAME),
            ("attempt", "1"),
            ("archive_format", "zip"),
            ("login", OWNER),
            ("path", ".github/workflows/ci.yml"),
            ("ref", "main"),
            ("name", LABEL),
        ] {
            self.things.put(kind, thing);
        }
        let id = self.repository_id.clone();
        self.things.put("repository_id", &id);
        self.things.put("repository_id=main", &id);
        self.things.put("repo=main", NAME);
        self.things.put("workflow_id", "ci.yml");
        let file = "main/.github/workflows/ci.yml";
        self.things.put("path=blob", file);
    }

    /// What registers the one source under another name.
    pub(crate) fn repository_body(&self, name: &str) -> Value {
        json!({ "owner": OWNER, "name": name, "path": self.repository.bare(), "private": true })
    }

    async fn bring_people(&mut self) {
        for (caller, login, role) in PEOPLE {
            let user = json!({ "login": login });
            let _ = self.site.post("/api/v1/users", &user).await.expect(201);
            if let Some(role) = role {
                self.give_role(login, role).await;
            }
            let (id, token) = self.new_token(login, "repo").await;
            self.put_token(caller, &token);
            self.kept.insert(id);
        }
        let (id, token) = self.new_token("wim", "repo:write").await;
        self.kept.insert(id);
        self.put_token("repo:write", &token);
        let (id, token) = self.new_token("wim", "repo").await;
        let path = format!("/api/v1/tokens/{id}");
        let _ = self.site.delete(&path).await.expect(204);
        self.put_token("revoked", &token);
    }

    async fn give_role(&self, login: &str, role: &str) {
        let path = format!("/api/v1/repos/{OWNER}/{NAME}/collaborators/{login}");
        let body = json!({ "role": role });
        let _ = self.site.put(&path, &body).await.expect(200);
    }

    async fn new_token(&self, login: &str, scope: &str) -> (i64, String) {
        let body = json!({ "user": login, "name": "fuzz", "scopes": [scope] });
        let made = self.site.post("/api/v1/tokens", &body).await;
        let made = made.expect(201).json();
        let id = made["id"].as_i64().expect("an id");
        (id, made["token"].as_str().expect("a text").to_owned())
    }

    /// Makes again whatever requests may have used up.
    pub(crate) async fn renew(&mut self) {
        let user = json!({ "login": SPARE });
        allow(self.site.post("/api/v1/users", &user).await);
        let (id, _) = self.new_token(SPARE, "repo").await;
        self.things.put("token_id=spare", &id.to_string());
        self.things.put("login=spare", SPARE);
        let body = self.repository_body(SPARE);
        allow(self.site.post("/api/v1/repos", &body).await);
        self.things.put("repo=spare", SPARE);
        self.give_role(SPARE, "read").await;
        for (_, login, role) in PEOPLE {
            if let Some(role) = role {
                self.give_role(login, role).await;
            }
        }
        self.fill_vault().await;
        self.give_values().await;
        // A request that was made for another repository may have switched them off.
        for (name, allowed) in [(NAME, "all"), (VAULT, "selected")] {
            let path = format!("/api/v3/repos/{OWNER}/{name}/actions/permissions");
            let on = json!({
                "enabled": true, "allowed_actions": allowed, "sha_pinning_required": false,
            });
            let _ = self.site.put(&path, &on).await.expect(204);
        }
        let id = self.bring_runner("spare", "spare").await;
        self.things.put("runner_id=spare", &id);
        self.things.put("name=label", LABEL);
        self.bring_runner("fuzzed", "runner").await;
    }

    async fn fill_vault(&self) {
        let path = format!("/api/v1/repos/{OWNER}/{VAULT}/events/secret");
        let _ = self.site.put(&path, &json!({})).await.expect(200);
    }

    /// A secret and a variable for workflows.
    pub(crate) async fn give_values(&mut self) {
        let secrets = format!("/api/v3/repos/{OWNER}/{NAME}/actions/secrets");
        let key = self.site.get(&format!("{secrets}/public-key")).await;
        self.secrets_key = key.expect(200).json();
        let body = sealed(&self.secrets_key, "open-sesame");
        allow(self.site.put(&format!("{secrets}/TOKEN"), &body).await);
        self.things.put("secret_name", "TOKEN");
        let variables = format!("/api/v3/repos/{OWNER}/{NAME}/actions/variables");
        let body = json!({ "name": "FUZZ_1", "value": "one" });
        allow(self.site.post(&variables, &body).await);
        self.things.put("name", "FUZZ_1");
    }

    /// Registers a runner, or takes its place; `caller` is its token from now on.
    async fn bring_runner(&mut self, name: &str, caller: &str) -> String {
        let path = "/api/v1/runners/registration-token";
        let made = self.site.post(path, &json!({})).await.expect(201).json();
        let token = made["token"].as_str().expect("a text").to_owned();
        let registrar = self.site.with_token(&token);
        self.put_token("registration", &token);
        let body = runner_body(name);
        let made = registrar.post("/api/v1/runners/register", &body).await;
        let made = made.expect(201).json();
        self.put_token(caller, made["token"].as_str().expect("a text"));
        let id = made["runner_id"].to_string();
        self.things.put("runner_id", &id);
        id
    }

    /// The token of a caller.
    pub(crate) fn token(&self, caller: &str) -> Option<String> {
        self.tokens.get(caller).cloned()
    }

    /// Whom requests can be sent as, beside `none` and `job`.
    pub(crate) fn callers(&self) -> Vec<String> {
        self.tokens.keys().cloned().collect()
    }

    /// A client of that caller.
    pub(crate) fn client(&self, caller: &str) -> Client {
        self.site.with_token(&self.tokens[caller])
    }

    pub(crate) fn put_token(&mut self, caller: &str, token: &str) {
        self.tokens.insert(caller.to_owned(), token.to_owned());
    }

    /// Remembers what a claim was answered.
    pub(crate) fn take_offers(&mut self, claimed: &Value) {
        for offer in claimed["executions"].as_array().into_iter().flatten() {
            let (Some(id), Some(token)) = (offer["execution_id"].as_i64(), offer["token"].as_str())
            else {
                continue;
            };
            self.executions.push(Execution {
                id,
                job: offer["job"]["job_id"].as_i64().unwrap_or_default(),
                token: token.to_owned(),
            });
            if let Some(token) = offer["job"]["github_token"].as_str() {
                self.put_token("github", token);
            }
        }
        let old = self.executions.len().saturating_sub(20);
        self.executions.drain(..old);
    }

    /// Whether a deletion of this would take away what everything else needs. Compared as servers read paths.
    pub(crate) fn must_stay(&self, path: &str) -> bool {
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let path = decoded.trim_end_matches('/').to_lowercase();
        let user = |login: &str| {
            let path = format!("{path}/");
            path.contains(&format!("/users/{login}/"))
        };
        let token = || {
            let (before, id) = path.rsplit_once('/')?;
            let id = id.parse().ok()?;
            Some(before.ends_with("/tokens") && self.kept.contains(&id))
        };
        let people = PEOPLE.iter().map(|(_, login, _)| *login);
        path.ends_with(&format!("/{NAME}"))
            || path.ends_with(&format!("/repositories/{}", self.repository_id))
            || token().unwrap_or_default()
            || people.chain([OWNER, "admin"]).any(user)
    }
}

/// What would open the source of a repository, if it asked.
pub(crate) fn credential() -> Value {
    json!({ "kind": "token", "username": "mona", "token": "open-sesame" })
}

/// What registers a runner of this world.
pub(crate) fn runner_body(name: &str) -> Value {
    json!({
        "name": name, "labels": [LABEL], "version": "0.1.0", "os": "Linux", "arch": "X64",
        "capacity": 4, "replace": true,
    })
}

/// Whatever was answered, as long as the server is well.
pub(crate) fn allow(answer: Answer) -> Answer {
    assert!(answer.status < 500, "{}", answer.text());
    answer
}

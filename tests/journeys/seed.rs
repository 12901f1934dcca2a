//! A server for tests that begins with what a file says; and the pages that its answers lead people to.

use std::path::{Path, PathBuf};

use runyard_tests::{Client, Finished, Request, Server, Settings, Store};
use serde_json::Value;

use crate::project::text;

/// As `config/seed.toml` has it.
const TOKEN: &str = "ryp_0000000000ThisIsTheBotsToken00000000";
const RUNS: &str = "/api/v3/repos/mona/app/actions/runs";

fn example() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.join("../config/seed.toml")
}

fn seeded(file: &Path) -> Settings {
    let file = file.display().to_string();
    Settings::new(Store::Memory)
        .argument("--seed")
        .argument(&file)
}

/// A server with the example, as its bot sees it.
async fn start() -> (Server, Client) {
    let server = Server::start_with(seeded(&example())).await;
    let bot = server.client().with_token(TOKEN);
    (server, bot)
}

async fn runs(client: &Client) -> Vec<Value> {
    let listed = client.get(RUNS).await.expect(200).json();
    listed["workflow_runs"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_begins_with_what_the_example_says() {
    let (server, bot) = start().await;
    let runs = runs(&bot).await;
    let stands = |run: &Value| {
        let conclusion = run["conclusion"].as_str();
        conclusion.unwrap_or(text(run, "status")).to_owned()
    };
    let stand: Vec<String> = runs.iter().rev().map(stands).collect();
    assert_eq!(
        stand,
        [
            "success",
            "failure",
            "success",
            "cancelled",
            "in_progress",
            "pending",
            "startup_failure",
            "queued",
        ]
    );
    let again = &runs[runs.len() - 3];
    assert_eq!(
        (&again["run_attempt"], &again["event"]),
        (&2.into(), &"workflow_dispatch".into())
    );
    let failed = &runs[runs.len() - 2];
    assert_eq!(text(&failed["actor"], "login"), "hubot");
    assert_eq!(text(failed, "head_branch"), "topic");
    // The seed has no administrator, so there is the usual one; and tokens without a text were made.
    let _ = server.client().get("/api/v1/status").await.expect(200);
    assert!(
        server.output().contains("token of hubot (test): ryp_"),
        "{}",
        server.output()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_that_answers_lead_to_shows_what_a_reader_needs() {
    let (server, bot) = start().await;
    let base = server.client().base().to_owned();
    let page = async |url: &str| {
        let path = url.strip_prefix(&base).expect("an address of the server");
        let request = Request::new("GET", path).header("accept", "text/html");
        let answer = bot.send(request).await.expect(200);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
        answer.text()
    };
    for run in runs(&bot).await {
        let shown = page(text(&run, "html_url")).await;
        let state = run["conclusion"].as_str().unwrap_or(text(&run, "status"));
        let state = state.replace('_', " ");
        for words in [text(&run, "display_title"), &state, text(&run, "event")] {
            assert!(shown.contains(words), "{words:?} is not in {shown}");
        }
        for member in ["repository", "actor", "triggering_actor"] {
            page(text(&run[member], "html_url")).await;
        }
        page(text(&run["repository"]["owner"], "html_url")).await;
        let jobs = format!("{RUNS}/{}/jobs?filter=all", run["id"]);
        let jobs = bot.get(&jobs).await.expect(200).json();
        for job in jobs["jobs"].as_array().expect("a list") {
            let of_job = page(text(job, "html_url")).await;
            for step in job["steps"].as_array().expect("a list") {
                let anchor = format!("id=\"step:{}:1\"", step["number"]);
                assert!(of_job.contains(&anchor), "{anchor} is not in {of_job}");
            }
            let is_of_newest = job["run_attempt"] == run["run_attempt"];
            assert!(
                !is_of_newest || shown.contains(text(job, "name")),
                "{shown}"
            );
        }
        if run["run_attempt"] == 2 {
            let before = page(&format!("{}/attempts/1", text(&run, "html_url"))).await;
            assert!(
                before.contains("failure") && before.contains("The newest"),
                "{before}"
            );
        }
    }
    let workflows = bot.get("/api/v3/repos/mona/app/actions/workflows").await;
    for workflow in workflows.expect(200).json()["workflows"]
        .as_array()
        .expect("a list")
    {
        let shown = page(text(workflow, "html_url")).await;
        for words in [text(workflow, "name"), text(workflow, "path"), "runs-on"] {
            assert!(shown.contains(words), "{words:?} is not in {shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_a_failed_job_shows_its_log_and_its_remarks() {
    let (_server, bot) = start().await;
    let runs = runs(&bot).await;
    let failed = runs
        .iter()
        .find(|run| run["event"] == "push" && run["conclusion"] == "failure");
    let failed = &failed.expect("the seed has it")["id"];
    let jobs = bot
        .get(&format!("{RUNS}/{failed}/jobs"))
        .await
        .expect(200)
        .json();
    let jobs = jobs["jobs"].as_array().expect("a list");
    let job = jobs.iter().find(|job| job["name"] == "test (postgres)");
    let id = &job.expect("the seed has it")["id"];
    let path = format!("/mona/app/actions/runs/{failed}/job/{id}");
    let shown = bot.get(&path).await.expect(200).text();
    for words in [
        "<details><summary>Run make test</summary><div>make test</div></details>",
        "<span class=\"red\">1 test of 12 failed</span>",
        "<div class=\"error\">Process completed with exit code 2.</div>",
        "expected 3, got 4",
        "src/main.c",
        "runner",
    ] {
        assert!(
            shown.to_lowercase().contains(&words.to_lowercase()),
            "{words:?} is not in {shown}"
        );
    }
    let whole = bot.get(&format!("{path}/logs")).await.expect(302);
    let location = whole.location();
    let path_of_log = location
        .strip_prefix(bot.base())
        .expect("an address of the server");
    let log = bot.anonymous().get(path_of_log).await.expect(200).text();
    assert!(log.contains("Z make test\n"), "{log}");
    // The same job under another run of the repository leads to where it is.
    let other = format!("/mona/app/actions/runs/1/job/{id}");
    let leads = bot.get(&other).await.expect(302);
    assert_eq!(leads.location(), format!("{}{path}", bot.base()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_asked_who_it_is_and_strangers_see_nothing() {
    let (server, bot) = start().await;
    let browser = |path: &str| Request::new("GET", path).header("accept", "text/html");
    for path in ["/mona/app", "/mona/nothing", "/login"] {
        let asked = bot.anonymous().send(browser(path)).await.expect(401);
        let challenge = asked.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Basic "), "{challenge}");
        assert!(asked.text().contains("Sign in"), "{}", asked.text());
    }
    let made = serde_json::json!({ "login": "stan" });
    let _ = server
        .client()
        .post("/api/v1/users", &made)
        .await
        .expect(201);
    let body = serde_json::json!({ "name": "test", "user": "stan", "scopes": ["repo"] });
    let made = server
        .client()
        .post("/api/v1/tokens", &body)
        .await
        .expect(201);
    let stranger = bot.with_token(text(&made.json(), "token"));
    let hidden = stranger.send(browser("/mona/app")).await.expect(404).text();
    let absent = stranger
        .send(browser("/mona/nothing"))
        .await
        .expect(404)
        .text();
    assert_eq!(hidden, absent);
    let front = stranger.get("/").await.expect(200).text();
    assert!(!front.contains("mona/app"), "{front}");
    let front = bot.get("/").await.expect(200).text();
    assert!(
        front.contains("mona/app") && front.contains("Signed in as mona"),
        "{front}"
    );
    let back = bot.get("/login?return_to=/mona/app").await.expect(303);
    assert_eq!(back.header("location"), Some("/mona/app"));
    let back = bot.get("/login?return_to=//evil.example").await.expect(303);
    assert_eq!(back.header("location"), Some("/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_site_cannot_use_the_password_that_a_browser_knows() {
    let (_server, bot) = start().await;
    let queued = runs(&bot).await[0]["id"].clone();
    let basic = base64(&format!("mona:{TOKEN}"));
    let cancel = |site: &str| {
        Request::new("POST", &format!("{RUNS}/{queued}/cancel"))
            .header("authorization", format!("Basic {basic}"))
            .header("sec-fetch-site", site)
    };
    let nobody = bot.anonymous();
    let refused = nobody.send(cancel("cross-site")).await.expect(403);
    assert!(
        refused.message().contains("Another site"),
        "{}",
        refused.message()
    );
    let _ = nobody.send(cancel("same-origin")).await.expect(202);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_sown_is_told_with_the_place_and_what_is_allowed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let user = "[[users]]\nlogin = \"mona\"\n";
    let repository = format!(
        "{user}[[repositories]]\nname = \"mona/app\"\nfiles.\".github/workflows/ci.yml\" = \"\"\"\n\
         on: workflow_dispatch\njobs:\n  build:\n    runs-on: x\n    steps:\n      - run: make\n\"\"\"\n"
    );
    let run = |more: &str| format!("{repository}[[runs]]\nrepository = \"mona/app\"\n{more}");
    let cases: [(String, &[&str]); 9] = [
        (
            "[[user]]\n".to_owned(),
            &[
                "line 1",
                "unknown field `user`",
                "users",
                "repositories",
                "runs",
            ],
        ),
        (
            format!("{user}logn = 1\n"),
            &["line 3", "unknown field `logn`", "login"],
        ),
        (
            format!("{user}tokens = [{{ scopes = [\"rep\"] }}]\n"),
            &["line 3", "rep", "repo"],
        ),
        (
            format!("{user}tokens = [{{ scopes = [], text = \"ryp_short\" }}]\n"),
            &["users[0].tokens[0]", "16 to 100"],
        ),
        (
            format!("{user}[[repositories]]\nname = \"mona/app\"\nfiles.\"../x\" = \"\"\n"),
            &["repositories[0].files", "../x", "within the repository"],
        ),
        (
            run("workflow = \"ci.yml\"\nstate = \"done\"\n"),
            &["done", "in_progress, success"],
        ),
        (
            run("workflow = \"no.yml\"\nstate = \"queued\"\n"),
            &["runs[0]", "workflow"],
        ),
        (
            run("workflow = \"ci.yml\"\nstate = \"pending\"\n"),
            &[
                "runs[0].state",
                "the run is queued, not pending",
                "build is queued",
            ],
        ),
        (
            run("workflow = \"ci.yml\"\nstate = \"success\"\njobs.tset.log = \"x\"\n"),
            &["runs[0].jobs.tset", "no such job", "build is success"],
        ),
    ];
    let file = folder.path().join("seed.toml");
    let fails = async |settings: Settings| -> Finished {
        let said = Server::fails_to_start(settings, "127.0.0.1:0").await;
        assert_eq!(said.code, Some(1), "{said:?}");
        said
    };
    for (seed, words) in cases {
        std::fs::write(&file, &seed).expect("a new file");
        let said = fails(seeded(&file)).await;
        for word in words {
            assert!(
                said.stderr.contains(word),
                "{word:?} is not in {} for {seed}",
                said.stderr
            );
        }
    }
    let missing = fails(seeded(Path::new("/nowhere/seed.toml"))).await;
    assert!(missing.stderr.contains("/nowhere/seed.toml"), "{missing:?}");
    let on_disk = Settings::new(Store::Sqlite)
        .argument("--seed")
        .argument("x");
    let refused = fails(on_disk).await;
    assert!(refused.stderr.contains("--store memory"), "{refused:?}");
}

fn base64(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}

//! The demonstration: a sample project becomes a git repository, its workflow runs, and the terminal shows it.

use crate::{
    arguments::{Connection, Demo},
    client::Client,
    commands::{own_login, start},
    follow::follow,
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Name of the repository.
const NAME: &str = "sample";
/// Its workflow.
const WORKFLOW: &str = "ci.yml";

/// The sample project: path and text of each file.
const FILES: &[(&str, &str)] = &[
    (
        ".github/workflows/ci.yml",
        include_str!("../demo/.github/workflows/ci.yml"),
    ),
    ("README.md", include_str!("../demo/README.md")),
    ("src/wordcount.sh", include_str!("../demo/src/wordcount.sh")),
    ("tests/run.sh", include_str!("../demo/tests/run.sh")),
    (
        "texts/harbour.txt",
        include_str!("../demo/texts/harbour.txt"),
    ),
];

/// Shows a run of the sample project on a server, from its registration to its log.
pub(crate) async fn demo(command: Demo) -> Result<()> {
    let client = Client::new(&command.connection)?;
    let owner = own_login(&client).await?;
    let repository = format!("{owner}/{NAME}");
    let folder = make_project(&command.folder.join(NAME)).await?;
    register(&client, &owner, &folder).await?;
    println!("repository: {repository}");
    let run = start(&client, &repository, WORKFLOW, None).await?;
    println!("run: {run}");
    let conclusion = follow(&client, &repository, run).await?;
    print_logs(&client, &repository, run).await?;
    println!("conclusion: {conclusion}");
    print_next(&command.connection, &repository, run);
    if conclusion != "success" {
        bail!("the sample project's run ended as {conclusion}");
    }
    Ok(())
}

async fn register(client: &Client, owner: &str, folder: &Path) -> Result<()> {
    if client
        .get(&format!("/api/v1/repos/{owner}/{NAME}"))
        .await
        .is_ok()
    {
        return Ok(());
    }
    let path = folder.to_string_lossy();
    let body = json!({ "owner": owner, "name": NAME, "path": path, "private": false });
    client.post("/api/v1/repos", body).await.map(drop)
}

/// Writes the project and commits it, unless it is there from an earlier start.
async fn make_project(folder: &Path) -> Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    if folder.join(".git").exists() {
        return Ok(folder);
    }
    for (path, text) in FILES {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("making the folder {}", parent.display()))?;
        }
        std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    git(&folder, &["init", "--quiet", "--initial-branch=main"]).await?;
    git(&folder, &["add", "--all"]).await?;
    git(&folder, &["commit", "--quiet", "--message", "Count words"]).await?;
    Ok(folder)
}

async fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    command.args([
        "-c",
        "user.name=Runyard",
        "-c",
        "user.email=runyard@localhost",
    ]);
    command.args([
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.hooksPath=/dev/null",
    ]);
    let output = command.args(arguments).output().await;
    let output = output.context("starting git: is it installed?")?;
    if !output.status.success() {
        bail!(
            "git {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

async fn print_logs(client: &Client, repository: &str, run: i64) -> Result<()> {
    let path = format!("/api/v3/repos/{repository}/actions/runs/{run}/jobs?per_page=100");
    let jobs = client.get(&path).await?;
    for job in jobs["jobs"].as_array().into_iter().flatten() {
        println!("\n--- {} ---", job["name"].as_str().unwrap_or_default());
        if job["runner_id"] == Value::Null {
            println!("(no runner had this job)");
            continue;
        }
        let path = format!("/api/v3/repos/{repository}/actions/jobs/{}/logs", job["id"]);
        print!("{}", client.text_behind(&path).await?);
    }
    println!();
    Ok(())
}

fn print_next(connection: &Connection, repository: &str, run: i64) {
    let url = connection.server.trim_end_matches('/');
    let host = url
        .trim_start_matches("http://")
        .trim_start_matches("https://");
    let program = this_program();
    println!(
        "\nTry next, with TOKEN in place of the token that the first start printed:\n\
         \n  export RUNYARD_TOKEN=TOKEN\
         \n  curl -H \"Authorization: Bearer $RUNYARD_TOKEN\" {url}/api/v3/repos/{repository}/actions/runs/{run}\
         \n  curl -L -H \"Authorization: Bearer $RUNYARD_TOKEN\" -o logs.zip {url}/api/v3/repos/{repository}/actions/runs/{run}/logs\
         \n  {program} dispatch {repository} {WORKFLOW} --follow\
         \n  {program} repo add OWNER/NAME --path /path/to/your/repository\
         \n  GH_HOST={host} GH_ENTERPRISE_TOKEN=$RUNYARD_TOKEN gh run list -R {repository}    (gh wants https or a socket: see README.md)\n"
    );
}

/// How a person in this folder starts this program again.
fn this_program() -> String {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("runyard"));
    let folder = std::env::current_dir().unwrap_or_default();
    let near = program.strip_prefix(&folder).unwrap_or(&program);
    near.display().to_string()
}

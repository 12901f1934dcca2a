//! The commands that administer a running server, as clients of `/api/v1`.

use crate::{
    arguments::{Dispatch, Repo, Runner, User},
    client::Client,
    follow::follow,
    hook, repo_sources,
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

pub(crate) async fn user(command: User) -> Result<()> {
    match command {
        User::Create {
            login,
            name,
            admin,
            connection,
        } => {
            let body = json!({ "login": login, "name": name, "site_admin": admin });
            let made = Client::new(&connection)?
                .post("/api/v1/users", body)
                .await?;
            println!("user {} has number {}", text(&made, "login"), made["id"]);
        }
        User::List { connection } => {
            let users = Client::new(&connection)?.get("/api/v1/users").await?;
            for user in rows(&users) {
                let admin = if user["site_admin"] == true {
                    "administrator"
                } else {
                    ""
                };
                println!("{:>6}  {:<30} {admin}", user["id"], text(user, "login"));
            }
        }
        User::Delete { login, connection } => {
            Client::new(&connection)?
                .delete(&format!("/api/v1/users/{login}"))
                .await?;
            println!("user {login} is deleted");
        }
    }
    Ok(())
}

/// Who the token's user is.
pub(crate) async fn own_login(client: &Client) -> Result<String> {
    let me = client.get("/api/v1/user").await?;
    Ok(text(&me, "login").to_owned())
}

pub(crate) async fn repo(command: Repo) -> Result<()> {
    match command {
        Repo::Add {
            repository,
            url,
            path,
            private,
            default_branch,
            given,
            connection,
        } => {
            let path = path.map(|path| {
                std::path::absolute(&path)
                    .unwrap_or(path)
                    .to_string_lossy()
                    .into_owned()
            });
            let body = json!({
                "owner": repository.owner, "name": repository.name, "url": url, "path": path,
                "private": private, "default_branch": default_branch,
                "credentials": repo_sources::body(&given)?,
            });
            let made = Client::new(&connection)?
                .post("/api/v1/repos", body)
                .await?;
            println!("repository: {}", text(&made, "full_name"));
        }
        Repo::List { connection } => {
            let repositories = Client::new(&connection)?.get("/api/v1/repos").await?;
            for repository in rows(&repositories) {
                let private = if repository["private"] == true {
                    "private"
                } else {
                    ""
                };
                let name = text(repository, "full_name");
                println!("{:>6}  {name:<40} {private}", repository["id"]);
            }
        }
        Repo::Remove {
            repository,
            connection,
        } => {
            Client::new(&connection)?
                .delete(&format!("/api/v1/repos/{repository}"))
                .await?;
            println!("repository {repository} is forgotten");
        }
        Repo::Credentials(command) => repo_sources::credentials(command).await?,
        Repo::Events(command) => repo_sources::events(command).await?,
        Repo::Polling(command) => repo_sources::polling(command).await?,
        Repo::Hook {
            repository,
            connection,
        } => {
            print!(
                "{}",
                hook::print(&Client::new(&connection)?, &repository).await?
            );
        }
        Repo::Allow {
            repository,
            login,
            role,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/collaborators/{login}");
            Client::new(&connection)?
                .put(&path, json!({ "role": role.name() }))
                .await?;
            println!("{login} may {} in {repository}", role.name());
        }
        Repo::Disallow {
            repository,
            login,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/collaborators/{login}");
            Client::new(&connection)?.delete(&path).await?;
            println!("{login} has no role in {repository} any more");
        }
        Repo::Collaborators {
            repository,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/collaborators");
            let collaborators = Client::new(&connection)?.get(&path).await?;
            for collaborator in rows(&collaborators) {
                println!(
                    "{:<30} {}",
                    text(collaborator, "login"),
                    text(collaborator, "role")
                );
            }
        }
    }
    Ok(())
}

pub(crate) async fn runner(command: Runner) -> Result<()> {
    match command {
        Runner::Token { connection } => {
            let path = "/api/v1/runners/registration-token";
            let made = Client::new(&connection)?.post(path, json!({})).await?;
            println!("{}", text(&made, "token"));
        }
        Runner::List { connection } => {
            let runners = Client::new(&connection)?.get("/api/v1/runners").await?;
            for runner in rows(&runners) {
                let labels: Vec<&str> = rows(&runner["labels"]).filter_map(Value::as_str).collect();
                println!(
                    "{:>6}  {:<30} {}",
                    runner["id"],
                    text(runner, "name"),
                    labels.join(", ")
                );
            }
        }
        Runner::Remove { id, connection } => {
            Client::new(&connection)?
                .delete(&format!("/api/v1/runners/{id}"))
                .await?;
            println!("runner {id} is forgotten");
        }
    }
    Ok(())
}

pub(crate) async fn dispatch(command: Dispatch) -> Result<()> {
    let client = Client::new(&command.connection)?;
    let repository = command.repository.to_string();
    let run = start(&client, &repository, &command.workflow, command.reference).await?;
    println!("run: {run}");
    if command.follow {
        let conclusion = follow(&client, &repository, run).await?;
        println!("conclusion: {conclusion}");
        print_diagnostics(&client, run).await?;
        if conclusion != "success" {
            bail!("run {run} ended as {conclusion}");
        }
    }
    Ok(())
}

/// Says where and why the run's file could not be planned, if that is how it ended.
async fn print_diagnostics(client: &Client, run: i64) -> Result<()> {
    let run = client.get(&format!("/api/v1/runs/{run}")).await?;
    for diagnostic in rows(&json!({ "diagnostics": run["diagnostics"] })) {
        let place = format!(
            "{}:{}:{}",
            text(diagnostic, "file"),
            diagnostic["line"],
            diagnostic["column"]
        );
        println!("{place}: {}", text(diagnostic, "message"));
    }
    Ok(())
}

/// Dispatches a workflow at a ref, the default branch when none is given; the run's id.
pub(crate) async fn start(
    client: &Client,
    repository: &str,
    workflow: &str,
    reference: Option<String>,
) -> Result<i64> {
    let reference = match reference {
        Some(reference) => reference,
        None => {
            let repository = client.get(&format!("/api/v1/repos/{repository}")).await?;
            text(&repository, "default_branch").to_owned()
        }
    };
    let path = format!("/api/v3/repos/{repository}/actions/workflows/{workflow}/dispatches");
    let body = json!({ "ref": reference, "return_run_details": true });
    let answer = client.post(&path, body).await;
    let answer = answer.with_context(|| format!("dispatching {workflow} of {repository}"))?;
    answer["workflow_run_id"]
        .as_i64()
        .context("the server did not say which run it made")
}

/// The items of a list, whether it is an array or an envelope around one.
pub(crate) fn rows(answer: &Value) -> impl Iterator<Item = &Value> {
    let enveloped = || answer.as_object()?.values().find_map(Value::as_array);
    let list = answer.as_array().or_else(enveloped);
    list.into_iter().flatten()
}

pub(crate) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

//! The commands about how a repository's source is reached and tells of pushes. Secrets come from files, never from the
//! command line, where others could read them.

use crate::{
    client::Client,
    source_arguments::{Given, RepoCredentials, RepoEvents, RepoPolling},
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{Read, stdin},
    path::Path,
};

/// No secret is larger.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

pub(crate) async fn credentials(command: RepoCredentials) -> Result<()> {
    match command {
        RepoCredentials::Set {
            repository,
            given,
            connection,
        } => {
            let body = body(&given)?.context("give --token-file or --ssh-key-file")?;
            let path = format!("/api/v1/repos/{repository}/credentials");
            print(&Client::new(&connection)?.put(&path, body).await?);
        }
        RepoCredentials::Show {
            repository,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/credentials");
            print(&Client::new(&connection)?.get(&path).await?);
        }
        RepoCredentials::Clear {
            repository,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/credentials");
            Client::new(&connection)?.delete(&path).await?;
            println!("the credentials of {repository} are forgotten");
        }
    }
    Ok(())
}

pub(crate) async fn events(command: RepoEvents) -> Result<()> {
    match command {
        RepoEvents::Secret {
            repository,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/events/secret");
            print(&Client::new(&connection)?.put(&path, json!({})).await?);
        }
        RepoEvents::Show {
            repository,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/events/secret");
            print(&Client::new(&connection)?.get(&path).await?);
        }
        RepoEvents::Clear {
            repository,
            connection,
        } => {
            let path = format!("/api/v1/repos/{repository}/events/secret");
            Client::new(&connection)?.delete(&path).await?;
            println!("no signed event is taken for {repository} any more");
        }
    }
    Ok(())
}

pub(crate) async fn polling(command: RepoPolling) -> Result<()> {
    let path = format!("/api/v1/repos/{}/polling", command.repository);
    let client = Client::new(&command.connection)?;
    let shown = match command.seconds {
        Some(seconds) => client.put(&path, json!({ "seconds": seconds })).await?,
        None => client.get(&path).await?,
    };
    print(&shown);
    Ok(())
}

/// What the server is given; none when no file was named.
pub(crate) fn body(given: &Given) -> Result<Option<Value>> {
    let hosts = given.known_hosts_file.as_deref().map(text_of).transpose()?;
    Ok(match (&given.token_file, &given.ssh_key_file) {
        (Some(file), None) => Some(json!({
            "kind": "token", "username": given.username, "token": text_of(file)?.trim(),
        })),
        (None, Some(file)) => Some(json!({
            "kind": "ssh_key", "private_key": text_of(file)?, "known_hosts": hosts,
        })),
        (None, None) => None,
        (Some(_), Some(_)) => bail!("a repository has a token or an ssh key, not both"),
    })
}

/// The text of a file; that of standard input for `-`.
fn text_of(path: &Path) -> Result<String> {
    let about = || format!("reading {}", path.display());
    let from: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(stdin()),
        false => Box::new(File::open(path).with_context(about)?),
    };
    let mut text = String::new();
    from.take(SECRET_BYTES_MAX)
        .read_to_string(&mut text)
        .with_context(about)?;
    Ok(text)
}

/// One line for each member that has a value.
fn print(answer: &Value) {
    for (name, value) in answer.as_object().into_iter().flatten() {
        match value.as_str() {
            Some(text) => println!("{name}: {text}"),
            None if value.is_null() => {}
            None => println!("{name}: {value}"),
        }
    }
}

//! The commands of `runyard token`, as a client of `/api/v1`.

use crate::{
    client::Client,
    commands::{rows, text},
    token_arguments::{CreateToken, Kind, Token},
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// A fine-grained token must end; this is when, unless it is said.
const FINE_GRAINED_DAYS: u32 = 30;
/// Scopes of a classic token and of an app's, unless they are said: what gh needs.
const SCOPES: [&str; 3] = ["repo", "read:org", "workflow"];

pub(crate) async fn token(command: Token) -> Result<()> {
    match command {
        Token::Create(create) => {
            let client = Client::new(&create.connection)?;
            let made = client
                .post("/api/v1/tokens", body(*create, Utc::now()))
                .await?;
            println!("{}", text(&made, "token"));
        }
        Token::List { user, connection } => {
            let client = Client::new(&connection)?;
            let query = user.map_or_else(String::new, |user| format!("&user={user}"));
            let mut after = json!(0);
            while !after.is_null() {
                let path = format!("/api/v1/tokens?after={after}{query}");
                let page = client.get(&path).await?;
                rows(&page["tokens"]).for_each(print);
                after = page["next"].clone();
            }
        }
        Token::Revoke { id, connection } => {
            let client = Client::new(&connection)?;
            client.delete(&format!("/api/v1/tokens/{id}")).await?;
            println!("token {id} is revoked");
        }
    }
    Ok(())
}

/// Only what was said, so that the server can refuse what does not fit the kind.
fn body(create: CreateToken, now: DateTime<Utc>) -> Value {
    let kind = create.kind;
    let mut body = json!({ "kind": kind.name(), "name": create.name });
    let mut put = |name: &str, value: Value| body[name] = value;
    if let Some(user) = create.user {
        put("user", json!(user));
    }
    if let Some(client_id) = create.client_id {
        put("client_id", json!(client_id));
    }
    if let Some(owner) = create.owner {
        put("owner", json!(owner));
    }
    if !create.repositories.is_empty() {
        let names = create.repositories.iter().map(ToString::to_string);
        put("repositories", names.collect());
    }
    let scoped = matches!(kind, Kind::Classic | Kind::OAuth);
    match create.scopes.is_empty() {
        true if scoped => put("scopes", json!(SCOPES)),
        true => {}
        false => put("scopes", json!(create.scopes)),
    }
    if kind == Kind::FineGrained || !create.permissions.is_empty() {
        put("permissions", create.permissions.into_iter().collect());
    }
    let days = create
        .days
        .or_else(|| (kind == Kind::FineGrained).then_some(FINE_GRAINED_DAYS));
    if let Some(days) = days {
        put("expires_at", json!(now + TimeDelta::days(days.into())));
    }
    body
}

fn print(token: &Value) {
    let expires = token["expires_at"].as_str().unwrap_or("never");
    println!(
        "{:>6}  {:<13} {:<30} ends {:<20}  {}",
        token["id"],
        text(token, "kind"),
        text(token, "name"),
        expires,
        opens(token)
    );
}

/// What a token may be used for, in one line.
fn opens(token: &Value) -> String {
    let list =
        |member: &str| -> Vec<&str> { rows(&token[member]).filter_map(Value::as_str).collect() };
    let permissions = token["permissions"].as_object().into_iter().flatten();
    let permissions: Vec<String> = permissions
        .map(|(name, level)| format!("{name}={}", level.as_str().unwrap_or_default()))
        .collect();
    let words = [
        text(token, "client_id").to_owned(),
        list("scopes").join(", "),
        permissions.join(", "),
        list("repositories").join(", "),
        match text(token, "owner") {
            "" => String::new(),
            owner => format!("{owner}/*"),
        },
    ];
    let said: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::{body, opens};
    use crate::arguments::{Arguments, Command};
    use crate::token_arguments::Token;
    use chrono::DateTime;
    use clap::Parser;
    use serde_json::{Value, json};

    /// The body of the request that a command line makes.
    fn asked(line: &str) -> Result<Value, String> {
        let words = ["runyard", "token", "create"].into_iter();
        let arguments = Arguments::try_parse_from(words.chain(line.split_whitespace()));
        let command = arguments.map_err(|error| error.to_string())?.command;
        let Command::Token(Token::Create(create)) = command else {
            return Err(format!("{command:?}"));
        };
        Ok(body(*create, DateTime::UNIX_EPOCH))
    }

    #[test]
    fn each_kind_is_asked_for_with_what_it_has() {
        let name = "command line";
        for (line, wanted) in [
            (
                "",
                json!({ "kind": "classic", "name": name, "scopes": ["repo", "read:org", "workflow"] }),
            ),
            (
                "--scope repo --scope site_admin --user mona --days 1",
                json!({
                    "kind": "classic", "name": name, "scopes": ["repo", "site_admin"], "user": "mona",
                    "expires_at": "1970-01-02T00:00:00Z",
                }),
            ),
            (
                "--kind fine-grained --repo o/r --repo o/s --permission actions=write",
                json!({
                    "kind": "fine_grained", "name": name, "repositories": ["o/r", "o/s"],
                    "permissions": { "actions": "write" }, "expires_at": "1970-01-31T00:00:00Z",
                }),
            ),
            (
                "--kind fine-grained --owner octo --days 7",
                json!({
                    "kind": "fine_grained", "name": name, "owner": "octo", "permissions": {},
                    "expires_at": "1970-01-08T00:00:00Z",
                }),
            ),
            (
                "--kind oauth --client-id dash --scope repo",
                json!({ "kind": "oauth", "name": name, "client_id": "dash", "scopes": ["repo"] }),
            ),
            (
                "--kind registration",
                json!({ "kind": "registration", "name": name }),
            ),
        ] {
            assert_eq!(asked(line), Ok(wanted), "{line}");
        }
    }

    #[test]
    fn a_command_line_that_fits_no_kind_is_refused_with_what_is_allowed() {
        for (line, said) in [
            (
                "--kind runner",
                "classic, fine-grained, oauth, registration",
            ),
            ("--kind oauth", "--client-id"),
            ("--kind fine-grained --permission actions", "NAME=LEVEL"),
            (
                "--kind fine-grained --repo o/r --owner o",
                "cannot be used with",
            ),
            ("--kind fine-grained --repo harbour", "OWNER/NAME"),
        ] {
            let refused = asked(line).unwrap_err();
            assert!(refused.contains(said), "{line}: {refused}");
        }
    }

    #[test]
    fn a_line_of_the_list_says_what_a_token_opens() {
        for (token, line) in [
            (json!({ "scopes": ["repo", "read:org"] }), "repo, read:org"),
            (
                json!({ "client_id": "dash", "scopes": ["repo"] }),
                "dash; repo",
            ),
            (
                json!({ "permissions": { "actions": "read" }, "repositories": ["o/r", "o/s"] }),
                "actions=read; o/r, o/s",
            ),
            (json!({ "permissions": {}, "owner": "octo" }), "octo/*"),
            (json!({}), ""),
        ] {
            assert_eq!(opens(&token), line);
        }
    }
}

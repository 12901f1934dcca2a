//! The `post-receive` hook that `runyard repo hook` prints: a script that tells the server about each pushed ref.

use crate::{arguments::FullName, client::Client};
use anyhow::{Context, Result};
use serde_json::json;

/// Makes a token for the hook alone and gives the script's text.
pub(crate) async fn print(client: &Client, repository: &FullName) -> Result<String> {
    client.get(&format!("/api/v1/repos/{repository}")).await?;
    let name = format!("post-receive hook of {repository}");
    let body = json!({ "name": name, "scopes": ["repo:write"] });
    let made = client.post("/api/v1/tokens", body).await?;
    let token = made["token"]
        .as_str()
        .context("the server did not give a token")?;
    Ok(script(client.url(), &repository.to_string(), token))
}

fn script(url: &str, repository: &str, token: &str) -> String {
    format!(
        r#"#!/bin/sh
# post-receive: tells Runyard about every ref that was pushed. Put it into hooks/post-receive of a bare repository and
# make it executable, readable for its owner only: it holds a token (`runyard token list`, `runyard token revoke`).
events='{url}/api/v1/repos/{repository}/events'
pushed=$(cat)
# As on GitHub, more than three tags at once are no events.
tags=$(printf '%s\n' "$pushed" | grep -c ' refs/tags/')
printf '%s\n' "$pushed" | while read -r before after ref; do
  case "$ref" in refs/tags/*) if [ "$tags" -gt 3 ]; then continue; fi ;; esac
  delivery=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen)
  name=$(printf '%s' "$ref" | sed 's/["\\]/\\&/g; s/["\\]/\\&/g')
  curl --silent --show-error --fail --max-time 120 --output /dev/null --config - "$events" <<REQUEST ||
request = "POST"
header = "Authorization: Bearer {token}"
header = "Content-Type: application/json"
header = "X-GitHub-Event: push"
header = "X-GitHub-Delivery: $delivery"
data = "{{\"ref\":\"$name\",\"before\":\"$before\",\"after\":\"$after\"}}"
REQUEST
    echo "runyard: the push of $ref was not delivered; deliver it again by pushing once more" >&2
done
"#
    )
}

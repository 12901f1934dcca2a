//! The command `status`: how a running server is doing, in lines for a person.

use crate::{arguments::Connection, client::Client};
use anyhow::Result;
use serde_json::Value;

/// Prints how the server is doing.
pub(crate) async fn status(connection: &Connection) -> Result<()> {
    let client = Client::new(connection)?;
    let status = client.get("/api/v1/status").await?;
    for line in lines(&status) {
        println!("{line}");
    }
    Ok(())
}

fn lines(status: &Value) -> Vec<String> {
    let ready = if status["ready"] == true {
        "ready"
    } else {
        "not ready"
    };
    let (version, store) = (text(&status["version"]), text(&status["store"]));
    let mut lines = vec![
        format!("runyard {version} on the {store} store, {ready}"),
        format!("waiting: {}", waiting(&status["queue"])),
    ];
    if let Some(count @ 1..) = status["set_aside"].as_u64() {
        lines.push(format!(
            "set aside: {count} rows that could not be applied, `runyard doctor` says which"
        ));
    }
    lines.extend(rows(&status["runners"]).map(runner));
    lines.extend(rows(&status["running"]).map(running));
    lines
}

fn waiting(queue: &Value) -> String {
    match queue["oldest_seconds"].as_i64() {
        Some(age) => format!("{} jobs, the oldest for {age} s", queue["jobs"]),
        None => "no jobs".to_owned(),
    }
}

fn runner(runner: &Value) -> String {
    let labels: Vec<String> = rows(&runner["labels"]).map(text).collect();
    let draining = if runner["draining"] == true {
        ", takes no more jobs"
    } else {
        ""
    };
    format!(
        "runner: {} ({}), {} jobs at once{draining}",
        text(&runner["name"]),
        labels.join(", "),
        runner["capacity"],
    )
}

fn running(job: &Value) -> String {
    format!(
        "running: job {} of run {} on {}",
        job["job_id"],
        job["run_id"],
        text(&job["runner_name"])
    )
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::lines;
    use serde_json::json;

    #[test]
    fn a_person_reads_what_waits_and_what_runs() {
        let status = json!({
            "version": "0.1.0", "store": "sqlite", "ready": true,
            "queue": { "jobs": 2, "oldest_seconds": 61 },
            "set_aside": 3,
            "runners": [
                { "name": "one", "labels": ["linux", "x64"], "capacity": 2, "draining": true },
            ],
            "running": [{ "job_id": 7, "run_id": 3, "runner_name": "one" }],
        });
        let wanted = [
            "runyard 0.1.0 on the sqlite store, ready",
            "waiting: 2 jobs, the oldest for 61 s",
            "set aside: 3 rows that could not be applied, `runyard doctor` says which",
            "runner: one (linux, x64), 2 jobs at once, takes no more jobs",
            "running: job 7 of run 3 on one",
        ];
        assert_eq!(lines(&status), wanted);
        let idle = json!({ "ready": false, "queue": { "jobs": 0, "oldest_seconds": null },
                           "set_aside": 0 });
        let wanted = ["runyard  on the  store, not ready", "waiting: no jobs"];
        assert_eq!(lines(&idle), wanted);
    }
}

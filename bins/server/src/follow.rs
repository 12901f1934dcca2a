//! Watching a run on the terminal: a line per job that lives until the run ended.

use crate::client::Client;
use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::Value;
use std::{collections::BTreeMap, io::IsTerminal, time::Duration};

/// How often the run is asked for.
const LOOK: Duration = Duration::from_millis(300);

/// Shows the jobs of a run until it ended; its conclusion.
pub(crate) async fn follow(client: &Client, repository: &str, run: i64) -> Result<String> {
    let path = format!("/api/v3/repos/{repository}/actions/runs/{run}");
    let mut display = Display::new();
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        let current = client.get(&path).await?;
        let jobs = client.get(&format!("{path}/jobs?per_page=100")).await?;
        for job in jobs["jobs"].as_array().into_iter().flatten() {
            display.show(job);
        }
        if let Some(conclusion) = current["conclusion"].as_str() {
            return Ok(conclusion.to_owned());
        }
    }
}

/// A bar per job on a terminal, a line per change elsewhere.
struct Display {
    bars: MultiProgress,
    jobs: BTreeMap<i64, (ProgressBar, String)>,
    live: bool,
}

impl Display {
    fn new() -> Self {
        let live = std::io::stderr().is_terminal();
        Self {
            bars: MultiProgress::new(),
            jobs: BTreeMap::new(),
            live,
        }
    }

    fn show(&mut self, job: &Value) {
        let Some(id) = job["id"].as_i64() else { return };
        let state = state(job);
        let known = self.jobs.get(&id).map(|(_, known)| known.clone());
        if known.as_deref() == Some(&state) {
            return;
        }
        let bars = &self.bars;
        let (bar, shown) = self
            .jobs
            .entry(id)
            .or_insert_with(|| (new_bar(bars), String::new()));
        shown.clone_from(&state);
        let name = job["name"].as_str().unwrap_or_default();
        if !self.live {
            println!("  {name}: {state}");
            return;
        }
        bar.set_message(format!("{name}: {state}"));
        if job["status"] == "completed" {
            bar.finish();
        }
    }
}

fn new_bar(bars: &MultiProgress) -> ProgressBar {
    let bar = bars.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Where a job stands, with the step that runs.
fn state(job: &Value) -> String {
    if let Some(conclusion) = job["conclusion"].as_str() {
        return conclusion.to_owned();
    }
    let status = job["status"].as_str().unwrap_or_default();
    let mut steps = job["steps"].as_array().into_iter().flatten();
    let running = steps.find(|step| step["status"] == "in_progress");
    match running.and_then(|step| step["name"].as_str()) {
        Some(step) => format!("{status}, {step}"),
        None => status.to_owned(),
    }
}

//! People who keep starting runs, whatever happens to the server, and remember what they were promised.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runyard_tests::{Answer, Request, eventually};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::yard::{PATIENCE, Yard, id, push_request};

/// People who start runs at the same time.
const PEOPLE: usize = 4;
/// So many promised jobs may be undone before they wait.
const AHEAD: usize = 24;
/// All runs end this long after the load.
pub(crate) const DRAIN: Duration = Duration::from_secs(120);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// Jobs of one run.
pub(crate) const JOBS: usize = 2;

/// Two jobs in a row that append the run's id and their name to `file`.
pub(crate) fn workflow(file: &Path) -> String {
    let file = file.display();
    format!(
        "
on: push
jobs:
  first:
    runs-on: harbour
    steps:
      - run: echo \"$GITHUB_RUN_ID $GITHUB_JOB\" >> {file}
      - run: echo unloaded
  second:
    needs: first
    runs-on: harbour
    steps:
      - run: echo \"$GITHUB_RUN_ID $GITHUB_JOB\" >> {file}
"
    )
}

/// What the people were told.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    /// Runs that the server acknowledged: one for each push that somebody told it of, however often.
    pub(crate) runs: BTreeSet<i64>,
    /// Pushes that it acknowledged.
    pub(crate) pushes: usize,
    /// Tries without an answer.
    pub(crate) unanswered: usize,
    /// Tries that were answered by 503.
    pub(crate) turned_away: usize,
    /// Any other answer: status and text.
    pub(crate) others: Vec<(u16, String)>,
}

/// People at work.
#[derive(Debug)]
pub(crate) struct Load {
    people: JoinSet<()>,
    promises: Arc<Mutex<Promises>>,
    stop: watch::Sender<bool>,
}

impl Load {
    /// Sets them to work on `yard`, whose newest commit is `head` and whose jobs write to `file`.
    pub(crate) fn start(yard: &Yard, head: &str, file: &Path) -> Self {
        Self::start_of(yard, head, (file, JOBS))
    }

    /// The same where each run has so many jobs.
    pub(crate) fn start_of(yard: &Yard, head: &str, (file, jobs): (&Path, usize)) -> Self {
        let promises = Arc::new(Mutex::new(Promises::default()));
        let (stop, stopping) = watch::channel(false);
        let mut people = JoinSet::new();
        for name in 0..PEOPLE {
            let person = Person {
                name,
                head: head.to_owned(),
                yard: yard.clone(),
                file: file.to_owned(),
                jobs,
                promises: promises.clone(),
                stopping: stopping.clone(),
            };
            people.spawn(person.work());
        }
        Self {
            people,
            promises,
            stop,
        }
    }

    /// Runs that were promised until now.
    pub(crate) fn promised(&self) -> usize {
        self.promises.lock().expect("nobody panicked").runs.len()
    }

    /// Waits until the server promises more.
    pub(crate) async fn goes_on(&self) {
        let before = self.promised();
        let more = async || (self.promised() > before).then_some(());
        eventually("runs are promised again", PATIENCE, more).await;
    }

    /// Sends them home, waits until every run has ended, and sees that nothing is lost, doubled or stuck.
    pub(crate) async fn ends_well(self, yard: &Yard, file: &Path) {
        let promises = self.stop().await;
        println!(
            "{} pushes, {} answers of 503, {} tries unanswered",
            promises.pushes, promises.turned_away, promises.unanswered
        );
        assert_eq!(promises.others, [], "answers beside success and 503");
        let over = async || {
            let runs = yard.client.attempt(Request::new("GET", "/readyz")).await;
            runs.filter(|answer| answer.status == 200)?;
            let runs = yard.runs().await;
            let ended = runs.values().all(|(status, _)| status == "completed");
            ended.then_some(runs)
        };
        let runs = eventually("every run has ended", DRAIN, over).await;
        assert!(runs.values().all(|(_, end)| end == "success"), "{runs:?}");
        assert_eq!(runs.len(), promises.pushes, "a run for each push");
        assert_eq!(runs.keys().copied().collect::<BTreeSet<_>>(), promises.runs);
        judge_lines(runs.keys().copied(), file);
    }

    /// Sends them home and says what they were told.
    pub(crate) async fn stop(mut self) -> Promises {
        self.stop.send_replace(true);
        while let Some(ended) = self.people.join_next().await {
            ended.expect("a person does not panic");
        }
        std::mem::take(&mut *self.promises.lock().expect("nobody panicked"))
    }
}

struct Person {
    name: usize,
    head: String,
    yard: Yard,
    file: PathBuf,
    jobs: usize,
    promises: Arc<Mutex<Promises>>,
    stopping: watch::Receiver<bool>,
}

impl Person {
    async fn work(self) {
        for number in 0.. {
            while self.is_ahead() && !*self.stopping.borrow() {
                tokio::time::sleep(PAUSE).await;
            }
            if *self.stopping.borrow() {
                return;
            }
            self.tell(&format!("{}-{number}", self.name)).await;
        }
    }

    /// Tells of one push, again and again until the server has heard it.
    async fn tell(&self, delivery: &str) {
        let push = push_request(&self.head, delivery);
        loop {
            let answer = self.yard.client.attempt(push.clone()).await;
            if self.remember(answer) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether the push is acknowledged, or never will be.
    fn remember(&self, answer: Option<Answer>) -> bool {
        let mut promises = self.promises.lock().expect("nobody panicked");
        let Some(answer) = answer else {
            promises.unanswered += 1;
            return false;
        };
        match answer.status {
            202 => {
                promises.pushes += 1;
                promises.runs.insert(id(&answer.json()["runs"][0]));
            }
            503 => promises.turned_away += 1,
            status => promises.others.push((status, answer.text())),
        }
        answer.status != 503
    }

    fn is_ahead(&self) -> bool {
        let promised = self.promises.lock().expect("nobody panicked").runs.len() * self.jobs;
        promised >= lines(&self.file).len() + AHEAD
    }
}

/// Sees that each job of these runs wrote its line once, and nobody else any.
pub(crate) fn judge_lines(runs: impl IntoIterator<Item = i64>, file: &Path) {
    judge_jobs(runs, &["first", "second"], file);
}

/// The same for runs of these jobs.
pub(crate) fn judge_jobs(runs: impl IntoIterator<Item = i64>, jobs: &[&str], file: &Path) {
    let mut written = lines(file);
    written.sort();
    let lines = runs.into_iter().flat_map(|run| {
        let line = move |job: &&str| format!("{run} {job}");
        jobs.iter().map(line)
    });
    let mut wanted: Vec<String> = lines.collect();
    wanted.sort();
    assert_eq!(written, wanted, "each job ran exactly once");
}

/// The number that a variable gives, or else the usual one.
pub(crate) fn number(variable: &str, usual: u64) -> u64 {
    let value = std::env::var(variable).ok();
    value.map_or(usual, |value| value.parse().expect("a number"))
}

/// What the jobs wrote.
pub(crate) fn lines(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().map(String::from).collect()
}

//! Two servers on one PostgreSQL, with data folders of their own but for the logs. Words for the stories; no story.

use runyard_tests::{Repository, Runner, Server, Settings, Store};
use tempfile::TempDir;

use crate::relay::Relay;
use crate::yard::Yard;

/// Both servers; runners are started by the stories.
pub(crate) struct Pair {
    /// The one that runners call first.
    pub(crate) runners: Server,
    /// The one that people call.
    pub(crate) people: Server,
    _logs: TempDir,
}

/// How a runner finds the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// It knows the first one only.
    First,
    /// It knows both.
    Both,
    /// It knows a proxy that leads to the first, or else to the second.
    Proxy,
}

/// A runner, and the proxy that it may need.
pub(crate) struct Worker {
    pub(crate) _runner: Runner,
    _proxy: Option<Relay>,
}

impl Pair {
    /// Starts both, with these settings on top of the usual.
    pub(crate) async fn start(store: Store, variables: &[(&str, &str)]) -> Self {
        Self::start_with(Settings::new(store), variables).await
    }

    /// Starts both with these settings and no runner.
    pub(crate) async fn start_with(settings: Settings, variables: &[(&str, &str)]) -> Self {
        let logs = tempfile::tempdir().expect("a temporary folder");
        let folder = logs.path().display().to_string();
        let settings = settings.without_runner();
        let mut settings = settings.variable("RUNYARD__LOGS__DIR", &folder);
        for (name, value) in variables {
            settings = settings.variable(name, value);
        }
        let runners = Server::start_with(settings.clone()).await;
        let people = Server::start_beside(&runners, settings).await;
        Self {
            runners,
            people,
            _logs: logs,
        }
    }

    /// A repository with this workflow, seen through the people's server.
    pub(crate) async fn yard(&self, workflow: &str) -> (Yard, Repository) {
        Yard::new(&self.people, workflow).await
    }

    /// A runner with the label `harbour`.
    pub(crate) async fn runner(&self, door: Door) -> Worker {
        let urls = [&self.runners, &self.people].map(|server| server.client().base().to_owned());
        let (urls, proxy) = match door {
            Door::First => (urls[0].clone(), None),
            Door::Both => (urls.join(","), None),
            Door::Proxy => {
                let proxy = Relay::to(urls.map(|url| url.replace("http://", ""))).await;
                (format!("http://{}", proxy.address()), Some(proxy))
            }
        };
        Worker {
            _runner: Runner::start_at(&self.people, &urls, ("pier", "harbour")).await,
            _proxy: proxy,
        }
    }
}

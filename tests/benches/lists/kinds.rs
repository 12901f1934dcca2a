//! The questions that are measured. Each number asks for something else, where that makes a difference.

use super::fill::Template;
use super::site::Site;

/// Seconds of the lists of a time.
const HOUR: i64 = 3_600;

/// As many as the small store has too: a longer page would be another question there.
const FEW: &str = "per_page=5";

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Run,
    Jobs,
    List,
    Workflow,
    Actor,
    Branch,
    Event,
    Completed,
    Conclusion,
    Live,
    Created,
    Commit,
    CheckSuite,
    WithoutPullRequests,
    Together,
    RareTogether,
    LastPage,
}

impl Kind {
    pub(crate) const ALL: [Self; 17] = [
        Self::Run,
        Self::Jobs,
        Self::List,
        Self::Workflow,
        Self::Actor,
        Self::Branch,
        Self::Event,
        Self::Completed,
        Self::Conclusion,
        Self::Live,
        Self::Created,
        Self::Commit,
        Self::CheckSuite,
        Self::WithoutPullRequests,
        Self::Together,
        Self::RareTogether,
        Self::LastPage,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Run => "get run",
            Self::Jobs => "jobs of a run",
            Self::List => "list of 30",
            Self::Workflow => "runs of a workflow",
            Self::Actor => "actor",
            Self::Branch => "branch",
            Self::Event => "event",
            Self::Completed => "status=completed",
            Self::Conclusion => "status=failure",
            Self::Live => "status=queued",
            Self::Created => "created",
            Self::Commit => "head_sha",
            Self::CheckSuite => "check_suite_id",
            Self::WithoutPullRequests => "exclude_pull_requests",
            Self::Together => "actor, branch, event",
            Self::RareTogether => "all, nothing matches",
            Self::LastPage => "event, page 33",
        }
    }

    /// The path and query that ask for it.
    pub(crate) fn path(self, site: &Site, number: usize) -> String {
        let (of, sample) = (site.template(), site.sample(number));
        let some = |count: usize| number % count;
        match self {
            Self::Run => site.path(&format!("runs/{}", sample.run)),
            Self::Jobs => site.path(&format!("runs/{}/jobs", sample.run)),
            Self::List => site.path("runs"),
            Self::Workflow => {
                let some = i64::try_from(some(20)).expect("few");
                site.path(&format!("workflows/{}/runs", of.workflow + 1_000 + some))
            }
            Self::Actor => site.path(&format!("runs?actor=person-{}&{FEW}", some(10))),
            Self::Branch => site.path(&format!("runs?branch={}", branch(number))),
            Self::Event => site.path(&format!("runs?event={}", ["push", "release"][some(2)])),
            Self::Completed => site.path("runs?status=completed"),
            Self::Conclusion => site.path("runs?status=failure"),
            Self::Live => site.path("runs?status=queued"),
            Self::Created => site.path(&format!("runs?created={}", time(of, number))),
            Self::Commit => site.path(&format!("runs?head_sha={}", sample.commit)),
            Self::CheckSuite => site.path(&format!("runs?check_suite_id={}", sample.suite)),
            Self::WithoutPullRequests => site.path("runs?exclude_pull_requests=true"),
            Self::Together => {
                let actor = some(5);
                site.path(&format!(
                    "runs?actor=person-{actor}&branch=main&event=push&{FEW}"
                ))
            }
            Self::RareTogether => {
                let actor = some(5);
                let common = format!("actor=person-{actor}&branch=main&event=push");
                site.path(&format!(
                    "runs?{common}&status=stale&created=%3E%3D2020-01-01"
                ))
            }
            Self::LastPage => site.path("runs?event=push&per_page=10&page=33"),
        }
    }
}

fn branch(number: usize) -> String {
    match number % 2 {
        0 => "main".to_owned(),
        _ => format!("topic-{}", number % 500),
    }
}

/// Some hours among those that have runs.
fn time(of: &Template, number: usize) -> String {
    let some = i64::try_from(number).expect("few") * 7_919 % of.runs;
    let from = of.created(some);
    let text = |seconds: i64| {
        let moment = chrono::DateTime::from_timestamp(seconds, 0);
        moment
            .expect("a moment of this year")
            .format("%Y-%m-%dT%H:%M:%SZ")
    };
    format!("{}..{}", text(from), text(from + 6 * HOUR))
}

//! All that can be seen of a store, as text without moments, a line for each thing.

use super::side::Side;
use crate::world::{ALL, page};
use runyard_domain::{RepositoryId, RunnerId, TokenId, UserId, concurrency::GroupName};
use runyard_store::{JobsOf, RunFilter};
use std::fmt::Debug;

/// The value as text. Moments differ between two clocks, so only that there is one is told.
pub(super) fn told<T: Debug>(value: &T) -> String {
    const OPENING: &str = "Timestamp(";
    let text = format!("{value:?}");
    let mut parts = text.split(OPENING);
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(')').unwrap_or(("", part));
        without += "now";
        without += rest;
    }
    without
}

impl Side {
    /// Everything that the queries answer.
    pub(super) async fn look(&self) -> String {
        let mut lines = Vec::new();
        self.look_at_runs(&mut lines).await;
        self.look_at_lists(&mut lines).await;
        self.look_at_executions(&mut lines).await;
        self.look_at_records(&mut lines).await;
        lines.join("\n")
    }

    async fn look_at_runs(&self, lines: &mut Vec<String>) {
        let store = self.store();
        for flow in &self.runs {
            let id = flow.id;
            lines.push(told(&store.run(id).await.unwrap()));
            lines.push(told(&store.aggregate(id).await.unwrap()));
            lines.push(told(&store.events(id).await.unwrap()));
            lines.push(told(&store.payload(id).await.unwrap()));
            for attempt in 0..4 {
                lines.push(told(&store.attempt(id, attempt).await.unwrap()));
                let of = JobsOf::Attempt(attempt);
                lines.push(told(&store.jobs(id, of, ALL).await.unwrap()));
            }
            let all = store.jobs(id, JobsOf::All, page(2, 2)).await.unwrap();
            for job in &all.items {
                lines.push(told(&store.job(job.id).await.unwrap()));
            }
            lines.push(told(&all));
        }
    }

    async fn look_at_lists(&self, lines: &mut Vec<String>) {
        let words = [
            "queued",
            "pending",
            "in_progress",
            "completed",
            "success",
            "cancelled",
            "x",
        ];
        let mut filters = vec![RunFilter::default()];
        filters.extend(words.map(|word| RunFilter {
            status: Some(word.to_owned()),
            ..RunFilter::default()
        }));
        filters.push(RunFilter {
            actor: Some("Ada".to_owned()),
            ..RunFilter::default()
        });
        filters.push(RunFilter {
            branch: Some("branch-1".to_owned()),
            event: Some("push".to_owned()),
            ..RunFilter::default()
        });
        for world in &self.worlds {
            let id = world.repository.id;
            for filter in &filters {
                for page in [page(1, 3), page(2, 3)] {
                    lines.push(told(&self.store().runs(id, filter, page).await.unwrap()));
                }
            }
        }
    }

    async fn look_at_executions(&self, lines: &mut Vec<String>) {
        let store = self.store();
        for (id, _) in &self.executions {
            lines.push(told(&store.execution(*id).await.unwrap()));
            lines.push(told(&store.log(*id).await.unwrap()));
            lines.push(told(&store.log_bytes(*id).await.unwrap()));
        }
        let mut expired = store.expired(1_000).await.unwrap();
        // Which of two came first is for the two clocks to say.
        expired.sort_by_key(|expired| expired.execution);
        lines.push(told(&expired));
        lines.push(told(&store.unsealed_logs(5).await.unwrap()));
        lines.push(told(&store.doomed_objects(99).await.unwrap()));
        for flow in &self.runs {
            lines.push(told(&store.open_executions(flow.id).await.unwrap()));
        }
    }

    async fn look_at_records(&self, lines: &mut Vec<String>) {
        let store = self.store();
        lines.push(told(&store.users(UserId::new(0), 9).await.unwrap()));
        lines.push(told(&store.runners(RunnerId::new(0), 9).await.unwrap()));
        let none = RepositoryId::new(0);
        lines.push(told(&store.repositories(none, 9).await.unwrap()));
        for user in &self.users {
            lines.push(told(&store.user(*user).await.unwrap()));
            lines.push(told(
                &store.tokens(*user, TokenId::new(0), 9).await.unwrap(),
            ));
        }
        for world in &self.worlds {
            let id = world.repository.id;
            lines.push(told(&store.collaborators(id).await.unwrap()));
            lines.push(told(&store.workflows(id, ALL).await.unwrap()));
            let group = GroupName::new("prod").unwrap();
            lines.push(told(&store.group(id, &group).await.unwrap()));
        }
    }
}

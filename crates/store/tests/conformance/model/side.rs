//! One of the two stores, and what was made in it so far: performs commands and says what came of them, as text.

use super::{
    commands::{Command, ExecutionCommand, RecordCommand, RunCommand},
    seen::told,
};
use crate::suite::{GROUPED, GROUPED_JOB};
use crate::world::{
    CHAIN, DIAMOND, Flow, ONE_JOB, World, a_moment, insert_user, jobs_beside_each_other,
    no_patience, step, token_hash, wish,
};
use runyard_domain::{
    CheckSuiteId, Conclusion, ExecutionId, JobId, RunId, RunnerId, Timestamp, TokenId, UserId,
    account::{Token, TokenKind},
    execution::Patience,
    repository::{Collaborator, Role},
    run::RerunOf,
    runner::{LabelSet, Runner},
};
use runyard_store::{ChangeError, IdKind, SealedLog, Store, StoreError};
use std::{sync::Arc, time::Duration};

/// Bytes that a log may have.
const LOG_LIMIT: u64 = 40;

/// A store and what was made in it.
pub(super) struct Side {
    pub(super) worlds: Vec<World>,
    pub(super) users: Vec<UserId>,
    pub(super) runs: Vec<Flow>,
    /// In the order in which they were offered.
    pub(super) executions: Vec<(ExecutionId, RunId)>,
    templates: Vec<crate::world::Wanted>,
}

impl Side {
    pub(super) async fn new(store: Arc<dyn Store>) -> Self {
        let world = World::new(Arc::clone(&store)).await;
        let worlds = vec![
            world.with_repository("second").await,
            world.with_repository("third").await,
            world.clone(),
        ];
        let mut users = Vec::new();
        for login in ["ada", "eve", "guest"] {
            users.push(insert_user(&store, login).await.id);
        }
        users.push(world.user.id);
        let four = jobs_beside_each_other(4);
        let mut templates = Vec::new();
        for (place, text) in [DIAMOND, CHAIN, &four, ONE_JOB, GROUPED, GROUPED_JOB]
            .into_iter()
            .enumerate()
        {
            for world in &worlds {
                let mut wanted = world.wanted(text).await;
                wanted.identity.actor = users[place % users.len()];
                templates.push(wanted);
            }
        }
        Self {
            worlds,
            users,
            runs: Vec::new(),
            executions: Vec::new(),
            templates,
        }
    }

    pub(super) fn world(&self) -> &World {
        &self.worlds[0]
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.worlds[0].store.as_ref()
    }

    pub(super) async fn perform(&mut self, command: &Command) -> String {
        match command {
            Command::Create { template, key } => self.create(*template, *key).await,
            Command::Claim {
                runner,
                labels,
                key,
                count,
                stands,
            } => self.claim((*runner, *labels), *key, *count, *stands).await,
            Command::ToExecution(place, command) => {
                let Some(&(id, run)) = self.executions.iter().rev().nth(*place) else {
                    return "no such execution yet".to_owned();
                };
                self.to_execution(command, id, run).await
            }
            Command::ToRun(place, command) => {
                let Some(flow) = self.runs.iter().rev().nth(*place) else {
                    return "no such run yet".to_owned();
                };
                self.to_run(command, flow).await
            }
            Command::ToRecords(command) => told(&self.to_records(command).await),
        }
    }

    async fn create(&mut self, template: usize, key: usize) -> String {
        let world = &self.worlds[template % self.worlds.len()];
        let mut wanted = self.templates[template].clone();
        wanted.identity.id = RunId::new(world.reserve(IdKind::Run).await);
        wanted.identity.check_suite = CheckSuiteId::new(world.reserve(IdKind::CheckSuite).await);
        wanted.identity.created_at = far_in_the_future();
        wanted.identity.trigger_key = format!("key-{key}");
        wanted.identity.head_branch = [
            None,
            Some("branch-1".to_owned()),
            Some("branch-2".to_owned()),
        ][key % 3]
            .clone();
        match world.create(wanted).await {
            Ok(flow) => {
                let id = flow.id;
                if self.runs.iter().all(|known| known.id != id) {
                    self.runs.push(flow);
                }
                format!("run {id}")
            }
            Err(error) => error.to_string(),
        }
    }

    async fn claim(
        &mut self,
        (runner, labels): (i64, usize),
        key: usize,
        count: u32,
        stands: bool,
    ) -> String {
        let key = format!("key-{}", key % 20);
        let mut request = self.world().request(runner, &key, count).await;
        let sets: [&[&str]; 4] = [
            &["linux", "gpu"],
            &["Linux"],
            &["gpu", "x"],
            &["LINUX", "GPU"],
        ];
        request.labels = LabelSet::new(sets[labels]);
        if !stands {
            request.offer = Duration::ZERO;
        }
        let claimed = self.store().claim(request).await;
        for execution in claimed.iter().flatten() {
            let known = (execution.id, execution.run);
            if !self.executions.contains(&known) {
                self.executions.push(known);
            }
        }
        told(&claimed.map_err(|error| error.to_string()))
    }

    async fn to_execution(
        &self,
        command: &ExecutionCommand,
        id: ExecutionId,
        run: RunId,
    ) -> String {
        let world = self.world();
        let flow = self.runs.iter().find(|flow| flow.id == run);
        let flow = flow.expect("executions are of runs that were made here");
        let patience = |holds| {
            if holds {
                Patience::default()
            } else {
                no_patience()
            }
        };
        match command {
            ExecutionCommand::Start { holds } => text(flow.start_with(id, patience(*holds)).await),
            ExecutionCommand::Sync { rev } => {
                let number = u32::try_from(*rev).unwrap() % 4 + 1;
                text(world.sync(id, *rev, vec![step(number, "a step")]).await)
            }
            ExecutionCommand::Finish { end } => text(flow.finish(id, end_at(*end)).await),
            ExecutionCommand::Release => {
                let release = world.change_execution(id, |e, now| e.release(now).map(drop));
                text(release.await)
            }
            ExecutionCommand::Lapse => {
                let lapse = world.change_execution(id, |e, now| e.lapse(now).map(drop));
                text(lapse.await)
            }
            ExecutionCommand::Expire => text(flow.expire(id).await),
            ExecutionCommand::Append { offset, length } => {
                let bytes = &b"0123456789"[..*length];
                let appended = self.store().append_log(id, *offset, bytes, LOG_LIMIT).await;
                told(&appended.map_err(|error| error.to_string()))
            }
            ExecutionCommand::Seal => {
                let bytes = self.store().log_bytes(id).await.unwrap();
                let key = format!("logs/{id}");
                let sealed = SealedLog { key, bytes };
                let sealed = self.store().seal_log(id, &sealed).await;
                told(&sealed.map_err(|error| error.to_string()))
            }
        }
    }

    async fn to_run(&self, command: &RunCommand, flow: &Flow) -> String {
        match command {
            RunCommand::Cancel { grace } => {
                let patience = if *grace {
                    Patience::default()
                } else {
                    no_patience()
                };
                text(flow.cancel_with(patience).await)
            }
            RunCommand::CancelJob { job } => {
                let job = self.job(flow, *job).await;
                text(flow.cancel_job(job).await)
            }
            RunCommand::Rerun => text(flow.rerun_by(self.users[0]).await),
            RunCommand::RerunFailed => text(flow.rerun(wish(self.users[0], RerunOf::Failed)).await),
            RunCommand::RerunJob { job } => {
                let job = self.job(flow, *job).await;
                text(flow.rerun(wish(self.users[0], RerunOf::Job(job))).await)
            }
            RunCommand::ForceCancel => text(flow.force_cancel().await),
            RunCommand::DeleteLogs => text(flow.delete_logs().await),
            RunCommand::Delete => text(flow.delete().await),
        }
    }

    /// A job of the newest attempt, by its place.
    async fn job(&self, flow: &Flow, place: usize) -> JobId {
        let run = self.store().aggregate(flow.id).await.unwrap();
        let mut planned = run.iter().flat_map(|run| run.attempt().planned());
        planned.nth(place).map_or(JobId::new(9_999), |job| job.id)
    }

    async fn to_records(&self, command: &RecordCommand) -> Result<(), String> {
        let store = self.store();
        let done: Result<(), StoreError> = match command {
            RecordCommand::ExtendLeases => store.extend_leases(Duration::from_secs(600)).await,
            RecordCommand::Purge => {
                // How many bits it takes is each store's own.
                while store
                    .purge(Duration::ZERO)
                    .await
                    .map_err(|e| e.to_string())?
                {}
                Ok(())
            }
            RecordCommand::DeleteRepository { repository } => {
                let id = self.worlds[*repository].repository.id;
                store.delete_repository(id).await
            }
            RecordCommand::DeleteUser { user } => store.delete_user(self.users[*user]).await,
            RecordCommand::InsertToken { user } => self.insert_token(self.users[*user]).await,
            RecordCommand::PutRole { repository, user } => {
                let id = self.worlds[*repository].repository.id;
                let (user, role) = (self.users[*user], Role::Write);
                store
                    .put_collaborator(id, Collaborator { user, role })
                    .await
            }
            RecordCommand::PassOn => {
                self.pass_on().await;
                Ok(())
            }
            RecordCommand::Register { name, replace } => self.register(*name, *replace).await,
        };
        done.map_err(|error| error.to_string())
    }

    async fn pass_on(&self) {
        for left in self.store().due_messages(100).await.unwrap() {
            let flow = self.runs.iter().find(|flow| flow.id == left.run);
            let flow = flow.expect("messages are for runs that were made here");
            // A run of a deleted repository is not there, and its message is left.
            drop(flow.hear(left.id).await);
        }
    }

    async fn insert_token(&self, user: UserId) -> Result<(), StoreError> {
        let id = self.world().reserve(IdKind::Token).await;
        let token = Token {
            id: TokenId::new(id),
            user,
            name: "token".to_owned(),
            kind: TokenKind::Registration,
            hash: token_hash(-id),
            created_at: a_moment(),
            expires_at: None,
        };
        self.store().insert_token(&token).await
    }

    async fn register(&self, name: usize, replace: bool) -> Result<(), StoreError> {
        let id = self.world().reserve(IdKind::Runner).await;
        let runner = Runner {
            id: RunnerId::new(id),
            name: format!("runner-{name}"),
            labels: vec!["linux".to_owned()],
            custom_labels: None,
            group: "Default".to_owned(),
            version: "1".to_owned(),
            os: "Linux".to_owned(),
            arch: "X64".to_owned(),
            capacity: 1,
            draining: false,
            token: token_hash(-id),
            created_at: a_moment(),
        };
        self.store().insert_runner(&runner, replace).await
    }
}

/// The same for both stores, and never too long ago for a re-run.
fn far_in_the_future() -> Timestamp {
    Timestamp::from_unix_micros(4_000_000_000_000_001).unwrap()
}

fn end_at(place: usize) -> Conclusion {
    let ends = [
        Conclusion::Success,
        Conclusion::Success,
        Conclusion::Success,
        Conclusion::Failure,
        Conclusion::Cancelled,
        Conclusion::Skipped,
    ];
    ends[place]
}

fn text<T: std::fmt::Debug>(changed: Result<T, ChangeError>) -> String {
    told(&changed.map_err(|error| error.to_string()))
}

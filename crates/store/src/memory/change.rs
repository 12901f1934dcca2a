//! The one door for change: copies what a scope names, lets the decision work on the copies, keeps what it wrote.

use super::{
    MemoryStore,
    concurrency::MessageRow,
    ready::ReadyJob,
    state::{PastAttempt, RunRow, State, not_found},
};
use crate::{
    ChangeError, Changes, Created, Decide, Deleted, ExecutionWrite, Loaded, RunNumbers, Scope,
    Store, StoreError, Wake, Writes, change::burst_begins,
};
use async_trait::async_trait;
use runyard_domain::{
    Event, Execution, ExecutionId, MessageId, Refusal, RepositoryId, Run, RunId, Timestamp,
    WorkflowId,
    concurrency::{ConcurrencyGroup, GroupName, Groups},
    run::{CommitFacts, Crowd, Intake},
};

#[async_trait]
impl Changes for MemoryStore {
    async fn change(&self, scope: Scope, decide: Decide) -> Result<(), ChangeError> {
        for wake in self.change_locked(&scope, decide)? {
            self.wakes().send(wake);
        }
        Ok(())
    }
}

impl MemoryStore {
    /// Makes the change and says whom to wake once the lock is free.
    fn change_locked(&self, scope: &Scope, mut decide: Decide) -> Result<Vec<Wake>, ChangeError> {
        let mut state = self.state();
        let now = self.clock_now();
        let mut before = state.load(scope)?;
        let (after, events) = loop {
            let mut after = before.clone();
            match decide(&mut after, now) {
                Ok(events) => break (after, events),
                Err(Refusal::GroupsNotLoaded { groups }) => {
                    state.add_groups(&mut before, groups)?
                }
                Err(refusal) => return Err(refusal.into()),
            }
        };
        let birth = birth_of(&after);
        let writes = Writes::of(&before, after, events);
        let wakes = writes.wakes();
        state.check(&writes, birth.as_ref())?;
        state.apply(writes, birth, now);
        Ok(wakes)
    }
}

/// What a new run has beside its aggregate.
struct Birth {
    commit: CommitFacts,
    payload: serde_json::Value,
}

fn birth_of(after: &Loaded) -> Option<Birth> {
    match after {
        Loaded::NewRun { created, .. } => created.as_deref().map(|created: &Created| Birth {
            commit: created.commit.clone(),
            payload: created.payload.clone(),
        }),
        Loaded::Run { .. } | Loaded::Execution(_) => None,
    }
}

impl State {
    fn load(&self, scope: &Scope) -> Result<Loaded, StoreError> {
        match scope {
            Scope::NewRun {
                repository,
                workflow,
                trigger_key,
                parent,
                intake,
            } => self.load_new_run((*repository, *workflow, trigger_key), *parent, *intake),
            Scope::Run(run) => self.load_run(*run, self.open_executions_of(*run)),
            Scope::Execution(id) => Ok(Loaded::Execution(Box::new(self.load_execution(*id)?))),
            Scope::RunOfExecution(id) => {
                let execution = self.load_execution(*id)?;
                self.load_run(execution.run, vec![execution])
            }
            Scope::RunOfMessage(id) => {
                let row = self.messages.get(id).ok_or_else(|| not_found("message"))?;
                let of = row.message.to.run();
                let mut loaded = self.load_run(of, self.open_executions_of(of))?;
                if let Loaded::Run { message, .. } = &mut loaded {
                    *message = Some(*id);
                }
                Ok(loaded)
            }
            Scope::WholeRunOfExecution(id) => {
                let this = self.load_execution(*id)?;
                let run = this.run;
                let mut executions = self.open_executions_of(run);
                if this.is_ended() {
                    executions.push(this);
                }
                self.load_run(run, executions)
            }
        }
    }

    fn load_new_run(
        &self,
        (repository, workflow, trigger_key): (RepositoryId, WorkflowId, &str),
        parent: Option<RunId>,
        intake: Intake,
    ) -> Result<Loaded, StoreError> {
        let of_repository = self.repositories.get(&repository);
        let of_repository = of_repository
            .filter(|row| !row.deleted)
            .ok_or_else(|| not_found("repository"))?;
        let of_workflow = self.workflows.get(&workflow);
        let of_workflow = of_workflow
            .filter(|row| row.workflow.repository == repository)
            .ok_or_else(|| not_found("workflow"))?;
        let parent = match parent {
            None => None,
            Some(id) => {
                let row = self.live_run(id).ok_or_else(|| not_found("run"))?;
                Some(row.run.clone())
            }
        };
        let key = (repository, workflow, trigger_key.to_owned());
        Ok(Loaded::NewRun {
            repository,
            parent,
            numbers: RunNumbers {
                number: of_workflow.last_number + 1,
                index: of_repository.last_index + 1,
            },
            crowd: self.crowd(repository, of_repository.last_index, intake),
            duplicate: self.trigger_keys.get(&key).copied(),
            groups: Groups::default(),
            created: None,
        })
    }

    /// Adds groups that the decision asked for.
    fn add_groups(&self, loaded: &mut Loaded, asked: Vec<GroupName>) -> Result<(), Refusal> {
        let names = loaded.lacking(asked);
        let repository = match loaded {
            Loaded::NewRun { repository, .. } => *repository,
            Loaded::Run { run, .. } => run.identity().repository,
            Loaded::Execution(_) => return Err(Refusal::WrongLoad),
        };
        if names.is_empty() {
            return Err(Refusal::WrongLoad);
        }
        let group = |name: GroupName| {
            let known = self.groups.get(&(repository, name.key())).cloned();
            known.unwrap_or_else(|| ConcurrencyGroup::free(repository, name))
        };
        let groups = names.into_iter().map(group);
        if let Some(all) = loaded.groups_mut() {
            all.add(groups);
        }
        Ok(())
    }

    /// What a repository with so many runs has, as far as is asked.
    fn crowd(&self, repository: RepositoryId, last_index: i64, intake: Intake) -> Crowd {
        let runs = self.runs.values().map(|row| &row.run);
        let of_repository = runs.filter(|run| run.identity().repository == repository);
        let open = of_repository.clone().filter(|run| !run.is_completed());
        let first = burst_begins(last_index, intake);
        let mut burst = of_repository.map(Run::identity);
        let began = first.and_then(|first| burst.find(|run| run.index == first));
        Crowd {
            is_full: open.count() as u64 >= intake.open,
            burst_began: began.map(|run| run.created_at),
        }
    }

    fn load_run(&self, id: RunId, executions: Vec<Execution>) -> Result<Loaded, StoreError> {
        let row = self.live_run(id).ok_or_else(|| not_found("run"))?;
        Ok(Loaded::Run {
            run: Box::new(row.run.clone()),
            executions,
            groups: Groups::default(),
            message: None,
            outputs: None,
        })
    }

    fn load_execution(&self, id: ExecutionId) -> Result<Execution, StoreError> {
        let row = self.executions.get(&id);
        let row = row.ok_or_else(|| not_found("execution"))?;
        Ok(row.execution.clone())
    }

    fn open_executions_of(&self, run: RunId) -> Vec<Execution> {
        let open = self.open_executions.iter();
        let executions = open.map(|id| &self.executions[id].execution);
        executions.filter(|e| e.run == run).cloned().collect()
    }

    /// What the constraints of a database would refuse.
    fn check(&self, writes: &Writes, birth: Option<&Birth>) -> Result<(), StoreError> {
        let Some(run) = &writes.run else {
            return Ok(());
        };
        let identity = run.identity();
        self.require_user(identity.actor)?;
        self.require_user(run.attempt().triggering_actor)?;
        let key = key_of(run);
        if birth.is_some()
            && (self.trigger_keys.contains_key(&key) || self.runs.contains_key(&run.id()))
        {
            return Err(StoreError::Internal(anyhow::anyhow!(
                "run {} was created although its id or trigger key was used before",
                run.id()
            )));
        }
        Ok(())
    }

    fn apply(&mut self, writes: Writes, birth: Option<Birth>, now: Timestamp) {
        for job in &writes.unqueued {
            self.ready.remove(*job);
        }
        for queued in writes.queued {
            let run = writes.run.as_ref().map(Run::id);
            let run = run.expect("a queued job comes from an event of a run");
            let (labels, since) = (queued.labels, now);
            let row = ReadyJob { run, labels, since };
            self.ready.add(queued.job, row);
        }
        for write in writes.executions {
            self.apply_execution(write);
        }
        if let Some(given) = writes.outputs {
            self.outputs.insert(given.job, given.outputs);
        }
        for group in writes.groups {
            let key = (group.repository, group.name.key());
            match group.running() {
                Some(_) => self.groups.insert(key, group),
                None => self.groups.remove(&key),
            };
        }
        for message in writes.messages {
            self.last_message += 1;
            let row = MessageRow {
                message,
                due_at: now,
            };
            self.messages.insert(MessageId::new(self.last_message), row);
        }
        if let Some(applied) = writes.applied {
            self.messages.remove(&applied);
        }
        if let Some(run) = writes.run {
            self.keep_moments(&run, &writes.moments);
            self.index_jobs(&run);
            let (id, at) = (run.id(), run.updated_at());
            let events = writes.events.into_iter().map(|(_, event)| event).collect();
            match birth {
                Some(birth) => self.insert_run(run, birth, events),
                None => self.update_run(run, events),
            }
            .replace_diagnostics(writes.diagnostics);
            if let Some(deleted) = writes.deleted {
                self.mark(id, deleted, at);
            }
        }
    }

    /// Lets nobody see any more what was deleted, and remembers to remove it.
    fn mark(&mut self, id: RunId, deleted: Deleted, at: Timestamp) {
        if let Some(row) = self.runs.get_mut(&id) {
            match deleted {
                Deleted::Logs => row.logs_deleted_attempts = row.run.attempt().number,
                Deleted::ExpiredLogs => {
                    row.logs_deleted_attempts = row.run.attempt().number;
                    row.logs_expired_attempts = row.logs_deleted_attempts;
                }
                Deleted::Run => row.deleted = true,
            }
        }
        self.purges.retain(|(_, run), _| *run != id);
        self.purges.insert((at, id), deleted);
    }

    fn apply_execution(&mut self, write: ExecutionWrite) {
        let execution = write.execution;
        if write.requeue {
            self.ready.give_back(execution.job);
        }
        if execution.is_ended() {
            self.open_executions.remove(&execution.id);
        }
        if let Some(row) = self.executions.get_mut(&execution.id) {
            row.execution = execution;
        }
    }

    pub(super) fn index_jobs(&mut self, run: &Run) {
        let attempt = run.attempt();
        for job in attempt.planned() {
            self.jobs.insert(job.id, (run.id(), attempt.number));
        }
    }

    fn insert_run(&mut self, run: Run, birth: Birth, events: Vec<Event>) -> &mut RunRow {
        let identity = run.identity();
        if let Some(row) = self.repositories.get_mut(&identity.repository) {
            row.last_index += 1;
        }
        if let Some(row) = self.workflows.get_mut(&identity.workflow) {
            row.last_number += 1;
        }
        self.trigger_keys.insert(key_of(&run), run.id());
        self.runs.entry(run.id()).or_insert(RunRow {
            run,
            commit: birth.commit,
            payload: birth.payload,
            events,
            diagnostics: Vec::new(),
            deleted: false,
            logs_deleted_attempts: 0,
            logs_expired_attempts: 0,
            past: Vec::new(),
        })
    }

    fn update_run(&mut self, run: Run, events: Vec<Event>) -> &mut RunRow {
        let row = self.runs.get_mut(&run.id());
        let row = row.expect("the run was loaded under the same lock");
        if row.run.attempt().number < run.attempt().number {
            row.past.push(PastAttempt {
                attempt: row.run.attempt().clone(),
                updated_at: row.run.updated_at(),
                diagnostics: std::mem::take(&mut row.diagnostics),
            });
        }
        row.run = run;
        row.events.extend(events);
        row
    }
}

impl RunRow {
    fn replace_diagnostics(&mut self, found: Option<Vec<runyard_workflow::Diagnostic>>) {
        if let Some(diagnostics) = found {
            self.diagnostics = diagnostics;
        }
    }
}

fn key_of(run: &Run) -> (RepositoryId, WorkflowId, String) {
    let identity = run.identity();
    (
        identity.repository,
        identity.workflow,
        identity.trigger_key.clone(),
    )
}

//! What tests begin with: moments, people, runners, and a run whose every command is checked on its way.

use runyard_domain::{
    CheckSuiteId, Conclusion, Event, Execution, ExecutionId, JobId, JobIds, Refusal, RepositoryId,
    Run, RunId, RunnerId, Timestamp, UserId, WorkflowId,
    concurrency::{ConcurrencyGroup, Groups},
    event::EndReason,
    execution::Patience,
    run::{
        Cause, Contexts, Definition, Job, NodePath, Planning, Ran, Rerun, RerunOf, RunIdentity,
        single,
    },
    runner::RunnerRef,
};
use runyard_workflow::parse;

/// One job.
pub(crate) const ONE_JOB: &str = "on: push\njobs:\n  a: {runs-on: linux, steps: [{run: x}]}\n";

/// Three jobs, one after the other.
pub(crate) const CHAIN: &str = "on: push\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  b: {needs: a, runs-on: linux, steps: [{run: x}]}
  c: {needs: b, runs-on: linux, steps: [{run: x}]}\n";

/// Two jobs beside each other and one that needs both.
pub(crate) const DIAMOND: &str = "on: push\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  b: {name: The second, runs-on: [Linux, GPU], steps: [{run: x}]}
  c: {needs: [a, b], runs-on: linux, steps: [{run: x}]}\n";

/// Who starts runs.
pub(crate) const ADA: UserId = UserId::new(1);
/// Who cancels and re-runs them.
pub(crate) const EVE: UserId = UserId::new(2);

/// So many seconds after the run was created.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let created = 1_767_225_600;
    Timestamp::from_unix_micros((created + seconds) * 1_000_000).unwrap()
}

/// A runner.
pub(crate) fn runner(id: i64) -> RunnerRef {
    RunnerRef {
        group: "Default".to_owned(),
        id: RunnerId::new(id),
        name: format!("runner-{id}"),
    }
}

/// A hand-over of runner 1.
pub(crate) fn ran(execution: i64) -> Ran {
    Ran {
        execution: ExecutionId::new(execution),
        runner: runner(1),
    }
}

/// An offer of a job of run 1 to runner 1, made at the beginning.
pub(crate) fn offer_of(job: JobId) -> Execution {
    let patience = Patience::default();
    Execution::offer(
        ExecutionId::new(7),
        (RunId::new(1), job),
        runner(1),
        at(0),
        patience,
    )
}

pub(crate) fn identity() -> RunIdentity {
    RunIdentity {
        id: RunId::new(1),
        repository: RepositoryId::new(2),
        workflow: WorkflowId::new(3),
        check_suite: CheckSuiteId::new(4),
        number: 5,
        index: 6,
        event: "push".to_owned(),
        head_branch: Some("main".to_owned()),
        head_sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e".to_owned(),
        git_ref: "refs/heads/main".to_owned(),
        actor: ADA,
        parent: None,
        trigger_key: "push:1".to_owned(),
        name: "CI".to_owned(),
        path: ".github/workflows/ci.yml".to_owned(),
        display_title: "Say hello".to_owned(),
        definition: "d".repeat(64),
        referenced: Vec::new(),
        cause: Cause::default(),
        created_at: at(0),
    }
}

/// What Eve wishes to run again.
pub(crate) fn wish(of: RerunOf) -> Rerun {
    Rerun {
        of,
        by: EVE,
        debug: false,
        referenced: None,
    }
}

/// The types of events, as they are stored.
pub(crate) fn types(events: &[Event]) -> String {
    let kind = |event: &Event| {
        let json = serde_json::to_value(event).unwrap();
        json["type"].as_str().unwrap().to_owned()
    };
    events.iter().map(kind).collect::<Vec<_>>().join(" ")
}

/// A run and all that happened to it. Every command is checked: the events it returns are what replaying needs, and
/// a refused one changes nothing.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) run: Run,
    pub(crate) events: Vec<Event>,
    pub(crate) definition: Definition,
    pub(crate) contexts: Contexts,
    pub(crate) now: Timestamp,
    pub(crate) groups: Groups,
    next_id: i64,
}

impl Story {
    /// A run of this file that was just requested.
    pub(crate) fn requested(text: &str) -> Self {
        Self::requested_as(1, text)
    }

    /// The same with this id; its jobs have ids from a hundred times that.
    pub(crate) fn requested_as(id: i64, text: &str) -> Self {
        let (run, events) = Run::request(RunIdentity {
            id: RunId::new(id),
            ..identity()
        });
        Self {
            run,
            events,
            definition: single(parse("ci.yml", text).unwrap()),
            contexts: Contexts::default(),
            now: at(0),
            groups: Groups::default(),
            next_id: id * 100 + 1,
        }
    }

    /// A run of this file, planned.
    pub(crate) fn planned(text: &str) -> Self {
        let mut story = Self::requested(text);
        story.plan().unwrap();
        story
    }

    /// Gives a command a second after the one before.
    pub(crate) fn command(
        &mut self,
        mut verb: impl FnMut(&mut Run, Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<Vec<Event>, Refusal> {
        self.now = self.now.plus(std::time::Duration::from_secs(1));
        loop {
            let groups = match self.try_command(&mut verb) {
                Err(Refusal::GroupsNotLoaded { groups }) => groups,
                said => return said,
            };
            let free = |name| ConcurrencyGroup::free(self.run.identity().repository, name);
            self.groups.add(groups.into_iter().map(free));
        }
    }

    fn try_command(
        &mut self,
        verb: impl FnOnce(&mut Run, Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<Vec<Event>, Refusal> {
        let groups = self.groups.clone();
        let before = self.run.clone();
        let count = 1_100;
        let mut ids = JobIds::new((self.next_id..self.next_id + count).map(JobId::new));
        let planning = Planning {
            definition: &self.definition,
            contexts: &self.contexts,
            ids: &mut ids,
            groups: &mut self.groups,
            now: self.now,
        };
        let result = verb(&mut self.run, planning);
        let left = i64::try_from(ids.into_unused().count()).unwrap();
        self.next_id += count - left;
        match &result {
            Ok(events) => self.events.extend_from_slice(events),
            Err(refusal) => {
                assert_eq!(self.run, before, "refused, yet changed: {refusal}");
                assert_eq!(self.groups, groups, "refused, yet changed: {refusal}");
            }
        }
        assert_eq!(Run::replay(&self.events).unwrap(), self.run);
        assert_eq!(self.run.seq(), self.events.len() as u64);
        result
    }

    /// Whether a command would be taken now; nothing is changed by asking.
    pub(crate) fn would(
        &self,
        verb: impl FnOnce(&mut Run, Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> bool {
        let jobs = i64::try_from(self.run.attempt().jobs.len()).unwrap();
        let few = 4 * jobs + 40;
        let mut ids = JobIds::new((self.next_id..self.next_id + few).map(JobId::new));
        let planning = Planning {
            definition: &self.definition,
            contexts: &self.contexts,
            ids: &mut ids,
            groups: &mut self.groups.clone(),
            now: self.now,
        };
        verb(&mut self.run.clone(), planning).is_ok()
    }

    pub(crate) fn plan(&mut self) -> Result<Vec<Event>, Refusal> {
        self.command(Run::plan)
    }

    pub(crate) fn cancel(&mut self) -> Result<Vec<Event>, Refusal> {
        self.command(|run, planning| run.cancel(EVE, planning))
    }

    pub(crate) fn cancel_job(&mut self, name: &str) -> Result<Vec<Event>, Refusal> {
        let job = self.id(name);
        self.command(|run, planning| Ok(run.cancel_job(job, EVE, planning)?.events))
    }

    pub(crate) fn rerun(&mut self) -> Result<Vec<Event>, Refusal> {
        self.rerun_of(RerunOf::All)
    }

    pub(crate) fn rerun_of(&mut self, of: RerunOf) -> Result<Vec<Event>, Refusal> {
        self.command(|run, planning| run.rerun(wish(of), planning))
    }

    pub(crate) fn force_cancel(&mut self) -> Result<Vec<Event>, Refusal> {
        self.command(|run, planning| run.force_cancel(Some(EVE), planning))
    }

    pub(crate) fn delete(&mut self) -> Result<Vec<Event>, Refusal> {
        self.command(|run, planning| run.delete(EVE, planning))
    }

    /// The job is taken by an execution with the number of the job.
    pub(crate) fn start(&mut self, name: &str) -> Result<Vec<Event>, Refusal> {
        let job = self.id(name);
        self.command(|run, planning| run.start_job(job, ran(job.get()), planning.now))
    }

    pub(crate) fn finish(&mut self, name: &str, end: Conclusion) -> Result<Vec<Event>, Refusal> {
        let job = self.id(name);
        self.command(|run, planning| run.finish_job(job, end, planning))
    }

    pub(crate) fn abandon(&mut self, name: &str) -> Result<Vec<Event>, Refusal> {
        let job = self.id(name);
        self.command(|run, planning| run.abandon_job(job, EndReason::RunnerLost, planning))
    }

    /// Starts and finishes a job.
    pub(crate) fn does(&mut self, name: &str, end: Conclusion) {
        self.start(name).unwrap();
        self.finish(name, end).unwrap();
    }

    /// The id of the job that shows this name.
    pub(crate) fn shown(&self, name: &str) -> JobId {
        let mut planned = self.run.attempt().planned();
        planned.find(|job| job.display_name == name).unwrap().id
    }

    /// Starts and finishes the job that shows this name.
    pub(crate) fn ran_as(&mut self, name: &str, end: Conclusion) {
        let job = self.shown(name);
        self.command(|run, planning| run.start_job(job, ran(job.get()), planning.now))
            .unwrap();
        self.command(|run, planning| run.finish_job(job, end, planning))
            .unwrap();
    }

    /// The id of a planned job.
    pub(crate) fn id(&self, name: &str) -> JobId {
        let node = NodePath::try_from(name.to_owned()).unwrap();
        let mut planned = self.run.attempt().planned();
        planned.find(|job| job.node == node).unwrap().id
    }

    /// Where the jobs stand, in the order of the file: a conclusion, or else a status.
    pub(crate) fn jobs(&self) -> Vec<&'static str> {
        let words = self.run.attempt().jobs.iter().map(|job| match job {
            Job::Blocked(_) => "blocked",
            Job::Called(_) => "called",
            Job::Planned(job) => {
                let ended = job.state.conclusion().map(Conclusion::name);
                ended.unwrap_or(job.state.status().name())
            }
        });
        words.collect()
    }

    /// How the run ended, or else where it stands.
    pub(crate) fn stands(&self) -> &'static str {
        let ended = self.run.attempt().conclusion().map(Conclusion::name);
        ended.unwrap_or(self.run.status().name())
    }
}

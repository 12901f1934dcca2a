//! Brings runs into the states that are wanted: starts them, plays their jobs, and looks whether they stand there.

use crate::{
    JobSeed, PlayedJob, Rerun, RunSeed, SeedError, State, World, run::AnnotationSeed,
    runner::PlayedRunner,
};
use runyard_domain::{
    Conclusion, JobId, RunId,
    account::User,
    execution::Annotation,
    repository::Repository,
    run::{JobState, RerunOf},
};
use runyard_engine::{CLAIM_SLOTS_MAX, Dispatch, EngineError, Occurrence, Offer, WorkflowKey};
use runyard_store::{JobView, JobsOf, PER_PAGE_MAX, Page};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const DISPATCH: &str = "workflow_dispatch";
const PUSH: &str = "push";
/// Longest name of a runner.
const NAME_CHARACTERS: usize = 64;
/// What a push gives as the commit before the first.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

impl World {
    /// Starts a run and brings it where it is wanted, attempt by attempt; gives its id.
    ///
    /// # Errors
    /// For what is not there, and when the run comes to stand elsewhere, which the error says.
    pub async fn run(&self, wanted: &RunSeed) -> Result<RunId, SeedError> {
        let repository = self.find_repository(&wanted.repository).await?;
        let actor = self
            .person("actor", wanted.actor.as_deref(), &repository)
            .await?;
        let run = self.start_run(wanted, &repository, &actor).await?;
        self.play(run, &actor, wanted.state, &wanted.jobs).await?;
        for (number, again) in wanted.again.iter().enumerate() {
            let place = format!("again[{number}]");
            let by = self
                .person("actor", again.actor.as_deref(), &repository)
                .await;
            let by = by.map_err(|error| error.at(&place))?;
            let of = match again.rerun {
                Rerun::All => RerunOf::All,
                Rerun::Failed => RerunOf::Failed,
            };
            let begun = self.engine().rerun(run, of, by.id, false).await;
            begun.map_err(|error| SeedError::from(error).at(&place))?;
            let played = self.play(run, &by, again.state, &again.jobs).await;
            played.map_err(|error| error.at(&place))?;
        }
        Ok(run)
    }

    async fn person(
        &self,
        place: &str,
        login: Option<&str>,
        repository: &Repository,
    ) -> Result<User, SeedError> {
        let login = login.unwrap_or(&repository.owner);
        let found = self.engine().user_by_login(login).await;
        found
            .map_err(|_| SeedError::invalid(place, format!("{login:?} is not the login of a user")))
    }

    async fn start_run(
        &self,
        wanted: &RunSeed,
        repository: &Repository,
        actor: &User,
    ) -> Result<RunId, SeedError> {
        if wanted.event == DISPATCH {
            return self.dispatch(wanted, repository, actor).await;
        }
        if let Some(why) = Occurrence::why_ignored(&wanted.event) {
            let problem = format!("{:?} starts nothing here: {why}", wanted.event);
            return Err(SeedError::invalid("event", problem));
        }
        let payload = self.payload(wanted, repository).await?;
        let told = Occurrence::read(&wanted.event, payload, None);
        let told = told.map_err(|error| SeedError::from(error).at("payload"))?;
        let runs = self.engine().occur(repository, told, actor).await?;
        self.the_one(wanted, &runs).await
    }

    async fn dispatch(
        &self,
        wanted: &RunSeed,
        repository: &Repository,
        actor: &User,
    ) -> Result<RunId, SeedError> {
        let Some(workflow) = &wanted.workflow else {
            let problem = "must be the file name of a workflow, such as ci.yml";
            return Err(SeedError::invalid("workflow", problem));
        };
        let dispatch = Dispatch {
            reference: wanted.branch.clone(),
            inputs: wanted.inputs.clone(),
        };
        let key = WorkflowKey::parse(workflow);
        let made = self.engine().dispatch(repository, &key, dispatch, actor);
        Ok(made.await?)
    }

    /// What is given, or for a push what a forge would say of the branch's newest commit.
    async fn payload(&self, wanted: &RunSeed, repository: &Repository) -> Result<Value, SeedError> {
        if let Some(payload) = &wanted.payload {
            return Ok(Value::Object(payload.clone()));
        }
        if wanted.event != PUSH {
            let problem = format!("an event {:?} needs GitHub's payload of it", wanted.event);
            return Err(SeedError::invalid("payload", problem));
        }
        let engine = self.engine();
        engine.fetch(repository).await?;
        let tip = engine.git().resolve(repository.id, &wanted.branch).await;
        let tip = tip.map_err(|error| SeedError::from(EngineError::from(error)).at("branch"))?;
        Ok(json!({ "ref": tip.git_ref, "before": NO_COMMIT, "after": tip.sha }))
    }

    /// The run of the wanted workflow among those that an event made.
    async fn the_one(&self, wanted: &RunSeed, runs: &[RunId]) -> Result<RunId, SeedError> {
        let mut fitting = Vec::new();
        for run in runs {
            let view = self.engine().store().run(*run).await;
            let path = view
                .map_err(EngineError::from)?
                .map(|view| view.identity.path);
            let file = path.as_deref().and_then(|path| path.rsplit('/').next());
            let fits = |workflow: &str| file == Some(workflow);
            if wanted.workflow.as_deref().is_none_or(fits) {
                fitting.push(*run);
            }
        }
        match fitting.as_slice() {
            [run] => Ok(*run),
            [] => Err(SeedError::invalid(
                "event",
                format!("the {} starts no such workflow", wanted.event),
            )),
            [_, _, ..] => Err(SeedError::invalid(
                "workflow",
                format!("the {} starts several: name the file of one", wanted.event),
            )),
        }
    }

    /// Plays the newest attempt of a run until it stands where it is wanted.
    async fn play(
        &self,
        run: RunId,
        by: &User,
        state: State,
        jobs: &BTreeMap<String, JobSeed>,
    ) -> Result<(), SeedError> {
        let mut play = Play {
            world: self,
            run,
            state,
            jobs,
            left: BTreeSet::new(),
            in_progress: Vec::new(),
            named: BTreeSet::new(),
            has_failed: false,
        };
        match state {
            State::Queued | State::Pending => {}
            State::InProgress
            | State::Success
            | State::Failure
            | State::Ended(_)
            | State::Other(_) => {
                play.go_on().await?;
            }
            State::Cancelled => play.cancel(by).await?,
        }
        play.check().await
    }
}

/// One attempt on its way.
struct Play<'a> {
    world: &'a World,
    run: RunId,
    state: State,
    jobs: &'a BTreeMap<String, JobSeed>,
    /// Jobs that stay queued.
    left: BTreeSet<JobId>,
    in_progress: Vec<PlayedJob>,
    /// Those of `jobs` that were met.
    named: BTreeSet<&'a str>,
    has_failed: bool,
}

impl Play<'_> {
    /// Plays what becomes ready until nothing does.
    async fn go_on(&mut self) -> Result<(), SeedError> {
        loop {
            let offers = self.offers().await?;
            if offers.is_empty() {
                // What one run wants of another is done a moment later.
                if self.world.engine().apply_messages().await? == 0 {
                    return Ok(());
                }
                continue;
            }
            for offer in offers {
                self.play_job(offer).await?;
            }
        }
    }

    /// Plays what is wanted otherwise first, then cancels, and lets runners stop.
    async fn cancel(&mut self, by: &User) -> Result<(), SeedError> {
        self.go_on().await?;
        self.world.engine().cancel_run(self.run, by.id).await?;
        for job in std::mem::take(&mut self.in_progress) {
            job.finish(Conclusion::Cancelled).await?;
        }
        // What still runs, runs because its condition says so.
        self.left.clear();
        self.state = State::Success;
        self.go_on().await?;
        self.state = State::Cancelled;
        Ok(())
    }

    async fn play_job(&mut self, offer: Offer) -> Result<(), SeedError> {
        let assignment = &offer.assignment;
        let names = [
            assignment.display_name.as_str(),
            assignment.definition.id.as_str(),
        ];
        let mut wished = names
            .iter()
            .filter_map(|name| self.jobs.get_key_value(*name));
        let (name, wish) = match wished.next() {
            Some((name, wish)) => (Some(name.as_str()), wish.clone()),
            None => (None, JobSeed::default()),
        };
        self.named.extend(name);
        let place = format!("jobs.{}", name.unwrap_or(names[0]));
        let state = wish.state.unwrap_or_else(|| self.usual());
        let result = match state {
            State::Queued => {
                self.left.insert(assignment.job);
                return Ok(self.world.engine().release(offer.execution.id).await?);
            }
            State::InProgress => None,
            State::Success => Some(Conclusion::Success),
            State::Failure => Some(Conclusion::Failure),
            State::Cancelled => Some(Conclusion::Cancelled),
            State::Pending | State::Ended(_) | State::Other(_) => {
                let problem = format!(
                    "state {state} is not one of queued, in_progress, success, failure, cancelled"
                );
                return Err(SeedError::invalid(place, problem));
            }
        };
        self.has_failed |= result == Some(Conclusion::Failure);
        let mut job = PlayedJob::start(self.world, offer).await?;
        let said = say(&mut job, &wish).await;
        said.map_err(|error| error.at(&place))?;
        match result {
            Some(result) => job.finish(result).await,
            None => {
                self.in_progress.push(job);
                Ok(())
            }
        }
    }

    /// How a job goes of which nothing is said.
    fn usual(&self) -> State {
        let fails = self
            .jobs
            .values()
            .any(|job| job.state == Some(State::Failure));
        match self.state {
            State::InProgress => State::InProgress,
            State::Cancelled => State::Queued,
            State::Failure if !fails && !self.has_failed => State::Failure,
            State::Queued
            | State::Pending
            | State::Success
            | State::Failure
            | State::Ended(_)
            | State::Other(_) => State::Success,
        }
    }

    /// Offers of all jobs of this run that are queued and not left so; others are given back.
    async fn offers(&self) -> Result<Vec<Offer>, SeedError> {
        let queued: Vec<JobView> = self.all_jobs().await?;
        let queued: Vec<JobView> = queued
            .into_iter()
            .filter(|job| job.state == JobState::Queued && !self.left.contains(&job.id))
            .collect();
        let mut wanted: BTreeSet<JobId> = queued.iter().map(|job| job.id).collect();
        let mut own = Vec::new();
        let mut others = Vec::new();
        for job in &queued {
            if !wanted.contains(&job.id) {
                continue;
            }
            let runner = self.runner_for(job).await?;
            while wanted.contains(&job.id) {
                let offers = runner.offers(CLAIM_SLOTS_MAX, Duration::ZERO).await?;
                if offers.is_empty() {
                    break;
                }
                for offer in offers {
                    match wanted.remove(&offer.assignment.job) {
                        true => own.push(offer),
                        false => others.push(offer),
                    }
                }
            }
        }
        for offer in others {
            self.world.engine().release(offer.execution.id).await?;
        }
        own.sort_by_key(|offer| offer.assignment.job);
        Ok(own)
    }

    /// A runner that has what a job asks for. One of the same name is put out.
    async fn runner_for(&self, job: &JobView) -> Result<PlayedRunner, SeedError> {
        let labels = match job.labels.is_empty() {
            true => vec!["played".to_owned()],
            false => job.labels.clone(),
        };
        let group = job.runner_group.clone();
        let words = ["played"].into_iter().chain(group.as_deref());
        let words: Vec<&str> = words.chain(labels.iter().map(String::as_str)).collect();
        let name: String = words.join("-").chars().take(NAME_CHARACTERS).collect();
        self.world.runner_of(&name, labels, group, true).await
    }

    async fn all_jobs(&self) -> Result<Vec<JobView>, SeedError> {
        let mut jobs = Vec::new();
        for number in 1.. {
            let page = Page {
                number,
                per_page: PER_PAGE_MAX,
            };
            let store = self.world.engine().store();
            let listed = store.jobs(self.run, JobsOf::Latest, page).await;
            let listed = listed.map_err(EngineError::from)?;
            let is_last = listed.items.len() < PER_PAGE_MAX as usize;
            jobs.extend(listed.items);
            if is_last {
                break;
            }
        }
        Ok(jobs)
    }

    /// The run stands where it is wanted, and every job of which something was said was there.
    async fn check(&self) -> Result<(), SeedError> {
        let stands = self.world.state_of(self.run).await?;
        let jobs = self.all_jobs().await?;
        let told = |job: &JobView| {
            let conclusion = job.state.conclusion().map(Conclusion::name);
            let state = conclusion.unwrap_or(job.state.status().name());
            format!("{} is {state}", job.display_name)
        };
        let told: Vec<String> = jobs.iter().map(told).collect();
        if stands != self.state {
            let problem = format!(
                "the run is {stands}, not {}; its jobs: {}",
                self.state,
                told.join(", ")
            );
            return Err(SeedError::invalid("state", problem));
        }
        let mut unmet = self
            .jobs
            .keys()
            .filter(|name| !self.named.contains(name.as_str()));
        match unmet.next() {
            None => Ok(()),
            Some(name) => Err(SeedError::invalid(
                format!("jobs.{name}"),
                format!("no such job came to run; the jobs: {}", told.join(", ")),
            )),
        }
    }
}

/// What a seed lets a job say.
async fn say(job: &mut PlayedJob, wish: &JobSeed) -> Result<(), SeedError> {
    match &wish.log {
        Some(text) => job.log(text).await?,
        None => {
            for (number, name) in job.steps().to_vec() {
                job.log_of_step(number, &name).await?;
            }
        }
    }
    for AnnotationSeed {
        level,
        message,
        title,
        path,
        line,
    } in &wish.annotations
    {
        job.remark(Annotation {
            level: *level,
            title: title.clone(),
            path: path.clone(),
            start_line: *line,
            end_line: *line,
            ..Annotation::of_job(0, message)
        });
    }
    for (name, value) in &wish.outputs {
        job.output(name, value);
    }
    if let Some(step) = wish.failed_step {
        if !job.steps().iter().any(|(number, _)| *number == step) {
            let last = job.steps().last().map_or(1, |(number, _)| *number);
            let problem = format!("{step} must be the number of a step of the file, 2 to {last}");
            return Err(SeedError::invalid("failed_step", problem));
        }
        job.fail_at(step);
    }
    Ok(())
}

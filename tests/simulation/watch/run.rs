//! One run: its events rebuild it, what ended stays so, and some command is always possible.

use super::{
    Fault, Watcher, differences,
    graph::{Graph, Place},
    groups::holders,
    hold,
    settled::look_at_settled,
    views::{look_at_views, view_of},
};
use crate::{
    store::{CallPlan, PLAN},
    world::{FIRST_PAGE, World},
};
use runyard_domain::{
    Conclusion, Event, JobId, Run, RunId, UserId,
    run::{JobState, RerunOf},
};
use runyard_engine::EngineError;
use runyard_store::{JobView, JobsOf, RunView, StoreError};
use std::{collections::BTreeMap, future::Future, pin::Pin};

/// A command that is tried.
type BoxFuture<'a> = Pin<Box<dyn Future<Output = Result<(), EngineError>> + Send + 'a>>;

/// A run as it was seen last.
#[derive(Default)]
pub(crate) struct Watched {
    events: Vec<Event>,
    graph: Graph,
    /// How each attempt ended.
    attempts: BTreeMap<u32, Conclusion>,
    /// How each job ended.
    jobs: BTreeMap<JobId, JobState>,
    /// Older attempts as they were first seen as such.
    past: BTreeMap<u32, (RunView, Vec<JobView>)>,
    /// Jobs that wait for a runner.
    pub(super) queued: usize,
    /// What goes on of it within concurrency groups.
    pub(super) holds: Vec<(String, String)>,
    is_over: bool,
    /// Where it stood when it was last tried what could be done with it.
    tried: String,
}

impl Watched {
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }
}

/// A store that cannot be read by who watches is no fault that a history explains.
pub(super) fn unreadable(error: StoreError) -> Fault {
    Fault::new("what is kept can be read", format!("{error:?}"))
}

impl Watcher {
    pub(super) async fn look_at_run(&mut self, world: &World, id: RunId) -> Result<(), Fault> {
        let store = world.store.real();
        let Some(run) = store.aggregate(id).await.map_err(unreadable)? else {
            return self.look_at_gone(world, id).await;
        };
        hold!(
            !self.deleted.contains(&id),
            "what is deleted stays so",
            "run {id} is there again"
        );
        self.look_at_key(&run)?;
        let events = store.events(id).await.map_err(unreadable)?;
        let watched = self.runs.entry(id).or_default();
        watched.remember_ends(&run)?;
        let new = watched.look_at_events(&run, events)?;
        let place = Place::of(&world.flows, run.identity());
        watched.graph.follow(&place, &new)?;
        let newest = view_of(store, &run).await?;
        look_at_views(&run, &newest)?;
        watched.look_at_past(world, &run).await?;
        look_at_settled(&watched.graph, &place, &run)?;
        watched.queued = queued(&run);
        watched.holds = holders(&run);
        watched.is_over = run.is_completed();
        watched.try_what_can_be_done(world, &run).await?;
        self.note(&run, &new);
        Ok(())
    }

    /// A run that is not there: it was never made, or somebody deleted it, with all that belongs to it.
    async fn look_at_gone(&mut self, world: &World, id: RunId) -> Result<(), Fault> {
        let Some(watched) = self.runs.get_mut(&id) else {
            return Ok(());
        };
        watched.queued = 0;
        hold!(
            world.known().deleting.contains(&id),
            "nothing is deleted by itself",
            "run {id} is gone"
        );
        let store = world.store.real();
        let view = store.run(id).await.map_err(unreadable)?;
        let events = store.events(id).await.map_err(unreadable)?;
        let jobs = store.jobs(id, JobsOf::All, FIRST_PAGE).await;
        let jobs = jobs.map_err(unreadable)?;
        hold!(
            view.is_none() && events.is_empty() && jobs.items.is_empty(),
            "what is deleted is not shown",
            "run {id}: {view:?}, {} events, {} jobs",
            events.len(),
            jobs.items.len()
        );
        self.release(id);
        self.deleted.insert(id);
        self.reached.insert("run deleted".to_owned());
        Ok(())
    }

    /// One trigger makes one run. The key of a run that was deleted goes with it; deliveries are known besides.
    fn look_at_key(&mut self, run: &Run) -> Result<(), Fault> {
        let identity = run.identity();
        let key = (identity.workflow, identity.trigger_key.clone());
        let first = self.trigger_keys.entry(key).or_insert(run.id());
        if self.deleted.contains(first) {
            *first = run.id();
        }
        let first = *first;
        hold!(
            first == run.id(),
            "one trigger makes one run",
            "runs {first} and {} have the key {:?}",
            run.id(),
            identity.trigger_key
        );
        Ok(())
    }

    fn note(&mut self, run: &Run, new: &[Event]) {
        self.reached.insert(run.status().name().to_owned());
        for event in new {
            if let Event::JobCompleted {
                conclusion, reason, ..
            } = event
            {
                self.reached.insert(format!("job {conclusion}"));
                let reason = reason.as_ref().map(|reason| format!("{reason:?}"));
                let word = |reason: String| reason.split([' ', '{']).next().map(str::to_owned);
                self.reached.extend(reason.and_then(word));
            }
            if let Event::RunCompleted { conclusion, .. } = event {
                self.reached.insert(format!("run {conclusion}"));
            }
        }
    }
}

impl Watched {
    /// Events are only added, and they rebuild the run. Gives the new ones.
    fn look_at_events(&mut self, run: &Run, events: Vec<Event>) -> Result<Vec<Event>, Fault> {
        let id = run.id();
        let known = self.events.len();
        hold!(
            events.get(..known) == Some(&self.events[..]),
            "what happened stays so",
            "run {id} had {known} events, of which some changed or went"
        );
        let replayed = Run::replay(&events);
        let replayed = replayed.map_err(|error| Fault::new("events rebuild the run", error))?;
        hold!(
            replayed == *run,
            "events rebuild the run",
            "run {id} is not what its events make: {}",
            differences(run, &replayed)
        );
        self.events = events;
        Ok(self.events[known..].to_vec())
    }

    fn remember_ends(&mut self, run: &Run) -> Result<(), Fault> {
        let attempt = run.attempt();
        if let Some(conclusion) = attempt.conclusion() {
            let first = *self.attempts.entry(attempt.number).or_insert(conclusion);
            hold!(
                first == conclusion,
                "no conclusion changes",
                "attempt {} of run {} was {first} and is {conclusion}",
                attempt.number,
                run.id()
            );
        }
        let begun_again = self.attempts.contains_key(&attempt.number);
        hold!(
            begun_again == run.is_completed(),
            "no conclusion changes",
            "attempt {} of run {} had ended and is live again",
            attempt.number,
            run.id()
        );
        for job in attempt.planned() {
            let known = self.jobs.get(&job.id);
            hold!(
                known.is_none_or(|known| *known == job.state),
                "no conclusion changes",
                "job {} was {known:?} and is {:?}",
                job.id,
                job.state
            );
            if job.state.conclusion().is_some() {
                self.jobs.insert(job.id, job.state.clone());
            }
        }
        Ok(())
    }

    /// Attempts are immutable once a newer one exists (semantics R4.14).
    async fn look_at_past(&mut self, world: &World, run: &Run) -> Result<(), Fault> {
        let store = world.store.real();
        for number in 1..run.attempt().number {
            let mut seen = super::views::attempt_of(store, run.id(), number).await?;
            // Logs can be deleted of what is over as well.
            seen.0.logs_deleted_attempts = 0;
            let first = self.past.entry(number).or_insert_with(|| seen.clone());
            hold!(
                *first == seen,
                "r4_14: older attempts stay as they are",
                "attempt {number} of run {} changed: {}",
                run.id(),
                differences(first, &seen)
            );
            let known = self.attempts.get(&number).copied();
            let shown = seen.0.attempt.conclusion;
            hold!(
                shown.is_some() && known.is_none_or(|known| Some(known) == shown),
                "no conclusion changes",
                "attempt {number} of run {} was {known:?} and is {shown:?}",
                run.id()
            );
        }
        Ok(())
    }

    /// No state refuses all of cancel, force-cancel, re-run and delete.
    async fn try_what_can_be_done(&mut self, world: &World, run: &Run) -> Result<(), Fault> {
        let attempt = run.attempt();
        let stands = format!(
            "{} {:?} {:?} {}",
            attempt.number,
            attempt.status(),
            attempt.conclusion(),
            attempt.cancelled_at.is_some()
        );
        if stands == self.tried {
            return Ok(());
        }
        let (engine, id, by) = (world.engine(0), run.id(), UserId::new(1));
        let accepts = async |command: BoxFuture<'_>| {
            let plan = CallPlan::rehearsal();
            let answer = PLAN.scope(plan.clone(), command).await;
            (plan.was_accepted(), format!("{answer:?}"))
        };
        let tried = match run.is_completed() {
            false => [
                accepts(Box::pin(engine.cancel_run(id, by))).await,
                accepts(Box::pin(engine.force_cancel_run(id, by))).await,
            ],
            true => [
                accepts(Box::pin(engine.rerun(id, RerunOf::All, by, false))).await,
                accepts(Box::pin(engine.delete_run(id, by))).await,
            ],
        };
        hold!(
            tried.iter().any(|(accepted, _)| *accepted),
            "no state refuses everything",
            "run {id} stands at {stands}: {tried:?}"
        );
        self.tried = stands;
        Ok(())
    }
}

fn queued(run: &Run) -> usize {
    let waiting = |state: &JobState| *state == JobState::Queued;
    let jobs = run.attempt().planned();
    jobs.filter(|job| waiting(&job.state)).count()
}

//! One history: its steps, told and watched, then the end that every run must come to.

use crate::{
    action::{Action, REPLICAS, RUNNERS, Step, StepTrouble},
    place::Kind,
    source::Sources,
    store::Defect,
    watch::{Fault, Watcher},
    world::{FIRST_PAGE, World},
};
use runyard_domain::Conclusion;
use runyard_store::JobsOf;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Steps of one history.
pub(crate) const STEPS: usize = 240;
/// Longer than every lease, offer and grace.
const LONG: Duration = Duration::from_secs(400);
/// Rounds in which honest runners must bring every run to its end.
const ROUNDS: usize = 300;
/// Jobs that an honest runner takes at once.
const SLOTS: u32 = 32;

/// What a history is made of.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    pub(crate) defect: Option<Defect>,
    /// Everything is looked at after so many steps; looking at a database takes longer than the steps.
    pub(crate) look_every: usize,
}

/// A history that was told.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// What each step did.
    pub(crate) lines: Vec<String>,
    /// What must not be, and after how many steps.
    pub(crate) fault: Option<Fault>,
    /// Everything that can be read at the end.
    pub(crate) end: Vec<String>,
    /// Words for what was seen.
    pub(crate) reached: BTreeSet<String>,
    /// How often each kind of action had an effect.
    pub(crate) effects: BTreeMap<String, usize>,
}

/// Tells a history on a store of its own.
pub(crate) fn tell(setting: Setting<'_>, steps: &[Step]) -> History {
    let told = Mutex::new(History::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let telling = AssertUnwindSafe(|| runtime.block_on(tell_all(setting, steps, &told)));
    let ended = catch_unwind(telling);
    drop(runtime);
    let mut history = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    history.fault = match ended {
        Ok(ended) => ended.err(),
        Err(panic) => Some(Fault::new("nothing panics", panic_text(&*panic))),
    };
    history
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let literal = || panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(literal).unwrap_or_default()
}

async fn tell_all(
    setting: Setting<'_>,
    steps: &[Step],
    told: &Mutex<History>,
) -> Result<(), Fault> {
    let note = |change: &mut dyn FnMut(&mut History)| {
        change(&mut told.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let Setting {
        sources,
        seed,
        kind,
        defect,
        look_every,
    } = setting;
    let world = World::new(seed, sources, kind, defect).await;
    let mut watcher = Watcher::default();
    for (number, step) in (1..).zip(steps) {
        let line = world.take(step).await;
        note(&mut |history| {
            history.lines.push(line.clone());
            if !is_idle(&line) {
                *history.effects.entry(step.action.word()).or_default() += 1;
            }
        });
        if number % look_every == 0 {
            watcher.look(&world).await?;
        }
    }
    note(&mut |history| {
        history
            .lines
            .push("the runners go, and an honest one comes".to_owned())
    });
    bring_to_an_end(&world, &mut watcher).await?;
    watcher.look_at_the_end(&world).await?;
    let end = all_that_is_kept(&world).await;
    note(&mut |history| {
        history.end.clone_from(&end);
        history.reached.clone_from(&watcher.reached);
    });
    Ok(())
}

/// Whether a step found nothing to do.
fn is_idle(line: &str) -> bool {
    let idle = [
        ": no r",
        ": every run",
        ": there are",
        "has no such job",
        ": refused",
    ];
    idle.iter().any(|word| line.contains(word)) || line.ends_with("offered []")
}

async fn bring_to_an_end(world: &Arc<World>, watcher: &mut Watcher) -> Result<(), Fault> {
    for runner in 0..RUNNERS {
        take(world, watcher, 0, Action::Crash { runner }).await?;
    }
    world.place.pass(LONG).await;
    world.arrive(RUNNERS).await;
    for round in 0..ROUNDS {
        let replica = round % REPLICAS;
        take(world, watcher, replica, Action::Expire).await?;
        take(world, watcher, replica, Action::Messages).await?;
        world.work(replica, RUNNERS, SLOTS).await;
        watcher.look(world).await?;
        if watcher.is_over() {
            break;
        }
    }
    Ok(())
}

async fn take(
    world: &Arc<World>,
    watcher: &mut Watcher,
    replica: usize,
    action: Action,
) -> Result<(), Fault> {
    let step = Step {
        replica,
        action,
        trouble: None,
    };
    world.take(&step).await;
    watcher.look(world).await
}

/// Everything that can be read, in lines that are the same on every store.
async fn all_that_is_kept(world: &World) -> Vec<String> {
    let store = world.store.real();
    let runs = world.store.with_seen(|seen| seen.runs.clone());
    let mut lines = Vec::new();
    let mut add = |line: &dyn Debug| lines.push(without_random_keys(&format!("{line:?}")));
    for run in runs {
        let view = store.run(run).await.expect("it can be read");
        let attempts = view.as_ref().map_or(0, |view| view.attempt.number);
        add(&view);
        add(&store.aggregate(run).await.expect("it can be read"));
        for event in store.events(run).await.expect("it can be read") {
            add(&event);
        }
        for attempt in 1..attempts {
            add(&store.attempt(run, attempt).await.expect("it can be read"));
        }
        let jobs = store.jobs(run, JobsOf::All, FIRST_PAGE).await;
        for job in jobs.expect("it can be read").items {
            add(&job);
        }
    }
    lines
}

/// The text without the keys that the engine takes from chance.
fn without_random_keys(text: &str) -> String {
    const BEFORE: &str = "trigger_key: \"";
    let mut parts = text.split(BEFORE);
    let mut without = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once('"').unwrap_or((part, ""));
        let kind = key.split(':').next().unwrap_or_default();
        without += &format!("{BEFORE}{kind}\"{rest}");
    }
    without
}

/// A history in words, for people.
pub(crate) fn story(seed: u64, steps: &[Step], history: &History) -> String {
    let mut text = format!("seed {seed}, {} steps:\n", steps.len());
    for (number, line) in (1..).zip(&history.lines) {
        let step = steps.get(number - 1);
        let trouble = step.and_then(|step| step.trouble.as_ref());
        let trouble = trouble.map(trouble_in_words).unwrap_or_default();
        text += &format!("{number:4}. {line}{trouble}\n");
    }
    match &history.fault {
        Some(fault) => text + &format!("      BROKEN  {fault}\n"),
        None => text,
    }
}

fn trouble_in_words(trouble: &StepTrouble) -> String {
    match trouble {
        StepTrouble::Fails { after, when } => format!("   (call {} fails: {when:?})", after + 1),
        StepTrouble::Meanwhile { after, other } => {
            format!("   (before call {}: {})", after + 1, other.action.word())
        }
    }
}

/// The fewest steps that were found to break the same rule.
pub(crate) fn shrink(setting: Setting<'_>, steps: &[Step], history: &History) -> Vec<Step> {
    let Some(fault) = &history.fault else {
        return steps.to_vec();
    };
    let breaks = |steps: &[Step]| {
        let again = tell(setting, steps);
        again.fault.is_some_and(|again| again.rule == fault.rule)
    };
    let mut least = steps[..history.lines.len().min(steps.len())].to_vec();
    let until = Instant::now() + SHRINK_TIME;
    let mut size = least.len().div_ceil(2);
    while size > 0 && Instant::now() < until {
        let mut at = 0;
        while at < least.len() && Instant::now() < until {
            let mut fewer = least.clone();
            fewer.drain(at..(at + size).min(fewer.len()));
            if breaks(&fewer) {
                least = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    for at in 0..least.len() {
        let mut calmer = least.clone();
        if calmer[at].trouble.take().is_some() && breaks(&calmer) {
            least = calmer;
        }
    }
    least
}

/// How long a shorter history is looked for.
const SHRINK_TIME: Duration = Duration::from_secs(30);

impl World {
    /// An honest runner takes what it is offered, asks whether it shall go on, and ends it.
    async fn work(self: &Arc<Self>, replica: usize, runner: usize, slots: u32) {
        let hand = crate::action::Pick {
            number: 0,
            any: false,
        };
        let claim = Action::Claim {
            runner,
            slots,
            again: false,
        };
        self.act(replica, claim).await;
        for _ in 0..slots {
            let started = self.act(replica, Action::Start { hand }).await;
            if is_idle(&started) && !started.contains("refused") {
                break;
            }
            self.act(replica, Action::CancelCheck { hand }).await;
            let result = Conclusion::Success;
            let finish = Action::Finish {
                hand,
                result,
                claims: 0,
            };
            self.act(replica, finish).await;
        }
    }

    async fn act(self: &Arc<Self>, replica: usize, action: Action) -> String {
        let step = Step {
            replica,
            action,
            trouble: None,
        };
        self.take(&step).await
    }
}

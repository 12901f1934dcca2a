//! Generated workflows: as a model that says what each job does, and as the file that the server reads.

use crate::dice::Dice;
use std::fmt::Write;

/// Root workflows of a seed; each is `w<n>.yml`.
pub(crate) const ROOTS: usize = 3;
/// Files that they call; each is `c<n>.yml`. The later ones call no other.
const CALLEES: usize = 2;
/// Jobs of one file at most.
const JOBS_MAX: usize = 6;

/// The files of one seed: roots first, then callees.
#[derive(Debug, Clone)]
pub(crate) struct Flows(pub(crate) Vec<Flow>);

/// One workflow file.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub(crate) name: String,
    pub(crate) jobs: Vec<JobPlan>,
    /// A job needs one that is not there.
    pub(crate) broken: bool,
    group: Option<Group>,
}

/// One job of a file.
#[derive(Debug, Clone)]
pub(crate) struct JobPlan {
    pub(crate) id: String,
    /// Places of jobs before it.
    pub(crate) needs: Vec<usize>,
    pub(crate) condition: Condition,
    pub(crate) matrix: Option<Matrix>,
    /// The place of the file that it calls, in [`Flows`].
    pub(crate) calls: Option<usize>,
    absorbs: Absorbs,
    group: Option<Group>,
    gpu: bool,
    timeout: bool,
}

/// The concurrency groups of a history.
pub(crate) const GROUPS: [&str; 4] = ["Alpha", "beta", "gamma", "delta"];
/// So many of them are for runs, the others for jobs: who has the slot of a run and waits for that of a job could be waited
/// for in a circle otherwise, of the files' own free will.
const FOR_RUNS: usize = 2;

/// A `concurrency`.
#[derive(Debug, Clone, Copy)]
struct Group {
    name: usize,
    waits: Waits,
}

/// How a newcomer treats the others of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Alone,
    InLine,
    AndCancels,
}

impl Group {
    fn of_a_run(dice: &mut Dice) -> Self {
        Self::one_of(0..FOR_RUNS, dice)
    }

    fn of_a_job(dice: &mut Dice) -> Self {
        Self::one_of(FOR_RUNS..GROUPS.len(), dice)
    }

    fn one_of(names: std::ops::Range<usize>, dice: &mut Dice) -> Self {
        Self {
            name: names.start + dice.roll(names.len()),
            waits: *dice.weighted(&[
                (3, Waits::Alone),
                (2, Waits::InLine),
                (2, Waits::AndCancels),
            ]),
        }
    }

    fn text(self) -> String {
        let name = GROUPS[self.name];
        match self.waits {
            // Names are compared ignoring case (semantics R2.50).
            Waits::Alone => name.to_uppercase(),
            Waits::InLine => format!("{{group: {name}, queue: max}}"),
            Waits::AndCancels => format!("{{group: {name}, cancel-in-progress: true}}"),
        }
    }
}

/// A job's `strategy`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix {
    pub(crate) legs: usize,
    pub(crate) fail_fast: Option<bool>,
    pub(crate) max_parallel: Option<usize>,
}

/// A job's `continue-on-error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absorbs {
    Nothing,
    Failure,
    /// The failure of one leg only.
    OneLeg,
}

/// A job's `if`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// None: `success()`.
    Default,
    Always,
    Failure,
    Cancelled,
    NotCancelled,
    SuccessOrFailure,
    /// `needs.x.result == 'failure'` of the first need, so `success()` as well (semantics R2.10).
    FirstNeedFailed,
    /// `always() && needs.x.result == 'skipped'` of the first need.
    FirstNeedSkipped,
    /// The run was caused by a push, and `success()`.
    Push,
    Never,
    /// It cannot be evaluated once `success()` is true.
    Broken,
}

impl Flows {
    pub(crate) fn generate(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 1);
        let flows = (0..ROOTS + CALLEES).map(|place| Flow::generate(place, &mut dice));
        Self(flows.collect())
    }

    /// The job that these keys lead to, from the run's own file down.
    pub(crate) fn find<'a>(
        &self,
        root: usize,
        mut keys: impl Iterator<Item = &'a str>,
    ) -> Option<(&Flow, &JobPlan)> {
        let mut flow = self.0.get(root)?;
        let mut job = flow.job(keys.next()?)?;
        for key in keys {
            flow = self.0.get(job.calls?)?;
            job = flow.job(key)?;
        }
        Some((flow, job))
    }

    /// File names with their texts.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let files = self.0.iter().enumerate();
        files
            .map(|(place, flow)| (flow.name.clone(), flow.text(self, place >= ROOTS)))
            .collect()
    }
}

impl Flow {
    fn generate(place: usize, dice: &mut Dice) -> Self {
        let is_root = place < ROOTS;
        let (name, callable) = if is_root {
            (format!("w{place}.yml"), ROOTS..ROOTS + CALLEES)
        } else {
            let later = place + 1..ROOTS + CALLEES;
            (format!("c{}.yml", place - ROOTS), later)
        };
        let count = 1 + dice.roll(if is_root { JOBS_MAX } else { 3 });
        let callable: Vec<usize> = callable.collect();
        let jobs = (0..count).map(|job| JobPlan::generate(job, &callable, dice));
        Self {
            name,
            jobs: jobs.collect(),
            broken: is_root && dice.percent(6),
            group: (is_root && dice.percent(35)).then(|| Group::of_a_run(dice)),
        }
    }

    pub(crate) fn job(&self, key: &str) -> Option<&JobPlan> {
        self.jobs.iter().find(|job| job.id == key)
    }

    fn text(&self, flows: &Flows, is_callee: bool) -> String {
        let on = match is_callee {
            true => "workflow_call",
            false => "[push, workflow_dispatch]",
        };
        let group = self
            .group
            .map(|group| format!("concurrency: {}\n", group.text()));
        let group = group.unwrap_or_default();
        let mut text = format!("on: {on}\nname: {}\n{group}jobs:\n", self.name);
        for job in &self.jobs {
            job.write(self, flows, &mut text);
        }
        if self.broken {
            text += "  broken: {needs: nobody, runs-on: linux, steps: [{run: x}]}\n";
        }
        text
    }
}

impl JobPlan {
    fn generate(place: usize, callable: &[usize], dice: &mut Dice) -> Self {
        let needs: Vec<usize> = (0..place).filter(|_| dice.percent(40)).collect();
        let calls = (!callable.is_empty() && dice.percent(18)).then(|| *dice.pick(callable));
        let matrix = dice.percent(30).then(|| Matrix::generate(dice));
        let absorbs = match (calls, matrix) {
            (Some(_), _) => Absorbs::Nothing,
            (None, Some(_)) => *dice.weighted(&[
                (6, Absorbs::Nothing),
                (1, Absorbs::Failure),
                (1, Absorbs::OneLeg),
            ]),
            (None, None) => *dice.weighted(&[(6, Absorbs::Nothing), (1, Absorbs::Failure)]),
        };
        Self {
            id: format!("j{place}"),
            condition: Condition::generate(!needs.is_empty(), dice),
            needs,
            matrix,
            calls,
            absorbs,
            group: (calls.is_none() && dice.percent(15)).then(|| Group::of_a_job(dice)),
            gpu: dice.percent(25),
            timeout: dice.percent(10),
        }
    }

    fn write(&self, flow: &Flow, flows: &Flows, text: &mut String) {
        *text += &format!("  {}:\n", self.id);
        let mut line = |key: &str, value: &str| {
            writeln!(text, "    {key}: {value}").expect("a String takes everything");
        };
        line("name", &format!("Job {}", self.id));
        if !self.needs.is_empty() {
            let needs: Vec<&str> = self.needs.iter().map(|at| &*flow.jobs[*at].id).collect();
            line("needs", &format!("[{}]", needs.join(", ")));
        }
        if let Some(condition) = self.condition.text(self, flow) {
            line("if", &condition);
        }
        if let Some(matrix) = self.matrix {
            line("strategy", &matrix.text());
        }
        match self.calls {
            Some(called) => {
                let name = &flows.0[called].name;
                line("uses", &format!("./.github/workflows/{name}"));
            }
            None => {
                line("runs-on", if self.gpu { "[linux, gpu]" } else { "linux" });
                match self.absorbs {
                    Absorbs::Nothing => {}
                    Absorbs::Failure => line("continue-on-error", "true"),
                    Absorbs::OneLeg => line("continue-on-error", "${{ matrix.n == 1 }}"),
                }
                if let Some(group) = self.group {
                    line("concurrency", &group.text());
                }
                if self.timeout {
                    line("timeout-minutes", "7");
                }
                line("steps", "[{run: x}]");
            }
        }
    }
}

impl Matrix {
    fn generate(dice: &mut Dice) -> Self {
        Self {
            legs: 1 + dice.roll(4),
            fail_fast: *dice.weighted(&[(3, None), (3, Some(false)), (1, Some(true))]),
            max_parallel: *dice.weighted(&[(3, None), (2, Some(1)), (2, Some(2))]),
        }
    }

    fn text(self) -> String {
        let numbers: Vec<String> = (0..self.legs).map(|leg| leg.to_string()).collect();
        let mut text = format!("{{matrix: {{n: [{}]}}", numbers.join(", "));
        if let Some(fail_fast) = self.fail_fast {
            text += &format!(", fail-fast: {fail_fast}");
        }
        if let Some(most) = self.max_parallel {
            text += &format!(", max-parallel: {most}");
        }
        text + "}"
    }
}

/// What a condition looks at, at the moment of a decision.
#[derive(Debug, Clone)]
pub(crate) struct Sight {
    pub(crate) cancelled: bool,
    /// Every ancestor counts as a success.
    pub(crate) all_succeeded: bool,
    /// Some ancestor counts as a failure.
    pub(crate) any_failed: bool,
    /// `needs.x.result` of the first need.
    pub(crate) first_need: Option<&'static str>,
    pub(crate) is_push: bool,
}

/// What a condition says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    DoesNotHold,
    CannotBeEvaluated,
    /// Nobody asked it, as the run was ended by force before.
    NotReached,
}

impl Condition {
    fn generate(has_needs: bool, dice: &mut Dice) -> Self {
        let table = [
            (24, Self::Default),
            (6, Self::Always),
            (4, Self::Failure),
            (3, Self::Cancelled),
            (4, Self::NotCancelled),
            (3, Self::SuccessOrFailure),
            (2, Self::FirstNeedFailed),
            (3, Self::FirstNeedSkipped),
            (3, Self::Push),
            (2, Self::Never),
            (2, Self::Broken),
        ];
        let condition = *dice.weighted(&table);
        let asks_a_need = matches!(condition, Self::FirstNeedFailed | Self::FirstNeedSkipped);
        match asks_a_need && !has_needs {
            true => Self::Default,
            false => condition,
        }
    }

    fn text(self, job: &JobPlan, flow: &Flow) -> Option<String> {
        let first = job.needs.first().map(|at| flow.jobs[*at].id.as_str());
        let first = first.unwrap_or("none");
        Some(match self {
            Self::Default => return None,
            Self::Always => "always()".to_owned(),
            Self::Failure => "failure()".to_owned(),
            Self::Cancelled => "cancelled()".to_owned(),
            Self::NotCancelled => "${{ !cancelled() }}".to_owned(),
            Self::SuccessOrFailure => "success() || failure()".to_owned(),
            Self::FirstNeedFailed => format!("needs.{first}.result == 'failure'"),
            Self::FirstNeedSkipped => format!("always() && needs.{first}.result == 'skipped'"),
            Self::Push => "github.event_name == 'push'".to_owned(),
            Self::Never => "false".to_owned(),
            Self::Broken => "fromJSON('nothing')".to_owned(),
        })
    }

    /// What it says, worked out here and not by the expressions of the server (semantics R2.10 to R2.16).
    pub(crate) fn verdict(self, sight: &Sight) -> Verdict {
        let success = !sight.cancelled && sight.all_succeeded;
        let failure = !sight.cancelled && sight.any_failed;
        let holds = match self {
            Self::Default => success,
            Self::Always => true,
            Self::Failure => failure,
            Self::Cancelled => sight.cancelled,
            Self::NotCancelled => !sight.cancelled,
            Self::SuccessOrFailure => success || failure,
            Self::FirstNeedFailed => success && sight.first_need == Some("failure"),
            Self::FirstNeedSkipped => sight.first_need == Some("skipped"),
            Self::Push => success && sight.is_push,
            Self::Never => false,
            Self::Broken if success => return Verdict::CannotBeEvaluated,
            Self::Broken => false,
        };
        match holds {
            true => Verdict::Holds,
            false => Verdict::DoesNotHold,
        }
    }
}

//! Runs jobs as processes of this host, below one supervisor per job. Must not decide why a job
//! stops.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Backend, RunEnd, RunError, Session};
use crate::stop::{Stop, StopSwitch};
use crate::supervisor::{
    Ended, Exit, Heard, Launch, MARK, Signal, Supervisor, SupervisorError, kill_marked,
};

/// Time between the interrupt and the termination of a cancelled step (semantics R3.3).
pub const INTERRUPT_GRACE: Duration = Duration::from_millis(7500);
/// Time between the termination and the kill (semantics R3.3).
pub const TERMINATE_GRACE: Duration = Duration::from_millis(2500);
/// A killed process is given up after this: it hangs in the kernel.
const KILL_GRACE: Duration = Duration::from_secs(20);
/// Rounds of looking for leftovers of a supervisor that was killed.
const LEFTOVER_ROUNDS: usize = 50;
const LEFTOVER_PAUSE: Duration = Duration::from_millis(10);
/// Exit code that a shell gives for a process ended by a signal, less the signal's number.
const KILLED: i32 = 9;

/// The host as a place for jobs.
pub(crate) struct HostBackend {
    /// The runner's work folder.
    pub(crate) work: PathBuf,
    /// The program to start as supervisor; this program itself when absent.
    pub(crate) supervisor: Option<PathBuf>,
}

#[async_trait]
impl Backend for HostBackend {
    async fn open(&self, execution: i64) -> Result<Box<dyn Session>, SupervisorError> {
        let mark = mark_of(&self.work, execution);
        let supervisor = Supervisor::start(self.supervisor.as_deref(), &mark).await?;
        Ok(Box::new(HostSession { supervisor, mark }))
    }
}

struct HostSession {
    supervisor: Supervisor,
    mark: String,
}

#[async_trait]
impl Session for HostSession {
    async fn run(
        &mut self,
        mut launch: Launch,
        output: &mut (dyn for<'b> FnMut(&'b [u8]) + Send),
        stop: &StopSwitch,
    ) -> Result<RunEnd, RunError> {
        let program = launch.program.display().to_string();
        launch.env.push((MARK.to_owned(), self.mark.clone()));
        self.supervisor.launch(launch).await?;
        let mut ending = Ending::default();
        loop {
            tokio::select! {
                heard = self.supervisor.hear() => match heard {
                    Heard::Output(bytes) => output(&bytes),
                    Heard::Exited(exit) => return Ok(RunEnd { exit, stopped: ending.began() }),
                    Heard::NotStarted(reason) => {
                        return Err(RunError::NotStarted { program, reason });
                    }
                    Heard::Lost => return Err(self.lost().await.into()),
                },
                next = ending.next(stop) => match next {
                    Some(signal) => self.supervisor.signal(signal).await?,
                    None => return Ok(RunEnd { exit: Exit::Signal(KILLED), stopped: true }),
                },
            }
        }
    }

    async fn close(mut self: Box<Self>) -> Vec<Ended> {
        match self.supervisor.clear().await {
            Ok(ended) => {
                self.supervisor.close().await;
                ended
            }
            Err(_) => {
                kill_leftovers(&self.mark).await;
                Vec::new()
            }
        }
    }
}

impl HostSession {
    async fn lost(&self) -> SupervisorError {
        kill_leftovers(&self.mark).await;
        SupervisorError::Lost
    }
}

/// Ends what a killed supervisor or runner left of an execution, as far as its processes still
/// carry the mark.
pub(crate) async fn end_leftovers(work: &Path, execution: i64) {
    kill_leftovers(&mark_of(work, execution)).await;
}

fn mark_of(work: &Path, execution: i64) -> String {
    format!("{execution}:{}", work.display())
}

async fn kill_leftovers(mark: &str) {
    let mark = format!("{MARK}={mark}");
    for _ in 0..LEFTOVER_ROUNDS {
        if kill_marked(&mark) == 0 {
            return;
        }
        tokio::time::sleep(LEFTOVER_PAUSE).await;
    }
}

/// How far the ending of a step has come.
#[derive(Default)]
struct Ending {
    followed: Option<Stop>,
    stage: Stage,
    until: Option<Instant>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    Running,
    Interrupted,
    Terminated,
    Killed,
}

impl Ending {
    fn began(&self) -> bool {
        self.stage != Stage::Running
    }

    /// Waits for the next thing to do: a signal, or `None` to give the process up. Safe to abandon.
    async fn next(&mut self, stop: &StopSwitch) -> Option<Signal> {
        tokio::select! {
            order = stop.changed_from(self.followed) => self.follow(order),
            () = wait_until(self.until) => self.escalate(),
        }
    }

    fn follow(&mut self, order: Stop) -> Option<Signal> {
        self.followed = Some(order);
        match (order.force, self.stage) {
            (true, Stage::Running | Stage::Interrupted | Stage::Terminated) => self.kill(),
            (false, Stage::Running) => {
                Some(self.reach(Stage::Interrupted, INTERRUPT_GRACE, Signal::Interrupt))
            }
            (true, Stage::Killed)
            | (false, Stage::Interrupted | Stage::Terminated | Stage::Killed) => {
                Some(self.repeat())
            }
        }
    }

    fn escalate(&mut self) -> Option<Signal> {
        match self.stage {
            Stage::Running => {
                Some(self.reach(Stage::Interrupted, INTERRUPT_GRACE, Signal::Interrupt))
            }
            Stage::Interrupted => {
                Some(self.reach(Stage::Terminated, TERMINATE_GRACE, Signal::Terminate))
            }
            Stage::Terminated => self.kill(),
            Stage::Killed => None,
        }
    }

    fn kill(&mut self) -> Option<Signal> {
        Some(self.reach(Stage::Killed, KILL_GRACE, Signal::Kill))
    }

    fn reach(&mut self, stage: Stage, grace: Duration, signal: Signal) -> Signal {
        self.stage = stage;
        self.until = Some(Instant::now() + grace);
        signal
    }

    /// A changed reason asks for nothing new: the signal of the stage, once more.
    fn repeat(&self) -> Signal {
        match self.stage {
            Stage::Running | Stage::Interrupted => Signal::Interrupt,
            Stage::Terminated => Signal::Terminate,
            Stage::Killed => Signal::Kill,
        }
    }
}

async fn wait_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::StopReason;

    #[tokio::test(start_paused = true)]
    async fn r3_3_a_cancelled_step_is_interrupted_then_terminated_then_killed() {
        let stop = StopSwitch::new();
        stop.order(Stop::new(StopReason::Cancelled));
        let mut ending = Ending::default();
        let begin = Instant::now();
        assert_eq!(ending.next(&stop).await, Some(Signal::Interrupt));
        assert_eq!(ending.next(&stop).await, Some(Signal::Terminate));
        assert_eq!(begin.elapsed(), Duration::from_millis(7500));
        assert_eq!(ending.next(&stop).await, Some(Signal::Kill));
        assert_eq!(begin.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn r3_4_a_force_cancelled_step_is_killed_at_once_also_within_its_grace() {
        let stop = StopSwitch::new();
        stop.order(Stop::new(StopReason::Cancelled));
        let mut ending = Ending::default();
        assert_eq!(ending.next(&stop).await, Some(Signal::Interrupt));
        stop.order(Stop::forced(StopReason::Cancelled));
        let begin = Instant::now();
        assert_eq!(ending.next(&stop).await, Some(Signal::Kill));
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }
}

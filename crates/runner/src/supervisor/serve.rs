//! The supervisor's own side: starts what it is told, ends everything when its parent is gone. It
//! must not write to disk or speak to a server, and keeps no secret longer than the process it
//! starts.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal as UnixSignal;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::frames::{Ended, Event, Exit, Frame, Launch, Order, Signal, write_frame};
use super::tree;

/// Pieces in which output is read.
const READ_BYTES: usize = 32 * 1024;
/// Frames on the way to the runner; then the step waits.
const FRAMES_MAX: usize = 16;
/// After a step's process ended while others hold its output open: its output is complete after
/// this silence.
const OUTPUT_QUIET: Duration = Duration::from_millis(250);
/// And at the latest after this, however much the others write.
const OUTPUT_GRACE: Duration = Duration::from_secs(5);
/// How long it tries to end processes that do not go, such as those of another user.
const CLEAR_LIMIT: Duration = Duration::from_secs(10);
/// Pause between two looks at the tree while it is being ended.
const CLEAR_PAUSE: Duration = Duration::from_millis(5);
/// Rounds of stopping processes that still fork before they are killed.
const FREEZE_ROUNDS: usize = 20;

/// Serves one parent until its pipe closes, then ends every process and itself.
pub(super) fn serve() -> ! {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let served = runtime.and_then(|runtime| runtime.block_on(supervise()));
    std::process::exit(i32::from(served.is_err()))
}

async fn supervise() -> std::io::Result<()> {
    tree::adopt_orphans()?;
    let _ignored = ignore_polite_signals()?;
    let mut children = signal(SignalKind::child())?;
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let (frames, outbox) = mpsc::channel(FRAMES_MAX);
    tokio::spawn(write_frames(outbox));
    let jobs = Jobs {
        frames,
        step: Arc::default(),
        groups: Arc::default(),
    };
    jobs.say(Event::Ready).await;
    loop {
        tokio::select! {
            line = orders.next_line() => match read_order(line) {
                Some(order) => jobs.obey(order).await,
                None => break,
            },
            _ = children.recv() => tree::reap(jobs.step()),
        }
    }
    jobs.clear().await;
    Ok(())
}

/// The order in a line; `None` at the end and for what no runner writes.
fn read_order(line: std::io::Result<Option<String>>) -> Option<Order> {
    serde_json::from_str(&line.ok()??).ok()
}

/// A service manager that signals a whole group wants the runner to end its jobs in order; the
/// supervisor stays.
fn ignore_polite_signals() -> std::io::Result<Vec<SignalStream>> {
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::quit(),
    ];
    kinds.into_iter().map(signal).collect()
}

async fn write_frames(mut outbox: mpsc::Receiver<Frame>) {
    let mut out = tokio::io::stdout();
    while let Some(frame) = outbox.recv().await {
        if write_frame(&mut out, frame).await.is_err() {
            return;
        }
    }
}

#[derive(Clone)]
struct Jobs {
    frames: mpsc::Sender<Frame>,
    /// Process id of the running step; 0 when there is none.
    step: Arc<AtomicI32>,
    /// The process group of every step so far.
    groups: Arc<Mutex<Vec<i32>>>,
}

impl Jobs {
    fn step(&self) -> Option<i32> {
        Some(self.step.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    fn descendants(&self) -> BTreeSet<tree::Process> {
        tree::descendants(&self.groups.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn say(&self, event: Event) {
        let _ = self.frames.send(Frame::Event(event)).await;
    }

    async fn obey(&self, order: Order) {
        match order {
            Order::Start(launch) => self.start(launch).await,
            Order::Signal(signal) => self.signal_all(signal),
            Order::Clear => {
                let ended = self.clear().await;
                self.say(Event::Cleared(ended)).await;
            }
        }
    }

    async fn start(&self, launch: Launch) {
        match spawn(&launch) {
            Ok((child, output)) => {
                self.step
                    .store(child.id().map_or(0, u32::cast_signed), Ordering::Relaxed);
                tokio::spawn(self.clone().relay(child, output));
            }
            Err(error) => self.say(Event::NotStarted(error.to_string())).await,
        }
    }

    /// Sends on what the step writes until it ended, then how it ended.
    async fn relay(self, mut child: Child, mut output: Receiver) {
        let status = self.relay_output(&mut child, &mut output).await;
        self.step.store(0, Ordering::Relaxed);
        tree::reap(None);
        self.say(Event::Exited(exit_of(status))).await;
        discard(output).await;
    }

    async fn relay_output(&self, child: &mut Child, output: &mut Receiver) -> Option<ExitStatus> {
        let mut buffer = vec![0; READ_BYTES];
        let mut status = None;
        let mut until = Instant::now();
        loop {
            tokio::select! {
                read = output.read(&mut buffer) => match read {
                    Ok(length) if length > 0 => {
                        let _ = self.frames.send(Frame::Output(buffer[..length].to_vec())).await;
                    }
                    _ => break,
                },
                ended = child.wait(), if status.is_none() => {
                    status = Some(ended.ok());
                    until = Instant::now() + OUTPUT_GRACE;
                }
                () = tokio::time::sleep(OUTPUT_QUIET), if status.is_some() => break,
            }
            if status.is_some() && Instant::now() > until {
                break;
            }
        }
        match status {
            Some(status) => status,
            None => child.wait().await.ok(),
        }
    }

    fn signal_all(&self, signal: Signal) {
        let signal = match signal {
            Signal::Interrupt => UnixSignal::SIGINT,
            Signal::Terminate => UnixSignal::SIGTERM,
            Signal::Kill => UnixSignal::SIGKILL,
        };
        self.descendants()
            .iter()
            .for_each(|process| tree::send(process, signal));
    }

    /// Ends every process below this one; gives up on those that it may not signal.
    async fn clear(&self) -> Vec<Ended> {
        let mut met = BTreeMap::new();
        let limit = Instant::now() + CLEAR_LIMIT;
        loop {
            let alive = self.freeze();
            met.extend(
                alive
                    .iter()
                    .map(|process| (process.pid, process.name.clone())),
            );
            if alive.is_empty() || Instant::now() > limit {
                let survived = |pid| alive.iter().any(|process| process.pid == pid);
                let ended = |(pid, name)| Ended {
                    pid,
                    name,
                    survived: survived(pid),
                };
                return met.into_iter().map(ended).collect();
            }
            alive
                .iter()
                .for_each(|process| tree::send(process, UnixSignal::SIGKILL));
            tokio::time::sleep(CLEAR_PAUSE).await;
            tree::reap(self.step());
        }
    }

    /// Stops the tree until nothing new appears in it: what is stopped cannot fork away from the
    /// kill.
    fn freeze(&self) -> BTreeSet<tree::Process> {
        let mut known = BTreeSet::new();
        for _ in 0..FREEZE_ROUNDS {
            let now = self.descendants();
            let fresh: Vec<_> = now.difference(&known).collect();
            if fresh.is_empty() {
                return now;
            }
            fresh
                .into_iter()
                .for_each(|process| tree::send(process, UnixSignal::SIGSTOP));
            known = now;
        }
        known
    }
}

/// Starts a process with one pipe for both outputs, which keeps their order.
fn spawn(launch: &Launch) -> std::io::Result<(Child, Receiver)> {
    let (reader, writer) = std::io::pipe()?;
    let child = Command::new(&launch.program)
        .args(&launch.args)
        .current_dir(&launch.folder)
        .env_clear()
        .envs(launch.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .spawn()?;
    Ok((child, Receiver::from_owned_fd(OwnedFd::from(reader))?))
}

/// Reads on what processes in the background write after their step, so that they do not block or
/// break.
async fn discard(mut output: Receiver) {
    let mut buffer = vec![0; READ_BYTES];
    while output
        .read(&mut buffer)
        .await
        .is_ok_and(|length| length > 0)
    {}
}

fn exit_of(status: Option<ExitStatus>) -> Exit {
    match status {
        Some(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or_default()),
        },
        None => Exit::Signal(UnixSignal::SIGKILL as i32),
    }
}

//! Random commands. Things are named by their place among those that were made so far.

/// What is done to both stores.
#[derive(Debug, Clone)]
pub(super) enum Command {
    /// A run of one of the files, with a key that may have been used.
    Create { template: usize, key: usize },
    /// Jobs for one of the runners.
    Claim {
        runner: i64,
        labels: usize,
        key: usize,
        count: u32,
        stands: bool,
    },
    /// About a hand-over; 0 is the newest.
    ToExecution(usize, ExecutionCommand),
    /// About a run; 0 is the newest.
    ToRun(usize, RunCommand),
    /// About anything else.
    ToRecords(RecordCommand),
}

/// What is done to a hand-over.
#[derive(Debug, Clone)]
pub(super) enum ExecutionCommand {
    /// A runner takes what it was offered; its lease may be over at once.
    Start { holds: bool },
    /// A runner reports a step.
    Sync { rev: u64 },
    /// A runner reports the end.
    Finish { end: usize },
    /// A runner gives an offer back.
    Release,
    /// An offer's time is over.
    Lapse,
    /// A lease's time is over.
    Expire,
    /// Log bytes arrive.
    Append { offset: u64, length: usize },
    /// A log becomes an object.
    Seal,
}

/// What is done to a run.
#[derive(Debug, Clone)]
pub(super) enum RunCommand {
    /// It is cancelled; the grace may be over at once.
    Cancel { grace: bool },
    /// A job is cancelled.
    CancelJob { job: usize },
    /// It is re-run.
    Rerun,
    /// What failed of it is re-run.
    RerunFailed,
    /// A job of it is re-run.
    RerunJob { job: usize },
    /// It is ended by force.
    ForceCancel,
    /// Its logs are deleted.
    DeleteLogs,
    /// It is deleted.
    Delete,
}

/// What is done to anything else.
#[derive(Debug, Clone)]
pub(super) enum RecordCommand {
    /// A server starts.
    ExtendLeases,
    /// What was deleted is removed.
    Purge,
    /// A repository is deleted.
    DeleteRepository { repository: usize },
    /// A user is deleted.
    DeleteUser { user: usize },
    /// A token is made for a user.
    InsertToken { user: usize },
    /// A user gets a role.
    PutRole { repository: usize, user: usize },
    /// Messages to runs are passed on.
    PassOn,
    /// A runner registers under one of few names.
    Register { name: usize, replace: bool },
}

/// Random numbers that are the same for the same seed (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let wide = u128::from(mixed ^ (mixed >> 31)) * sides as u128;
        usize::try_from(wide >> 64).unwrap()
    }

    fn coin(&mut self) -> bool {
        self.roll(3) > 0
    }

    /// Likely one of the newest.
    fn recent(&mut self) -> usize {
        self.roll(3) * self.roll(3)
    }

    pub(super) fn command(&mut self) -> Command {
        match self.roll(60) {
            0..=6 => self.create(),
            7..=19 => self.claim(),
            20..=47 => Command::ToExecution(self.recent(), self.of_execution()),
            48..=52 => Command::ToRun(self.recent(), self.of_run()),
            53..=54 => Command::ToExecution(self.recent(), self.of_log()),
            _ => Command::ToRecords(self.of_records()),
        }
    }

    fn of_execution(&mut self) -> ExecutionCommand {
        match self.roll(28) {
            0..=9 => ExecutionCommand::Start { holds: self.coin() },
            10..=13 => ExecutionCommand::Sync {
                rev: self.roll(6) as u64,
            },
            14..=22 => ExecutionCommand::Finish { end: self.roll(6) },
            23 => ExecutionCommand::Release,
            24 | 25 => ExecutionCommand::Lapse,
            _ => ExecutionCommand::Expire,
        }
    }

    fn of_log(&mut self) -> ExecutionCommand {
        if self.coin() {
            ExecutionCommand::Append {
                offset: self.roll(12) as u64,
                length: self.roll(9),
            }
        } else {
            ExecutionCommand::Seal
        }
    }

    fn of_run(&mut self) -> RunCommand {
        match self.roll(12) {
            0 | 1 => RunCommand::Cancel { grace: self.coin() },
            2 | 3 => RunCommand::CancelJob { job: self.roll(4) },
            4 => RunCommand::RerunFailed,
            5 | 6 => RunCommand::RerunJob { job: self.roll(4) },
            7 => RunCommand::ForceCancel,
            8 => RunCommand::DeleteLogs,
            9 => RunCommand::Delete,
            _ => RunCommand::Rerun,
        }
    }

    fn create(&mut self) -> Command {
        Command::Create {
            template: self.roll(18),
            key: self.roll(100),
        }
    }

    fn claim(&mut self) -> Command {
        Command::Claim {
            runner: 1 + i64::from(self.coin()),
            labels: self.roll(4),
            key: self.roll(100),
            count: u32::try_from(self.roll(5)).unwrap(),
            stands: self.roll(8) > 0,
        }
    }

    fn of_records(&mut self) -> RecordCommand {
        let (repository, user) = (self.roll(3), self.roll(4));
        match self.roll(18) {
            12..=17 => RecordCommand::PassOn,
            0 => RecordCommand::DeleteRepository { repository },
            1 => RecordCommand::DeleteUser { user },
            2..=4 => RecordCommand::InsertToken { user },
            5..=7 => RecordCommand::PutRole { repository, user },
            8 => RecordCommand::ExtendLeases,
            9 => RecordCommand::Purge,
            _ => RecordCommand::Register {
                name: self.roll(3),
                replace: self.coin(),
            },
        }
    }
}

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
    /// A runner takes what it was offered; its lease may be over at once.
    Start { execution: usize, holds: bool },
    /// A runner reports a step.
    Sync { execution: usize, rev: u64 },
    /// A runner reports the end.
    Finish { execution: usize, end: usize },
    /// A runner gives an offer back.
    Release { execution: usize },
    /// An offer's time is over.
    Lapse { execution: usize },
    /// A lease's time is over.
    Expire { execution: usize },
    /// A run is cancelled; the grace may be over at once.
    Cancel { run: usize, grace: bool },
    /// A job is cancelled.
    CancelJob { run: usize, job: usize },
    /// A run is re-run.
    Rerun { run: usize },
    /// Log bytes arrive.
    Append {
        execution: usize,
        offset: u64,
        length: usize,
    },
    /// A log becomes an object.
    Seal { execution: usize },
    /// A server starts.
    ExtendLeases,
    /// A repository is deleted.
    DeleteRepository { repository: usize },
    /// A user is deleted.
    DeleteUser { user: usize },
    /// A token is made for a user.
    InsertToken { user: usize },
    /// A user gets a role.
    PutRole { repository: usize, user: usize },
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
        let execution = self.recent();
        let run = self.recent();
        match self.roll(60) {
            0..=5 => self.create(),
            6..=19 => self.claim(),
            20..=29 => Command::Start {
                execution,
                holds: self.coin(),
            },
            30..=33 => Command::Sync {
                execution,
                rev: self.roll(6) as u64,
            },
            34..=42 => Command::Finish {
                execution,
                end: self.roll(6),
            },
            43 => Command::Release { execution },
            44 | 45 => Command::Lapse { execution },
            46 | 47 => Command::Expire { execution },
            48 => Command::Cancel {
                run,
                grace: self.coin(),
            },
            49 | 50 => Command::CancelJob {
                run,
                job: self.roll(4),
            },
            51 | 52 => Command::Rerun { run },
            53 | 54 => Command::Append {
                execution,
                offset: self.roll(12) as u64,
                length: self.roll(9),
            },
            55 => Command::Seal { execution },
            _ => self.rare(),
        }
    }

    fn create(&mut self) -> Command {
        Command::Create {
            template: self.roll(12),
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

    fn rare(&mut self) -> Command {
        let (repository, user) = (self.roll(3), self.roll(4));
        match self.roll(12) {
            0 => Command::DeleteRepository { repository },
            1 => Command::DeleteUser { user },
            2..=4 => Command::InsertToken { user },
            5..=7 => Command::PutRole { repository, user },
            8 => Command::ExtendLeases,
            _ => Command::Register {
                name: self.roll(3),
                replace: self.coin(),
            },
        }
    }
}

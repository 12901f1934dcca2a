//! Keeps everything: one set of repository traits, over memory, SQLite and PostgreSQL. No rules about runs here.
//!
//! [`Store`] is what the engine is given. All changes to runs and executions go through one door,
//! [`Changes::change`]; handing out jobs is [`Queue`]; the rest are queries and plain records.

#![warn(missing_docs)]

mod accounts;
mod artifacts;
mod caches;
mod change;
mod checks;
mod clock;
mod concurrency;
mod configuration;
mod deliveries;
mod error;
mod follow_ups;
mod inspections;
mod logs;
mod polls;
mod pull_requests;
mod purges;
mod queue;
mod reports;
mod repositories;
mod retentions;
mod runners;
mod runs;
mod schedules;
mod secrets;
mod sql;
mod store;
mod troubles;
mod wakes;
mod writes;

pub mod memory;

pub use accounts::{Accounts, OWNED_COUNTED_MAX, OwnedCounts};
pub use artifacts::{ArtifactFilter, ArtifactView, Artifacts, Order};
pub use caches::{CacheFilter, CacheUsage, Caches};
pub use change::{ChangeError, Changes, Created, Decide, Loaded, RunNumbers, Scope};
pub use checks::{CHECK_RUNS_MAX, CHECK_SUITES_MAX, CheckFilter, CheckRun, Checks, ChecksOf};
pub use clock::Clock;
pub use concurrency::{Concurrency, LeftMessage};
pub use configuration::{Configuration, NamedSecret, SecretFacts};
pub use deliveries::Deliveries;
pub use error::{Conflict, StoreError};
pub use follow_ups::{FollowUp, FollowUps};
pub use inspections::{Inspected, Inspections, KeptGroup, Left, QueuedJob, StoredWords};
pub use logs::{Appended, LogContent, Logs, SealedLog};
pub use polls::{Poll, Polls, SeenRefs};
pub use pull_requests::PullRequests;
pub use purges::{PURGED_ROWS_MAX, Purges};
pub use queue::{ClaimRequest, Expired, NewExecution, Queue, QueueDepth};
pub use reports::{JobOutputs, Reports, Summary};
pub use repositories::{Repositories, SeenRepository, Standing};
pub use retentions::{EndedWith, RetentionLook, Retentions, Stage};
pub use runners::{RUNNERS_LISTED_MAX, RunnerView, Runners};
pub use runs::{
    AttemptView, FILTERED_RUNS_MAX, JobView, JobsOf, KeptLogs, Listed, PER_PAGE_MAX, Page,
    RunFilter, RunView, Runs, UserRef,
};
pub use schedules::{ReadBranch, ScheduleEntry, Scheduled, Schedules};
pub use secrets::{SealedSecret, SecretUse, Secrets};
pub use sql::{postgres, sqlite};
pub use store::{Connections, IdKind, Store};
pub use troubles::{
    QueueRow, REASON_CHARACTERS_MAX, RowKind, RowState, SetAside, TROUBLE_PASSES, Tries, Troubles,
};
pub use wakes::{Wake, Wakes};
pub use writes::{Deleted, ExecutionWrite, JobWrite, Queued, Writes};

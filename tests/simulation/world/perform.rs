//! From actions to what they do, in words.

use super::World;
use crate::action::Action;
use std::time::Duration;

impl World {
    /// Does it and says so.
    pub(super) async fn perform(&self, replica: usize, action: &Action) -> String {
        let (who, told) = match *action {
            Action::Dispatch { flow } => ("dispatch", self.dispatch(replica, flow).await),
            Action::Push { delivery } => ("push", self.push(replica, delivery).await),
            Action::RerunAsNew { run } => ("new run", self.rerun_as_new(replica, run).await),
            Action::Rerun { run } => ("re-run", self.rerun(replica, run).await),
            Action::RerunFailed { run } => ("re-run failed", self.rerun_failed(replica, run).await),
            Action::RerunJob { run, job } => {
                ("re-run job", self.rerun_job(replica, run, job).await)
            }
            Action::ForceCancel { run } => ("force-cancel", self.force_cancel(replica, run).await),
            Action::DeleteRun { run } => ("delete", self.delete_run(replica, run).await),
            Action::DeleteLogs { run } => ("delete logs", self.delete_logs(replica, run).await),
            Action::CancelRun { run } => ("cancel", self.cancel_run(replica, run).await),
            Action::CancelJob { run, job } => {
                ("cancel job", self.cancel_job(replica, run, job).await)
            }
            Action::Claim {
                runner,
                slots,
                again,
            } => {
                let who = if again { "claim again" } else { "claim" };
                let told = self.claim(replica, runner, slots, again).await;
                (who, told.map(|told| format!("runner-{runner} is {told}")))
            }
            Action::Start { hand } => ("start", self.start(replica, hand).await),
            Action::Sync { hand, stale } => ("sync", self.sync(replica, hand, stale).await),
            Action::Log { hand, shift } => ("log", self.log(replica, hand, shift).await),
            Action::CancelCheck { hand } => {
                ("cancel-check", self.cancel_check(replica, hand).await)
            }
            Action::Finish {
                hand,
                result,
                claims,
            } => ("finish", self.finish(replica, hand, result, claims).await),
            Action::Release { hand } => ("release", self.release(replica, hand).await),
            Action::Crash { runner } => {
                let told = format!("of runner-{runner}: {}", self.crash(runner));
                ("crash", Ok(told))
            }
            Action::Register { runner } => {
                let told = self.register(replica, runner, true).await;
                (
                    "register",
                    told.map(|told| format!("runner-{runner}: {told}")),
                )
            }
            Action::DeleteRunner { runner } => {
                ("delete runner", self.delete_runner(replica, runner).await)
            }
            Action::Pass { seconds } => {
                self.place.pass(Duration::from_secs(seconds)).await;
                ("time", Ok(format!("{seconds} s pass")))
            }
            Action::Expire => {
                let done = self.engine(replica).expire().await;
                ("expire", done.map(|()| "looked".to_owned()))
            }
            Action::Force => {
                let done = self.engine(replica).force_overdue_cancels().await;
                ("force", done.map(|()| "looked".to_owned()))
            }
            Action::Messages => {
                let done = self.engine(replica).apply_messages().await;
                ("messages", done.map(|count| format!("{count} passed on")))
            }
            Action::Limits => {
                let done = self.engine(replica).enforce_limits().await;
                ("limits", done.map(|()| "looked".to_owned()))
            }
            Action::Purge => {
                let done = self.engine(replica).purge_after(Duration::ZERO).await;
                ("purge", done.map(|()| "looked".to_owned()))
            }
            Action::Restart => {
                let done = self.restart(replica).await;
                ("restart", done.map(|()| "began".to_owned()))
            }
        };
        let told = told.unwrap_or_else(|error| format!("refused: {}", self.error(&error)));
        format!("server {replica}, {who}: {told}")
    }
}

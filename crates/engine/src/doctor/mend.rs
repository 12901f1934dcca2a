//! Mends what was found: each by one transaction, through decisions of the domain where something is decided, and by
//! writing again what events and jobs make where only that is wrong.

use super::{Finding, Outcome, Visit};
use crate::{EngineError, engine::wrong_load};
use runyard_domain::{
    ExecutionId, JobId, MessageId, RepositoryId, RunId, execution::ExecutionEnd, handover,
    run::Membership,
};
use runyard_store::{LeftMessage, Loaded, QueueRow, RowKind, RowState, Scope, SetAside};
use std::collections::BTreeSet;

/// Moments of runs that one try to start what follows them takes.
const FOLLOW_UPS_AT_ONCE: u32 = 20;

fn mended(how: &str) -> Outcome {
    Outcome::Mended(how.to_owned())
}

fn left(why: &str) -> Outcome {
    Outcome::Left(why.to_owned())
}

impl Visit<'_> {
    pub(super) async fn mend(&self, finding: &Finding) -> Result<Outcome, EngineError> {
        match finding {
            Finding::UnreadableRows { run, .. }
            | Finding::RowsDiffer { run, .. }
            | Finding::WordsDiffer { run, .. }
            | Finding::NotQueued { run, .. }
            | Finding::QueuedInVain { run, .. }
            | Finding::KeptForNobody { run, .. } => self.rebuild(*run).await,
            Finding::UnreadableEvents { .. } | Finding::EventsMissing { .. } => Ok(left(
                "what its events said is not known; it can be force-cancelled or deleted",
            )),
            Finding::Overdue { run, .. } => self.catch_up(*run).await,
            Finding::Forsaken { run, job, end, .. } => self.end_forsaken(*run, *job, *end).await,
            Finding::Unwanted {
                run,
                execution,
                has_run,
                ..
            } => self.cut_off(*run, *execution, *has_run).await,
            Finding::UnreadableExecution { execution, .. } => {
                let engine = self.engine;
                Ok(
                    match engine.store.forget_unreadable_steps(*execution).await? {
                        true => {
                            mended("its steps were forgotten, its runner may report them again")
                        }
                        false => left("more than its steps cannot be read"),
                    },
                )
            }
            Finding::UnreadableGroup {
                repository,
                key,
                members,
                ..
            } => self.group_again_from(*repository, key, members).await,
            Finding::MemberGone {
                repository,
                group,
                member,
                ..
            } => {
                let (store, key) = (&self.engine.store, group.key());
                store.leave_group(*repository, &key, member).await?;
                self.engine.apply_messages().await?;
                Ok(mended("it left the group, who is next was told"))
            }
            Finding::NeverTold { member, .. } | Finding::WaitsNowhere { member, .. } => {
                self.catch_up(member.run()).await
            }
            Finding::WithoutSlot {
                holder: None,
                member,
                ..
            } => self.catch_up(member.run()).await,
            Finding::WithoutSlot {
                holder: Some(_), ..
            } => Ok(left(
                "two of one group run; cancel one of them or let both end",
            )),
            Finding::MessageLeft { id, run, .. } => {
                let (id, run) = (MessageId::new(*id), *run);
                self.engine.apply_message(LeftMessage { id, run }).await?;
                Ok(mended("it was applied"))
            }
            Finding::UnreadableMessage { id, run, .. } => self.drop_message(*id, *run).await,
            Finding::FollowUpLeft { id, .. } => self.follow(*id).await,
            Finding::SetAside(aside) => self.put_back(aside).await,
        }
    }

    async fn rebuild(&self, run: RunId) -> Result<Outcome, EngineError> {
        Ok(match self.engine.store.rebuild(run).await? {
            true => mended("its rows were written again"),
            false => left("its events are not all there; it can be force-cancelled or deleted"),
        })
    }

    async fn catch_up(&self, run: RunId) -> Result<Outcome, EngineError> {
        let patience = self.engine.settings.patience;
        let scope = Scope::Run(run);
        let caught_up = self
            .engine
            .command(scope, run, move |run, executions, planning| {
                Ok((handover::catch_up(run, executions, planning, patience)?, ()))
            });
        caught_up.await?;
        Ok(mended("what should have followed was done"))
    }

    async fn end_forsaken(
        &self,
        run: RunId,
        job: JobId,
        end: Option<ExecutionEnd>,
    ) -> Result<Outcome, EngineError> {
        let patience = self.engine.settings.patience;
        let scope = Scope::Run(run);
        let ended = self
            .engine
            .command(scope, run, move |run, executions, planning| {
                let of = (job, end);
                let events = handover::end_forsaken(run, executions, of, planning, patience)?;
                Ok((events, ()))
            });
        ended.await?;
        Ok(mended("the job was ended"))
    }

    async fn cut_off(
        &self,
        run: RunId,
        execution: ExecutionId,
        has_run: bool,
    ) -> Result<Outcome, EngineError> {
        if has_run {
            let cut = self.engine.forced(run, |run, executions, planning| {
                handover::cut_off_unwanted(run, executions, planning.now)?;
                Ok(Vec::new())
            });
            cut.await?;
        } else {
            let scope = Scope::Execution(execution);
            let cut = self.engine.change(scope, |loaded, now| {
                let Loaded::Execution(execution) = loaded else {
                    return Err(wrong_load());
                };
                execution.cut_off(now)?;
                Ok((Vec::new(), ()))
            });
            cut.await?;
        }
        Ok(mended(
            "the execution was ended, its runner is told to stop",
        ))
    }

    /// Makes a group again of those who are in it by the word of their runs: who goes on before who waits.
    async fn group_again_from(
        &self,
        repository: RepositoryId,
        key: &str,
        members: &[Membership],
    ) -> Result<Outcome, EngineError> {
        let engine = self.engine;
        if !engine
            .store
            .forget_unreadable_group(repository, key)
            .await?
        {
            return Ok(mended("it can be read again"));
        }
        let of = |has_slot: bool| -> BTreeSet<RunId> {
            let own = members.iter().filter(|one| one.has_slot == has_slot);
            own.map(|one| one.member.run()).collect()
        };
        for run in of(true) {
            let retaken = engine.forced(run, |run, _, planning| {
                run.retake_slots(planning.groups)?;
                Ok(Vec::new())
            });
            retaken.await?;
        }
        for run in of(false) {
            self.catch_up(run).await?;
        }
        Ok(mended("it was made again from its runs"))
    }

    /// What a grant said is seen from the group; a wish to cancel is lost.
    async fn drop_message(&self, id: i64, run: RunId) -> Result<Outcome, EngineError> {
        let message = MessageId::new(id);
        self.engine.store.drop_message(message).await?;
        let row = QueueRow {
            kind: RowKind::Message,
            id,
        };
        self.engine.store.put_back(row).await?;
        match self.catch_up(run).await {
            Ok(_) | Err(EngineError::NotFound { .. }) => Ok(mended(
                "it was dropped; a slot that it granted is taken, a cancellation that it asked \
                 for is not done",
            )),
            Err(error) => Err(error),
        }
    }

    async fn follow(&self, id: i64) -> Result<Outcome, EngineError> {
        let engine = self.engine;
        let taken = engine
            .follow_runs(self.payloads, FOLLOW_UPS_AT_ONCE)
            .await?;
        let row = QueueRow {
            kind: RowKind::FollowUp,
            id,
        };
        Ok(match engine.store.row_state(row).await? {
            RowState::Gone => mended("what follows was started"),
            RowState::Readable if taken == 0 => mended("a server has taken it"),
            RowState::Readable => {
                left("it could not be started, the log says why; it is tried again")
            }
            RowState::Unreadable(error) => Outcome::Left(error.to_string()),
        })
    }

    /// Has a row tried again that can be read again, with all that it needs.
    async fn put_back(&self, aside: &SetAside) -> Result<Outcome, EngineError> {
        let engine = self.engine;
        match engine.store.row_state(aside.row).await? {
            RowState::Unreadable(error) => return Ok(Outcome::Left(error.to_string())),
            RowState::Gone => {
                engine.store.put_back(aside.row).await?;
                return Ok(mended("it is not there any more, so that was forgotten"));
            }
            RowState::Readable => {}
        }
        if let Some(run) = aside.run
            && engine.store.run(run).await?.is_some()
        {
            engine.plan_of(run).await?;
            let stored = engine.store.inspect(run).await?;
            stored.stored?;
            if let Some((_, error)) = stored.unreadable.into_iter().next() {
                return Ok(Outcome::Left(error.to_string()));
            }
        }
        engine.store.put_back(aside.row).await?;
        Ok(mended("it can be read, so it was put back"))
    }
}

//! The clock of schedules: any server may serve it, and each tick starts one run (semantics R6.34, R6.35).

use crate::{Engine, EngineError, branch::schedule, payload, start::Occasion};
use runyard_domain::{Timestamp, account::User, repository::Repository, run::HeadRepository};
use runyard_store::{ScheduleEntry, Scheduled};
use runyard_workflow::{
    EventName,
    trigger::{EventFacts, Subject},
};
use serde_json::{Value, json};
use std::time::Duration;

/// A tick that nobody served for longer than this is missed, and not made up (semantics R6.35).
const LATEST: Duration = Duration::from_secs(5 * 60);
/// A tick that could not be served, because its source did not answer, is tried again after this.
const RETRY: Duration = Duration::from_secs(60);

impl Engine {
    /// Takes the ticks that have come, at most `most`, and starts their runs. How many it took.
    ///
    /// # Errors
    /// When the store cannot be reached; what is wrong with a source is told by the log.
    pub async fn fire_schedules(&self, most: u32) -> Result<usize, EngineError> {
        let due = self.due_ticks(most).await?;
        let count = due.len();
        for tick in due {
            self.fire(tick).await;
        }
        Ok(count)
    }

    pub(crate) async fn due_ticks(&self, most: u32) -> Result<Vec<Scheduled>, EngineError> {
        Ok(self.store.claim_schedules(most, RETRY).await?)
    }

    /// Serves one tick that was taken.
    pub(crate) async fn fire(&self, tick: Scheduled) {
        if let Err(error) = self.try_fire(&tick).await {
            let Scheduled {
                repository, entry, ..
            } = &tick;
            log::warn!(
                "the tick of {:?} in {} of repository {repository}: {error}",
                entry.cron,
                entry.path
            );
        }
    }

    async fn try_fire(&self, tick: &Scheduled) -> Result<(), EngineError> {
        let (Some(due), Some(schedule)) = (tick.due_at, schedule(&tick.entry)) else {
            self.store.finish_schedule(tick, None).await?;
            return Ok(());
        };
        let now = self.store.now().await?;
        let next = if now > due.plus(LATEST) {
            log::info!("a tick of {:?} at {due} was missed", tick.entry.cron);
            schedule.next_after(now.to_utc())
        } else {
            self.start_scheduled(tick, due).await?;
            schedule.next_after_firing(due.to_utc())
        };
        let next = next.map(Timestamp::new);
        self.store.finish_schedule(tick, next).await?;
        Ok(())
    }

    async fn start_scheduled(&self, tick: &Scheduled, due: Timestamp) -> Result<(), EngineError> {
        let Some(repository) = self.store.repository(tick.repository).await? else {
            return Ok(());
        };
        if self.is_disabled(&repository, &tick.entry.path).await? {
            return Ok(());
        }
        let actor = self.store.user(tick.actor).await?;
        let actor = match actor {
            Some(actor) => actor,
            None => self.owner(&repository).await?,
        };
        self.fetch_and_read(&repository, repository.owner_id)
            .await?;
        // The branch may have lost the entry with this fetch.
        let entries = self.store.schedules(repository.id).await?;
        if !entries.iter().any(|kept| kept.entry == tick.entry) {
            return Ok(());
        }
        let ScheduleEntry {
            path,
            cron,
            timezone,
        } = &tick.entry;
        let timezone = timezone.as_deref().unwrap_or_default();
        let subject = Subject::Schedule { cron: cron.clone() };
        let occasion = Occasion {
            repository: &repository,
            event: EventName::Schedule,
            facts: EventFacts::new(EventName::Schedule.name(), subject),
            payload: &schedule_payload(&repository, &tick.entry, &actor),
            key: format!("schedule:{cron}:{timezone}:{due}"),
            by: &actor,
            head_repository: HeadRepository::Own,
            chain: 0,
            only: Some(path),
        };
        self.start_all(occasion).await?;
        Ok(())
    }
}

fn schedule_payload(repository: &Repository, entry: &ScheduleEntry, actor: &User) -> Value {
    json!({
        "schedule": entry.cron,
        "workflow": entry.path,
        "repository": payload::repository(repository),
        "sender": payload::sender(actor),
    })
}

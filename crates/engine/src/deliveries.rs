//! Events that are delivered: the same delivery again is answered as before and makes nothing.

use crate::{Engine, EngineError, Occurrence, occurrence::Pulled, start::Occasion};
use runyard_domain::{RunId, account::User, repository::Repository};
use uuid::Uuid;

/// Longest name of a delivery, in bytes.
const DELIVERY_BYTES_MAX: usize = 128;
/// Open pull requests of one repository that are known, those with the highest numbers; runs show no others.
const PULL_REQUESTS_KNOWN: u32 = 5_000;

impl Engine {
    /// Makes the runs that something starts, or gives those that the same delivery made.
    ///
    /// # Errors
    /// As [`Engine::occur`]; then nothing is known of the delivery, and it can come again.
    pub async fn deliver(
        &self,
        repository: &Repository,
        told: Occurrence,
        by: &User,
    ) -> Result<Vec<RunId>, EngineError> {
        let Some(delivery) = told.delivery.clone() else {
            return self.occur(repository, told, by).await;
        };
        check_delivery(&delivery)?;
        let (id, most) = (repository.id, self.settings.deliveries_known);
        if let Some(runs) = self.store.delivery(id, &delivery).await? {
            log::info!("delivery {delivery:?} for repository {id} came again");
            return Ok(runs);
        }
        let runs = self.occur(repository, told, by).await?;
        self.store.put_delivery(id, &delivery, &runs, most).await?;
        Ok(runs)
    }

    /// Makes a run of every workflow that something starts.
    ///
    /// # Errors
    /// [`EngineError::Git`] when the commit that it means cannot be fetched.
    pub async fn occur(
        &self,
        repository: &Repository,
        told: Occurrence,
        by: &User,
    ) -> Result<Vec<RunId>, EngineError> {
        self.keep_pull_request(repository, &told).await?;
        if told.starts_nothing() {
            return Ok(Vec::new());
        }
        self.fetch_and_read(repository, by.id).await?;
        let delivery = told.delivery.clone();
        let delivery = delivery.unwrap_or_else(|| Uuid::new_v4().to_string());
        let mut runs = Vec::new();
        for event in &told.events {
            let mut facts = told.facts.clone();
            event.name().clone_into(&mut facts.event);
            let occasion = Occasion {
                repository,
                event: *event,
                facts,
                payload: &told.payload,
                key: format!("{event}:{delivery}"),
                by,
                head_repository: told.head_repository(),
                chain: 0,
                only: None,
            };
            runs.extend(self.start_all(occasion).await?);
        }
        Ok(runs)
    }

    async fn keep_pull_request(
        &self,
        repository: &Repository,
        told: &Occurrence,
    ) -> Result<(), EngineError> {
        let id = repository.id;
        match told.pulled() {
            None => Ok(()),
            Some(Pulled::Open(pull)) => Ok(self
                .store
                .put_pull_request(id, &pull, PULL_REQUESTS_KNOWN)
                .await?),
            Some(Pulled::Not { number }) => Ok(self.store.delete_pull_request(id, number).await?),
        }
    }

    /// Who acts when a source, and no user, tells of a push: the repository's owner.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn owner(&self, repository: &Repository) -> Result<User, EngineError> {
        let found = self.store.user(repository.owner_id).await?;
        let what = "the repository's owner";
        found.ok_or(EngineError::NotFound { what })
    }
}

fn check_delivery(delivery: &str) -> Result<(), EngineError> {
    let plain = delivery.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && !delivery.is_empty() && delivery.len() <= DELIVERY_BYTES_MAX {
        return Ok(());
    }
    let problem = format!("must be 1 to {DELIVERY_BYTES_MAX} visible ASCII characters");
    Err(EngineError::Unfit {
        field: "X-GitHub-Delivery",
        problem,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_delivery_is_short_and_visible() {
        let longest = "x".repeat(DELIVERY_BYTES_MAX);
        for fits in ["72d3162e-cc78-11e3-81ab-4c9367dc0958", "1", &longest] {
            assert!(check_delivery(fits).is_ok(), "{fits}");
        }
        for wrong in ["", "a b", "t\u{f6}lt", &format!("{longest}x")] {
            assert!(check_delivery(wrong).is_err(), "{wrong}");
        }
    }
}

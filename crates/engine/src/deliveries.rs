//! Events that are delivered: the same delivery again is answered as before and makes nothing.

use crate::{Engine, EngineError, Push};
use runyard_domain::{RunId, account::User, repository::Repository};

/// Longest name of a delivery, in bytes.
const DELIVERY_BYTES_MAX: usize = 128;

impl Engine {
    /// Makes the runs of a push, or gives those that the same delivery made.
    ///
    /// # Errors
    /// As [`Engine::push`]; then nothing is known of the delivery, and it can come again.
    pub async fn deliver(
        &self,
        repository: &Repository,
        push: Push,
        by: &User,
    ) -> Result<Vec<RunId>, EngineError> {
        let Some(delivery) = push.delivery.clone() else {
            return self.push(repository, push, by).await;
        };
        check_delivery(&delivery)?;
        let (id, most) = (repository.id, self.settings.deliveries_known);
        if let Some(runs) = self.store.delivery(id, &delivery).await? {
            log::info!("delivery {delivery:?} for repository {id} came again");
            return Ok(runs);
        }
        let runs = self.push(repository, push, by).await?;
        self.store.put_delivery(id, &delivery, &runs, most).await?;
        Ok(runs)
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

//! The secrets that sign delivered events: made here, shown once, checked in constant time.

use crate::{Engine, EngineError, Secret, SecretKind};
use hmac::{Hmac, KeyInit, Mac};
use runyard_domain::{RepositoryId, Timestamp, repository::Repository};
use runyard_store::SecretUse;
use serde_json::json;
use sha2::Sha256;

/// What a signature begins with: the name of its hash.
const SIGNATURE_PREFIX: &str = "sha256=";
/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 32;
/// Stands for the secret of a repository that has none, so that its answer takes as long.
const NO_SECRET: &[u8] = b"no secret was made";

impl Engine {
    /// Makes the secret that signs a repository's events, in place of the one before, and gives it this once.
    ///
    /// # Errors
    /// [`EngineError::NoSealingKey`].
    pub async fn rotate_event_secret(
        &self,
        repository: &Repository,
    ) -> Result<(Secret, Timestamp), EngineError> {
        let secret = Secret::generate(SecretKind::EventSignature);
        let (usage, plain) = (SecretUse::EventSignature, secret.reveal().as_bytes());
        let kept = self
            .keep_secret(repository.id, usage, plain, json!({}))
            .await?;
        Ok((secret, kept.updated_at))
    }

    /// When the secret that signs a repository's events was made.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn event_secret_made_at(
        &self,
        repository: &Repository,
    ) -> Result<Timestamp, EngineError> {
        let usage = SecretUse::EventSignature;
        let kept = self.store.secret(repository.id, usage).await?;
        let what = "the secret for events";
        Ok(kept.ok_or(EngineError::NotFound { what })?.updated_at)
    }

    /// Forgets the secret: no signed event is taken any more.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn delete_event_secret(&self, repository: &Repository) -> Result<(), EngineError> {
        let usage = SecretUse::EventSignature;
        Ok(self.store.delete_secret(repository.id, usage).await?)
    }

    /// Whether `signature`, as in the header `X-Hub-Signature-256`, is that of `body` by the repository's secret.
    /// Never so for a repository without one, and for none.
    ///
    /// # Errors
    /// When the secret that is kept cannot be read.
    pub async fn is_signed(
        &self,
        repository: Option<RepositoryId>,
        body: &[u8],
        signature: &str,
    ) -> Result<bool, EngineError> {
        let secret = match repository {
            Some(id) => self.secret(id, SecretUse::EventSignature).await?,
            None => None,
        };
        let signed = is_signed(secret.as_deref().unwrap_or(NO_SECRET), body, signature);
        Ok(signed && secret.is_some())
    }
}

fn is_signed(secret: &[u8], body: &[u8], signature: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length fits");
    mac.update(body);
    match digits(signature) {
        Some(given) => mac.verify_slice(&given).is_ok(),
        None => false,
    }
}

/// The bytes of `sha256=` and 64 hex digits.
fn digits(signature: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let hex = signature.strip_prefix(SIGNATURE_PREFIX)?.as_bytes();
    let mut bytes = [0; SIGNATURE_BYTES];
    if hex.len() != SIGNATURE_BYTES * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_githubs_documentation() {
        let secret = b"It's a Secret to Everybody";
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(is_signed(secret, b"Hello, World!", signature));
        assert!(is_signed(
            secret,
            b"Hello, World!",
            &signature.replace("ea", "EA")
        ));
        assert!(!is_signed(secret, b"Hello, World?", signature));
        assert!(!is_signed(b"another", b"Hello, World!", signature));
        for wrong in [
            "",
            "sha256=",
            &signature[7..],
            &signature[..70],
            &signature.replace('7', "x"),
        ] {
            assert!(!is_signed(secret, b"Hello, World!", wrong), "{wrong}");
        }
        let longer = format!("{signature}0");
        assert!(!is_signed(secret, b"Hello, World!", &longer));
    }
}

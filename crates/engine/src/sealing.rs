//! Encrypts the secrets that are kept: XChaCha20-Poly1305, each bound to the place that it is kept for. Stores nothing.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of the random number before each encrypted text: so many that none comes twice.
const NONCE_BYTES: usize = 24;
/// Bytes of a key's hash that name it.
const KEY_ID_BYTES: usize = 8;
/// Sets the name of a key apart from other hashes.
const KEY_ID_PREFIX: &[u8] = b"runyard sealing key\0";

/// Why a secret cannot be encrypted or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// The text of a key is no key.
    #[error("a key has 64 hex digits, which `openssl rand -hex 32` makes")]
    NotAKey,
    /// It was encrypted with another key.
    #[error(
        "the secret was encrypted with the key {sealed_with}, but the server has the key {have}"
    )]
    OtherKey {
        /// Name of the key that would open it.
        sealed_with: String,
        /// Name of the key that is configured.
        have: String,
    },
    /// What is kept was changed, or belongs to another place.
    #[error("the secret that is kept was changed, or is that of something else")]
    Broken,
}

/// The key of the secrets that are kept. Prints as its name.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey {
    id: String,
    key: [u8; KEY_BYTES],
}

impl SealingKey {
    /// A new one, from the system's randomness.
    pub fn generate() -> Self {
        Self::of(rand::random())
    }

    /// Reads 64 hex digits; white space around them is passed over.
    ///
    /// # Errors
    /// [`SealingError::NotAKey`], without the text.
    pub fn parse(text: &str) -> Result<Self, SealingError> {
        let digits = text.trim().as_bytes();
        if digits.len() != KEY_BYTES * 2 {
            return Err(SealingError::NotAKey);
        }
        let mut key = [0; KEY_BYTES];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                return Err(SealingError::NotAKey);
            };
            *byte = u8::try_from(high * 16 + low).map_err(|_| SealingError::NotAKey)?;
        }
        Ok(Self::of(key))
    }

    fn of(key: [u8; KEY_BYTES]) -> Self {
        let mut hash = Sha256::new();
        hash.update(KEY_ID_PREFIX);
        hash.update(key);
        let id = hex(&hash.finalize()[..KEY_ID_BYTES]);
        Self { id, key }
    }

    /// Its name, which tells nothing of it: 16 hex digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its text, for the file that keeps it.
    pub fn reveal(&self) -> String {
        hex(&self.key)
    }

    /// Encrypts a text that will be read for `place` only.
    ///
    /// # Errors
    /// Never for texts that fit into memory.
    pub(crate) fn seal(&self, plain: &[u8], place: &str) -> Result<Vec<u8>, SealingError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let sealed = self.cipher().encrypt(
            &XNonce::from(nonce),
            Payload {
                msg: plain,
                aad: place.as_bytes(),
            },
        );
        let sealed = sealed.map_err(|_| SealingError::Broken)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Reads what [`SealingKey::seal`] made for the same `place` with the key `key_id`.
    ///
    /// # Errors
    /// [`SealingError::OtherKey`], [`SealingError::Broken`].
    pub(crate) fn open(
        &self,
        key_id: &str,
        sealed: &[u8],
        place: &str,
    ) -> Result<Vec<u8>, SealingError> {
        if key_id != self.id {
            return Err(SealingError::OtherKey {
                sealed_with: key_id.to_owned(),
                have: self.id.clone(),
            });
        }
        let (nonce, msg) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SealingError::Broken)?;
        let aad = place.as_bytes();
        let opened = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg, aad });
        opened.map_err(|_| SealingError::Broken)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealingKey").field(&self.id).finish()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

    #[test]
    fn a_key_is_64_hex_digits_and_has_a_name_that_does_not_show_it() {
        let key = SealingKey::parse(&format!(" {KEY}\n")).unwrap();
        assert_eq!(key.reveal(), KEY.to_lowercase());
        assert_eq!(key.id().len(), 16);
        assert_eq!(SealingKey::parse(KEY).unwrap(), key);
        assert_eq!(format!("{key:?}"), format!("SealingKey({:?})", key.id()));
        assert_ne!(SealingKey::generate(), SealingKey::generate());
        for wrong in ["", "00", &KEY[1..], &KEY.replace(['f', 'F'], "g")] {
            assert_eq!(
                SealingKey::parse(wrong),
                Err(SealingError::NotAKey),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_is_sealed_is_read_for_its_own_place_only() {
        let key = SealingKey::parse(KEY).unwrap();
        for plain in [&b""[..], b"hunter2", &[0xff; 5000]] {
            let sealed = key.seal(plain, "here").unwrap();
            assert_eq!(key.open(key.id(), &sealed, "here").unwrap(), plain);
            assert_ne!(sealed, key.seal(plain, "here").unwrap());
            let elsewhere = key.open(key.id(), &sealed, "there");
            assert_eq!(elsewhere, Err(SealingError::Broken));
        }
        let sealed = key.seal(b"hunter2", "here").unwrap();
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
    }

    #[test]
    fn what_was_changed_or_sealed_with_another_key_is_not_read() {
        let key = SealingKey::parse(KEY).unwrap();
        let sealed = key.seal(b"hunter2", "here").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let opened = key.open(key.id(), &changed, "here");
            assert_eq!(opened, Err(SealingError::Broken), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(key.open(key.id(), &sealed[..length], "here").is_err());
        }
        let other = SealingKey::generate();
        let error = other.open(key.id(), &sealed, "here").unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains(key.id()) && told.contains(other.id()),
            "{told}"
        );
    }
}

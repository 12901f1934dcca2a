//! Links that need no credential because they are signed and short-lived. Pure: the clock and the key are given.

use hmac::{Hmac, KeyInit, Mac};
use runyard_domain::Timestamp;
use sha2::Sha256;
use std::{fmt, fmt::Write};
use thiserror::Error;

/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 32;
/// Keeps these signatures apart from others made with the same key.
const PURPOSE: &[u8] = b"runyard download link v1\n";

/// Signs and checks links with one key.
#[derive(Clone)]
pub struct LinkSigner {
    keyed: Hmac<Sha256>,
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadLink {
    /// It worked once.
    #[error("the link has expired")]
    Expired,
    /// It was never made here, or for something else.
    #[error("the link's signature is not valid")]
    Invalid,
}

impl LinkSigner {
    /// Signs with this key, which every replica must have.
    pub fn new(key: &[u8]) -> Self {
        let keyed = Hmac::new_from_slice(key).expect("HMAC takes keys of any length");
        Self { keyed }
    }

    /// The query for a path: `expires=MILLISECONDS&signature=HEX`.
    pub fn sign(&self, path: &str, expires: Timestamp) -> String {
        let millis = expires.unix_millis();
        let signature = self.over(path, &millis.to_string()).finalize().into_bytes();
        let mut query = format!("expires={millis}&signature=");
        for byte in signature {
            write!(query, "{byte:02x}").expect("a string takes all that is written to it");
        }
        query
    }

    /// Checks a path with the two values of its query. A link works before its expiry, not at it.
    pub fn verify(
        &self,
        path: &str,
        expires: &str,
        signature: &str,
        now: Timestamp,
    ) -> Result<(), BadLink> {
        let signature = from_hex(signature).ok_or(BadLink::Invalid)?;
        let signed = self.over(path, expires);
        signed
            .verify_slice(&signature)
            .map_err(|_| BadLink::Invalid)?;
        let expires: i64 = expires.parse().map_err(|_| BadLink::Invalid)?;
        match now.unix_millis() < expires {
            true => Ok(()),
            false => Err(BadLink::Expired),
        }
    }

    fn over(&self, path: &str, expires: &str) -> Hmac<Sha256> {
        let mut keyed = self.keyed.clone();
        keyed.update(PURPOSE);
        keyed.update(expires.as_bytes());
        keyed.update(b"\n");
        keyed.update(path.as_bytes());
        keyed
    }
}

impl fmt::Debug for LinkSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSigner")
    }
}

fn from_hex(text: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * SIGNATURE_BYTES {
        return None;
    }
    let mut bytes = [0; SIGNATURE_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

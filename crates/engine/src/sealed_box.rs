//! The key pair of the secrets that clients send: libsodium's sealed boxes, opened on arrival. It is made once for all
//! servers of a database, and kept encrypted.

use crate::{Engine, EngineError, SealingKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_box::SecretKey;
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes of either key.
const KEY_BYTES: usize = 32;
/// Bytes that a sealed box has more than what is in it: a key and a code of 16 bytes.
pub(crate) const BOX_BYTES: usize = KEY_BYTES + 16;
/// Where the pair is kept among the settings; the name of the key that it is encrypted with follows.
const SETTING: &str = "secrets_key_pair";
/// Sets the name of the pair apart from other hashes.
const KEY_ID_PREFIX: &[u8] = b"runyard secrets public key\0";

/// What clients encrypt secrets with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Names the key; digits.
    pub key_id: String,
    /// The key in Base64.
    pub key: String,
}

/// Both keys. Prints as the name of the public one.
#[derive(Clone)]
pub(crate) struct KeyPair {
    public: PublicKey,
    secret: SecretKey,
}

impl KeyPair {
    fn of(secret: [u8; KEY_BYTES]) -> Self {
        let secret = SecretKey::from_bytes(secret);
        let public = secret.public_key();
        let public = PublicKey {
            key_id: key_id(public.as_bytes()),
            key: STANDARD.encode(public.as_bytes()),
        };
        Self { public, secret }
    }

    /// What clients are told.
    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What is in a box; nothing when it was not sealed with this pair's public key, or was changed.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.secret.unseal(sealed).ok()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyPair").field(&self.public.key_id).finish()
    }
}

/// Digits, as GitHub's are: clients send them back as they are.
fn key_id(public: &[u8; KEY_BYTES]) -> String {
    let mut hash = Sha256::new();
    hash.update(KEY_ID_PREFIX);
    hash.update(public);
    let hash = hash.finalize();
    let number = hash
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    // GitHub's fit a signed number of 64 bits.
    (number >> 1).to_string()
}

impl Engine {
    /// The pair, made when there is none. With another sealing key there is another pair.
    ///
    /// # Errors
    /// [`EngineError::NoSealingKey`].
    pub(crate) async fn key_pair(&self) -> Result<&KeyPair, EngineError> {
        let key = self.sealing_key()?;
        self.key_pair.get_or_try_init(|| self.kept_pair(key)).await
    }

    async fn kept_pair(&self, key: &SealingKey) -> Result<KeyPair, EngineError> {
        let proposed: [u8; KEY_BYTES] = rand::random();
        let sealed = key.seal(&proposed, SETTING)?;
        let setting = format!("{SETTING}/{}", key.id());
        let kept = self.store.setting(&setting, &sealed).await?;
        let plain = key.open(key.id(), &kept, SETTING)?;
        let secret = plain
            .as_slice()
            .try_into()
            .map_err(|_| anyhow::anyhow!("the setting {setting} holds {} bytes", plain.len()))?;
        Ok(KeyPair::of(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::{BOX_BYTES, KeyPair};
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    #[test]
    fn a_box_of_libsodium_is_opened() {
        let pair = KeyPair::of([7; 32]);
        let public = crypto_box::PublicKey::from_bytes(
            STANDARD
                .decode(&pair.public().key)
                .unwrap()
                .try_into()
                .unwrap(),
        );
        for plain in [&b""[..], b"hunter2", &[0xff; 5_000]] {
            let sealed = public.seal(&mut crypto_box::aead::OsRng, plain).unwrap();
            assert_eq!(sealed.len(), plain.len() + BOX_BYTES);
            assert_eq!(pair.open(&sealed).as_deref(), Some(plain));
            for at in [0, 31, 32, sealed.len() - 1] {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(pair.open(&changed), None, "byte {at}");
            }
            assert_eq!(KeyPair::of([8; 32]).open(&sealed), None);
        }
        for short in [0, 1, 31, 47] {
            assert_eq!(pair.open(&vec![0; short]), None);
        }
    }

    #[test]
    fn a_pair_has_a_name_of_digits_and_does_not_print_its_secret() {
        let pair = KeyPair::of([7; 32]);
        let id = &pair.public().key_id;
        assert!(id.parse::<i64>().is_ok_and(|id| id > 0), "{id}");
        assert_ne!(*id, KeyPair::of([8; 32]).public().key_id);
        assert_eq!(format!("{pair:?}"), format!("KeyPair({id:?})"));
    }
}

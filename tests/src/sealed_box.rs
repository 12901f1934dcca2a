//! Seals secrets as clients of GitHub do, for a server's public key. Sends nothing.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_box::{PublicKey, aead::OsRng};
use serde_json::{Value, json};

/// The body that gives a server this secret; `key` is what it told of its key.
///
/// # Panics
/// If `key` is no key.
#[must_use]
pub fn sealed(key: &Value, plain: &str) -> Value {
    let text = key["key"].as_str().expect("a key");
    let bytes = STANDARD.decode(text).expect("Base64");
    let public = PublicKey::from_bytes(bytes.try_into().expect("32 bytes"));
    let sealed = public.seal(&mut OsRng, plain.as_bytes()).expect("a box");
    json!({ "encrypted_value": STANDARD.encode(sealed), "key_id": key["key_id"] })
}

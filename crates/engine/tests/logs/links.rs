//! Signed links: they work for what they were made for, and not for long.

use runyard_domain::Timestamp;
use runyard_engine::logs::{BadLink, LinkSigner};
use std::time::Duration;

const PATH: &str = "/downloads/runs/7/attempts/1/logs";

fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_micros(millis * 1000).unwrap()
}

/// The two values of a query.
fn parts(query: &str) -> (&str, &str) {
    let (expires, signature) = query.split_once('&').unwrap();
    (
        expires.strip_prefix("expires=").unwrap(),
        signature.strip_prefix("signature=").unwrap(),
    )
}

#[test]
fn a_link_works_until_it_expires() {
    let signer = LinkSigner::new(&[1; 32]);
    let made = at(1_700_000_000_000);
    let query = signer.sign(PATH, made.plus(Duration::from_secs(60)));
    let (expires, signature) = parts(&query);
    for (now, outcome) in [
        (made, Ok(())),
        (at(1_700_000_059_999), Ok(())),
        (at(1_700_000_060_000), Err(BadLink::Expired)),
        (at(1_800_000_000_000), Err(BadLink::Expired)),
    ] {
        assert_eq!(
            signer.verify(PATH, expires, signature, now),
            outcome,
            "{now}"
        );
    }
}

#[test]
fn a_link_that_was_changed_does_not_work() {
    let signer = LinkSigner::new(&[1; 32]);
    let now = at(1_700_000_000_000);
    let query = signer.sign(PATH, now.plus(Duration::from_secs(60)));
    let (expires, signature) = parts(&query);
    let flipped = match signature.strip_prefix('0') {
        Some(rest) => format!("1{rest}"),
        None => format!("0{}", &signature[1..]),
    };
    for (path, expires, signature) in [
        ("/downloads/runs/8/attempts/1/logs", expires, signature),
        (&format!("{PATH}/"), expires, signature),
        (PATH, "1700000999999", signature),
        (PATH, "", signature),
        (PATH, &format!("{expires}\n"), signature),
        (PATH, expires, &flipped),
        (PATH, expires, ""),
        (PATH, expires, &signature[..62]),
        (PATH, expires, &signature.to_uppercase()),
        (PATH, expires, &"\u{e9}".repeat(32)),
        (PATH, expires, &"z".repeat(64)),
    ] {
        let outcome = signer.verify(path, expires, signature, now);
        assert_eq!(
            outcome,
            Err(BadLink::Invalid),
            "{path} {expires} {signature}"
        );
    }
    let other = LinkSigner::new(&[2; 32]);
    assert_eq!(
        other.verify(PATH, expires, signature, now),
        Err(BadLink::Invalid)
    );
    assert_eq!(format!("{signer:?}"), "LinkSigner");
}

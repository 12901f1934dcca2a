//! What opens a source: checked here, given to git by its environment or a file that goes away. Never printed.

use crate::Secret;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest user name, in bytes.
pub const USERNAME_BYTES_MAX: usize = 255;
/// Longest token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// Largest private key, in bytes.
pub const PRIVATE_KEY_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of lines about known hosts.
pub const KNOWN_HOSTS_BYTES_MAX: usize = 16 * 1024;
/// What a file of OpenSSH's own form begins with, once decoded.
const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";
const OPENSSH_BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";

/// What opens a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// For https: what a server asks for.
    Token {
        /// Many servers take any name.
        username: String,
        /// The token, or a password.
        token: Secret,
    },
    /// For ssh: a deploy key.
    SshKey {
        /// As `ssh-keygen` writes it, without a passphrase.
        private_key: Secret,
        /// Lines as in `known_hosts`; the host must have one of these keys then.
        known_hosts: Option<String>,
    },
}

/// A credential as it is encrypted.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Plain {
    Token {
        username: String,
        token: String,
    },
    SshKey {
        private_key: String,
        known_hosts: Option<String>,
    },
}

/// What is wrong with a credential: the field, and what is allowed. Never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCredential {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it, and what is allowed.
    pub problem: String,
}

impl Credential {
    /// A token for https.
    ///
    /// # Errors
    /// When one of both is empty, too long, or has control characters.
    pub fn token(username: String, token: String) -> Result<Self, BadCredential> {
        check_line("username", &username, USERNAME_BYTES_MAX)?;
        check_line("token", &token, TOKEN_BYTES_MAX)?;
        let token = Secret::given(token);
        Ok(Self::Token { username, token })
    }

    /// A deploy key for ssh.
    ///
    /// # Errors
    /// When the key is none, needs a passphrase, or either is too long.
    pub fn ssh_key(private_key: &str, known_hosts: Option<&str>) -> Result<Self, BadCredential> {
        let (key, hosts) = ("private_key", "known_hosts");
        check_text(key, private_key, PRIVATE_KEY_BYTES_MAX)?;
        let text = private_key.replace("\r\n", "\n");
        let text = text.trim();
        if !text.starts_with("-----BEGIN ") || !text.ends_with("-----") {
            let problem =
                "is not a private key as ssh-keygen writes it: -----BEGIN ... -----END ...";
            return Err(bad(key, problem));
        }
        if needs_a_passphrase(text) {
            return Err(bad(
                key,
                "has a passphrase, which nobody could type; make one without",
            ));
        }
        if let Some(lines) = known_hosts {
            check_text(hosts, lines, KNOWN_HOSTS_BYTES_MAX)?;
        }
        let lines = known_hosts.map(|lines| format!("{}\n", lines.trim()));
        Ok(Self::SshKey {
            private_key: Secret::given(format!("{text}\n")),
            known_hosts: lines.filter(|lines| !lines.trim().is_empty()),
        })
    }

    /// All of it, to be encrypted and nothing else.
    pub(crate) fn plain(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&match self {
            Self::Token { username, token } => Plain::Token {
                username: username.clone(),
                token: token.reveal().to_owned(),
            },
            Self::SshKey {
                private_key,
                known_hosts,
            } => Plain::SshKey {
                private_key: private_key.reveal().to_owned(),
                known_hosts: known_hosts.clone(),
            },
        })
    }

    /// What [`Credential::plain`] gave.
    pub(crate) fn from_plain(plain: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(match serde_json::from_slice(plain)? {
            Plain::Token { username, token } => Self::Token {
                username,
                token: Secret::given(token),
            },
            Plain::SshKey {
                private_key,
                known_hosts,
            } => Self::SshKey {
                private_key: Secret::given(private_key),
                known_hosts,
            },
        })
    }

    /// `token` or `ssh_key`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Token { .. } => "token",
            Self::SshKey { .. } => "ssh_key",
        }
    }

    /// The name that a token is given with.
    pub fn username(&self) -> Option<&str> {
        match self {
            Self::Token { username, .. } => Some(username),
            Self::SshKey { .. } => None,
        }
    }

    /// The key's fingerprint as `ssh-keygen -l` shows it, where the key tells its public half.
    pub fn fingerprint(&self) -> Option<String> {
        match self {
            Self::Token { .. } => None,
            Self::SshKey { private_key, .. } => {
                let (_, public) = openssh_parts(private_key.reveal())?;
                let hash = BASE64_STANDARD_NO_PAD.encode(Sha256::digest(public));
                Some(format!("SHA256:{hash}"))
            }
        }
    }
}

fn bad(field: &'static str, problem: impl Into<String>) -> BadCredential {
    let problem = problem.into();
    BadCredential { field, problem }
}

fn check_line(field: &'static str, text: &str, most: usize) -> Result<(), BadCredential> {
    if text.is_empty() || text.len() > most || text.contains(char::is_control) {
        let problem = format!("must be 1 to {most} bytes without control characters");
        return Err(bad(field, problem));
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), BadCredential> {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.len() > most || text.contains(odd) {
        let problem = format!("must be lines of text, at most {most} bytes");
        return Err(bad(field, problem));
    }
    Ok(())
}

fn needs_a_passphrase(text: &str) -> bool {
    let old_form = text.contains("ENCRYPTED");
    old_form || openssh_parts(text).is_some_and(|(cipher, _)| cipher != b"none")
}

/// The cipher and the public key of a private key in OpenSSH's form: both stand before what may be encrypted.
fn openssh_parts(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let body = text.trim().strip_prefix(OPENSSH_BEGIN)?;
    let body: String = body
        .lines()
        .take_while(|line| !line.starts_with('-'))
        .collect();
    let bytes = BASE64_STANDARD.decode(body).ok()?;
    let rest = bytes.strip_prefix(OPENSSH_MAGIC)?;
    let (cipher, rest) = field(rest)?;
    let (_key_derivation, rest) = field(rest)?;
    let (_its_options, rest) = field(rest)?;
    let (public, _) = field(rest.get(size_of::<u32>()..)?)?;
    Some((cipher.to_vec(), public.to_vec()))
}

/// A length in four bytes, and so many bytes.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made for this test by ssh-keygen; opens nothing.
    const KEY: &str = include_str!("../../tests/git/keys/plain");
    const PUBLIC_FINGERPRINT: &str = include_str!("../../tests/git/keys/plain.fingerprint");
    const WITH_PASSPHRASE: &str = include_str!("../../tests/git/keys/passphrase");

    #[test]
    fn a_deploy_key_tells_its_fingerprint_and_nothing_else() {
        let key = Credential::ssh_key(&KEY.replace('\n', "\r\n"), Some("h ssh-rsa A\n\n")).unwrap();
        assert_eq!(
            key.fingerprint().as_deref(),
            Some(PUBLIC_FINGERPRINT.trim())
        );
        assert_eq!((key.kind(), key.username()), ("ssh_key", None));
        let Credential::SshKey {
            private_key,
            known_hosts,
        } = &key
        else {
            unreachable!("it is a key")
        };
        assert_eq!(private_key.reveal(), KEY);
        assert_eq!(known_hosts.as_deref(), Some("h ssh-rsa A\n"));
        assert!(!format!("{key:?}").contains("BEGIN"));
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_by_field() {
        let large = "x".repeat(PRIVATE_KEY_BYTES_MAX + 1);
        let lines = "x".repeat(KNOWN_HOSTS_BYTES_MAX + 1);
        for (key, hosts, field, part) in [
            ("", None, "private_key", "is not a private key"),
            (
                "ssh-ed25519 AAAA",
                None,
                "private_key",
                "is not a private key",
            ),
            (WITH_PASSPHRASE, None, "private_key", "has a passphrase"),
            (&large, None, "private_key", "at most 16384 bytes"),
            (KEY, Some("a\0"), "known_hosts", "lines of text"),
            (
                KEY,
                Some(lines.as_str()),
                "known_hosts",
                "at most 16384 bytes",
            ),
        ] {
            let bad = Credential::ssh_key(key, hosts).unwrap_err();
            assert_eq!(bad.field, field);
            assert!(bad.problem.contains(part), "{bad:?}");
        }
        assert!(Credential::ssh_key(KEY, Some(&lines[1..])).is_ok());
    }

    #[test]
    fn a_token_is_one_line_of_bounded_length() {
        let longest = "x".repeat(TOKEN_BYTES_MAX);
        let token = Credential::token("me".to_owned(), longest.clone()).unwrap();
        assert_eq!((token.kind(), token.username()), ("token", Some("me")));
        assert_eq!(token.fingerprint(), None);
        assert!(!format!("{token:?}").contains("xx"));
        for (username, token, field) in [
            ("", "t", "username"),
            ("a\nb", "t", "username"),
            ("me", "", "token"),
            ("me", "a\nb", "token"),
            ("me", &format!("{longest}x"), "token"),
        ] {
            let bad = Credential::token(username.to_owned(), token.to_owned()).unwrap_err();
            assert_eq!(bad.field, field);
        }
    }
}

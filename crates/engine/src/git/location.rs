//! Checks a source's location before git sees it, and keeps credentials out of sentences.

use super::{Credential, GitError, GitSettings};
use runyard_domain::repository::Source;
use std::path::Path;
use url::Url;

/// Stands where a credential stood.
const HIDDEN: &str = "***";

/// A location that may be given to git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    /// What git is given.
    pub(super) given: String,
    /// What people are shown.
    pub(super) shown: String,
    /// Protocols that git may use for it.
    pub(super) protocols: String,
    /// Git reads it from this machine's disk.
    pub(super) local: bool,
    /// What opens it.
    pub(super) credential: Option<Credential>,
}

impl Location {
    /// Checks a source by its text alone, and, for a path, that something is there.
    pub(super) async fn of(
        source: &Source,
        credential: Option<&Credential>,
        settings: &GitSettings,
    ) -> Result<Self, GitError> {
        let mut location = match source {
            Source::Url(url) => Self::of_url(url, settings)?,
            Source::Path(path) => Self::of_path(path, settings).await?,
        };
        if let Some(credential) = credential {
            location.check_credential(credential)?;
            location.credential = Some(credential.clone());
        }
        Ok(location)
    }

    /// A token is for a server that asks for one, a key for ssh.
    fn check_credential(&self, credential: &Credential) -> Result<(), GitError> {
        let http = self.given.starts_with("https://") || self.given.starts_with("http://");
        let reason = match credential {
            Credential::Token { .. } if !http => "a token opens https sources only",
            Credential::SshKey { .. } if http || self.local => "an ssh key opens ssh sources only",
            Credential::Token { .. } | Credential::SshKey { .. } => return Ok(()),
        };
        Err(GitError::InvalidLocation {
            location: self.shown.clone(),
            reason,
        })
    }

    async fn of_path(path: &str, settings: &GitSettings) -> Result<Self, GitError> {
        let invalid = |reason| GitError::InvalidLocation {
            location: path.to_owned(),
            reason,
        };
        if path.contains(char::is_control) {
            return Err(invalid("a path must not contain control characters"));
        }
        if !Path::new(path).is_absolute() {
            return Err(invalid("a path must be absolute"));
        }
        if !settings.allowed_protocols.iter().any(|word| word == "file") {
            return Err(refused(path, "file", settings));
        }
        match tokio::fs::try_exists(path).await {
            Ok(true) => Ok(Self {
                given: path.to_owned(),
                shown: path.to_owned(),
                protocols: "file".to_owned(),
                local: true,
                credential: None,
            }),
            Ok(false) => Err(GitError::NotFound {
                location: path.to_owned(),
            }),
            Err(cause) => Err(GitError::Unreachable {
                location: path.to_owned(),
                reason: cause.to_string(),
            }),
        }
    }

    fn of_url(url: &str, settings: &GitSettings) -> Result<Self, GitError> {
        let shown = without_credentials(url);
        let invalid = |reason| GitError::InvalidLocation {
            location: shown.clone(),
            reason,
        };
        if url.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(invalid(
                "a URL must not contain spaces or control characters",
            ));
        }
        if url.starts_with('-') {
            return Err(invalid("a URL must not start with `-`"));
        }
        let protocol = protocol_of(url).ok_or_else(|| {
            invalid("a URL must look like `https://host/path` or `user@host:path`")
        })?;
        if !settings.allowed_protocols.contains(&protocol) {
            return Err(refused(&shown, &protocol, settings));
        }
        if holds_a_credential(url, &protocol) {
            return Err(invalid(
                "a URL must not hold a password or token: give it as the repository's credential",
            ));
        }
        let local = protocol == "file";
        if !local {
            check_host(url, &shown, &settings.allowed_hosts)?;
        }
        Ok(Self {
            given: url.to_owned(),
            shown,
            protocols: protocol,
            local,
            credential: None,
        })
    }
}

fn refused(location: &str, protocol: &str, settings: &GitSettings) -> GitError {
    GitError::ProtocolRefused {
        location: location.to_owned(),
        protocol: protocol.to_owned(),
        allowed: settings.allowed_protocols.join(", "),
    }
}

/// Whether a secret stands before the host. For ssh a user's name may stand there, elsewhere a token would.
fn holds_a_credential(url: &str, protocol: &str) -> bool {
    let authority = authority(url);
    match authority.rsplit_once('@') {
        Some((user, _)) => protocol != "ssh" || user.contains(':'),
        None => false,
    }
}

/// `user@host:port` of a URL, `user@host` of `user@host:path`.
fn authority(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or(rest),
        None => url.split(':').next().unwrap_or(url),
    }
}

/// The name or address that is asked, in lower case, without user, port and brackets.
fn host(url: &str) -> Option<String> {
    if !url.contains("://") {
        let authority = authority(url);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        return Some(host.to_ascii_lowercase());
    }
    let host = Url::parse(url).ok()?.host_str()?.to_ascii_lowercase();
    Some(
        host.trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned(),
    )
}

fn check_host(url: &str, shown: &str, allowed: &[String]) -> Result<(), GitError> {
    let location = shown.to_owned();
    // Parsers of URLs skip further slashes before a host, git does not.
    let is_empty = url
        .split_once("://")
        .is_some_and(|(_, rest)| rest.starts_with('/'));
    let Some(host) = host(url).filter(|host| !host.is_empty() && !is_empty) else {
        let reason = "a URL must name a host";
        return Err(GitError::InvalidLocation { location, reason });
    };
    if allowed.is_empty() || allowed.contains(&host) {
        return Ok(());
    }
    let allowed = allowed.join(", ");
    Err(GitError::HostRefused {
        location,
        host,
        allowed,
    })
}

/// `https` of `https://host/path`, `ssh` of `user@host:path`, nothing of what is neither.
fn protocol_of(url: &str) -> Option<String> {
    if let Some((scheme, rest)) = url.split_once("://") {
        let plain = scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '+');
        return (plain && !scheme.is_empty() && host_is_plain(rest)).then(|| scheme.to_owned());
    }
    let (host, path) = url.split_once(':')?;
    let scp = !host.contains('/') && !path.starts_with(':') && host_is_plain(host);
    scp.then(|| "ssh".to_owned())
}

/// Whether ssh could not take the host for an option.
fn host_is_plain(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or(rest);
    let host = host.rsplit('@').next().unwrap_or(host);
    !rest.is_empty() && !host.starts_with('-')
}

/// The text with `user:password@` and `user@` of every URL in it hidden.
pub(super) fn without_credentials(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        shown.push_str(before);
        let end = after.find(is_authority_end).unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(sign) => {
                shown.push_str(HIDDEN);
                &after[sign..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

fn is_authority_end(c: char) -> bool {
    matches!(c, '/' | '?' | '#' | '\'' | '"' | '`') || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> GitSettings {
        GitSettings::new("mirrors")
    }

    #[test]
    fn urls_of_allowed_protocols_are_taken() {
        for (url, local) in [
            ("https://example.com/a.git", false),
            ("ssh://git@example.com:22/a", false),
            ("git@example.com:a/b.git", false),
            ("example.com:a", false),
            ("file:///srv/a.git", true),
        ] {
            let location = Location::of_url(url, &usual()).expect(url);
            assert_eq!((location.given.as_str(), location.local), (url, local));
            let protocol = protocol_of(url).expect(url);
            assert_eq!(location.protocols, protocol);
        }
    }

    #[test]
    fn other_urls_are_refused_with_the_reason() {
        for (url, part) in [
            ("", "must look like"),
            ("/srv/a.git", "must look like"),
            ("a", "must look like"),
            ("https://", "must look like"),
            ("ext::sh -c x", "spaces"),
            ("ext::sh", "must look like"),
            ("fd::17/foo", "must look like"),
            ("--upload-pack=x:y", "start with `-`"),
            ("-oProxyCommand=x:y", "start with `-`"),
            ("ssh://-oProxyCommand=x/y", "must look like"),
            ("git@-oProxyCommand=x:y", "must look like"),
            ("https://example.com/a\nb", "spaces"),
            (
                "http://example.com/a",
                "uses `http`; allowed are: https, ssh, file",
            ),
            ("git://example.com/a", "uses `git`"),
            ("HTTPS://example.com/a", "uses `HTTPS`"),
            ("ext://x", "uses `ext`"),
            ("https:///a", "must name a host"),
            (
                "https://user:secret@example.com/a",
                "must not hold a password",
            ),
            (
                "https://ghp_token@example.com/a",
                "must not hold a password",
            ),
            ("ssh://git:secret@example.com/a", "must not hold a password"),
        ] {
            let sentence = Location::of_url(url, &usual()).expect_err(url).to_string();
            assert!(sentence.contains(part), "{url}: {sentence}");
        }
    }

    #[test]
    fn a_list_of_hosts_is_obeyed_however_the_host_is_written() {
        let mut settings = usual();
        settings.allowed_hosts = ["git.example.org", "127.0.0.1", "::1"]
            .map(str::to_owned)
            .to_vec();
        for (url, fits) in [
            ("https://git.example.org/a", true),
            ("https://GIT.example.org:8443/a", true),
            ("ssh://git@git.example.org:22/a", true),
            ("git@git.example.org:a", true),
            ("https://127.0.0.1/a", true),
            ("https://[::1]/a", true),
            // Other ways to write 127.0.0.1.
            ("https://0x7f.1/a", true),
            ("file:///srv/a", true),
            ("https://example.org/a", false),
            ("https://git.example.org.evil.example/a", false),
            ("https://evil.example/git.example.org", false),
            ("https://evil.example?@git.example.org", false),
            ("https://evil.example#@git.example.org", false),
            ("ssh://git.example.org@evil.example/a", false),
            ("git.example.org@evil.example:a", false),
        ] {
            let location = Location::of_url(url, &settings);
            assert_eq!(location.is_ok(), fits, "{url}: {location:?}");
        }
        let refused = Location::of_url("https://evil.example/a", &settings);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "source `https://evil.example/a` is on the host `evil.example`; allowed are: git.example.org, 127.0.0.1, ::1"
        );
    }

    #[tokio::test]
    async fn a_credential_fits_the_protocol_of_its_source() {
        let token = Credential::token("me".to_owned(), "secret".to_owned()).unwrap();
        let key = include_str!("../../tests/git/keys/plain");
        let key = Credential::ssh_key(key, None).unwrap();
        for (url, credential, fits) in [
            ("https://example.com/a", &token, true),
            ("https://example.com/a", &key, false),
            ("ssh://example.com/a", &key, true),
            ("git@example.com:a", &key, true),
            ("git@example.com:a", &token, false),
            ("file:///srv/a", &token, false),
            ("file:///srv/a", &key, false),
        ] {
            let source = Source::Url(url.to_owned());
            let location = Location::of(&source, Some(credential), &usual()).await;
            assert_eq!(location.is_ok(), fits, "{url}");
            assert!(!format!("{location:?}").contains("secret"));
        }
    }

    #[test]
    fn credentials_are_hidden_wherever_a_url_stands() {
        for (text, shown) in [
            ("https://a:b@c/d", "https://***@c/d"),
            ("https://token@c", "https://***@c"),
            ("https://a:p@ss@c/d", "https://***@c/d"),
            ("https://c/d@e", "https://c/d@e"),
            (
                "at 'https://a:b@c/': no; http://x:y@z",
                "at 'https://***@c/': no; http://***@z",
            ),
            ("git@host:path", "git@host:path"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_credentials(text), shown);
        }
    }
}

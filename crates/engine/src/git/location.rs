//! Checks a source's location before git sees it, and keeps credentials out of sentences.

use super::GitError;
use runyard_domain::repository::Source;
use std::path::Path;

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
}

impl Location {
    /// Checks a source by its text alone, and, for a path, that something is there.
    pub(super) async fn of(source: &Source, allowed: &[String]) -> Result<Self, GitError> {
        match source {
            Source::Url(url) => Self::of_url(url, allowed),
            Source::Path(path) => Self::of_path(path).await,
        }
    }

    async fn of_path(path: &str) -> Result<Self, GitError> {
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
        match tokio::fs::try_exists(path).await {
            Ok(true) => Ok(Self {
                given: path.to_owned(),
                shown: path.to_owned(),
                protocols: "file".to_owned(),
                local: true,
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

    fn of_url(url: &str, allowed: &[String]) -> Result<Self, GitError> {
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
        if !allowed.contains(&protocol) {
            let allowed = allowed.join(", ");
            return Err(GitError::ProtocolRefused {
                location: shown,
                protocol,
                allowed,
            });
        }
        let local = protocol == "file";
        Ok(Self {
            given: url.to_owned(),
            shown,
            protocols: allowed.join(":"),
            local,
        })
    }
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

    fn allowed() -> Vec<String> {
        ["https", "ssh", "file"].map(str::to_owned).to_vec()
    }

    #[test]
    fn urls_of_allowed_protocols_are_taken() {
        for (url, local) in [
            ("https://example.com/a.git", false),
            ("https://user:secret@example.com/a.git", false),
            ("ssh://git@example.com:22/a", false),
            ("git@example.com:a/b.git", false),
            ("example.com:a", false),
            ("file:///srv/a.git", true),
        ] {
            let location = Location::of_url(url, &allowed()).expect(url);
            assert_eq!((location.given.as_str(), location.local), (url, local));
            assert_eq!(location.protocols, "https:ssh:file");
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
        ] {
            let sentence = Location::of_url(url, &allowed())
                .expect_err(url)
                .to_string();
            assert!(sentence.contains(part), "{url}: {sentence}");
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

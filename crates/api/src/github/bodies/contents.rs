//! What is at a path of a repository, in GitHub's words for it.

use super::{repository::RepositoryUrls, workflow::NOT_IN_PATHS};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::utf8_percent_encode;
use runyard_engine::git::{FolderEntry, FolderEntryKind, Found, What};
use serde::Serialize;

/// Columns of a line of content, as GitHub's.
const COLUMNS: usize = 60;

/// Where somebody looks: a path, and the branch, tag or commit as they called it.
pub(in crate::github) struct Place<'a> {
    pub(in crate::github) path: &'a str,
    pub(in crate::github) reference: &'a str,
    pub(in crate::github) urls: &'a RepositoryUrls,
}

/// One thing. A folder has entries where it is asked for as an object.
#[derive(Serialize)]
pub(in crate::github) struct ContentBody {
    name: String,
    path: String,
    sha: String,
    size: u64,
    url: String,
    html_url: Option<String>,
    git_url: Option<String>,
    /// Runyard has no pages of raw files: ask for the media type `application/vnd.github.raw`.
    download_url: Option<String>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submodule_git_url: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<ContentBody>>,
    _links: Links,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    itself: String,
    git: Option<String>,
    html: Option<String>,
}

/// What GitHub's links call a thing: objects of files are blobs, those of folders are trees.
enum Shape {
    Blob,
    Tree,
    Elsewhere,
}

impl ContentBody {
    /// What was found at a place.
    pub(in crate::github) fn of(found: Found, place: &Place<'_>) -> Self {
        match found.what {
            What::File { bytes, data } => {
                let body = Self::bare("file", place, (found.sha, bytes), &Shape::Blob);
                Self {
                    encoding: Some(if data.is_some() { "base64" } else { "none" }),
                    content: Some(data.as_deref().map(lines).unwrap_or_default()),
                    ..body
                }
            }
            What::Folder(entries) => Self {
                entries: Some(Self::entries(entries, place)),
                ..Self::bare("dir", place, (found.sha, 0), &Shape::Tree)
            },
            What::Link { bytes, target } => Self {
                target: Some(target),
                ..Self::bare("symlink", place, (found.sha, bytes), &Shape::Blob)
            },
            What::Submodule { url } => Self {
                submodule_git_url: Some(url),
                ..Self::bare("submodule", place, (found.sha, 0), &Shape::Elsewhere)
            },
        }
    }

    /// What is in the folder at a place. A submodule is called a file there, as GitHub has it since its first version.
    pub(in crate::github) fn entries(
        entries: Vec<FolderEntry>,
        place: &Place<'_>,
    ) -> Vec<ContentBody> {
        let entries = entries.into_iter().map(|entry| {
            let path = match place.path {
                "" => entry.name,
                folder => format!("{folder}/{}", entry.name),
            };
            let inside = Place {
                path: &path,
                ..*place
            };
            let facts = (entry.sha, entry.bytes);
            match entry.kind {
                FolderEntryKind::File => Self::bare("file", &inside, facts, &Shape::Blob),
                FolderEntryKind::Folder => Self::bare("dir", &inside, facts, &Shape::Tree),
                FolderEntryKind::Link => Self::bare("symlink", &inside, facts, &Shape::Blob),
                FolderEntryKind::Submodule => Self::bare("file", &inside, facts, &Shape::Elsewhere),
            }
        });
        entries.collect()
    }

    fn bare(
        kind: &'static str,
        place: &Place<'_>,
        (sha, size): (String, u64),
        shape: &Shape,
    ) -> Self {
        let Place {
            path,
            reference,
            urls,
        } = place;
        let encoded = utf8_percent_encode(path, NOT_IN_PATHS);
        let at = utf8_percent_encode(reference, NOT_IN_PATHS);
        let url = urls.api(&format!("/contents/{encoded}?ref={at}"));
        let (git_url, html_url) = match shape {
            Shape::Blob => (
                Some(urls.api(&format!("/git/blobs/{sha}"))),
                Some(urls.web(&format!("/blob/{at}/{encoded}"))),
            ),
            Shape::Tree => (
                Some(urls.api(&format!("/git/trees/{sha}"))),
                Some(urls.web(&format!("/tree/{at}/{encoded}"))),
            ),
            Shape::Elsewhere => (None, None),
        };
        Self {
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            path: (*path).to_owned(),
            sha,
            size,
            _links: Links {
                itself: url.clone(),
                git: git_url.clone(),
                html: html_url.clone(),
            },
            url,
            html_url,
            git_url,
            download_url: None,
            r#type: kind,
            content: None,
            encoding: None,
            target: None,
            submodule_git_url: None,
            entries: None,
        }
    }
}

/// Base64 in lines, each of which ends.
fn lines(data: &[u8]) -> String {
    let encoded = STANDARD.encode(data);
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / COLUMNS + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(COLUMNS));
        lines.push_str(line);
        lines.push('\n');
        rest = more;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn content_is_in_lines_of_sixty_columns() {
        assert_eq!(lines(b""), "");
        assert_eq!(lines(b"ab"), "YWI=\n");
        let whole = lines(&[0; 45]);
        assert_eq!(whole, format!("{}\n", "A".repeat(60)));
        let more = lines(&[0; 46]);
        assert_eq!(more, format!("{}\nAA==\n", "A".repeat(60)));
    }
}

//! What is at a path of a commit, as people look at it: a file, a folder, a link, a submodule. Reads mirrors only, and
//! asks for the size of what it finds before it reads it.

use super::{
    Git, GitError,
    read::{find_commit, open},
};
use gix::{
    ObjectId, Repository, Tree,
    bstr::ByteSlice,
    objs::tree::{EntryKind, EntryMode},
};
use runyard_domain::RepositoryId;
use std::path::Path;
use tokio::sync::OwnedSemaphorePermit;

/// Entries of a folder that are listed, the first ones, as on GitHub.
pub const FOLDER_ENTRIES_MAX: usize = 1_000;
/// Largest file that is read with its folder's facts, in bytes, as on GitHub.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Largest file that is read at all, in bytes, as on GitHub.
pub const LARGE_FILE_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// Files beyond [`FILE_BYTES_MAX`] that are read, and held while they are sent, at one time.
pub(super) const LARGE_FILES_AT_ONCE: usize = 4;
/// Largest `.gitmodules` that is read, and longest target of a link.
const SMALL_BYTES_MAX: u64 = 64 * 1024;
const MODULES: &str = ".gitmodules";

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The object's id: a blob's, a tree's, or a commit's of a submodule.
    pub sha: String,
    /// What it is.
    pub what: What,
}

/// What a path leads to. Links to files of the same commit are followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A file.
    File {
        /// Its size.
        bytes: u64,
        /// All of it; nothing when it is larger than [`FILE_BYTES_MAX`].
        data: Option<Vec<u8>>,
    },
    /// A folder.
    Folder(Vec<FolderEntry>),
    /// A link that leads to no file.
    Link {
        /// Size of its target.
        bytes: u64,
        /// As it is written.
        target: String,
    },
    /// A commit of another repository.
    Submodule {
        /// Where that is, as `.gitmodules` says.
        url: Option<String>,
    },
}

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderEntry {
    /// Without its folder.
    pub name: String,
    /// The object's id.
    pub sha: String,
    /// What it is.
    pub kind: FolderEntryKind,
    /// Size of a file or of the target of a link.
    pub bytes: u64,
}

/// What something in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderEntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link, wherever it leads.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// A file beyond [`FILE_BYTES_MAX`]. Few are held at one time: drop it soon.
#[derive(Debug)]
pub struct LargeFile {
    data: Vec<u8>,
    _place: OwnedSemaphorePermit,
}

impl LargeFile {
    /// What is in it.
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

impl Git {
    /// What is at a path of a commit, from the root of the repository; the root itself when it is empty. None when
    /// nothing is there.
    ///
    /// # Errors
    /// [`GitError::UnknownCommit`], [`GitError::NotFetched`].
    pub async fn contents(
        &self,
        repository: RepositoryId,
        sha: &str,
        path: &str,
    ) -> Result<Option<Found>, GitError> {
        let (sha, path) = (sha.to_owned(), path.to_owned());
        self.read(repository, move |mirror| found(mirror, &sha, &path))
            .await
    }

    /// A file of up to [`LARGE_FILE_BYTES_MAX`] by its object's id. None when as many are read as may be at one time.
    ///
    /// # Errors
    /// When there is no such object.
    pub async fn large_file(
        &self,
        repository: RepositoryId,
        sha: &str,
    ) -> Result<Option<LargeFile>, GitError> {
        let Ok(place) = self.shared.large_files.clone().try_acquire_owned() else {
            return Ok(None);
        };
        let sha = sha.to_owned();
        let data = self.read(repository, move |mirror| blob(mirror, &sha));
        Ok(Some(LargeFile {
            data: data.await?,
            _place: place,
        }))
    }
}

fn blob(mirror: &Path, sha: &str) -> Result<Vec<u8>, GitError> {
    let repository = open(mirror)?;
    let id = ObjectId::from_hex(sha.as_bytes()).map_err(GitError::internal)?;
    if size(&repository, id)? > LARGE_FILE_BYTES_MAX {
        let problem = anyhow::anyhow!("blob {sha} is larger than is read");
        return Err(GitError::internal(problem));
    }
    read(&repository, id)
}

fn found(mirror: &Path, sha: &str, path: &str) -> Result<Option<Found>, GitError> {
    let repository = open(mirror)?;
    let root = find_commit(&repository, sha)?.tree();
    let root = root.map_err(GitError::internal)?;
    if path.is_empty() {
        return folder(&repository, &root).map(Some);
    }
    let Some((mode, id)) = entry(&repository, &root, path)? else {
        return Ok(None);
    };
    let found = match mode.kind() {
        EntryKind::Tree => folder(&repository, &tree(&repository, id)?)?,
        EntryKind::Blob | EntryKind::BlobExecutable => file(&repository, id)?,
        EntryKind::Link => link(&repository, &root, path, id)?,
        EntryKind::Commit => Found {
            sha: id.to_string(),
            what: What::Submodule {
                url: submodule_url(&repository, &root, path)?,
            },
        },
    };
    Ok(Some(found))
}

fn tree(repository: &Repository, id: ObjectId) -> Result<Tree<'_>, GitError> {
    repository.find_tree(id).map_err(GitError::internal)
}

/// What is at a path below `root`; nothing when a part of the path is no folder.
fn entry(
    repository: &Repository,
    root: &Tree<'_>,
    path: &str,
) -> Result<Option<(EntryMode, ObjectId)>, GitError> {
    let mut inside = root.clone();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let found = inside.find_entry(part);
        let found = found.map(|entry| (entry.mode(), entry.object_id()));
        match found {
            Some((mode, id)) if parts.peek().is_some() && mode.is_tree() => {
                inside = tree(repository, id)?;
            }
            Some(found) if parts.peek().is_none() => return Ok(Some(found)),
            Some(_) | None => return Ok(None),
        }
    }
    Ok(None)
}

fn size(repository: &Repository, id: ObjectId) -> Result<u64, GitError> {
    let header = repository.find_header(id).map_err(GitError::internal)?;
    Ok(header.size())
}

fn read(repository: &Repository, id: ObjectId) -> Result<Vec<u8>, GitError> {
    let mut blob = repository.find_blob(id).map_err(GitError::internal)?;
    Ok(blob.take_data())
}

fn file(repository: &Repository, id: ObjectId) -> Result<Found, GitError> {
    let bytes = size(repository, id)?;
    let is_small = usize::try_from(bytes).is_ok_and(|bytes| bytes <= FILE_BYTES_MAX);
    let data = is_small.then(|| read(repository, id)).transpose()?;
    Ok(Found {
        sha: id.to_string(),
        what: What::File { bytes, data },
    })
}

fn folder(repository: &Repository, folder: &Tree<'_>) -> Result<Found, GitError> {
    let mut entries = Vec::new();
    for entry in folder.iter().take(FOLDER_ENTRIES_MAX) {
        let entry = entry.map_err(GitError::internal)?;
        let id = entry.object_id();
        let (kind, bytes) = match entry.kind() {
            EntryKind::Tree => (FolderEntryKind::Folder, 0),
            EntryKind::Blob | EntryKind::BlobExecutable => {
                (FolderEntryKind::File, size(repository, id)?)
            }
            EntryKind::Link => (FolderEntryKind::Link, size(repository, id)?),
            EntryKind::Commit => (FolderEntryKind::Submodule, 0),
        };
        entries.push(FolderEntry {
            name: entry.filename().to_str_lossy().into_owned(),
            sha: id.to_string(),
            kind,
            bytes,
        });
    }
    Ok(Found {
        sha: folder.id.to_string(),
        what: What::Folder(entries),
    })
}

/// The file that a link leads to, or the link.
fn link(
    repository: &Repository,
    root: &Tree<'_>,
    path: &str,
    id: ObjectId,
) -> Result<Found, GitError> {
    let bytes = size(repository, id)?;
    let target = match bytes <= SMALL_BYTES_MAX {
        true => read(repository, id)?.to_str_lossy().into_owned(),
        false => String::new(),
    };
    let inside = followed(path, &target);
    let at = match &inside {
        Some(inside) => entry(repository, root, inside)?,
        None => None,
    };
    match at {
        Some((mode, id)) if mode.is_blob() => file(repository, id),
        Some(_) | None => Ok(Found {
            sha: id.to_string(),
            what: What::Link { bytes, target },
        }),
    }
}

/// Where a link at `path` leads, from the root of the repository; nothing when that is not in it.
fn followed(path: &str, target: &str) -> Option<String> {
    if target.is_empty() || target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What `.gitmodules` of the commit says of the submodule at `path`; a file that git cannot read says nothing.
fn submodule_url(
    repository: &Repository,
    root: &Tree<'_>,
    path: &str,
) -> Result<Option<String>, GitError> {
    let Some((_, id)) = entry(repository, root, MODULES)?.filter(|(mode, _)| mode.is_blob()) else {
        return Ok(None);
    };
    if size(repository, id)? > SMALL_BYTES_MAX {
        return Ok(None);
    }
    let text = read(repository, id)?;
    let Ok(modules) = gix::config::File::try_from(text.as_bstr()) else {
        return Ok(None);
    };
    let sections = modules.sections_by_name("submodule").into_iter().flatten();
    let mut urls = sections.filter_map(|section| {
        let is_it = section.value("path").is_some_and(|at| at == path);
        is_it.then(|| section.value("url")).flatten()
    });
    Ok(urls.next().map(|url| url.to_str_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::followed;

    #[test]
    fn links_are_followed_inside_of_the_repository_only() {
        for (path, target, leads_to) in [
            ("a", "b", Some("b")),
            ("docs/a", "b", Some("docs/b")),
            ("docs/a", "../b", Some("b")),
            ("docs/a", "./x/../b", Some("docs/b")),
            ("a", "../b", None),
            ("docs/a", "../../b", None),
            ("a", "/etc/passwd", None),
            ("a", "", None),
        ] {
            assert_eq!(
                followed(path, target).as_deref(),
                leads_to,
                "{path} {target}"
            );
        }
    }
}
